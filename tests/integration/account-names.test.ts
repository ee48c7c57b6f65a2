import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import type { LeadRecord } from '../../src/leads/lead.ts'
import { connectRedis, type RedisConnection } from '../../src/platform/redis.ts'
import { prepare } from '../../src/store/commit.ts'
import { eraseLead } from '../../src/store/erase.ts'
import { createFactStreams } from '../../src/store/facts.ts'
import { createLeads, type Leads } from '../../src/store/leads.ts'
import { createStore, type Store } from '../../src/store/partitions.ts'
import { createAccountNames } from '../../src/views/account-names.ts'
import { createReports } from '../../src/views/reports.ts'
import { createReportRunner } from '../../src/work/report.ts'
import { indexesOf, WORK } from '../../src/work/table.ts'
import { DAY, facts, leadRecord, MINUTE, NOW } from '../support/records.ts'
import { createTestRedis } from '../support/redis.ts'
import { section } from '../support/report-facts.ts'
import { loadTestConfig } from '../support/stage.ts'

const redis = createTestRedis()
let connection: RedisConnection
let config: Config
let store: Store
let leads: Leads
let count = 0

beforeAll(async () => {
  connection = await connectRedis([redis.url], 'request', () => {})
  config = await loadTestConfig({}, NOW)
})
beforeEach(() => {
  store = createStore({ redis: connection, prefix: `${redis.prefix}-${++count}` })
  leads = createLeads(store)
})
afterAll(async () => {
  connection.disconnect()
  await redis.deleteKeys()
})

/** A lead of a company looks at prices, by the commit of every change; its engagement is 20 then. */
async function looks(id: string, company: Record<string, string>, more: Partial<LeadRecord> = {}): Promise<void> {
  const own = { email: `p@${company['company.domain']}`, 'email.domain': company['company.domain'] ?? '' }
  const signals = [
    { id: `s-${id}`, type: 'pricing_page_viewed', at: NOW - MINUTE, detail: 'https://www.example.com/pricing' },
  ]
  const score = { ...leadRecord().score, engagement: 20 }
  const attributes = facts({ ...own, ...company })
  const lead = leadRecord({
    id,
    pseudonym: `lead-${id}`,
    portalId: '4711',
    handoffs: {},
    attributes,
    signals,
    score,
    ...more,
  })
  const change = { lead, handoffs: [], posts: [], history: [], toWrite: false }
  const retention = { handoffs: MINUTE, decisions: MINUTE, facts: 400 * DAY }
  const { plan } = prepare(store.keys, await leads.get(id), change, retention, NOW)
  expect(await store.commit(plan.guards, plan.commands)).not.toBe(false)
}

async function rising(): Promise<unknown[]> {
  const streams = createFactStreams(store)
  const reports = createReports({
    ...{ config: () => config, clock: { now: () => NOW }, facts: streams },
    ...{ run: createReportRunner(streams), nameAccounts: createAccountNames(store) },
  })
  return section(await reports.make('feedback', 'this'), 'marketing-to-sales-accounts')
}
const row = (account: string, leads: number, points: number, url: string) => ({
  ...{ account, leads, points, before: 0, did: expect.stringContaining('/pricing'), last: NOW - MINUTE, url },
})
const erase = (id: string) => eraseLead(store, id, indexesOf(WORK), { config, read: () => leads.get(id), now: NOW })

test('an account of the facts is called as its leads say, as long as one of them is there', async () => {
  const acme = { 'company.name': 'Acme Ltd', 'company.domain': 'acme.example' }
  await looks('41', acme)
  await looks('42', acme, { properties: { associatedcompanyid: '77' } })
  await looks('43', { 'company.domain': 'north.example' })
  // One that cannot be read costs none of the others.
  await looks('44', { 'company.domain': 'broken.example' })
  await store.redis.hset(store.keys.lead('44'), 'record', 'not packed by Baton')
  const record = 'https://app.hubspot.com/contacts/4711/record'
  const north = row('north.example', 1, 20, `${record}/0-1/43`)
  // Who of both leads tells it makes a difference to the address alone.
  expect(await rising()).toEqual([{ ...row('Acme Ltd', 2, 40, ''), url: expect.stringContaining(record) }, north])

  await erase('41')
  expect(await rising()).toEqual([row('Acme Ltd', 2, 40, `${record}/0-2/77`), north])

  // Its facts are counted still, under a name that leads nowhere.
  await erase('42')
  expect(await rising()).toEqual([north])

  // One that has gone to another company says nothing of this one.
  await looks('43', { 'company.domain': 'south.example' })
  expect(await rising()).toEqual([])
})
