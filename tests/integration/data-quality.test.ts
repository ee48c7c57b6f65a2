import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import type { LeadRecord } from '../../src/leads/lead.ts'
import { createLogger } from '../../src/platform/log.ts'
import { connectRedis, type RedisConnection } from '../../src/platform/redis.ts'
import { prepare } from '../../src/store/commit.ts'
import { createFactStreams } from '../../src/store/facts.ts'
import { createLeads } from '../../src/store/leads.ts'
import { createStore, type Store } from '../../src/store/partitions.ts'
import { createQualityList } from '../../src/store/quality.ts'
import { createQualityLists } from '../../src/store/quality-lists.ts'
import { createQualityViews } from '../../src/views/data-quality.ts'
import { createCheckQuality } from '../../src/work/check-quality.ts'
import { DAY, HOUR, leadRecord, NOW } from '../support/records.ts'
import { createTestRedis } from '../support/redis.ts'

const server = createTestRedis()
const COUNT = 260
// Every tenth lacks its first name, every twentieth shares the mailbox of the one before.
const email = (number: number) => `p${number % 20 === 0 ? number - 1 : number}@firm.example`

let redis: RedisConnection
let store: Store
const clock = { at: NOW, now: () => clock.at }
const config = await loadConfig(join(import.meta.dirname, '..', '..', 'config'), NOW)
const log = createLogger('silent')
const check = () => createCheckQuality({ clock, config: () => config, log, store })
const view = () => createQualityViews({ clock, config: () => config, store, leads: createLeads(store) })

beforeAll(async () => {
  redis = await connectRedis([server.url], 'request', () => {})
  store = createStore({ redis, prefix: server.prefix })
  for (let number = 1; number <= COUNT; number++) await write(made(number))
  // One that nobody can read costs none of the others.
  await write(made(9_000))
  await redis.hset(store.keys.lead('10000'), 'record', 'not packed by Baton')
})
afterAll(async () => {
  redis.disconnect()
  await server.deleteKeys()
})

function made(number: number): LeadRecord {
  const values = {
    ...{ email: email(number), lastName: `Canary-${number}`, 'company.name': 'Firm', leadSource: 'REFERRALS' },
    ...(number % 10 === 0 ? {} : { firstName: 'Pat' }),
    ...{ lifecycleStage: 'lead', jobTitle: 'CEO', 'company.size': 40, 'company.industry': 'retail' },
    'leadSource.detail': 'partner',
  }
  const attributes = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, { value, source: `hubspot:${name}` }]),
  )
  return leadRecord({ id: String(1_000 + number), pseudonym: `p${number}`, attributes })
}

async function write(lead: LeadRecord): Promise<void> {
  const before = await createLeads(store).get(lead.id)
  const change = { lead, handoffs: [], posts: [], history: [], toWrite: false }
  const { plan } = prepare(store.keys, before, change, config.retention, NOW)
  await store.commit(plan.guards, plan.commands)
}

async function measured() {
  const facts = []
  for await (const some of createFactStreams(store).since(0))
    facts.push(...some.filter(({ type }) => type === 'measured'))
  return facts
}

describe('the check of all leads', () => {
  test('is made once by several workers, and notes what is right, of how many', async () => {
    expect(await check().isDue()).toBe(true)
    await Promise.all([check().check(), check().check(), check().check()])
    expect(await check().isDue()).toBe(false)
    const facts = (await measured()).filter(({ rule }) => !rule?.includes(':'))
    expect(Object.fromEntries(facts.map(({ rule, value, amount, lead }) => [rule, [value, amount, lead]]))).toEqual({
      validEmails: [260, '260', ''],
      requiredFields: [234, '260', ''],
      leadSource: [260, '260', ''],
      stale: [260, '260', ''],
      duplicates: [234, '260', ''],
    })
    expect(facts).toHaveLength(5)
  })

  test('is listed page by page, the worst first, each once', async () => {
    const seen: string[] = []
    for (let after = null, page = 0; page < 10; page++) {
      const { leads, next, summary } = await view().page(undefined, after, 7)
      expect(summary).toMatchObject({ leads: 260, flawed: 39, kinds: { missing: 26, duplicate: 26 } })
      seen.push(...leads.map(({ id, kinds }) => `${id} ${kinds.join()}`))
      if (next === null) break
      after = next as never
    }
    expect(new Set(seen).size).toBe(39)
    // Those that are flawed twice over come first: 1020, 1040, … lack a name and share a mailbox.
    expect(seen.slice(0, 13).every((one) => one.endsWith('missing,duplicate'))).toBe(true)
    const twins = (await view().page('duplicate', null, 200)).leads
    expect(twins).toHaveLength(26)
    expect(twins.find(({ id }) => id === '1020')?.duplicates).toMatchObject([{ id: '1019', by: 'email' }])
  })

  test('what was put right is gone at once, and comes into the counts with the next night', async () => {
    const { attributes } = made(11)
    await write({
      ...made(10),
      attributes: { ...attributes, email: { value: 'p10@firm.example', source: 'hubspot:email' } },
    })
    expect((await view().page('missing', null, 200)).leads).toHaveLength(25)
    clock.at += HOUR
    expect(await check().isDue()).toBe(false)
    clock.at += 3 * DAY
    expect(await check().isDue()).toBe(true)
    await check().check()
    expect(await check().isDue()).toBe(false)
    expect((await view().page(undefined, null, 1)).summary?.kinds).toMatchObject({ missing: 25 })
    await view().checkAgain()
    expect(await check().isDue()).toBe(true)
    await check().check()
    expect(await check().isDue()).toBe(false)
  })

  test('one that is erased while the list is made does not stand in it', async () => {
    const list = createQualityList(store)
    const rows = ['1020', '99999'].map((leadId) => ({ leadId, bad: 1, kinds: ['missing' as const] }))
    const summary = { id: 'x', at: clock.at, leads: 2, flawed: 2, kinds: { missing: 2 } }
    await list.keep(summary, rows, [], config.retention)
    expect((await list.rows()).map(({ leadId }) => leadId)).toEqual(['1020'])
    await list.forget('1020')
    expect(await list.rows()).toEqual([])
  })

  test('one that is erased stands in no list with buttons, also not as who may be the same as another one', async () => {
    const lists = createQualityLists(store)
    const id = 'cleaner/20261123'
    const summary = { at: clock.at, count: 3, to: ['mgr-1'], parts: 1 }
    const rows = [
      { leadId: '1021', order: 0, twins: ['1022', '99999'] },
      { leadId: '1022', order: 1, twins: ['1021'] },
      { leadId: '99999', order: 2 },
    ]
    await lists.make(id, summary, rows)
    const shown = async () => (await lists.read(id))?.rows.map(({ leadId, twins = [] }) => [leadId, ...twins].join(' '))
    expect(await shown()).toEqual(['1021 1022', '1022 1021'])
    expect(await lists.forget('1022', clock.at)).toEqual([`${id}/to:mgr%2D1/part:0`])
    expect(await shown()).toEqual(['1021'])
    expect(JSON.stringify(await redis.hgetall(store.keys.post(id)))).not.toMatch(/1022|99999/)
  })
})
