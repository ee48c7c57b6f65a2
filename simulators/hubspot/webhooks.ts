// The webhooks of the simulated HubSpot: how events are signed, delivered and retried.

import { setTimeout as pause } from 'node:timers/promises'
import type { ObjectType } from './object-types.ts'
import type { PropertyCatalogue } from './properties.ts'
import type { RecordChange } from './record.ts'
import { signHubSpotRequest, signHubSpotRequestV1 } from './signatures.ts'
import { eventsOf, type HubSpotEvent, subscribedProperties, type WebhookSettings } from './webhook-events.ts'

/** One attempt to deliver one array of events. */
export interface DeliveryAttempt {
  status: number | 'failed'
  events: number
  attempt: number
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
      if (!settings || closing.signal.aborted || !subscribedProperties(type, settings)) return
      const events = eventsOf(type, change, { settings, appId, now, catalogue }).map(complete)
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
