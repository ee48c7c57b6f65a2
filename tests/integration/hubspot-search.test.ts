import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SimulatedHubSpot } from '../../simulators/hubspot/simulated-hubspot.ts'
import { createHubSpot } from '../../src/hubspot/client.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { connectRedis, type RedisConnection } from '../../src/platform/redis.ts'
import { failureOf } from '../support/outside.ts'
import { createTestRedis } from '../support/redis.ts'
import { useSimulatedHubSpot } from '../support/simulated-hubspot.ts'

const start = useSimulatedHubSpot()
const testRedis = createTestRedis()
let redis: RedisConnection
beforeAll(async () => {
  redis = await connectRedis([testRedis.url], 'request', () => {})
})
afterAll(async () => {
  redis.disconnect()
  await testRedis.deleteKeys()
})

const connect = (hubspot: SimulatedHubSpot, prefix = testRedis.prefix) =>
  createHubSpot({
    ...{ accessToken: 'pat-test', baseUrl: hubspot.url, redis, prefix, requestsPer10Seconds: 1_000 },
    properties: () => ({ contact: ['email'], company: ['name'] }),
    metrics: createMetrics(),
  })

const ALL = { filters: [], sortBy: 'hs_object_id', properties: [] }
const searchesOf = (hubspot: SimulatedHubSpot) => hubspot.calls.filter(({ path }) => path.endsWith('/search'))

test('all processes together search no faster than HubSpot allows, however they begin', async () => {
  const { hubspot } = await start({ rateLimit: { max: 1_000, intervalMs: 10_000, searchesPerSecond: 5 } })
  const some = [1, 2, 3].map(() => connect(hubspot))
  await some[0]?.search('contacts', ALL)
  // Late in the second of the first one, where a window would let a second's worth through twice.
  await new Promise((resolve) => setTimeout(resolve, 850))
  await Promise.all(some.flatMap((one) => [1, 2, 3, 4].map(() => one.search('contacts', ALL))))
  expect(searchesOf(hubspot).map(({ status }) => status)).toEqual(Array.from({ length: 13 }, () => 200))
})

test('a limit on searches holds up searches, and nothing else', async () => {
  const { hubspot } = await start()
  const id = hubspot.createContact({ email: 'a@acme.example' })
  const adapter = connect(hubspot, `${testRedis.prefix}-limit`)
  const order: string[] = []
  hubspot.failNext({ path: /search/, status: 429, body: { policyName: 'SECONDLY' } })
  expect(await failureOf(adapter.search('contacts', ALL))).toMatchObject({ kind: 'rate-limited', retryAfter: 1_000 })
  await Promise.all([
    adapter.search('contacts', ALL).then(() => order.push('search')),
    adapter.readContact(id).then(() => order.push('read')),
  ])
  expect(order).toEqual(['read', 'search'])
})

test('companies that are asked for at the same time share a search for their contacts', async () => {
  const { hubspot } = await start()
  const adapter = connect(hubspot, `${testRedis.prefix}-companies`)
  const companies = Array.from({ length: 30 }, (_, index) => hubspot.createCompany({ name: `Company ${index}` }))
  const contacts = companies.map((companyId) => [hubspot.createContact({}, { companyId })])
  const large = hubspot.createCompany({ name: 'Large' })
  const staff = Array.from({ length: 450 }, () => hubspot.createContact({}, { companyId: large }))
  const lonely = hubspot.createCompany({ name: 'Lonely' })
  const found = await Promise.all([...companies, large, lonely].map((id) => adapter.contactsOfCompany(id)))
  expect(found).toEqual([...contacts, staff, []])
  expect(searchesOf(hubspot)).toHaveLength(3)
})
