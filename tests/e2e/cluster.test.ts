import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createClock } from '../../src/platform/clock.ts'
import { createLogger } from '../../src/platform/log.ts'
import { checkRedisSettings, connectRedis, createWriteCheck } from '../../src/platform/redis.ts'
import { click, createTier2Lead, leadsIn, reassignedIn, sendSignals } from '../support/leads.ts'
import { WITHOUT_REDIS_SERVER } from '../support/redis.ts'
import { type RedisCluster, startRedisCluster } from '../support/redis-cluster.ts'
import { createStage, HOUR, type Stage } from '../support/stage.ts'

const LEADS = 20
const [CLEO, DAN, MANAGER, POOL] = ['U000SDR1', 'U000SDR2', 'U000MGR1', 'C0000SDR']

let cluster: RedisCluster
let stage: Stage | undefined
const connections: { disconnect(): void }[] = []

// All that is here needs redis-servers of its own.
describe.skipIf(WITHOUT_REDIS_SERVER)('on a Redis cluster of three nodes', () => {
  beforeAll(async () => {
    cluster = await startRedisCluster()
  })
  afterEach(async () => {
    for (const connection of connections.splice(0)) connection.disconnect()
    await stage?.close()
    stage = undefined
  })
  afterAll(async () => cluster?.stop())

  async function connect(urls: string[]) {
    const connection = await connectRedis(urls, 'request', () => undefined)
    connections.push(connection)
    return connection
  }

  it('leads go their whole way: alert, reminder, reassignment, manager, HubSpot, click, signal', async () => {
    stage = await createStage({ redisUrls: cluster.urls, roles: ['both', 'both'] })
    const { hubspot, texts } = stage
    const ids = createLeads(stage, 'first')
    await stage.quiet()
    expect(texts(POOL)).toHaveLength(LEADS)
    expect(leadsIn(texts(CLEO))).toBe(LEADS / 2)
    expect(ids.filter((id) => hubspot.contact(id)?.hubspot_owner_id === '201')).toHaveLength(LEADS / 2)
    await cluster.withNode(0, async (node) => expect(await node.dbsize()).toBeGreaterThan(0))

    await click(stage, CLEO, CLEO, 'contacted')
    await stage.quiet()
    const statuses = () => ids.map((id) => hubspot.contact(id)?.baton_sla_status)
    expect(statuses().filter((status) => status === 'responded')).toHaveLength(1)

    await stage.advance(HOUR)
    await stage.advance(HOUR)
    expect(reassignedIn(texts(CLEO))).toBe(LEADS / 2)
    expect(reassignedIn(texts(DAN))).toBe(LEADS / 2 - 1)
    await stage.advance(3 * HOUR)
    expect(texts(MANAGER)).toHaveLength(LEADS - 1)

    const signals = ids.map((contactId) => ({ type: 'webinar_attended', contactId }))
    expect(await (await sendSignals(stage, signals)).json()).toEqual({ accepted: LEADS, duplicates: 0, unknown: [] })
    await stage.quiet()
    expect(new Set(ids.map((id) => hubspot.contact(id)?.baton_engagement_score))).toEqual(new Set(['50']))
  })

  it('a node that is killed and comes back has everything that was acknowledged, and the service goes on', async () => {
    stage = await createStage({ redisUrls: cluster.urls, roles: ['both', 'both'] })
    const { hubspot, slack, services, clock } = stage
    hubspot.setWebhooks({
      targetUrl: `${stage.addresses[0]}/webhooks/hubspot`,
      publicUrl: 'https://baton.example.com/webhooks/hubspot',
      retries: 300,
    })
    const before = createLeads(stage, 'before')
    await stage.quiet()
    const signals = before.map((contactId) => ({ type: 'webinar_attended', contactId }))
    expect(await (await sendSignals(stage, signals)).json()).toMatchObject({ accepted: LEADS })
    await cluster.kill(1)
    const ids = [...before, ...createLeads(stage, 'during')]
    await expect.poll(() => hubspot.deliveries.at(-1)?.status, { timeout: 20_000 }).toBe(503)
    await cluster.restart(1)
    await cluster.whole()
    await hubspot.settled()

    // What a job was at when the node went runs again, once its lock or its claim has run out.
    await expect
      .poll(
        async () => {
          clock.now += 1_000
          await services[0]?.work.sweep({ grace: false })
          return slack.messages(POOL).length
        },
        { timeout: 60_000, interval: 500 },
      )
      .toBe(2 * LEADS)
    await stage.quiet()
    const owners = ids.map((id) => hubspot.contact(id)?.hubspot_owner_id)
    expect(owners.filter((owner) => owner === '201')).toHaveLength(LEADS)
    expect(owners.filter((owner) => owner === '202')).toHaveLength(LEADS)
    expect(stage.texts(POOL)).toHaveLength(2 * LEADS)
    expect(leadsIn(stage.texts(CLEO))).toBe(LEADS)
    const states = await Promise.all(ids.map((id) => services[0]?.leads.read(id)))
    expect(states.map((state) => Object.values(state?.handoffs ?? {})[0]?.state)).toEqual(ids.map(() => 'open'))
    expect(new Set(before.map((id) => hubspot.contact(id)?.baton_engagement_score))).toEqual(new Set(['50']))

    await click(stage, CLEO, CLEO, 'contacted')
    await stage.quiet()
    expect(ids.filter((id) => hubspot.contact(id)?.baton_sla_status === 'responded')).toHaveLength(1)
  }, 150_000)

  it('checks how every node is set up', async () => {
    const redis = await connect(cluster.urls)
    expect(await checkRedisSettings(redis)).toEqual([])
    await cluster.withNode(2, (node) => node.config('SET', 'maxmemory-policy', 'allkeys-lru'))
    await cluster.withNode(1, (node) => node.config('SET', 'appendonly', 'no'))
    await cluster.withNode(0, (node) => node.config('SET', 'appendfsync', 'everysec'))
    try {
      expect(await checkRedisSettings(redis)).toEqual(
        expect.arrayContaining([
          { fatal: true, message: expect.stringContaining(`${cluster.urls[2]?.slice(8)} has maxmemory-policy`) },
          { fatal: false, message: expect.stringContaining(`${cluster.urls[1]?.slice(8)} keeps no append-only`) },
          { fatal: false, message: expect.stringContaining(`${cluster.urls[0]?.slice(8)} has appendfsync everysec`) },
        ]),
      )
    } finally {
      await cluster.withNode(2, (node) => node.config('SET', 'maxmemory-policy', 'noeviction'))
      await cluster.withNode(1, (node) => node.config('SET', 'appendonly', 'yes'))
      await cluster.withNode(0, (node) => node.config('SET', 'appendfsync', 'always'))
    }
  })

  it('says whether every node takes writes and all slots are served, and tells the time', async () => {
    const redis = await connect(cluster.urls)
    // One key for each node, and more.
    const check = createWriteCheck(
      redis,
      Array.from({ length: 16 }, (_, index) => `ready-${index}`),
    )
    expect(await check()).toBeNull()
    const clock = await createClock({ redis, log: createLogger('silent') })
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(60_000)
    await cluster.kill(0)
    await expect.poll(check, { timeout: 20_000 }).toMatch(/^(Redis does not answer|the Redis cluster does not serve)/)
    await cluster.restart(0)
    await cluster.whole()
    await expect.poll(check, { timeout: 20_000 }).toBeNull()
    await cluster.withNode(1, (node) => node.config('SET', 'maxmemory', '1'))
    try {
      expect(await check()).toBe('Redis is full')
    } finally {
      await cluster.withNode(1, (node) => node.config('SET', 'maxmemory', '0'))
    }
  })

  it('logs on to nodes that are not among the URLs', async () => {
    const password = 'p@ss word'
    const set = (index: number) => cluster.withNode(index, (node) => node.config('SET', 'requirepass', password))
    const urls = cluster.urls.slice(0, 2).map((url) => url.replace('//', `//:${encodeURIComponent(password)}@`))
    for (const index of [0, 1, 2]) await set(index)
    try {
      const redis = await connect(urls)
      const keys = Array.from({ length: 30 }, (_, index) => `logged-on-${index}`)
      for (const key of keys) await redis.set(key, 'yes')
      expect(await Promise.all(keys.map((key) => redis.get(key)))).toEqual(keys.map(() => 'yes'))
    } finally {
      for (const url of cluster.urls) {
        const node = await connectRedis([url.replace('//', `//:${encodeURIComponent(password)}@`)], 'request', () => {})
        await (node as import('ioredis').Redis).config('SET', 'requirepass', '')
        node.disconnect()
      }
    }
  })
})

function createLeads(on: Stage, name: string): string[] {
  return Array.from({ length: LEADS }, (_, index) =>
    createTier2Lead(on, { email: `${name}-${index}@smalltown.example` }),
  )
}
