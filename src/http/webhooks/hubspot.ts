import type { FastifyInstance } from 'fastify'
import { parse } from 'secure-json-parse'
import type { Config } from '../../config/config.ts'
import type { Clock } from '../../platform/clock.ts'
import { withDeadline } from '../../platform/errors.ts'
import type { Metrics } from '../../platform/metrics.ts'
import type { Hurry } from '../../store/commit.ts'
import type { Inbox } from '../../store/inbox.ts'
import type { LastEvent } from '../../store/last-event.ts'
import { INDEX } from '../../store/partitions.ts'
import { CROWD, hurryLeads } from '../crowd.ts'
import { notConfirmed, ProblemError } from '../problems.ts'
import { HUBSPOT_WEBHOOK } from './docs.ts'
import { type ReadEvent, readEvent } from './hubspot-events.ts'
import { verifyHubSpotSignature } from './signatures.ts'

const BODY_LIMIT = 1024 * 1024
const CONFIRM_WITHIN = 3_000

/** What the HubSpot webhook uses. `publicUrl` is scheme and host as HubSpot has them. */
export interface HubSpotWebhookParts {
  publicUrl: string
  secrets: string[]
  clock: Clock
  config: () => Config
  inbox: Inbox
  lastEvent: LastEvent
  metrics: Metrics
  hurry: Hurry
}

/** `POST /webhooks/hubspot`: verify the raw bytes, parse, keep, then acknowledge. */
export function hubSpotWebhooks(parts: HubSpotWebhookParts) {
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
        now,
      })
      if (verdict !== 'valid') {
        parts.metrics.events.inc({ kind: 'request', outcome: `signature-${verdict}` })
        throw new ProblemError({
          status: 401,
          title: 'Not signed by HubSpot',
          detail: `The signature is ${verdict}. Check PUBLIC_URL and HUBSPOT_CLIENT_SECRET.`,
        })
      }
      parts.lastEvent.note(now)
      const own = new Set<string>(Object.values(parts.config().hubspot.properties))
      const events = readBody(body).map((raw) => readEvent(raw, own, now))
      const incoming = events.flatMap((event) => (event.outcome === 'kept' ? event.incoming : []))
      const erased = events.flatMap((event) => (event.outcome === 'erase' ? [event.leadId] : []))
      const kept = Promise.all([
        parts.inbox.ingest(incoming, now),
        ...erased.map((leadId) => parts.inbox.wait(INDEX.erasures, leadId, now)),
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
      parts.hurry(erased.map((id) => ({ index: INDEX.erasures, id, at: now })))
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

function readBody(body: Buffer): unknown[] {
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

function header(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}
