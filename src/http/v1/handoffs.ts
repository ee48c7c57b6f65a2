import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { type Handoff, holderOf, slaStatus } from '../../handoffs/handoff.ts'
import type { LeadStore } from '../../store/leads.ts'
import { HANDOFF_STATES } from '../../store/lists.ts'
import { ProblemError, problemResponses } from '../problems.ts'

const Query = z.object({
  status: z
    .enum(HANDOFF_STATES)
    .default('open')
    .describe('`breached` are those whose deadline passed without a response, whatever became of them'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional().describe('`next` of the page before'),
})

const Instant = z.iso.datetime()
const Item = z.object({
  id: z.string(),
  leadId: z.string(),
  definition: z.string().describe('the handoff in sla.yaml'),
  route: z.string(),
  pool: z.string(),
  rep: z.string().describe('who has it, or had it last'),
  status: z.enum(['open', 'responded', 'closed']),
  sla: z.enum(['none', 'running', 'responded', 'breached']),
  startedAt: Instant,
  dueAt: Instant,
  breachedAt: Instant.optional(),
  ended: z
    .object({
      at: Instant,
      how: z.string(),
      by: z.string().optional().describe('a Slack user id'),
      minutes: z.number().describe('open minutes from the start, in the calendar of the clock'),
    })
    .optional(),
})
const Page = z
  .object({ handoffs: z.array(Item), next: z.string().nullable().describe('null: this is the last page') })
  .meta({
    id: 'HandoffPage',
    examples: [
      {
        handoffs: [
          {
            id: '401000000001-1',
            leadId: '401000000001',
            definition: 'mql-to-sales-tier-1',
            route: 'tier-1-mql',
            pool: 'ae',
            rep: 'ae-1',
            status: 'responded',
            sla: 'responded',
            startedAt: '2026-11-18T15:00:00.000Z',
            dueAt: '2026-11-18T15:05:00.000Z',
            ended: { at: '2026-11-18T15:03:00.000Z', how: 'contacted', by: 'U0000AE1', minutes: 3 },
          },
        ],
        next: null,
      },
    ],
  })

/** `GET /v1/handoffs`: the handoffs of a status, the youngest first, page by page. */
export function handoffRoutes(parts: { leads: LeadStore }) {
  return async function plugin(instance: FastifyInstance): Promise<void> {
    const app = instance.withTypeProvider<ZodTypeProvider>()
    app.get(
      '/handoffs',
      {
        schema: {
          operationId: 'listHandoffs',
          tags: ['handoffs'],
          summary: 'Handoffs by status, the youngest first',
          querystring: Query,
          response: { 200: Page, ...problemResponses(400, 401, 429, 503) },
        },
      },
      async (request) => {
        const { status, limit, cursor } = request.query
        const after = cursor === undefined ? null : readCursor(cursor)
        const { handoffs, next } = await parts.leads.listHandoffs(status, after, limit)
        return { handoffs: handoffs.map(itemOf), next: next && writeCursor(next) }
      },
    )
  }
}

function itemOf(handoff: Handoff): z.input<typeof Item> {
  const { id, leadId, definition, route, pool, status, breachedAt, ended } = handoff
  const iso = (at: number) => new Date(at).toISOString()
  return {
    id,
    leadId,
    definition,
    route,
    pool,
    rep: holderOf(handoff).rep,
    status,
    sla: slaStatus(handoff),
    startedAt: iso(handoff.startedAt),
    dueAt: iso(handoff.dueAt),
    ...(breachedAt === undefined ? {} : { breachedAt: iso(breachedAt) }),
    ...(ended ? { ended: { ...ended, at: iso(ended.at) } } : {}),
  }
}

function writeCursor({ at, id }: { at: number; id: string }): string {
  return Buffer.from(`${at}.${id}`).toString('base64url')
}

function readCursor(cursor: string): { at: number; id: string } {
  const [, at, id] = /^(\d{1,15})\.(\d{1,18}-\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  if (at === undefined || id === undefined) {
    throw new ProblemError({
      status: 400,
      title: 'The request is not valid',
      detail: 'cursor: must be the `next` of an earlier page.',
    })
  }
  return { at: Number(at), id }
}
