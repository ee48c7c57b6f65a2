import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { HANDOFF_LISTS } from '../../store/partitions.ts'
import type { HandoffItem } from '../../views/handoff-list.ts'
import { readCursor, writeCursor } from '../v1/cursors.ts'
import { answer, pageIn } from './answer.ts'
import { optional, pick, withQuery } from './filters.ts'
import { amount, badge, html, table, time } from './html.ts'
import type { ConsoleParts } from './parts.ts'

const PER_PAGE = 50
const Query = z.object({
  status: optional(z.enum(HANDOFF_LISTS)),
  rep: optional(z.string().max(200)),
  pool: optional(z.string().max(200)),
  kind: optional(z.string().max(200)),
  cursor: optional(z.string().max(200)),
})

/** The tone of a state of a clock. */
export const TONES: Record<string, 'good' | 'bad' | 'warn' | 'plain'> = {
  responded: 'good',
  breached: 'bad',
  waiting: 'bad',
  running: 'warn',
  open: 'warn',
}

/** `/console/handoffs`: handoffs by what became of them. */
export function handoffRoutes(parts: ConsoleParts) {
  return async function plugin(app: FastifyInstance): Promise<void> {
    app.get('/handoffs', async (request, reply) => {
      const { root } = pageIn(request)
      const wanted = Query.parse(request.query)
      const { cursor, ...filter } = wanted
      const { team, handoffs: kinds } = parts.config()
      const after = cursor ? readCursor(cursor, /^\d{1,18}-\d{1,9}$/) : null
      const { handoffs, next } = await parts.handoffPages(
        { ...filter, status: filter.status ?? 'open' },
        after,
        PER_PAGE,
      )
      const names = await parts.leadLists.named(handoffs.map(({ leadId }) => leadId))
      const nameOf = (rep: string) => team.reps[rep]?.name ?? rep
      const columns = [
        {
          head: 'Lead',
          main: true,
          cell: (one: HandoffItem) =>
            html`<a href=${`${root}/leads/${one.leadId}`}>${names.get(one.leadId)?.name ?? one.leadId}</a><small>${[names.get(one.leadId)?.company, one.kind].filter(Boolean).join(', ')}</small>`,
        },
        {
          head: 'Status',
          cell: (one: HandoffItem) =>
            html`${badge(one.status, TONES[one.status])} ${one.breachedAt && badge('breached', 'bad')}`,
        },
        { head: 'Rep', cell: (one: HandoffItem) => html`${one.rep ? nameOf(one.rep) : '–'}<small>${one.pool}</small>` },
        { head: 'Route', cell: (one: HandoffItem) => one.route },
        { head: 'Since', cell: (one: HandoffItem) => time(one.startedAt) },
        { head: 'Due', cell: (one: HandoffItem) => time(one.dueAt) || 'no clock yet' },
        {
          head: 'Outcome',
          cell: (one: HandoffItem) =>
            html`${one.answered ? `${one.answered.how} after ${amount(one.answered.minutes)} min` : ''}${one.ended && html`<small>${one.ended.how}${one.reason ? `: ${one.reason}` : ''}</small>`}`,
        },
      ]
      const body = html`<form class="filters" method="get" action=${`${root}/handoffs`}>
          ${pick(
            'status',
            'Status',
            HANDOFF_LISTS.map((value) => ({ value, name: value })),
            filter.status ?? 'open',
            { all: false },
          )}
          ${pick(
            'rep',
            'Rep',
            Object.values(team.reps).map(({ id, name }) => ({ value: id, name })),
            wanted.rep,
          )}
          ${pick(
            'pool',
            'Pool',
            Object.keys(team.pools).map((name) => ({ value: name, name })),
            wanted.pool,
          )}
          ${pick(
            'kind',
            'Handoff',
            Object.keys(kinds.kinds).map((name) => ({ value: name, name })),
            wanted.kind,
          )}
          <div class="field"><button>Show</button></div>
        </form>
        ${table({
          caption: 'Handoffs',
          rows: handoffs,
          columns,
          empty: next
            ? 'Nothing that fits on this page: go on to the next.'
            : html`No handoff fits. <a href=${`${root}/handoffs?status=responded`}>See those that were answered</a>`,
        })}
        <nav class="pages" aria-label="Pages of handoffs">
          ${cursor && html`<a href=${withQuery(`${root}/handoffs`, { ...wanted, cursor: undefined })}>First page</a>`}
          ${next && html`<a href=${withQuery(`${root}/handoffs`, { ...wanted, cursor: writeCursor(next) })}>Next page</a>`}
        </nav>`
      return answer(request, reply, { title: 'Handoffs', path: '/handoffs', body })
    })
  }
}
