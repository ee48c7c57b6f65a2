import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { ENDINGS } from '../../handoffs/endings.ts'
import { type Handoff, holderOf } from '../../handoffs/handoff.ts'
import { HANDOFF_STATUSES, handoffStatus, SLA_STATUSES, slaStatus } from '../../handoffs/status.ts'
import { iso } from '../../rules/words.ts'
import type { HandoffLists } from '../../store/handoffs.ts'
import { HANDOFF_LISTS } from '../../store/partitions.ts'
import { DELIVERY, deliveryView } from '../../views/delivery.ts'
import { ProblemError, problemResponses } from '../problems.ts'

const Query = z.object({
  status: z
    .enum(HANDOFF_LISTS)
    .default('open')
    .describe(
      '`waiting`: nobody is free to take the lead; `open`: the clock runs; `responded`: the rep has contacted the lead; `closed`: it ended otherwise; `breached` are those whose deadline passed without a response, whatever became of them',
    ),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional().describe('`next` of the page before'),
})

const Instant = z.iso.datetime()
const Item = z.object({
  id: z.string(),
  leadId: z.string(),
  kind: z.string().describe('the handoff in handoffs.yaml'),
  route: z.string(),
  about: z.string().optional().describe('the deal that it is about'),
  pool: z.string().optional().describe('absent where a person has it who belongs to none'),
  rep: z.string().optional().describe('who has it, or had it last; absent while nobody is free'),
  status: z.enum(HANDOFF_STATUSES),
  sla: z.enum(SLA_STATUSES),
  startedAt: Instant.describe('of one that waits: since when'),
  dueAt: Instant.optional().describe('absent while nobody has it: the clock starts when somebody takes it'),
  breachedAt: Instant.optional(),
  ...DELIVERY,
  answered: z
    .object({
      at: Instant,
      how: z.string(),
      by: z.string().optional().describe('a Slack user id'),
      minutes: z.number().describe('open minutes from the start, in the calendar of the clock'),
    })
    .optional()
    .describe("the rep's first response"),
  ended: z
    .object({ at: Instant, how: z.enum(ENDINGS), by: z.string().optional().describe('a Slack user id') })
    .optional(),
  reason: z.string().optional().describe('why it ended so, in the words of who ended it'),
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

/** `GET /v1/handoffs`: the handoffs of a status, the youngest first, page by page. */
export function handoffRoutes(parts: { handoffs: HandoffLists }) {
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
        const { handoffs, next } = await parts.handoffs.page(status, after, limit)
        return { handoffs: handoffs.map(itemOf), next: next && writeCursor(next) }
      },
    )
  }
}

function itemOf(handoff: Handoff): z.input<typeof Item> {
  const { id, leadId, kind, route, about, pool, dueAt, breachedAt, answered, ended } = handoff
  const rep = holderOf(handoff)?.rep
  return {
    id,
    leadId,
    kind,
    route,
    ...(about === undefined ? {} : { about }),
    ...(pool === '' ? {} : { pool }),
    ...(rep === undefined ? {} : { rep }),
    status: handoffStatus(handoff),
    sla: slaStatus(handoff),
    startedAt: iso(handoff.startedAt),
    ...(dueAt === null ? {} : { dueAt: iso(dueAt) }),
    ...(breachedAt === undefined ? {} : { breachedAt: iso(breachedAt) }),
    ...deliveryView(handoff),
    ...(answered ? { answered: { ...answered, at: iso(answered.at) } } : {}),
    ...(ended?.reason === undefined ? {} : { reason: ended.reason }),
    ...(ended ? { ended: { at: iso(ended.at), how: ended.how, ...(ended.by ? { by: ended.by } : {}) } } : {}),
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
