import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { INDEX } from '../../src/store/partitions.ts'
import { SECRETS, START, signAsHubSpot, startApi, type TestApi } from '../support/api.ts'
import { createTestRedis } from '../support/redis.ts'

const PORTAL = '90012345'
const BASE = 'https://hooks.example.com/sales/baton'
const redis = createTestRedis()
let api: TestApi
let old: TestApi
let lastId = 402_000_000_000

beforeAll(async () => {
  const { url: redisUrl, prefix } = redis
  api = await startApi({ redisUrl, prefix, portalId: PORTAL, publicUrl: BASE })
  old = await startApi({ redisUrl, prefix: `${prefix}-old`, allowV1: true })
})
beforeEach(() => {
  api.hurried.length = 0
})
afterAll(async () => {
  await Promise.all([api.close(), old.close()])
  await redis.deleteKeys()
})

const newContact = () => ++lastId
const send = (events: unknown[], signing = {}) =>
  api.sendEvents(events, { publicUrl: BASE, timestamp: START, ...signing })
const eventsOf = async (contact: number) =>
  (await api.inbox(String(contact))).map((item) => (item.kind === 'event' ? item.event : item.kind))

describe('an event is a hint: its type and an object are enough', () => {
  test.each([
    ['a number as value', { propertyName: 'numemployees', propertyValue: 120 }],
    ['a boolean as value', { propertyName: 'hs_email_optout', propertyValue: true }],
    ['an object as value', { propertyName: 'jobtitle', propertyValue: { any: 'thing' } }],
    ['a time as text', { occurredAt: '2026-11-20T11:59:00Z' }],
    ['a time in digits', { occurredAt: String(START - 60_000) }],
    ['no time', { occurredAt: undefined }],
    ['a time that is none', { occurredAt: 'yesterday' }],
    ['odd ids beside it', { eventId: -1, appId: 'x', portalId: null, sourceId: [], attemptNumber: 'many' }],
    ['a long value', { propertyValue: 'x'.repeat(65_536) }],
  ])('%s', async (_, fields) => {
    const objectId = newContact()
    const event = { subscriptionType: 'contact.propertyChange', objectId, occurredAt: START, ...fields }
    expect((await send([event])).status).toBe(204)
    expect(await api.inbox(String(objectId))).toMatchObject([{ event: 'propertyChange', at: expect.any(Number) }])
  })

  test('of a merge the ids that can be read count', async () => {
    const [primary, loser, survivor] = [newContact(), newContact(), newContact()]
    const ids = {
      primaryObjectId: String(primary),
      mergedObjectIds: [loser, null, 'x', { id: 1 }],
      newObjectId: survivor,
    }
    await send([{ subscriptionType: 'contact.merge', objectId: primary, ...ids }])
    expect(await api.inbox(String(survivor))).toMatchObject([{ merged: [String(primary), String(loser)] }])
    expect(await api.inbox(String(loser))).toMatchObject([{ survivor: String(survivor) }])
  })

  test('one whose time is missing or ahead counts as one of now', async () => {
    const [one, other] = [newContact(), newContact()]
    const ahead = { subscriptionType: 'contact.creation', objectId: other, occurredAt: START + 60_000 }
    await send([{ subscriptionType: 'contact.creation', objectId: one }, ahead])
    expect(await api.inbox(String(one))).toMatchObject([{ at: START }])
    expect(await api.inbox(String(other))).toMatchObject([{ at: START }])
  })
})

describe('associations are news of the contact', () => {
  const company = 301_000_000_001
  test.each([
    [
      'classic, no object id',
      { subscriptionType: 'contact.associationChange', associationType: 'CONTACT_TO_COMPANY' },
      0,
    ],
    [
      'classic, from the company',
      { subscriptionType: 'company.associationChange', associationType: 'COMPANY_TO_CONTACT' },
      1,
    ],
    ['classic, of a deal', { subscriptionType: 'deal.associationChange', associationType: 'DEAL_TO_CONTACT' }, 1],
    ['generic', { subscriptionType: 'object.associationChange', fromObjectTypeId: '0-1', toObjectTypeId: '0-2' }, 0],
    [
      'generic, the other way',
      { subscriptionType: 'object.associationChange', fromObjectTypeId: '0-2', toObjectTypeId: '0-1' },
      1,
    ],
  ])('%s', async (_, fields, end) => {
    const contact = newContact()
    const [fromObjectId, toObjectId] = end === 0 ? [contact, company] : [company, contact]
    expect((await send([{ ...fields, fromObjectId, toObjectId, associationRemoved: false }])).status).toBe(204)
    expect(await eventsOf(contact)).toEqual(['associationChange'])
    expect(await eventsOf(company)).toEqual([])
  })

  test('the same one again, removed or at another time', async () => {
    const contact = newContact()
    const change = {
      ...{ subscriptionType: 'contact.associationChange', associationType: 'CONTACT_TO_COMPANY' },
      ...{ fromObjectId: contact, toObjectId: company, occurredAt: START },
    }
    await send([change, change, { ...change, occurredAt: START - 1 }, { ...change, toObjectId: company + 1 }])
    expect(await eventsOf(contact)).toHaveLength(3)
  })

  test('between a company and a deal it is none of ours', async () => {
    const change = { subscriptionType: 'deal.associationChange', associationType: 'DEAL_TO_COMPANY' }
    expect((await send([{ ...change, fromObjectId: 1, toObjectId: 2 }])).status).toBe(204)
    expect(api.hurried).toEqual([])
  })
})

test.each([
  ['classic', { subscriptionType: 'deal.propertyChange' }],
  ['generic', { subscriptionType: 'object.propertyChange', objectTypeId: '0-3' }],
])('a deal that goes to another stage is looked at, %s', async (_, fields) => {
  const dealId = newContact()
  const change = { ...fields, objectId: dealId, propertyName: 'dealstage', propertyValue: 'closedwon' }
  await send([change, { ...change, objectId: dealId + 1, propertyName: 'amount', propertyValue: 12 }])
  expect(await api.indexed(String(dealId), INDEX.deals)).toBe(START)
  expect(await api.indexed(String(dealId + 1), INDEX.deals)).toBeNull()
  expect(api.hurried).toEqual([{ waiting: [{ index: INDEX.deals, id: String(dealId), at: START }] }])
  expect(await eventsOf(dealId)).toEqual([])
})

test('events of another portal are refused by name, and cost ours nothing', async () => {
  const [ours, theirs, unnamed] = [newContact(), newContact(), newContact()]
  const creation = { subscriptionType: 'contact.creation', occurredAt: START }
  const answer = await send([
    { ...creation, objectId: theirs, portalId: 666_001 },
    { ...creation, objectId: ours, portalId: Number(PORTAL) },
    { ...creation, objectId: unnamed },
    { ...creation, subscriptionType: 'contact.privacyDeletion', objectId: ours, portalId: 666_001 },
  ])
  expect(answer.status).toBe(204)
  expect(await eventsOf(theirs)).toEqual([])
  expect([await eventsOf(ours), await eventsOf(unnamed)]).toEqual([['creation'], ['creation']])
  expect(await api.indexed(String(ours), INDEX.erasures)).toBeNull()
  expect(await api.counted('contact.creation', 'other-portal')).toBe(1)
  expect(
    api.logLines.filter((line) => line.includes('666001') && line.includes('another HubSpot portal')),
  ).toHaveLength(1)
})

describe('how much one request may hold', () => {
  const creation = (objectId: number, more = {}) => ({ subscriptionType: 'contact.creation', objectId, ...more })

  test('eighteen of the longest values, and an innocent one', async () => {
    const innocent = newContact()
    const long = Array.from({ length: 18 }, () => creation(newContact(), { propertyValue: 'ü'.repeat(60_000) }))
    expect((await send([...long, creation(innocent)])).status).toBe(204)
    expect(await eventsOf(innocent)).toEqual(['creation'])
  })

  test('a thousand events and not one more', async () => {
    const events = Array.from({ length: 1_000 }, () => creation(newContact()))
    expect((await send(events)).status).toBe(204)
    const refused = await send([...events, creation(newContact())])
    expect(refused).toMatchObject({ status: 413, problem: { detail: expect.stringContaining('1000 events') } })
  })

  test('commas, brackets and quotes within a value are none of its structure', async () => {
    const contact = newContact()
    const value = `${',[{'.repeat(2_000)}\\"\\\\`
    expect((await send([creation(contact, { propertyValue: value })])).status).toBe(204)
    expect(await eventsOf(contact)).toEqual(['creation'])
  })

  test.each([
    ['a megabyte of nested lists', '['.repeat(1024 * 1024), 400],
    [
      'nested as deep within an event',
      `[{"subscriptionType":"x","objectId":1,"x":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_001)}]`,
      400,
    ],
    [
      'merges with long lists',
      JSON.stringify(Array.from({ length: 102 }, () => ({ objectId: 1, mergedObjectIds: Array(990).fill(7) }))),
      413,
    ],
  ])('%s is refused before it is parsed', async (_, body, status) => {
    const request = signAsHubSpot(body, { publicUrl: BASE, timestamp: START })
    expect((await api.send(request.path, request.body, request.headers)).status).toBe(status)
  })
})

describe('where the service stands', () => {
  test.each([
    ['the proxy takes the path off', '/webhooks/hubspot', `${BASE}/webhooks/hubspot`],
    ['the proxy leaves the path', '/sales/baton/webhooks/hubspot', `${BASE}/webhooks/hubspot`],
    ['a slash at the end', '/webhooks/hubspot/', `${BASE}/webhooks/hubspot/`],
    ['a slash that the proxy takes off', '/webhooks/hubspot', `${BASE}/webhooks/hubspot/`],
    ['a slash that the proxy adds', '/sales/baton/webhooks/hubspot/', `${BASE}/webhooks/hubspot`],
  ])('%s', async (_, path, signed) => {
    const contact = newContact()
    const signing = { path, publicUrl: '', signedPath: signed }
    expect((await send([{ subscriptionType: 'contact.creation', objectId: contact }], signing)).status).toBe(204)
    expect(await eventsOf(contact)).toEqual(['creation'])
  })

  test('another path is not ours, signed or not', async () => {
    const signing = { path: '/sales/batonx/webhooks/hubspot', publicUrl: '', signedPath: `${BASE}x/webhooks/hubspot` }
    expect((await send([], signing)).status).toBe(404)
    expect((await send([], { publicUrl: '', signedPath: 'https://hooks.example.com/webhooks/hubspot' })).status).toBe(
      401,
    )
  })
})

describe('signatures of the first version', () => {
  const body = JSON.stringify([{ subscriptionType: 'contact.creation', objectId: 402_999_999_999 }])
  const v1 = (secret = SECRETS.hubSpot[0] ?? '') => ({
    'x-hubspot-signature': createHash('sha256')
      .update(secret + body)
      .digest('hex'),
    'x-hubspot-signature-version': 'v1',
  })
  const post = (to: TestApi, headers: Record<string, string>) => to.send('/webhooks/hubspot', body, headers)

  test('are refused unless they are allowed', async () => {
    expect((await post(api, v1())).status).toBe(401)
  })

  test('are taken where they are allowed and HubSpot sends nothing else, with one warning and a count', async () => {
    expect((await post(old, v1())).status).toBe(204)
    expect((await post(old, v1(SECRETS.hubSpot[1]))).status).toBe(204)
    expect((await post(old, v1('another-secret'))).status).toBe(401)
    expect(await old.counted('request', 'signature-v1')).toBe(2)
    expect(old.logLines.filter((line) => line.includes('HUBSPOT_SIGNATURE_V1'))).toHaveLength(1)
  })

  test('never stand in for a v3 signature that is wrong or stale', async () => {
    const wrong = signAsHubSpot(body, { secret: 'another-secret' }).headers
    const stale = signAsHubSpot(body, { timestamp: START - 6 * 60_000 }).headers
    for (const headers of [wrong, stale, { ...wrong, 'x-hubspot-signature-v3': '' }])
      expect((await post(old, { ...v1(), ...headers })).status).toBe(401)
  })
})
