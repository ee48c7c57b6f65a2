import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Clock } from '../../platform/clock.ts'
import { HANDOFF_LISTS } from '../../store/partitions.ts'
import { HANDOFF_COLUMNS, HandoffItem, type HandoffPages, handoffRow } from '../../views/handoff-list.ts'
import { Format, listResponse, sendCsv, wantsCsv } from '../csv.ts'
import { problemResponses } from '../problems.ts'
import { readCursor, writeCursor } from './cursors.ts'
import { instantOf, Since } from './since.ts'

/** What the list of handoffs uses. */
export interface HandoffRouteParts {
  clock: Clock
  handoffPages: HandoffPages
}

const Name = z.string().min(1).max(200).optional()
const Query = z.object({
  status: z
    .enum(HANDOFF_LISTS)
    .optional()
    .describe(
      '`waiting`: nobody is free to take the lead; `open`: the clock runs; `responded`: the rep has contacted the lead; `closed`: it ended otherwise; `breached` are those whose deadline passed without a response, whatever became of them. `open` unless told; of one `lead` all',
    ),
  rep: Name.describe('who has it, or had it last'),
  pool: Name,
  kind: Name.describe('the handoff in handoffs.yaml'),
  route: Name,
  lead: z
    .string()
    .regex(/^\d{1,18}$/, 'must be a HubSpot contact id')
    .optional()
    .describe('the contact; of one that was merged, the one that lives on'),
  since: Since.describe('started at or after it: an instant of ISO 8601, a date, or how long ago: `7d`, `24h`'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional().describe('`next` of the page before'),
  format: Format,
})

const Page = z
  .object({
    handoffs: z.array(HandoffItem),
    next: z.string().nullable().describe('null: this is the last page; a page may hold fewer than `limit` before it'),
  })
  .meta({
    id: 'HandoffPage',
    examples: [
      {
        handoffs: [
          {
            id: '401000000001-1',
            leadId: '401000000001',
            kind: 'mql-to-sales-tier-1',
            route: 'tier-1-mql',
            pool: 'ae',
            rep: 'ae-1',
            status: 'responded',
            sla: 'responded',
            startedAt: '2026-11-18T15:00:00.000Z',
            dueAt: '2026-11-18T15:05:00.000Z',
            answered: { at: '2026-11-18T15:03:00.000Z', how: 'contacted', by: 'U0000AE1', minutes: 3 },
          },
        ],
        next: null,
      },
    ],
  })

/** `GET /v1/handoffs`: handoffs by status and other filters, the youngest first, page by page, as JSON or CSV. */
export function handoffRoutes(parts: HandoffRouteParts) {
  return async function plugin(instance: FastifyInstance): Promise<void> {
    const app = instance.withTypeProvider<ZodTypeProvider>()
    app.get(
      '/handoffs',
      {
        schema: {
          operationId: 'listHandoffs',
          tags: ['handoffs'],
          summary: 'Handoffs by status, the youngest first',
          description: 'All filters have to hold.',
          querystring: Query,
          response: { 200: listResponse(Page), ...problemResponses(400, 401, 429, 503) },
        },
      },
      async (request, reply) => {
        const { limit, cursor, format: _, since, ...same } = request.query
        const filter = { ...same, since: instantOf(since, parts.clock.now()) }
        const after = cursor === undefined ? null : readCursor(cursor, /^\d{1,18}-\d{1,9}$/)
        const { handoffs, next } = await parts.handoffPages(filter, after, limit)
        const following = next && writeCursor(next)
        if (wantsCsv(request))
          return sendCsv(request, reply, HANDOFF_COLUMNS, handoffs.map(handoffRow), following) as never
        return { handoffs, next: following }
      },
    )
  }
}
