import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { RULE_KINDS, type RuleItem } from '../../views/rules.ts'
import { answer, pageIn } from './answer.ts'
import { optional, pick } from './filters.ts'
import { amount, badge, bar, html, table, time } from './html.ts'
import type { ConsoleParts } from './parts.ts'

const KIND_WORDS = { trigger: 'triggers', route: 'routes', fit: 'fit rules', signal: 'signals', profile: 'profiles' }
const Query = z.object({ kind: optional(z.enum(RULE_KINDS)), days: optional(z.enum(['7', '30', '90'])) })

/** `/console/triggers`: how often triggers fired, and the other rules. */
export function ruleRoutes(parts: ConsoleParts) {
  return async function plugin(app: FastifyInstance): Promise<void> {
    app.get('/triggers', async (request, reply) => {
      const { root } = pageIn(request)
      const wanted = Query.parse(request.query)
      const kind = wanted.kind ?? 'trigger'
      const { rules, decisions, since } = await parts.viewRules(Number(wanted.days ?? '30'))
      const shown = rules.filter((rule) => rule.kind === kind)
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
      const body = html`<form class="filters" method="get" action=${`${root}/triggers`}>
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
            wanted.days ?? '30',
            { all: false },
          )}
          <div class="field"><button>Show</button></div>
        </form>
        <p class="count">Since ${time(since)}, ${amount(decisions)} decisions; what never fired first</p>
        ${table({ caption: 'Rules', rows: shown, columns, empty: 'The config has no such rules.' })}`
      return answer(request, reply, { title: kind === 'trigger' ? 'Triggers' : 'Rules', path: '/triggers', body })
    })
  }
}
