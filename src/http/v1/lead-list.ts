import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { PLACES } from '../../leads/listed.ts'
import type { Clock } from '../../platform/clock.ts'
import { BANDS } from '../../rules/score.ts'
import { LEAD_COLUMNS, type LeadItem, LeadItem as LeadItemSchema, leadRow } from '../../views/lead-item.ts'
import { type LeadLists, ONE_PAGE, SearchAway } from '../../views/leads.ts'
import { Format, listResponse, sendCsv, wantsCsv } from '../csv.ts'
import { ProblemError, problemResponses } from '../problems.ts'
import { readCursor, writeCursor } from './cursors.ts'
import { instantOf, Since } from './since.ts'

/** What the list of leads uses. */
export interface LeadListParts {
  clock: Clock
  leadLists: LeadLists
}

const Flag = z
  .enum(['true', 'false'])
  .transform((word) => word === 'true')
  .optional()
const Name = z.string().min(1).max(200).optional()
const Query = z.object({
  q: z
    .string()
    .trim()
    .min(1)
    .max(300)
    .optional()
    .describe(
      'a contact id, a link to the contact in HubSpot, an email address, or a name, company or phone number, which HubSpot looks for; what fits best comes first, on one page',
    ),
  waiting: Flag.describe('`true`: a handoff of it waits, for nobody is free'),
  open: Flag.describe('`true`: a clock of it runs'),
  needsReview: Flag.describe('`true`: it lacks what sales needs'),
  rep: Name.describe('who has it in hand; else who had it with sales last'),
  route: Name.describe('where it stands'),
  band: z.enum(BANDS).optional(),
  place: z.enum(PLACES).optional().describe('with sales or for sales, resting, out, or left alone'),
  track: Name.describe('its nurture track'),
  since: Since.describe('scored last at or after it: an instant of ISO 8601, a date, or how long ago: `7d`, `24h`'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional().describe('`next` of the page before'),
  format: Format,
})

const Page = z
  .object({ leads: z.array(LeadItemSchema), next: z.string().nullable().describe('null: this is the last page') })
  .meta({
    id: 'LeadPage',
    examples: [
      {
        leads: [
          {
            id: '401000000001',
            name: 'Dana Ruiz',
            company: 'Northwind',
            jobTitle: 'VP Marketing',
            score: 92,
            fit: 50,
            engagement: 42,
            band: 'hot',
            place: 'sales',
            route: 'tier-1-mql',
            reps: ['ae-1'],
            needsReview: false,
            missing: [],
            waiting: false,
            open: true,
            scoredAt: '2026-11-18T15:00:00.000Z',
            reason: 'tier-1-mql: score 92 (fit 50, engagement 42)',
            handoffs: [
              {
                id: '401000000001-1',
                kind: 'mql-to-sales-tier-1',
                status: 'open',
                rep: 'ae-1',
                pool: 'ae',
                startedAt: '2026-11-18T15:00:00.000Z',
                dueAt: '2026-11-18T15:05:00.000Z',
                breached: false,
              },
            ],
            url: 'https://app.hubspot.com/contacts/1234567/record/0-1/401000000001',
          } satisfies LeadItem,
        ],
        next: null,
      },
    ],
  })

/** `GET /v1/leads`: leads by filters or by a search, page by page, as JSON or CSV. */
export function leadListRoutes(parts: LeadListParts) {
  return async function plugin(instance: FastifyInstance): Promise<void> {
    const app = instance.withTypeProvider<ZodTypeProvider>()
    app.get(
      '/leads',
      {
        schema: {
          operationId: 'listLeads',
          tags: ['leads'],
          summary: 'Leads by filters, or those that a search finds',
          description:
            'Those that were scored last come first. All filters have to hold. Contacts that HubSpot has deleted or merged into others are in no list.',
          querystring: Query,
          response: { 200: listResponse(Page), ...problemResponses(400, 401, 429, 503) },
        },
      },
      async (request, reply) => {
        const { q, limit, cursor, format: _, since, ...same } = request.query
        const filter = { ...same, since: instantOf(since, parts.clock.now()) }
        const after = cursor === undefined ? null : readCursor(cursor, /^\d{1,18}$/)
        if (q !== undefined && after)
          throw new ProblemError({ status: 400, title: 'The request is not valid', detail: `cursor: ${ONE_PAGE}` })
        const { leads, next } =
          q === undefined ? await parts.leadLists.list(filter, after, limit) : await search(q, filter, limit)
        const following = next && writeCursor(next)
        if (wantsCsv(request)) return sendCsv(request, reply, LEAD_COLUMNS, leads.map(leadRow), following) as never
        return { leads, next: following }
      },
    )

    async function search(q: string, filter: Parameters<LeadLists['list']>[0], limit: number) {
      try {
        return { leads: await parts.leadLists.search(q, filter, limit), next: null }
      } catch (error) {
        if (!(error instanceof SearchAway)) throw error
        throw new ProblemError({ status: 503, title: 'HubSpot does not answer', detail: error.message })
      }
    }
  }
}
