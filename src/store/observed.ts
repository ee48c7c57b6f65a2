import { type Handover, Handover as HandoverSchema } from '../handoffs/handover.ts'
import type { Command, Store } from './partitions.ts'

/*
 * What was only observed: the handovers that would have been, by when they would have begun, and how far it was reported. A
 * handover stands in its lead's partition, so that the lead's own commit writes it and its erasure takes it along.
 */

/** So long a handover is kept, in milliseconds: a report is about those since the last one, also after weeks of downtime. */
export const OBSERVED_KEPT = 35 * 24 * 60 * 60_000

type Keys = Store['keys']

/** Keeps handovers; one that is known already, such as one that waited, is as it is now. */
export function observedCommands(keys: Keys, handovers: readonly Handover[]): Command[] {
  return handovers.flatMap((handover): Command[] => [
    ['ZADD', keys.list(handover.leadId, 'observed'), handover.at, handover.id],
    ['HSET', keys.list(handover.leadId, 'observed-what'), handover.id, JSON.stringify(handover)],
  ])
}

/** Forgets handovers of one lead, by their ids. */
export function forgetObserved(keys: Keys, leadId: string, ids: readonly string[]): Command[] {
  if (ids.length === 0) return []
  return [
    ['ZREM', keys.list(leadId, 'observed'), ...ids],
    ['HDEL', keys.list(leadId, 'observed-what'), ...ids],
  ]
}

/** Opens what was observed. */
export function createObserved({ redis, keys, partitions }: Store) {
  const place = keys.shared('observed')

  return {
    /** The handovers that would have begun from an instant on and before another (epoch milliseconds), oldest first. */
    async between(from: number, to: number): Promise<Handover[]> {
      const found = await Promise.all(
        partitions.map(async (partition) => {
          const ids = await redis.zrangebyscore(keys.listIn(partition, 'observed'), from, `(${to}`)
          const texts = ids.length > 0 ? await redis.hmget(keys.listIn(partition, 'observed-what'), ...ids) : []
          return texts.flatMap((text) => (text ? [HandoverSchema.parse(JSON.parse(text))] : []))
        }),
      )
      return found.flat().sort((a, b) => a.at - b.at)
    },

    /** Forgets what would have begun before an instant. */
    async forgetBefore(instant: number): Promise<void> {
      for (const partition of partitions) {
        const ids = await redis.zrangebyscore(keys.listIn(partition, 'observed'), '-inf', `(${instant}`)
        if (ids.length === 0) continue
        await redis.zrem(keys.listIn(partition, 'observed'), ...ids)
        await redis.hdel(keys.listIn(partition, 'observed-what'), ...ids)
      }
    },

    /** Until when it was reported; before the first report, since when it is observed: since the first handover, or now. */
    async reportedUntil(now: number): Promise<number> {
      const until = await redis.hget(place, 'until')
      if (until !== null) return Number(until)
      const oldest = await Promise.all(
        partitions.map((partition) => redis.zrange(keys.listIn(partition, 'observed'), '0', '0', 'WITHSCORES')),
      )
      await redis.hsetnx(place, 'until', Math.min(now, ...oldest.flatMap(([, at]) => (at ? [Number(at)] : []))))
      return Number(await redis.hget(place, 'until'))
    },

    /** It is reported until then. */
    async reported(until: number): Promise<void> {
      await redis.hset(place, 'until', until)
    },
  }
}
