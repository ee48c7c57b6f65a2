import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { WebhookEvent } from '../facts/webhook-events.ts'
import { type Command, INDEX, leadOf, type Store } from './partitions.ts'

/*
 * Outgoing webhooks that wait to be sent: an event for an endpoint each. They are written with the facts that they tell of,
 * and stand in one hash of the lead, so that they are gone with it.
 */

/** Who is told of which events. */
export interface Subscriber {
  name: string
  events: readonly string[]
}

const Delivery = z.object({
  type: z.string(),
  at: z.number(),
  data: z.record(z.string(), z.unknown()),
  /** Since when it waits, and how often it was tried. */
  since: z.number(),
  tries: z.number(),
})

/** An event that an endpoint is to be told of, as it is kept. */
export type Delivery = z.output<typeof Delivery>

const ID = /^([^-@]+)-([\w-]+)@([a-z0-9-]+)$/

/** What the id of a delivery says; null when it is none. `webhookId` is the same for every try, and for every endpoint. */
export function readDeliveryId(
  id: string,
): { deliveryId: string; leadId: string; webhookId: string; endpoint: string } | null {
  const [, leadId, event, endpoint] = ID.exec(id) ?? []
  return leadId && event && endpoint ? { deliveryId: id, leadId, webhookId: `msg_${event}`, endpoint } : null
}

/**
 * What is to be told to whom of some events. `of` is the lead, or what stands for it where there is none; `seed` is another for
 * every change of it.
 */
export function deliveriesOf(
  of: string,
  seed: string,
  events: readonly WebhookEvent[],
  subscribers: readonly Subscriber[],
  now: number,
): { id: string; delivery: Delivery }[] {
  return events.flatMap(({ type, at, data }, number) => {
    const event = createHash('sha256').update(`${of} ${seed} ${number}`).digest('base64url').slice(0, 24)
    return subscribers
      .filter((one) => one.events.includes(type))
      .map(({ name }) => ({ id: `${of}-${event}@${name}`, delivery: { type, at, data, since: now, tries: 0 } }))
  })
}

/** The commands that keep deliveries; their place in the index is written beside. */
export function deliveryCommands(
  keys: Store['keys'],
  deliveries: readonly { id: string; delivery: Delivery }[],
): Command[] {
  return deliveries.map(({ id, delivery }) => ['HSET', keys.webhooks(leadOf(id)), id, JSON.stringify(delivery)])
}

/** The outbox of webhooks. */
export type WebhookOutbox = ReturnType<typeof createWebhookOutbox>

// Longer than one try can take.
const SENDING_MILLISECONDS = 14_000

/** Opens it. */
export function createWebhookOutbox({ redis, keys, partitions, commit }: Store) {
  const hash = (id: string) => keys.webhooks(leadOf(id))
  const index = (id: string) => keys.index(id, INDEX.webhooks)
  const off = keys.shared('webhooks-off')

  async function* scanned(key: string): AsyncGenerator<string[]> {
    let cursor = '0'
    do {
      const [next, flat] = await redis.zscan(key, cursor, 'COUNT', 1_000)
      yield flat.filter((_, at) => at % 2 === 0)
      cursor = next
    } while (cursor !== '0')
  }

  return {
    /** Reads a delivery; null when it is done, or gone with its lead. */
    async read(id: string): Promise<(Delivery & { kept: string }) | null> {
      const kept = await redis.hget(hash(id), id)
      return kept === null ? null : { ...Delivery.parse(JSON.parse(kept)), kept }
    },

    /** Takes one for a try; false when somebody else is at it. */
    async take(id: string): Promise<boolean> {
      const key = `${hash(id)}:${id.slice(id.indexOf('-') + 1)}`
      return (await redis.set(key, '1', 'PX', SENDING_MILLISECONDS, 'NX')) !== null
    },

    /** Gives one back that was taken. */
    async giveBack(id: string): Promise<void> {
      await redis.del(`${hash(id)}:${id.slice(id.indexOf('-') + 1)}`)
    },

    /** Takes one out: it was sent, or nobody is to hear of it any more. */
    async remove(id: string): Promise<void> {
      await commit(
        [],
        [
          ['HDEL', hash(id), id],
          ['ZREM', index(id), id],
        ],
      )
    },

    /** Notes a try that failed, and when the next one is due; nothing where it is gone meanwhile. */
    async putOff(id: string, { kept, ...delivery }: Delivery & { kept: string }, at: number): Promise<void> {
      await commit(
        [{ key: hash(id), field: id, value: Buffer.from(kept) }],
        [
          ['HSET', hash(id), id, JSON.stringify(delivery)],
          ['ZADD', index(id), at, id],
        ],
      )
    },

    /** Keeps what others are told of a report; told again of the same one, it has the same id. */
    async addReport(
      { name, period, url }: { name: string; period: string; url: string | undefined },
      subscribers: readonly Subscriber[],
      now: number,
    ): Promise<{ index: string; id: string; at: number }[]> {
      const event = { type: 'report', at: now, data: { name, period, ...(url ? { url } : {}) } } as const
      const deliveries = deliveriesOf('report', `${name} ${period}`, [event], subscribers, now)
      const waiting = deliveries.map(({ id }) => ({ index: INDEX.webhooks, id, at: now }))
      const entries = waiting.map(({ id }): Command => ['ZADD', index(id), now, id])
      if (waiting.length > 0) await commit([], [...deliveryCommands(keys, deliveries), ...entries])
      return waiting
    },

    /** How many events wait for each endpoint. */
    async waiting(): Promise<Record<string, number>> {
      const counts: Record<string, number> = Object.create(null)
      for (const partition of partitions) {
        for await (const some of scanned(keys.indexIn(partition, INDEX.webhooks))) {
          for (const id of some) {
            const endpoint = readDeliveryId(id)?.endpoint ?? ''
            counts[endpoint] = (counts[endpoint] ?? 0) + 1
          }
        }
      }
      return counts
    },

    /** Switches an endpoint off that says it is gone for good; another address of it is on. */
    async switchOff(name: string, url: string, now: number): Promise<void> {
      await redis.hset(off, name, JSON.stringify({ url: digestOf(url), at: now }))
    },

    /** Switches it on again; false when it was not off. */
    async switchOn(name: string): Promise<boolean> {
      return (await redis.hdel(off, name)) > 0
    },

    /** Since when an endpoint is off; null when it is not. */
    async offSince({ name, url }: { name: string; url: string }): Promise<number | null> {
      const kept = await redis.hget(off, name)
      const { url: was, at } = kept ? (JSON.parse(kept) as { url: string; at: number }) : { url: '', at: 0 }
      return was === digestOf(url) ? at : null
    },
  }
}

// An address may hold a token.
function digestOf(url: string): string {
  return createHash('sha256').update(url).digest('base64url').slice(0, 16)
}
