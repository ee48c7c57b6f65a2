import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { FLAWS } from '../../leads/quality.ts'
import { QUALITY_COLUMNS, QualityCounts, QualityItem, type QualityViews, qualityRow } from '../../views/data-quality.ts'
import { Format, listResponse, sendCsv, wantsCsv } from '../csv.ts'
import { problemResponses } from '../problems.ts'
import { readCursor, writeCursor } from './cursors.ts'

/** What the routes about data quality use. */
export interface QualityRouteParts {
  quality: QualityViews
}

const Query = z.object({
  kind: z.enum(FLAWS).optional().describe('only leads of which this is wrong'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional().describe('`next` of the page before'),
  format: Format,
})

const Page = z
  .object({
    summary: QualityCounts.nullable().describe('of the last check; null: none was made yet'),
    leads: z.array(QualityItem),
    next: z.string().nullable().describe('null: this is the last page'),
  })
  .meta({ id: 'DataQualityPage' })

/** `GET /v1/data-quality` and `POST /v1/data-quality`. */
export function qualityRoutes(parts: QualityRouteParts) {
  return async function plugin(instance: FastifyInstance): Promise<void> {
    const app = instance.withTypeProvider<ZodTypeProvider>()
    app.get(
      '/data-quality',
      {
        schema: {
          operationId: 'getDataQuality',
          tags: ['leads'],
          summary: 'Leads whose data in HubSpot is to be put right, the worst first',
          description:
            'All leads are checked every night; what is wrong with a lead is looked at again whenever it is listed. The list holds the worst 10,000, the counts are of all. Leads that may be one person are named side by side, and never merged by Baton.',
          querystring: Query,
          response: { 200: listResponse(Page), ...problemResponses(400, 401, 429, 503) },
        },
      },
      async (request, reply) => {
        const { kind, cursor, limit } = request.query
        const after = cursor === undefined ? null : readCursor(cursor, /^\d{1,18}$/)
        const { summary, leads, next } = await parts.quality.page(kind, after, limit)
        const following = next && writeCursor(next)
        if (wantsCsv(request))
          return sendCsv(request, reply, QUALITY_COLUMNS, leads.map(qualityRow), following) as never
        return { summary, leads, next: following }
      },
    )
    app.post(
      '/data-quality',
      {
        schema: {
          operationId: 'checkDataQuality',
          tags: ['leads'],
          summary: 'Check the data of all leads now',
          description: 'A worker begins within a quarter of a minute; `summary.checkedAt` says when it is done.',
          response: { 202: z.object({ accepted: z.literal(true) }), ...problemResponses(401, 403, 429, 503) },
        },
      },
      async (_request, reply) => {
        await parts.quality.checkAgain()
        return reply.code(202).send({ accepted: true })
      },
    )
  }
}
