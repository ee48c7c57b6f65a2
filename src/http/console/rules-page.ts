import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { RULE_KINDS, type RuleItem, type RulesView } from '../../views/rules.ts'
import { answer, pageIn } from './answer.ts'
import { optional, pick, withQuery } from './filters.ts'
import { amount, badge, bar, type Content, html, table, time } from './html.ts'
import { createKept, lookAgain } from './kept.ts'
import type { ConsoleParts } from './parts.ts'

const KIND_WORDS = { trigger: 'triggers', route: 'routes', fit: 'fit rules', signal: 'signals', profile: 'profiles' }
const DAY = 24 * 60 * 60_000
// Counting looks at every decision that is kept, which takes seconds where there are many: it is not done at every visit.
const FRESH = 10 * 60_000
const Query = z.object({ kind: optional(z.enum(RULE_KINDS)), days: optional(z.enum(['7', '30', '90'])) })

/** `/console/triggers`: how often triggers fired, and the other rules. */
export function ruleRoutes(parts: ConsoleParts) {
  const counted = createKept<RulesView>({ fresh: FRESH, most: 3, shownOld: true })

  return async function plugin(app: FastifyInstance): Promise<void> {
    app.get('/triggers', async (request, reply) => {
      const page = pageIn(request)
      const wanted = Query.parse(request.query)
      const kind = wanted.kind ?? 'trigger'
      const days = wanted.days ?? '30'
      const key = `${parts.config().version} ${days}`
      const last = await counted.look(key, page.now, () => parts.viewRules(Number(days)))
      const again = withQuery(`${page.root}/triggers`, wanted)
      const body = html`<form class="filters" method="get" action=${`${page.root}/triggers`}>
          ${pick(
            'kind',
            'Rules',
            RULE_KINDS.map((value) => ({ value, name: KIND_WORDS[value] })),
            kind,
            { all: false },
          )}
          ${pick(
            'days',
            'Days',
            ['7', '30', '90'].map((value) => ({ value, name: value })),
            days,
            { all: false },
          )}
          <div class="field"><button>Show</button></div>
        </form>
        ${last ? rulesOf(kind, last.value, Number(days)) : lookAgain(again, 'The decisions are being counted')}`
      return answer(request, reply, { title: kind === 'trigger' ? 'Triggers' : 'Rules', path: '/triggers', body })
    })
  }

  function rulesOf(kind: RuleItem['kind'], view: RulesView, days: number): Content {
    const shown = view.rules.filter((rule) => rule.kind === kind)
    const most = Math.max(1, ...shown.map(({ leads }) => leads))
    const { triggers } = parts.config()
    const columns = [
      {
        head: 'Rule',
        main: true,
        cell: (one: RuleItem) =>
          html`${one.rule}${one.kind === 'trigger' && html`<small>${triggers[one.rule]?.owner}</small>`}`,
      },
      { head: 'Fired', cell: (one: RuleItem) => (one.times === 0 ? badge('never fired', 'warn') : time(one.last)) },
      { head: 'Leads', number: true, cell: (one: RuleItem) => amount(one.leads) },
      { head: 'Times', number: true, cell: (one: RuleItem) => amount(one.times) },
      { head: 'Share', cell: (one: RuleItem) => bar(one.leads / most, `${one.leads} leads`) },
    ]
    return html`<section id="looked">
      <p class="count">As of ${time(countedAt(view, days))}: ${amount(view.decisions)} decisions since ${time(view.since)}; what never fired first</p>
      ${table({ caption: 'Rules', rows: shown, columns, empty: 'The config has no such rules.' })}
    </section>`
  }
}

function countedAt({ since }: RulesView, days: number): number {
  return Date.parse(since) + days * DAY
}
