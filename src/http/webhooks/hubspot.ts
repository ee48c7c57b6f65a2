import type { FastifyInstance, FastifyRequest } from 'fastify'
import { parse } from 'secure-json-parse'
import type { Config } from '../../config/config.ts'
import type { Clock } from '../../platform/clock.ts'
import { withDeadline } from '../../platform/errors.ts'
import type { Metrics } from '../../platform/metrics.ts'
import type { Hurry, Waiting } from '../../store/commit.ts'
import { CROWD, hurryLeads } from '../../store/crowd.ts'
import { companyEntry } from '../../store/digests.ts'
import type { Inbox } from '../../store/inbox.ts'
import type { LastEvent } from '../../store/last-event.ts'
import { INDEX } from '../../store/partitions.ts'
import { notConfirmed, ProblemError } from '../problems.ts'
import { HUBSPOT_WEBHOOK } from './docs.ts'
import { type ReadEvent, readEvent } from './hubspot-events.ts'
import { brokenBound, type JsonBounds } from './json-bounds.ts'
import { header, verifyHubSpotSignature } from './signatures.ts'

// A property's value may have 65,536 characters, and a request a hundred of them.
const BODY_LIMIT = 8 * 1024 * 1024
// HubSpot sends at most 100 events in one request, flat ones of some 20 fields.
const MOST: JsonBounds = { rows: 1_000, values: 100_000, depth: 20 }
const CONFIRM_WITHIN = 3_000

/**
 * What the HubSpot webhook uses. `publicUrl` is scheme, host and path before the routes, as HubSpot has them, without a
 * slash at the end; `portalId` is ours, undefined while it is not known.
 */
export interface HubSpotWebhookParts {
  publicUrl: string
  secrets: string[]
  /** Whether v1 signatures are taken where HubSpot sends nothing else. */
  allowV1: boolean
  portalId: () => string | undefined
  clock: Clock
  config: () => Config
  inbox: Inbox
  lastEvent: LastEvent
  metrics: Metrics
  hurry: Hurry
}

/** `POST /webhooks/hubspot`: verify the raw bytes, parse, keep, then acknowledge. */
export function hubSpotWebhooks(parts: HubSpotWebhookParts) {
  let warned = false
  function warnOfV1(log: FastifyRequest['log']): void {
    if (!warned)
      log.warn(
        'HubSpot signs with v1, which can be replayed: taken because HUBSPOT_SIGNATURE_V1 is allow; a project app signs with v3',
      )
    warned = true
  }

  return async function plugin(app: FastifyInstance): Promise<void> {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_LIMIT }, (_request, body, done) =>
      done(null, body),
    )

    app.post('/webhooks/hubspot', { ...HUBSPOT_WEBHOOK, bodyLimit: BODY_LIMIT }, async (request, reply) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
      const now = parts.clock.now()
      const verdict = verifyHubSpotSignature({
        secrets: parts.secrets,
        method: request.method,
        uri: parts.publicUrl + request.url,
        body,
        signature: header(request.headers['x-hubspot-signature-v3']),
        timestamp: header(request.headers['x-hubspot-request-timestamp']),
        v1: parts.allowV1 ? header(request.headers['x-hubspot-signature']) : undefined,
        now,
      })
      if (verdict === 'valid-v1') {
        parts.metrics.events.inc({ kind: 'request', outcome: 'signature-v1' })
        warnOfV1(request.log)
      } else if (verdict !== 'valid') {
        parts.metrics.events.inc({ kind: 'request', outcome: `signature-${verdict}` })
        throw new ProblemError({
          status: 401,
          title: 'Not signed by HubSpot',
          detail: `The signature is ${verdict}. Check PUBLIC_URL and HUBSPOT_CLIENT_SECRET.`,
        })
      }
      parts.lastEvent.note(now)
      const own = new Set<string>(Object.values(parts.config().hubspot.properties))
      const events = readBody(body).map((raw) => readEvent(raw, own, parts.portalId(), now))
      const incoming = events.flatMap((event) => (event.outcome === 'kept' ? event.incoming : []))
      const orders = ordersOf(events, now)
      const kept = Promise.all([
        parts.inbox.ingest(incoming, now),
        ...orders.map(({ index, id }) => parts.inbox.wait(index, id, now)),
      ])
      const [{ leadIds, fresh }] = await withDeadline(kept, CONFIRM_WITHIN, notConfirmed).catch((error) => {
        parts.metrics.events.inc({ kind: 'request', outcome: 'not-stored' })
        request.log.warn({ err: error }, 'events could not be stored: HubSpot is asked to send them again')
        throw notConfirmed()
      })
      for (const event of events) parts.metrics.events.inc({ kind: event.kind, outcome: event.outcome })
      if (incoming.length > fresh)
        parts.metrics.events.inc({ kind: 'any', outcome: 'duplicate' }, incoming.length - fresh)
      const malformed = events.filter((event) => event.outcome === 'malformed').length
      if (malformed > 0)
        request.log.warn({ malformed, of: events.length }, 'some events are malformed and were left out')
      const others = new Set(events.flatMap((event) => (event.outcome === 'other-portal' ? [event.portalId] : [])))
      if (others.size > 0)
        request.log.warn(
          { portals: [...others], ours: parts.portalId() },
          'events of another HubSpot portal were left out: the app is installed there as well, or HUBSPOT_PORTAL_ID is wrong',
        )
      parts.hurry(orders.length >= CROWD ? orders.map((order) => ({ ...order, last: true })) : orders)
      // The answer does not wait for it: all of it is kept.
      void hurry(events, leadIds, now).catch((error) =>
        request.log.warn({ err: error, leads: leadIds.length }, 'leads could not be hurried: the sweep will'),
      )
      return reply.code(204).send()
    })
  }

  async function hurry(events: ReadEvent[], leadIds: string[], now: number): Promise<void> {
    const burst = events.length >= CROWD
    const live = new Set(
      events
        .filter((event) => event.outcome === 'kept')
        .flatMap(({ imported, incoming }) => (imported ? [] : incoming.map(({ leadId }) => leadId))),
    )
    await hurryLeads(parts, leadIds, (leadId) => burst || !live.has(leadId), now, { settle: burst })
  }
}

/** What events order beside news of contacts, each once, as it waits. */
function ordersOf(events: ReadEvent[], now: number): Waiting[] {
  const orders = events.flatMap((event): Waiting[] => {
    if (event.outcome === 'erase') return [{ index: INDEX.erasures, id: event.leadId, at: now }]
    if (event.outcome === 'kept' && event.dealId) return [{ index: INDEX.deals, id: event.dealId, at: now }]
    if (event.outcome === 'deal') return [{ index: INDEX.deals, id: event.dealId, at: now }]
    if (event.outcome !== 'company') return []
    return [{ index: INDEX.companies, id: companyEntry(event.companyId), at: now }]
  })
  return [...new Map(orders.map((order) => [`${order.index} ${order.id}`, order])).values()]
}

const TOO_MUCH: Record<keyof JsonBounds, [status: number, detail: string]> = {
  rows: [413, `The body has more than ${MOST.rows} events.`],
  values: [413, `The body has more than ${MOST.values} values.`],
  depth: [400, `The body is nested more than ${MOST.depth} deep.`],
}

function readBody(body: Buffer): unknown[] {
  const broken = brokenBound(body, MOST)
  if (broken) {
    const [status, detail] = TOO_MUCH[broken]
    throw new ProblemError({ status, title: status === 413 ? 'Too large' : 'Not readable', detail })
  }
  let content: unknown
  try {
    content = parse(body.toString('utf8'))
  } catch {
    throw new ProblemError({ status: 400, title: 'Not readable', detail: 'The body is not safe JSON.' })
  }
  if (!Array.isArray(content))
    throw new ProblemError({ status: 400, title: 'Not an array', detail: 'The body must be an array of events.' })
  return content
}
