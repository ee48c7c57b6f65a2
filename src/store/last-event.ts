import type { RedisConnection } from '../platform/redis.ts'

/** When HubSpot's last event came in, which says whether its webhooks reach us. */
export type LastEvent = ReturnType<typeof createLastEvent>

// Events come in by the hundred: one write of a process in ten seconds says as much.
const EVERY = 10_000

/** Keeps the instant under one key that all processes share. */
export function createLastEvent({ redis, prefix }: { redis: RedisConnection; prefix: string }) {
  const key = `${prefix}:last-event`
  let noted = Number.NEGATIVE_INFINITY
  return {
    /** Notes that an event came in. Does not wait, and never fails: it is a hint for people. */
    note(now: number): void {
      if (now - noted < EVERY) return
      noted = now
      redis.set(key, now).catch(() => undefined)
    },
    /** The instant in epoch milliseconds; null when none came in yet. */
    async read(): Promise<number | null> {
      const value = await redis.get(key)
      return value === null ? null : Number(value)
    },
  }
}
