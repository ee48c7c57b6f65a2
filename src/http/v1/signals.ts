import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Config } from '../../config/config.ts'
import { suggestion } from '../../config/problems.ts'
import type { Clock } from '../../platform/clock.ts'
import { withDeadline } from '../../platform/errors.ts'
import type { Metrics } from '../../platform/metrics.ts'
import type { Signal } from '../../rules/attributes.ts'
import type { Hurry } from '../../store/commit.ts'
import { CROWD, hurryLeads } from '../../store/crowd.ts'
import type { Inbox, Incoming } from '../../store/inbox.ts'
import { INDEX } from '../../store/partitions.ts'
import { addressKey, EMAIL_KEY, signalKey } from '../../store/schema.ts'
import { notConfirmed, problemResponses } from '../problems.ts'

const OneSignal = z
  .strictObject({
    id: z.string().min(1).max(200),
    type: z.string().min(1).max(100),
    contactId: z
      .string()
      .regex(/^\d{1,18}$/, 'must be a HubSpot contact id')
      .optional(),
    email: z.email().max(320).optional(),
    occurredAt: z.union([z.iso.datetime({ offset: true }), z.int().min(0)], {
      error: 'is required: ISO 8601 with a time zone, or epoch milliseconds',
    }),
    value: z
      .union([z.number(), z.string().min(1).max(200)])
      .optional()
      .describe('what it came to, for types with a unit in signals.yaml: a number'),
    properties: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
  })
  .refine(
    (signal) => (signal.contactId === undefined) !== (signal.email === undefined),
    'needs either contactId or email',
  )

const Body = z.strictObject({ signals: z.array(OneSignal).min(1).max(1_000) }).meta({
  id: 'Signals',
  examples: [
    {
      signals: [
        {
          id: 'visit-1',
          type: 'pricing_page_viewed',
          contactId: '401000000001',
          occurredAt: '2026-11-20T12:00:00Z',
          properties: { page: '/pricing' },
        },
        { id: 'trial-7', type: 'trial_started', email: 'dana@northwind.example', occurredAt: 1795176000000 },
      ],
    },
  ],
})
const Answer = z
  .object({
    accepted: z.int().describe('signals that are new and kept'),
    duplicates: z.int().describe('signals whose id came within the last 48 hours'),
    unknown: z.array(z.string()).describe('types that signals.yaml does not name'),
    refused: z
      .array(z.object({ id: z.string(), type: z.string(), why: z.string() }))
      .optional()
      .describe('signals that are not kept, and why: the first 100'),
  })
  .meta({
    id: 'SignalsKept',
    examples: [
      {
        accepted: 1,
        duplicates: 0,
        unknown: ['demo_request'],
        refused: [
          {
            id: 'visit-2',
            type: 'demo_request',
            why: 'signals.yaml names no such type; did you mean "demo_requested"?',
          },
        ],
      },
    ],
  })

const MOST_REFUSED_TOLD = 100
const DETAIL_PROPERTIES = ['page', 'url', 'title', 'name', 'content']

/** What the route uses. */
export interface SignalParts {
  clock: Clock
  config: () => Config
  inbox: Inbox
  metrics: Metrics
  hurry: Hurry
}

/** `POST /v1/signals`: keeps what leads did elsewhere; the id makes it idempotent for 48 hours. */
export function signalRoutes(parts: SignalParts) {
  return async function plugin(instance: FastifyInstance): Promise<void> {
    const app = instance.withTypeProvider<ZodTypeProvider>()
    const schema = {
      operationId: 'sendSignals',
      tags: ['signals'],
      summary: 'Tell what leads did elsewhere',
      description:
        'Each signal names its contact by `contactId` or by `email`; the `id` makes it idempotent for 48 hours. A type that signals.yaml does not name, and a value that is not what the type has, is left out and named in the answer; the others are kept.',
      body: Body,
      response: { 202: Answer, ...problemResponses(400, 401, 403, 413, 415, 429, 503) },
    }
    app.post('/signals', { schema }, async (request, reply) => {
      const now = parts.clock.now()
      const known = parts.config().signals
      const { signals } = request.body
      const refused = signals.flatMap((signal) => {
        const why = whyRefused(known, signal)
        return why === undefined ? [] : [{ id: signal.id, type: signal.type, why }]
      })
      const unknown = refused.filter(({ type }) => !Object.hasOwn(known, type))
      const usable = signals.filter((signal) => whyRefused(known, signal) === undefined)
      const incoming = usable.map((signal) => toIncoming(signal, known, now))
      const { leadIds, fresh } = await withDeadline(parts.inbox.ingest(incoming, now), 3_000, notConfirmed).catch(
        (error) => {
          parts.metrics.events.inc({ kind: 'request', outcome: 'not-stored' })
          request.log.warn({ err: error }, 'signals could not be stored')
          throw notConfirmed()
        },
      )
      parts.metrics.events.inc({ kind: 'signal', outcome: 'kept' }, fresh)
      parts.metrics.events.inc({ kind: 'signal', outcome: 'duplicate' }, usable.length - fresh)
      parts.metrics.events.inc({ kind: 'signal', outcome: 'unknown' }, unknown.length)
      parts.metrics.events.inc({ kind: 'signal', outcome: 'refused' }, refused.length - unknown.length)
      const [addresses, leads] = [leadIds.filter(isAddress), leadIds.filter((id) => !isAddress(id))]
      parts.hurry(addresses.map((id) => ({ index: INDEX.addresses, id, at: now })))
      // The answer does not wait for it: all of it is kept.
      void hurryLeads(parts, leads, () => signals.length >= CROWD, now).catch((error) =>
        request.log.warn({ err: error, leads: leads.length }, 'leads could not be hurried: the sweep will'),
      )
      return reply.code(202).send({
        accepted: fresh,
        duplicates: usable.length - fresh,
        unknown: [...new Set(unknown.map(({ type }) => type))],
        ...(refused.length > 0 ? { refused: refused.slice(0, MOST_REFUSED_TOLD) } : {}),
      })
    })
  }
}

type GivenSignal = z.output<typeof OneSignal>

/** Why a signal is not kept, for whoever sends it; undefined when it is. */
function whyRefused(known: Config['signals'], { type, value, properties }: GivenSignal): string | undefined {
  const entry = Object.hasOwn(known, type) ? known[type] : undefined
  if (!entry) return `signals.yaml names no such type${suggestion(type, Object.keys(known))}`
  const given = value ?? properties?.value
  if (entry.unit === undefined || isNumber(given)) return undefined
  return given === undefined || given === null
    ? `needs a value: ${entry.unit}`
    : `its value must be a number: ${entry.unit}`
}

function isNumber(value: unknown): boolean {
  return (
    typeof value === 'number' || (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)))
  )
}

function isAddress(id: string): boolean {
  return id.startsWith(EMAIL_KEY)
}

function toIncoming(signal: GivenSignal, known: Config['signals'], now: number): Incoming {
  const at = typeof signal.occurredAt === 'number' ? signal.occurredAt : Date.parse(signal.occurredAt)
  const detail = DETAIL_PROPERTIES.map((name) => signal.properties?.[name]).find((value) => typeof value === 'string')
  // Of a meeting: who hosts it, as an owner of HubSpot.
  const value = signal.value ?? signal.properties?.value ?? signal.properties?.host
  const by = known[signal.type]?.by
  const kept: Signal = {
    // Ids of callers and of HubSpot's counters are kept apart.
    id: `api-${signal.id}`,
    type: signal.type,
    at: Math.min(at, now),
    ...(typeof detail === 'string' ? { detail: detail.slice(0, 200) } : {}),
    ...(value === undefined || value === null ? {} : { value: String(value).slice(0, 200) }),
    ...(by ? { by } : {}),
  }
  const key = signalKey(signal.id)
  if (signal.contactId)
    return { leadId: signal.contactId, key, item: { kind: 'signal', signal: kept, receivedAt: now } }
  const email = (signal.email ?? '').toLowerCase()
  return { leadId: addressKey(email), key, item: { kind: 'signal', signal: kept, receivedAt: now, email } }
}
