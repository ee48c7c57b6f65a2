import type { TestProject } from 'vitest/node'
import { type EmbeddedRedis, startEmbeddedRedis } from '../../src/adapters/embedded-redis.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The Redis that the tests share; each test file keeps to keys with its own prefix. */
    redisUrl: string
  }
}

let embedded: Promise<EmbeddedRedis> | undefined
let users = 0

/** Gives the project's tests a Redis: the one at REDIS_URL, else one of our own, kept in memory, once per run. */
export async function setup(project: TestProject): Promise<void> {
  if (process.env.REDIS_URL) {
    project.provide('redisUrl', process.env.REDIS_URL)
    return
  }
  users += 1
  embedded ??= startEmbeddedRedis()
  project.provide('redisUrl', (await embedded).url)
}

/** Stops the Redis of our own once the last project that used it is through. */
export async function teardown(): Promise<void> {
  if (embedded === undefined || --users > 0) return
  const redis = await embedded
  embedded = undefined
  await redis.stop()
}
