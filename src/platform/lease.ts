import { randomBytes } from 'node:crypto'
import type { RedisConnection } from './redis.ts'

// KEYS: the lease. ARGV: who asks, and for how long. Answers 1 when it is theirs.
const HOLD = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) and 1 or 0
`
const RELEASE = `return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('DEL', KEYS[1]) or 0`

/**
 * A lease that one process of an installation has at a time, by the clock of Redis: it is another's `milliseconds` after
 * its holder held it last.
 */
export function createLease({
  redis,
  key,
  milliseconds,
}: {
  redis: RedisConnection
  key: string
  milliseconds: number
}) {
  const holder = randomBytes(9).toString('base64url')
  return {
    /** Takes the lease, or holds it for longer; false while it is somebody else's. */
    hold: async (): Promise<boolean> => (await redis.eval(HOLD, 1, key, holder, milliseconds)) === 1,

    /** Gives it up, so that another need not wait until it ends. */
    async release(): Promise<void> {
      await redis.eval(RELEASE, 1, key, holder)
    },
  }
}
