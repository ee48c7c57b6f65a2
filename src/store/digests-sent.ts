import type { Store } from './partitions.ts'

/** Which managers had their digest, and until when it was about. */
export function createDigestsSent({ redis, keys }: Store) {
  const key = keys.shared('manager-digests')
  const BEGUN = 'begun'

  return {
    /** Since when this installation sends digests: of mornings before nobody hears. */
    async begunAt(now: number): Promise<number> {
      await redis.hsetnx(key, BEGUN, now)
      return Number(await redis.hget(key, BEGUN))
    },

    /** Until when the last digest of a manager was about, in epoch milliseconds; undefined before the first. */
    async last(manager: string): Promise<number | undefined> {
      const at = await redis.hget(key, `to:${manager}`)
      return at === null ? undefined : Number(at)
    },

    /** A manager has had the digest of a morning, or there was nothing to say. */
    async sent(manager: string, at: number): Promise<void> {
      await redis.hset(key, `to:${manager}`, at)
    },
  }
}
