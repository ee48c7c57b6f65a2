import { cp, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type EmbeddedRedis, startEmbeddedRedis } from '../../src/platform/embedded-redis.ts'
import type { Service } from '../../src/service.ts'
import { pack, unpack } from '../../src/store/pack.ts'
import { click, createTier1Lead, createTier2Lead } from '../support/leads.ts'
import { WITHOUT_REDIS_SERVER } from '../support/redis.ts'
import { createStage, MINUTE, type Stage } from '../support/stage.ts'

/*
 * Going back to the version before, as docker/README.md says it: stop, restore the backup, start. The version that runs here
 * is the one that one goes back to; what a newer one would have written stands in Redis when it stops.
 */

let folder: string
let port: number
let redis: EmbeddedRedis
let stage: Stage

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => probe.once('listening', resolve))
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

beforeEach(async (context) => {
  if (WITHOUT_REDIS_SERVER) return context.skip()
  folder = await mkdtemp(join(tmpdir(), 'baton-back-'))
  port = await freePort()
  redis = await startEmbeddedRedis({ dataDir: join(folder, 'before'), port })
  stage = await createStage({ redisUrls: [redis.url] })
})
afterEach(async () => {
  await stage.close()
  await redis.stop()
  await rm(folder, { recursive: true })
})

const running = (): Service => {
  const service = stage.services.at(-1)
  if (!service) throw new Error('the stage has no service')
  return service
}
const leadOf = async (id: string) => (await running().leads.get(id)).lead
const handoffOf = async (id: string) => Object.values((await running().leads.get(id)).handoffs)[0]

/** The commands of "Back up" in docker/README.md, with a copy for tar. */
async function backUp(to: string): Promise<void> {
  const client = new Redis(redis.url)
  await client.config('SET', 'auto-aof-rewrite-percentage', '0')
  await client.bgrewriteaof()
  const underWay = async () => /aof_rewrite_(in_progress|scheduled):1/.test(await client.info('persistence'))
  await expect.poll(underWay, { timeout: 10_000 }).toBe(false)
  await cp(join(folder, 'before'), to, { recursive: true })
  await client.config('SET', 'auto-aof-rewrite-percentage', '100')
  client.disconnect()
}

test('a backup that is restored loses nothing that HubSpot can tell again, and no clock', async () => {
  const open = createTier1Lead(stage)
  const answered = createTier2Lead(stage)
  await stage.quiet()
  await running().work.poll()
  // A company is looked at twice.
  await stage.advance(MINUTE)
  await click(stage, 'U000SDR1', 'U000SDR1', 'contacted')
  await stage.quiet()
  expect((await handoffOf(answered))?.state).toBe('answered')
  const [clock, due] = [await handoffOf(open), (await handoffOf(open))?.dueAt]
  await backUp(join(folder, 'after'))

  // The new version goes on for some minutes: a lead comes in, one changes, one is erased, and it writes records of its own.
  stage.clock.now += MINUTE
  const late = createTier2Lead(stage, { email: 'late@smalltown.example', firstname: 'Late' })
  await stage.quiet()
  const owner = stage.hubspot.contact(late)?.hubspot_owner_id
  expect(owner).toMatch(/\d/)
  stage.hubspot.changeContact(answered, { jobtitle: 'Chief Marketing Officer' })
  await stage.quiet()
  const { keys, redis: client } = running().store
  const record = unpack((await client.hgetBuffer(keys.lead(open), 'record')) ?? Buffer.of())
  await client.hset(keys.lead(open), 'record', pack({ ...(record as object), v: 3 }))
  // Why it takes a backup at all.
  await expect(running().leads.get(open)).rejects.toThrow()

  await running().close()
  await redis.stop()
  redis = await startEmbeddedRedis({ dataDir: join(folder, 'after'), port })
  await stage.start('both')
  stage.services.shift()
  stage.addresses.shift()
  await running().work.sweep({ grace: false })
  // The lease of whoever polled at the backup, which runs out within 15 seconds.
  await running().store.redis.del(running().store.keys.shared('poll:lease'))
  stage.clock.now += 2 * MINUTE
  await running().work.poll()
  await stage.advance(MINUTE)

  // Whoever had a lead has it, with the same clock.
  expect(await handoffOf(open)).toMatchObject({ state: 'open', dueAt: due, holders: clock?.holders })
  expect((await handoffOf(answered))?.state).toBe('answered')
  // What came in since the backup comes in again, and stays with whom HubSpot names.
  expect((await leadOf(late))?.attributes.firstName?.value).toBe('Late')
  expect(stage.hubspot.contact(late)?.hubspot_owner_id).toBe(owner)
  expect((await leadOf(answered))?.attributes.jobTitle?.value).toBe('Chief Marketing Officer')
  await stage.advance(Math.max(0, (due ?? 0) - stage.clock.now) + MINUTE)
  expect((await handoffOf(open))?.breachedAt).toBeDefined()
})
