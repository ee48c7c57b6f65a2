// The webhooks of the simulated HubSpot: which events a change causes, how they are signed, delivered and retried.

import { createHash, createHmac } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { ABOUT, type ObjectType } from './object-types.ts'
import type { PropertyCatalogue } from './properties.ts'
import type { RecordChange } from './record.ts'
import { sourceOf } from './sources.ts'

/** Where and how events go out. */
export interface WebhookSettings {
  targetUrl: string
  /** The URL that is signed, where a proxy stands in front; `targetUrl` when absent. */
  publicUrl?: string
  /** `classic` is `contact.creation`, `generic` is `object.creation` with an objectTypeId. Classic when absent. */
  form?: 'classic' | 'generic'
  /** Contact properties whose changes are sent; `SUBSCRIBED_PROPERTIES` when absent. */
  properties?: string[]
  /** Whether company events are sent, or of which properties; none when absent. */
  companies?: boolean | string[]
  /** Whether deal events are sent, or of which properties; none when absent. */
  deals?: boolean | string[]
  /** Whether association events of the kinds that are sent are sent too; not when absent. */
  associations?: boolean
  /** Not documented for all of them: whether calculated properties fire. They do not when absent. */
  calculatedFire?: boolean
  /** Which signature is sent: v3 when absent; v1 is what old private apps may get. */
  signature?: 'v3' | 'v1' | 'both'
  /** The portal that events name, where another account has the same app. */
  portalId?: number
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

const SUBSCRIBED_OF: Partial<Record<ObjectType, string[]>> = {
  companies: `name domain industry numberofemployees annualrevenue country state hubspot_owner_id
    lifecyclestage`.split(/\s+/),
  deals: 'dealname dealstage pipeline amount closedate hubspot_owner_id'.split(' '),
}

/** One event of a delivery's array. What is missing of `eventId`, `portalId` and so on is filled in on sending. */
export interface HubSpotEvent {
  subscriptionType: string
  /** Absent in classic association events. */
  objectId?: number
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

/** The v1 signature of a request: hex SHA-256 over secret and raw body. */
export function signHubSpotRequestV1({ clientSecret, body }: { clientSecret: string; body: string }): string {
  return createHash('sha256').update(`${clientSecret}${body}`).digest('hex')
}

/** What webhooks are signed and filled with. */
export interface WebhookSenderParts {
  now: () => number
  clientSecret: string
  portalId: number
  appId: number
  catalogue: PropertyCatalogue
}

/** Turns changes of contacts, companies and deals into deliveries. At most 100 events in one, at most 10 deliveries at a time. */
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

  /** The properties of a kind of object whose changes are sent; undefined when nothing of it is. */
  function subscribed(type: ObjectType): readonly string[] | undefined {
    if (type === 'contacts') return settings?.properties ?? SUBSCRIBED_PROPERTIES
    const asked = type === 'companies' ? settings?.companies : type === 'deals' ? settings?.deals : false
    return Array.isArray(asked) ? asked : asked ? SUBSCRIBED_OF[type] : undefined
  }

  function eventsOf(type: ObjectType, change: RecordChange): HubSpotEvent[] {
    const { singular, typeId } = ABOUT[type]
    const generic = settings?.form === 'generic'
    const { sourceType, sourceId } = sourceOf(change.by, appId, change.userId)

    function event(id: string, what: string, fields: Record<string, unknown>): HubSpotEvent {
      // There is no generic form of a privacy deletion.
      const isGeneric = generic && what !== 'privacyDeletion'
      return {
        ...{ occurredAt: change.at ?? now(), subscriptionType: `${isGeneric ? 'object' : singular}.${what}` },
        ...(what === 'associationChange' ? {} : { objectId: Number(id) }),
        ...(isGeneric ? { objectTypeId: typeId } : {}),
        ...fields,
        ...{ changeSource: sourceType, sourceId },
      }
    }

    if (change.kind === 'merged') {
      const ids = { primaryObjectId: Number(change.primaryId), mergedObjectIds: [Number(change.mergedId)] }
      const more = { newObjectId: Number(change.newId), numberOfPropertiesMoved: change.moved }
      return [event(change.primaryId, 'merge', { ...ids, ...more })]
    }
    const { id } = change
    if (change.kind === 'associated') {
      if (!settings?.associations) return []
      const other = ABOUT[change.toType]
      const fields = {
        associationType: `${singular}_TO_${other.singular}`.toUpperCase(),
        ...{ fromObjectId: Number(id), toObjectId: Number(change.toId), associationRemoved: change.removed },
        isPrimaryAssociation: change.primary,
        ...(generic ? { fromObjectTypeId: typeId, toObjectTypeId: other.typeId } : {}),
      }
      return [event(id, 'associationChange', fields)]
    }
    if (!('properties' in change)) {
      if (change.kind === 'restored') return [event(id, 'restore', {})]
      const deletion = event(id, 'deletion', { changeFlag: 'DELETED' })
      return change.kind === 'deleted' ? [deletion] : [deletion, event(id, 'privacyDeletion', {})]
    }
    const sensitive = generic ? { isSensitive: false } : {}
    const fires = (name: string) => {
      const calculated = catalogue.of(type).get(name)?.calculated ?? true
      return subscribed(type)?.includes(name) && (!calculated || settings?.calculatedFire)
    }
    const events = Object.entries(change.properties)
      .filter(([name]) => fires(name))
      .map(([name, value]) => {
        return event(id, 'propertyChange', { propertyName: name, propertyValue: value ?? '', ...sensitive })
      })
    // Seen in the field: one save sends all its events with one time, the creation somewhere among them.
    if (change.kind === 'created')
      events.splice(Math.floor(events.length / 2), 0, event(id, 'creation', { changeFlag: 'CREATED' }))
    return events
  }

  /** Multiplying by an odd constant gives ids below 2^32 that do not repeat and do not rise, as HubSpot's. */
  function complete(raw: HubSpotEvent): HubSpotEvent {
    const key = `${raw.subscriptionType} ${raw.propertyName ?? ''}`
    const subscriptionId = subscriptionIds.get(key) ?? 5_100_001 + subscriptionIds.size
    subscriptionIds.set(key, subscriptionId)
    const eventId = Math.imul(++eventCount, 2_654_435_761) >>> 0
    const portal = settings?.portalId ?? portalId
    return { eventId, subscriptionId, portalId: portal, appId, occurredAt: now(), attemptNumber: 0, ...raw }
  }

  async function post(events: HubSpotEvent[], attempt: number, target: WebhookSettings): Promise<number | 'failed'> {
    const body = JSON.stringify(events.map((each) => ({ ...each, attemptNumber: attempt })))
    const timestamp = now()
    const url = target.publicUrl ?? target.targetUrl
    const v3 = {
      'X-HubSpot-Signature-v3': signHubSpotRequest({ clientSecret, method: 'POST', url, body, timestamp }),
      'X-HubSpot-Request-Timestamp': String(timestamp),
    }
    const v1 = {
      'X-HubSpot-Signature': signHubSpotRequestV1({ clientSecret, body }),
      'X-HubSpot-Signature-Version': 'v1',
    }
    try {
      const response = await fetch(target.targetUrl, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          ...(target.signature === 'v1' ? {} : v3),
          ...(target.signature === 'v1' || target.signature === 'both' ? v1 : {}),
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

    /** Sends what a change of a record causes; nothing while no target is set or nothing of its kind is subscribed to. */
    publish(type: ObjectType, change: RecordChange): void {
      if (!settings || closing.signal.aborted || !subscribed(type)) return
      const events = eventsOf(type, change).map(complete)
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
