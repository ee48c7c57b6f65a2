import type { FastifyInstance } from 'fastify'
import type { VNode } from 'preact'
import { z } from 'zod'
import { absenceSaid } from '../../views/absence.ts'
import type { PoolView } from '../../views/pools.ts'
import { actorOf } from './access.ts'
import { answer, pageIn, sessionIn } from './answer.ts'
import { amount, badge, bar, formSecret, html, mayOperate, type Page, table, time } from './html.ts'
import type { ConsoleParts } from './parts.ts'
import { saying } from './said.ts'

const Day = z.preprocess((text) => (text === '' ? undefined : text), z.iso.date().optional())
const Said = z.object({ rep: z.string(), from: Day, until: Day })
type Member = PoolView['members'][number]

/** `/console/pools`: whose turn it is, who has how much, who is away. */
export function poolRoutes(parts: ConsoleParts) {
  return async function plugin(app: FastifyInstance): Promise<void> {
    app.get('/pools', async (request, reply) => {
      const page = pageIn(request)
      const pools = await parts.viewPools()
      const body = html`${pools.map((pool) => onePool(page, pool))}${mayOperate(page) && away(page)}`
      return answer(request, reply, { title: 'Pools', path: '/pools', body })
    })
    app.post('/pools/away', async (request, reply) => {
      const said = Said.safeParse(request.body)
      const { reps } = parts.config().team
      if (!said.success) return reply.redirect(saying(`${parts.root}/pools`, 'bad-dates'), 303)
      const { rep, ...days } = said.data
      if (!Object.hasOwn(reps, rep)) return reply.redirect(saying(`${parts.root}/pools`, 'unknown-rep'), 303)
      const span = absenceSaid(parts.config().team, rep, days, parts.clock.now())
      if (typeof span === 'string') return reply.redirect(saying(`${parts.root}/pools`, 'bad-dates'), 303)
      await parts.away.set(rep, span, actorOf(sessionIn(request).who))
      return reply.redirect(saying(`${parts.root}/pools`, 'away'), 303)
    })
    app.post('/pools/back', async (request, reply) => {
      const { rep } = request.body as { rep?: unknown }
      const outcome = await parts.away.clear(String(rep ?? ''), actorOf(sessionIn(request).who))
      const code = outcome === 'done' ? 'back' : outcome === 'not-found' ? 'unknown-rep' : outcome
      return reply.redirect(saying(`${parts.root}/pools`, code), 303)
    })
  }

  function onePool(page: Page, pool: PoolView): VNode {
    const { team } = parts.config()
    const shares = pool.members.map(({ turns, weight }) => turns / weight)
    const most = Math.max(1, ...shares)
    const caps = [pool.caps.perDay && `${pool.caps.perDay} a day`, pool.caps.open && `${pool.caps.open} open`]
      .filter(Boolean)
      .join(', ')
    const next = pool.members.find(({ rep }) => rep === pool.next.rep)
    const columns = [
      {
        head: 'Member',
        main: true,
        cell: (one: Member) => html`${one.name} ${one.rep === pool.next.rep && badge('next', 'good')}`,
      },
      { head: 'Now', cell: (one: Member) => stateOf(page, one) },
      {
        head: 'Open',
        number: true,
        cell: (one: Member) =>
          html`<a href=${`${page.root}/handoffs?status=open&rep=${encodeURIComponent(one.rep)}`}>${amount(one.open)}<span class="hidden"> open of ${one.name}</span></a>`,
      },
      { head: 'Today', number: true, cell: (one: Member) => amount(one.today) },
      { head: 'Turns', number: true, cell: (one: Member) => amount(one.turns) },
      { head: 'Weight', number: true, cell: (one: Member) => amount(one.weight) },
      {
        head: 'Turns for the weight',
        cell: (one: Member) => {
          const turns = amount(one.turns / one.weight)
          return html`<span class="measured">${bar(one.turns / one.weight / most, `${turns} turns for one weight`)}${turns}</span>`
        },
      },
      { head: 'Last lead', cell: (one: Member) => time(one.lastAssignedAt) || 'none yet' },
    ]
    return html`<section class="card" aria-labelledby=${`pool-${pool.pool}`}>
      <h2 id=${`pool-${pool.pool}`}>${pool.pool} ${pool.waiting > 0 && badge(`${pool.waiting} waiting`, 'bad')}</h2>
      <p>Next: <strong>${next?.name ?? 'nobody'}</strong>, ${pool.next.why}.</p>
      <p class="hint">Managed by ${team.managers[pool.manager]?.name ?? pool.manager}${pool.fallback ? `; then ${pool.fallback}` : ''}${caps ? `; at most ${caps} each` : ''}</p>
      ${table({ caption: `Members of ${pool.pool}`, rows: pool.members, columns, empty: 'It has no members: team.yaml names them.' })}
    </section>`
  }

  function stateOf(page: Page, one: Member): VNode {
    const back =
      one.skipped === 'away' &&
      mayOperate(page) &&
      html`<form method="post" action=${`${page.root}/pools/back`} class="inline">${formSecret(page)}<input type="hidden" name="rep" value=${one.rep} /><button class="quiet" aria-label=${`${one.name} is back`}>Is back</button></form>`
    if (!one.available) return html`${badge(one.skipped ?? 'not free', 'warn')}<small>${one.why}</small>${back}`
    return one.atWork
      ? badge('at work', 'good')
      : html`${badge('not at work')}<small>${one.opensAt && html`from ${time(one.opensAt)}`}</small>`
  }

  function away(page: Page): VNode {
    const reps = Object.values(parts.config().team.reps).filter(({ active }) => active)
    return html`<section class="card" aria-labelledby="away"><h2 id="away">Somebody is away</h2>
      <form method="post" action=${`${page.root}/pools/away`} class="filters">
        ${formSecret(page)}
        <div class="field"><label for="rep">Rep</label><select id="rep" name="rep" required><option value="">choose a rep</option>${reps.map((rep) => html`<option value=${rep.id}>${rep.name}</option>`)}</select></div>
        <div class="field"><label for="from">First day</label><input id="from" name="from" type="date" /></div>
        <div class="field"><label for="until">Last day</label><input id="until" name="until" type="date" /></div>
        <div class="field"><button>Set away</button></div>
      </form>
      <p class="hint">Days are those of the rep. Without a first day it is at once, without a last day until they are back.</p>
    </section>`
  }
}
