import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import type { LeadRecord } from '../../src/leads/lead.ts'
import { createLogger } from '../../src/platform/log.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { connectRedis, type RedisConnection } from '../../src/platform/redis.ts'
import { prepare, type Waiting } from '../../src/store/commit.ts'
import { type Configs, createConfigs } from '../../src/store/configs.ts'
import { createLeads, type Leads } from '../../src/store/leads.ts'
import { createStore, INDEX, type Store } from '../../src/store/partitions.ts'
import { createScored } from '../../src/store/scored.ts'
import { RunLater } from '../../src/work/parts.ts'
import { createRescoring } from '../../src/work/rescore-leads.ts'
import { HOUR, leadRecord, NOW } from '../support/records.ts'
import { createTestRedis } from '../support/redis.ts'
import { loadTestConfig } from '../support/stage.ts'

const redis = createTestRedis()
let connection: RedisConnection
/** The rules of now; leads were scored by those of before, whose version is 1. */
let config: Config
let store: Store
let leads: Leads
let configs: Configs
let hurried: Waiting[]
let count = 0

beforeAll(async () => {
  connection = await connectRedis([redis.url], 'request', () => {})
  config = { ...(await loadTestConfig({}, NOW)), version: 'now', rulesVersion: 2 }
})
beforeEach(async () => {
  store = createStore({ redis: connection, prefix: `${redis.prefix}-${++count}` })
  leads = createLeads(store)
  configs = createConfigs(store)
  hurried = []
  await configs.keep({ ...config, version: 'before' })
})
afterAll(async () => {
  connection.disconnect()
  await redis.deleteKeys()
})

/** A worker with these rules, whose word counts. `meanwhile` happens between its reading of leads and its commit. */
async function worker(meanwhile: () => Promise<void> = async () => {}) {
  const readMany: Leads['readMany'] = async (ids) => {
    const read = await leads.readMany(ids)
    await meanwhile()
    return read
  }
  const rescoring = createRescoring({
    ...{ config: () => config, clock: { now: () => NOW }, leads: { ...leads, readMany }, configs, store },
    ...{ metrics: createMetrics(), log: createLogger('silent') },
    hurry: (waiting) => void hurried.push(...waiting),
  })
  await rescoring.announce(config)
  return rescoring
}
const rescore = async () => (await worker()).rescoreBatch()

/** Keeps a lead as the rules of before left it: of no interest, unless told otherwise. */
async function keep(id: string, changes: Partial<LeadRecord> = {}): Promise<void> {
  const nothing = { attributes: {}, signals: [], handoffs: {}, handoffCount: 0 }
  const lead = leadRecord({ id, ...nothing, readBy: 'before', configVersion: 'before', ...changes })
  const change = { lead, handoffs: [], posts: [], history: [], toWrite: false }
  const { plan } = prepare(store.keys, await leads.get(id), change, config.retention, NOW)
  expect(await store.commit(plan.guards, plan.commands)).toBe('done')
}
const READY: Partial<LeadRecord> = { attributes: leadRecord().attributes, signals: leadRecord().signals }

const scoredBy = (id: string) => connection.zscore(store.keys.list(id, 'scored'), id)
const unreadFrom = (id: string) => connection.zscore(store.keys.index(id, INDEX.unread), id)
const versionOf = async (id: string) => (await leads.get(id)).lead?.configVersion
const left = () => createScored(store).countByOtherRules(2)
const authority = () => store.keys.shared('scoring-version')

describe('other rules', () => {
  test('compute a lead again from what is kept of it, and ask nobody', async () => {
    await keep('1', { properties: { jobtitle: 'CMO' } })
    expect(await rescore()).toBe(0)
    expect((await leads.get('1')).lead).toMatchObject({
      configVersion: 'now',
      rulesVersion: 2,
      attributes: { jobTitle: { value: 'CMO' } },
    })
    expect([await scoredBy('1'), await unreadFrom('1')]).toEqual(['2', null])
  })

  test.each([
    ['that stands nowhere yet', null, NOW],
    ['that was to be read later', NOW + HOUR, NOW],
    ['that was to be read already', NOW - HOUR, NOW - HOUR],
  ])('have a lead read that now wants a rep, behind everything else: one %s', async (_, planned, from) => {
    await keep('1', READY)
    if (planned !== null) await connection.zadd(store.keys.index('1', INDEX.unread), planned, '1')
    expect(await rescore()).toBe(0)
    expect(await versionOf('1')).toBe('before')
    expect([await scoredBy('1'), await unreadFrom('1')]).toEqual(['2', String(from)])
    expect(hurried).toEqual([{ index: INDEX.unread, id: '1', at: NOW, last: true }])
  })

  test.each<[string, string | null, Partial<Config['reads']>, boolean]>([
    ['everything that they ask for', 'before', {}, true],
    ['too little of the contact', 'before', { contact: ['jobtitle', 'city'] }, false],
    ['too little of the company', 'before', { company: ['industry', 'country'] }, false],
    ['nobody knows what', 'long-ago', {}, false],
    ['nothing', null, {}, false],
  ])('have a lead read of which the rules of before had read %s', async (_, readBy, reads, enough) => {
    const named = { raw: [], contact: ['jobtitle'], company: ['industry'] }
    const before = config
    await connection.del(store.keys.shared('configs'))
    await configs.keep({ ...config, version: 'before', reads: named })
    config = { ...config, reads: { ...named, ...reads } }
    try {
      await keep('1', { readBy })
      await rescore()
    } finally {
      config = before
    }
    expect(await unreadFrom('1')).toBe(enough ? null : String(NOW))
    expect(await versionOf('1')).toBe(enough ? 'now' : 'before')
    expect(await scoredBy('1')).toBe('2')
  })

  test.each<[string, Partial<LeadRecord>]>([
    ['is gone', { missingSince: NOW }],
    ['was merged into another', { mergedInto: '43' }],
  ])('leave a lead alone whose contact %s', async (_, changes) => {
    await keep('1', { ...READY, ...changes, readBy: null })
    expect(await rescore()).toBe(0)
    expect([await versionOf('1'), await scoredBy('1'), await unreadFrom('1')]).toEqual(['before', '2', null])
    expect(hurried).toEqual([])
  })

  test('forget one that is no longer there', async () => {
    await connection.zadd(store.keys.list('1', 'scored'), 1, '1')
    expect(await rescore()).toBe(0)
    expect(await scoredBy('1')).toBeNull()
  })

  test('set one aside that cannot be read, for the main job to say so', async () => {
    await keep('1')
    await keep('2')
    await connection.hset(store.keys.lead('1'), 'record', 'not packed by Baton')
    expect(await rescore()).toBe(0)
    expect([await scoredBy('1'), await unreadFrom('1'), await versionOf('2')]).toEqual(['2', String(NOW), 'now'])
    expect(hurried).toContainEqual({ index: INDEX.unread, id: '1', at: NOW, last: true })
  })
})

describe('a lead that changes while it is computed again', () => {
  test.each<[string, Partial<LeadRecord>]>([
    ['in place', {}],
    ['by the main job', READY],
  ])('is left as it is by now, and taken again: %s', async (_, changes) => {
    await keep('1', changes)
    const one = await worker(() => keep('1', { ...changes, needsReview: true }))
    expect(await one.rescoreBatch()).toBe(1)
    expect(hurried).toEqual([])
    expect([await scoredBy('1'), await unreadFrom('1'), await versionOf('1')]).toEqual(['1', null, 'before'])
    expect((await leads.get('1')).lead?.needsReview).toBe(true)
    expect(await rescore()).toBe(0)
    expect(await scoredBy('1')).toBe('2')
  })

  test('keeps the work going until none is left', async () => {
    await keep('1')
    const one = await worker(() => keep('1'))
    await expect(one.rescoreLeads()).rejects.toThrow(RunLater)
    const other = await worker()
    await other.rescoreLeads()
    expect(await left()).toBe(0)
  })
})

describe('whose rules count', () => {
  test.each([
    ['nobody has spoken', null],
    ['those of others do', '3'],
  ])('a worker computes nothing when %s', async (_, standing) => {
    await keep('1')
    const one = await worker()
    if (standing === null) await connection.del(authority())
    else await connection.set(authority(), standing)
    expect(await one.rescoreBatch()).toBe(0)
    expect([await versionOf('1'), await left()]).toEqual(['before', 1])
  })

  test('a worker that lives keeps its word alive, and says whether there is anything to do', async () => {
    const one = await worker()
    expect(await one.isDue()).toBe(false)
    await keep('1')
    await connection.expire(authority(), 5)
    expect(await one.isDue()).toBe(true)
    expect(await connection.ttl(authority())).toBeGreaterThan(60)
  })

  test('a worker takes the word over when nobody has it any more, and from nobody who has', async () => {
    const one = await worker()
    await connection.set(authority(), '3', 'EX', 5)
    await one.isDue()
    expect(await connection.get(authority())).toBe('3')
    expect(await connection.ttl(authority())).toBeLessThanOrEqual(5)
    await connection.del(authority())
    await one.isDue()
    expect(await connection.get(authority())).toBe('2')
    expect(await connection.ttl(authority())).toBeGreaterThan(60)
  })

  test('of two who find that nobody has it one gets it', async () => {
    const one = await worker()
    await connection.del(authority())
    const get = store.redis.get.bind(store.redis)
    store.redis.get = (async (key: string) => {
      const standing = await get(key)
      // The other one is faster.
      await connection.set(authority(), '3', 'NX')
      return standing
    }) as typeof store.redis.get
    try {
      await one.isDue()
    } finally {
      store.redis.get = get
    }
    expect(await connection.get(authority())).toBe('3')
  })
})
