// The webhooks of the simulated HubSpot: which events a change causes, how they are signed, delivered and retried.

import { createHmac } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { PropertyCatalogue } from './properties.ts'
import { CHANGE_SOURCES, type ChangedBy, type RecordChange } from './records.ts'

/** Where and how events go out. */
export interface WebhookSettings {
  targetUrl: string
  /** The URL that is signed, where a proxy stands in front; `targetUrl` when absent. */
  publicUrl?: string
  /** `classic` is `contact.creation`, `generic` is `object.creation` with an objectTypeId. Classic when absent. */
  form?: 'classic' | 'generic'
  /** Contact properties whose changes are sent; `SUBSCRIBED_PROPERTIES` when absent. Calculated ones never fire. */
  properties?: string[]
  /** How often a failed delivery is sent again; 10, as HubSpot does, when absent. */
  retries?: number
  /** Between two attempts; 200 when absent (HubSpot spreads them over 24 h). */
  retryDelayMs?: number
  /** How long an answer may take; 5,000, as with HubSpot, when absent. */
  timeoutMs?: number
  /** How many extra copies of every delivery are sent. */
  duplicates?: number
  /** Sends the events, and the batches of 100, last first. */
  reverse?: boolean
}

/** The contact properties that are subscribed to unless the settings name others. */
export const SUBSCRIBED_PROPERTIES: readonly string[] = `email firstname lastname jobtitle company numemployees country
  lifecyclestage hs_lead_status hubspot_owner_id hs_analytics_source hs_analytics_source_data_1 hs_email_open
  hs_email_click hs_analytics_last_timestamp notes_last_contacted num_contacted_notes`.split(/\s+/)

/** One event of a delivery's array. What is missing of `eventId`, `portalId` and so on is filled in on sending. */
export interface HubSpotEvent {
  subscriptionType: string
  objectId: number
  [field: string]: unknown
}

/** One attempt to deliver one array of events. */
export interface DeliveryAttempt {
  status: number | 'failed'
  events: number
  attempt: number
}

/** The escapes that HubSpot decodes in the URL before it signs; others stay. Source: HubSpot's request validation guide, v3. */
const DECODED_ESCAPES = /%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi

/** The v3 signature of a request: base64 HMAC-SHA256 over method, URL, raw body and timestamp (epoch milliseconds). */
export function signHubSpotRequest(request: {
  clientSecret: string
  method: string
  url: string
  body: string
  timestamp: number | string
}): string {
  const url = request.url.replace(DECODED_ESCAPES, decodeURIComponent)
  return createHmac('sha256', request.clientSecret)
    .update(`${request.method}${url}${request.body}${request.timestamp}`)
    .digest('base64')
}

/** What webhooks are signed and filled with. */
export interface WebhookSenderParts {
  now: () => number
  clientSecret: string
  portalId: number
  appId: number
  catalogue: PropertyCatalogue
}

/** Turns changes of contacts into deliveries. At most 100 events in one, at most 10 deliveries at a time. */
export function createWebhookSender({ now, clientSecret, portalId, appId, catalogue }: WebhookSenderParts) {
  let settings: WebhookSettings | undefined
  let pending: HubSpotEvent[] = []
  let eventCount = 0
  let unfinished = 0
  let sending = 0
  const closing = new AbortController()
  const subscriptionIds = new Map<string, number>()
  const queue: (() => void)[] = []
  let waiters: (() => void)[] = []
  const deliveries: DeliveryAttempt[] = []

  const sources: Record<ChangedBy, string | undefined> = {
    ...{ person: 'userId:80011', form: undefined, import: undefined, hubspot: undefined, 'other-app': '5550001' },
    api: String(appId),
  }

  function event(id: string, type: string, by: ChangedBy, fields: Record<string, unknown>): HubSpotEvent {
    const generic = settings?.form === 'generic' && type !== 'privacyDeletion'
    return {
      ...{ occurredAt: now(), subscriptionType: `${generic ? 'object' : 'contact'}.${type}`, objectId: Number(id) },
      ...(generic ? { objectTypeId: '0-1' } : {}),
      ...fields,
      ...{ changeSource: CHANGE_SOURCES[by], sourceId: sources[by] },
    }
  }

  function eventsOf(change: RecordChange): HubSpotEvent[] {
    if (change.kind === 'merged') {
      const ids = { primaryObjectId: Number(change.primaryId), mergedObjectIds: [Number(change.mergedId)] }
      const more = { newObjectId: Number(change.newId), numberOfPropertiesMoved: change.moved }
      return [event(change.primaryId, 'merge', change.by, { ...ids, ...more })]
    }
    const { id, by } = change
    if (!('properties' in change)) {
      if (change.kind === 'restored') return [event(id, 'restore', by, {})]
      const deletion = event(id, 'deletion', by, { changeFlag: 'DELETED' })
      return change.kind === 'deleted' ? [deletion] : [deletion, event(id, 'privacyDeletion', by, {})]
    }
    const subscribed = settings?.properties ?? SUBSCRIBED_PROPERTIES
    const sensitive = settings?.form === 'generic' ? { isSensitive: false } : {}
    const events = Object.entries(change.properties)
      .filter(([name]) => subscribed.includes(name) && catalogue.of('contacts').get(name)?.calculated === false)
      .map(([name, value]) => {
        return event(id, 'propertyChange', by, { propertyName: name, propertyValue: value ?? '', ...sensitive })
      })
    // Seen in the field: one save sends all its events with one time, the creation somewhere among them.
    if (change.kind === 'created')
      events.splice(Math.floor(events.length / 2), 0, event(id, 'creation', by, { changeFlag: 'CREATED' }))
    return events
  }

  /** Multiplying by an odd constant gives ids below 2^32 that do not repeat and do not rise, as HubSpot's. */
  function complete(raw: HubSpotEvent): HubSpotEvent {
    const key = `${raw.subscriptionType} ${raw.propertyName ?? ''}`
    const subscriptionId = subscriptionIds.get(key) ?? 5_100_001 + subscriptionIds.size
    subscriptionIds.set(key, subscriptionId)
    const eventId = Math.imul(++eventCount, 2_654_435_761) >>> 0
    return { eventId, subscriptionId, portalId, appId, occurredAt: now(), attemptNumber: 0, ...raw }
  }

  async function post(events: HubSpotEvent[], attempt: number, target: WebhookSettings): Promise<number | 'failed'> {
    const body = JSON.stringify(events.map((each) => ({ ...each, attemptNumber: attempt })))
    const timestamp = now()
    const url = target.publicUrl ?? target.targetUrl
    try {
      const response = await fetch(target.targetUrl, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          'X-HubSpot-Signature-v3': signHubSpotRequest({ clientSecret, method: 'POST', url, body, timestamp }),
          'X-HubSpot-Request-Timestamp': String(timestamp),
        },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([closing.signal, AbortSignal.timeout(target.timeoutMs ?? 5_000)]),
      })
      await response.arrayBuffer()
      return response.status
    } catch {
      return 'failed'
    }
  }

  async function slot(): Promise<void> {
    if (sending >= 10) await new Promise<void>((resolve) => queue.push(resolve))
    else sending += 1
  }

  function leaveSlot(): void {
    const next = queue.shift()
    if (next) next()
    else sending -= 1
  }

  async function deliver(events: HubSpotEvent[], target: WebhookSettings): Promise<void> {
    for (let attempt = 0; attempt <= (target.retries ?? 10) && !closing.signal.aborted; attempt += 1) {
      if (attempt > 0) await pause(target.retryDelayMs ?? 200, undefined, { signal: closing.signal }).catch(() => {})
      await slot()
      const status = await post(events, attempt, target)
      leaveSlot()
      deliveries.push({ status, events: events.length, attempt })
      if (status !== 'failed' && status >= 200 && status < 300) return
    }
  }

  async function send(events: HubSpotEvent[], target: WebhookSettings): Promise<void> {
    const ordered = target.reverse ? events.toReversed() : events
    const batches: HubSpotEvent[][] = []
    for (let from = 0; from < ordered.length; from += 100) batches.push(ordered.slice(from, from + 100))
    const copies = Array.from({ length: 1 + (target.duplicates ?? 0) }, () => batches).flat()
    unfinished += 1
    await Promise.all(copies.map((batch) => deliver(batch, target)))
    unfinished -= 1
    rest()
  }

  function rest(): void {
    if (unfinished > 0 || pending.length > 0) return
    const resting = waiters
    waiters = []
    for (const resolve of resting) resolve()
  }

  // The changes of one turn go out together, so that a batch write gives full arrays, as HubSpot's do.
  function flush(): void {
    const events = pending
    pending = []
    if (settings) void send(events, settings)
    else rest()
  }

  return {
    deliveries,

    set(next: WebhookSettings | undefined): void {
      settings = next
    },

    /** Sends what a change of a contact causes; nothing while no target is set. */
    publish(change: RecordChange): void {
      if (!settings || closing.signal.aborted) return
      const events = eventsOf(change).map(complete)
      if (events.length > 0 && pending.length === 0) setImmediate(flush)
      pending.push(...events)
    },

    /** Sends events as they are given, and resolves when their deliveries have ended, retries included. */
    async fire(events: HubSpotEvent[], options: { duplicates?: number; reverse?: boolean } = {}): Promise<void> {
      if (!settings) throw new Error('The simulated HubSpot has no webhook target')
      await send(events.map(complete), { ...settings, ...options })
    },

    /** Resolves when nothing is to be sent, under way or waiting for a retry. */
    settled(): Promise<void> {
      if (unfinished === 0 && pending.length === 0) return Promise.resolve()
      return new Promise((resolve) => waiters.push(resolve))
    },

    async close(): Promise<void> {
      closing.abort()
      await this.settled()
    },
  }
}
