import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { inject } from 'vitest'
import { findRedisServer } from '../../src/platform/embedded-redis.ts'

/** Whether tests that stop, kill or hang a Redis are skipped: that needs one of their own, so a redis-server. */
export const WITHOUT_REDIS_SERVER = findRedisServer() === undefined

/** The Redis of this run, and a prefix for keys and queues that no other test file has. */
export type TestRedis = { url: string; prefix: string; deleteKeys(): Promise<void> }

/**
 * Call it once per test file, give `prefix` to whatever writes keys, and call `deleteKeys` after the last test, when
 * everything that may still write is closed.
 */
export function createTestRedis(): TestRedis {
  const url = inject('redisUrl')
  const prefix = `test-${randomUUID()}`
  const deleteKeys = async () => {
    const redis = new Redis(url)
    try {
      for await (const keys of redis.scanStream({ match: `*${prefix}*`, count: 1_000 })) {
        if (keys.length > 0) await redis.unlink(...keys)
      }
    } finally {
      redis.disconnect()
    }
  }
  return { url, prefix, deleteKeys }
}
