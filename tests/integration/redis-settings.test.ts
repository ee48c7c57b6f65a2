import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type EmbeddedRedis, startEmbeddedRedis } from '../../src/platform/embedded-redis.ts'
import { checkRedisSettings, connectRedis, type RedisConnection } from '../../src/platform/redis.ts'
import { startProcess } from '../support/processes.ts'
import { WITHOUT_REDIS_SERVER } from '../support/redis.ts'

const EVERYSEC =
  'Redis has appendfsync everysec: a power failure of its machine loses what was acknowledged in the last second or two. Set it to always.'
const NEVER =
  'Redis has appendfsync no: a power failure of its machine loses what was acknowledged in the last half minute. Set it to always.'

let directory: string
let server: EmbeddedRedis
let ops: Redis
let redis: RedisConnection

describe.skipIf(WITHOUT_REDIS_SERVER)('how Redis is set up', () => {
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'baton-settings-'))
    server = await startEmbeddedRedis({ dataDir: directory })
    ops = new Redis(server.url)
    redis = await connectRedis([server.url], 'request', () => {})
  })
  afterEach(async () => {
    await ops.config('SET', 'appendonly', 'yes')
    await ops.config('SET', 'appendfsync', 'always')
    await ops.config('SET', 'no-appendfsync-on-rewrite', 'no')
  })
  afterAll(async () => {
    redis?.disconnect()
    ops?.disconnect()
    await server?.stop()
    await rm(directory, { recursive: true })
  })

  it('is well when every write is synced', async () => {
    expect(await checkRedisSettings(redis)).toEqual([])
  })

  it('is told in words that say what can be lost', async () => {
    await ops.config('SET', 'appendfsync', 'everysec')
    expect(await checkRedisSettings(redis)).toEqual([{ fatal: false, message: EVERYSEC }])
    await ops.config('SET', 'appendfsync', 'always')
    await ops.config('SET', 'no-appendfsync-on-rewrite', 'yes')
    expect(await checkRedisSettings(redis)).toEqual([
      { fatal: false, message: expect.stringMatching(/on-rewrite yes: while .* loses what was acknowledged/) },
    ])
    await ops.config('SET', 'appendonly', 'no')
    expect(await checkRedisSettings(redis)).toEqual([
      { fatal: false, message: expect.stringMatching(/keeps no append-only file: .* is lost/) },
    ])
  })

  it('is refused when nothing is synced, unless that is told to be meant', async () => {
    await ops.config('SET', 'appendfsync', 'no')
    expect(await checkRedisSettings(redis)).toEqual([
      { fatal: true, message: `${NEVER} If that may be, start with REDIS_MAY_LOSE_WRITES=yes.` },
    ])
    expect(await checkRedisSettings(redis, { mayLoseWrites: true })).toEqual([{ fatal: false, message: NEVER }])
  })

  it('is not known where Redis does not show it, which is told', async () => {
    await ops.config('SET', 'appendfsync', 'no')
    await ops.acl('SETUSER', 'tenant', 'on', 'nopass', '~*', '+@all', '-config')
    const tenant = await connectRedis([server.url.replace('//', '//tenant:any@')], 'request', () => {})
    expect(await checkRedisSettings(tenant)).toEqual([
      { fatal: false, message: 'Redis does not show its settings: see to it that it has appendfsync always.' },
    ])
    tenant.disconnect()
  })

  it('decides whether the service starts', async () => {
    await ops.config('SET', 'appendfsync', 'no')
    const env = {
      PORT: '0',
      HOST: '127.0.0.1',
      PUBLIC_URL: 'https://baton.example.com',
      REDIS_URL: server.url,
      HUBSPOT_ACCESS_TOKEN: 'pat-test',
      HUBSPOT_CLIENT_SECRET: 'secret',
      SLACK_BOT_TOKEN: 'xoxb-test',
      SLACK_SIGNING_SECRET: 'secret',
    }
    const start = (more = {}) => startProcess('src/main.ts', ['--role', 'api'], { ...env, ...more })
    const [refused, told] = [start(), start({ REDIS_MAY_LOSE_WRITES: 'yes' })]
    try {
      await expect.poll(() => refused.child.exitCode, { timeout: 20_000 }).toBe(1)
      expect(refused.output()).toContain(NEVER)
      await expect.poll(() => told.output(), { timeout: 20_000 }).toContain('Baton is running')
      expect(told.output()).toContain(NEVER)
    } finally {
      for (const one of [refused, told]) await one.end('SIGKILL')
    }
  })
})
