import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Clock } from '../../platform/clock.ts'
import { FACT_COLUMNS, FACT_TYPE_NAMES, FactItem, type FactPages } from '../../views/facts.ts'
import { Format, listResponse, sendCsv, wantsCsv } from '../csv.ts'
import { problemResponses } from '../problems.ts'
import { readCursor, writeCursor } from './cursors.ts'
import { instantOf, Since } from './since.ts'

/** What the list of facts uses. */
export interface FactRouteParts {
  clock: Clock
  factPages: FactPages
}

const Name = z.string().min(1).max(200).optional()
const Query = z.object({
  type: z.enum(FACT_TYPE_NAMES).optional(),
  rep: Name,
  pool: Name,
  route: Name,
  lead: Name.describe('the pseudonym of a lead, as facts name it'),
  since: Since.default('7d').describe(
    'happened at or after it: an instant of ISO 8601, a date, or how long ago; 7d unless told',
  ),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  cursor: z.string().max(200).optional().describe('`next` of the page before'),
  format: Format,
})
const Page = z
  .object({ facts: z.array(FactItem), next: z.string().nullable().describe('null: this is the last page') })
  .meta({
    id: 'FactPage',
    examples: [
      {
        facts: [
          {
            id: '7-1763478000000-0.1',
            at: '2026-11-18T15:00:00.000Z',
            type: 'assigned',
            value: 1.2,
            lead: 'pWq3k1Zr9A',
            handoff: '1',
            kind: 'mql-to-sales-tier-1',
            pool: 'ae',
            rep: 'ae-1',
            route: 'tier-1-mql',
            reason: 'rotation',
          },
        ],
        next: null,
      },
    ],
  })

/** `GET /v1/facts`. */
export function factRoutes(parts: FactRouteParts) {
  return async function plugin(instance: FastifyInstance): Promise<void> {
    const app = instance.withTypeProvider<ZodTypeProvider>()
    app.get(
      '/facts',
      {
        schema: {
          operationId: 'listFacts',
          tags: ['operations'],
          summary: 'What happened, the latest first, without personal data',
          querystring: Query,
          response: { 200: listResponse(Page), ...problemResponses(400, 401, 429, 503) },
        },
      },
      async (request, reply) => {
        const { since, limit, cursor, format: _, ...same } = request.query
        const after = cursor === undefined ? null : readCursor(cursor, /^[0-9a-f]-\d+-\d+\.\d+$/)
        const filter = { ...same, since: instantOf(since, parts.clock.now()) ?? 0 }
        const { facts, next } = await parts.factPages(filter, after, limit)
        const following = next && writeCursor(next)
        if (wantsCsv(request)) return sendCsv(request, reply, FACT_COLUMNS, facts, following) as never
        return { facts, next: following }
      },
    )
  }
}
