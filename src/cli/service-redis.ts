import { join } from 'node:path'
import { findEmbeddedRedis } from '../platform/embedded-redis.ts'
import { prefixOf, readRedisEnv } from '../platform/env.ts'
import { connectRedis, type RedisConnection } from '../platform/redis.ts'

/** The Redis of the service: that of REDIS_URL, else the one that a Baton in this folder has started; null when there is none. */
export async function findRedisOfService(url: string[] | undefined): Promise<RedisConnection | null> {
  const found = url ?? (await findEmbeddedRedis(join('.baton', 'redis')))
  return found ? connectRedis([found].flat(), 'request', () => undefined) : null
}

/** The same for a command that can do nothing without it. */
export async function redisOfService(): Promise<RedisConnection> {
  const redis = await findRedisOfService(readRedisEnv(process.env).REDIS_URL)
  if (!redis)
    throw new Error('no Baton runs here with its own Redis: start it, or set REDIS_URL to the Redis of the service.')
  return redis
}

/** What the keys begin with that a command looks into: what is only observed has keys of its own. */
export function prefixHere(): string {
  return prefixOf(readRedisEnv(process.env).BATON_MODE)
}
