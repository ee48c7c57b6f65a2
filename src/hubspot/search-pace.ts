import { setTimeout as wait } from 'node:timers/promises'
import PQueue from 'p-queue'
import type { RedisConnection } from '../platform/redis.ts'

/** A rate limit that a call takes its turn in. */
export interface Limit {
  /** Waits for a turn. */
  turn: () => Promise<unknown>
  /** Gives nobody a turn for so many milliseconds. */
  pause: (milliseconds: number) => Promise<unknown>
}

// HubSpot allows 5 searches a second in an account. One in every quarter of a second is at most 5 in any second, while a
// window of a second would let 8 through across its edge.
const EVERY = 250

/**
 * The turns of searches, one after the other, which all workers share through Redis; without Redis they hold for this
 * process only.
 */
export function createSearchPace({ redis, prefix }: { redis: RedisConnection | null; prefix: string }): Limit {
  const key = `${prefix}:search-pace`
  const queue = new PQueue({ concurrency: 1 })
  let freeAt = 0

  /** Milliseconds until there may be a turn; 0 when it was taken. */
  async function take(): Promise<number> {
    if (redis) return (await redis.set(key, '', 'PX', EVERY, 'NX')) ? 0 : Math.max(1, await redis.pttl(key))
    const left = freeAt - performance.now()
    if (left <= 0) freeAt = performance.now() + EVERY
    return Math.max(0, left)
  }

  async function takeTurn(): Promise<void> {
    for (let left = await take(); left > 0; left = await take()) await wait(left)
  }

  async function pause(milliseconds: number): Promise<void> {
    freeAt = performance.now() + milliseconds
    await redis?.set(key, '', 'PX', Math.ceil(milliseconds))
  }

  return { turn: () => queue.add(takeTurn), pause }
}
