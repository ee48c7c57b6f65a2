import type { Redis } from 'ioredis'

/** Where the time comes from; passed to everything that needs it, so that tests can move it. Epoch milliseconds. */
export interface Clock {
  now(): number
  /** The time that all workers agree on. A rung is fired by it, so that one host's wrong clock cannot escalate a lead. */
  agreed(): Promise<number>
}

/** The real clock: this host's for everyday use, Redis `TIME` as the one that all workers agree on. */
export function createClock(redis: Pick<Redis, 'time'>): Clock {
  return {
    now: () => Date.now(),
    async agreed() {
      const [seconds, microseconds] = await redis.time()
      return Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000)
    },
  }
}
