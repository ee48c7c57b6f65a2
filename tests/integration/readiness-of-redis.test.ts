import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type EmbeddedRedis, startEmbeddedRedis } from '../../src/platform/embedded-redis.ts'
import { connectRedis, createWriteCheck } from '../../src/platform/redis.ts'
import { createTier2Lead } from '../support/leads.ts'
import { WITHOUT_REDIS_SERVER } from '../support/redis.ts'
import { createStage, type Stage } from '../support/stage.ts'

let redis: EmbeddedRedis
let ops: Redis
let stage: Stage | undefined

describe.skipIf(WITHOUT_REDIS_SERVER)('a Redis that takes no writes', () => {
  beforeEach(async () => {
    redis = await startEmbeddedRedis()
    ops = new Redis(redis.url)
  })
  afterEach(async () => {
    await stage?.close()
    stage = undefined
    ops.disconnect()
    await redis.stop()
  })

  async function readiness(): Promise<{ status: number; redis: unknown }> {
    const response = await fetch(`${stage?.addresses[0]}/readyz`)
    const { dependencies } = (await response.json()) as { dependencies: Record<string, unknown> }
    return { status: response.status, redis: dependencies.redis }
  }

  it.each([
    ['Redis is full', () => ops.config('SET', 'maxmemory', '1'), () => ops.config('SET', 'maxmemory', '0')],
    ['Redis is a read-only replica', () => ops.replicaof('127.0.0.1', 1), () => ops.replicaof('NO', 'ONE')],
  ])('takes the process out of service while "%s"', async (detail, refuse, accept) => {
    stage = await createStage({ redisUrls: [redis.url] })
    expect(await readiness()).toEqual({ status: 200, redis: { status: 'ok' } })
    await refuse()
    expect(await readiness()).toEqual({ status: 503, redis: { status: 'failed', detail } })
    await accept()
    expect(await readiness()).toEqual({ status: 200, redis: { status: 'ok' } })
    createTier2Lead(stage)
    await stage.quiet()
    expect(stage.slack.messages()).toHaveLength(2)
  })

  it('says why in words, also where it lacks replicas, does not answer, or refuses for a reason that is not known here', async () => {
    const connection = await connectRedis([redis.url], 'request', () => {})
    const check = createWriteCheck(connection, ['ready'])
    try {
      expect(await check()).toBeNull()
      expect(await ops.pttl('ready')).toBeLessThanOrEqual(60_000)
      await ops.config('SET', 'min-replicas-to-write', '1')
      expect(await check()).toBe('Redis has too few replicas to take writes')
      await ops.config('SET', 'min-replicas-to-write', '0')
      await ops.acl('SETUSER', 'default', '-set')
      expect(await check()).toBe('Redis refuses to write (NOPERM)')
      await ops.acl('SETUSER', 'default', '+set')
      process.kill(redis.pid, 'SIGSTOP')
      expect(await check()).toBe('Redis does not answer')
      process.kill(redis.pid, 'SIGCONT')
      await expect.poll(check).toBeNull()
    } finally {
      process.kill(redis.pid, 'SIGCONT')
      connection.disconnect()
    }
  })

  it('is asked once for all who ask at the same time', async () => {
    const connection = await connectRedis([redis.url], 'request', () => {})
    const check = createWriteCheck(connection, ['ready'])
    const writes = async () => Number(/cmdstat_set:calls=(\d+)/.exec(await ops.info('commandstats'))?.[1] ?? 0)
    expect(await Promise.all(Array.from({ length: 50 }, check))).toEqual(Array.from({ length: 50 }, () => null))
    expect(await writes()).toBe(1)
    await check()
    expect(await writes()).toBe(2)
    connection.disconnect()
  })
})
