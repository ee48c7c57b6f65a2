import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { INDEX } from '../../src/store/partitions.ts'
import { SECRETS, START, signAsHubSpot, startApi, type TestApi } from '../support/api.ts'
import { createTestRedis } from '../support/redis.ts'

const APP = 7_700_123
const redis = createTestRedis()
let api: TestApi
let lastId = 401_234_567_000

beforeAll(async () => {
  api = await startApi({ redisUrl: redis.url, prefix: redis.prefix })
})
beforeEach(() => {
  api.clock.now = START
  api.hurried.length = 0
})
afterAll(async () => {
  await api.close()
  await redis.deleteKeys()
})

const newContact = () => ++lastId

function event(subscriptionType: string, fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    eventId: ++lastId % 4_294_967_296,
    subscriptionId: 5_100_001,
    portalId: 90_012_345,
    appId: APP,
    occurredAt: START - 1_000,
    subscriptionType,
    attemptNumber: 0,
    objectId: newContact(),
    changeSource: 'CRM_UI',
    sourceId: 'userId:80011',
    ...fields,
  }
}

const changed = (fields: Record<string, unknown> = {}) =>
  event('contact.propertyChange', { propertyName: 'jobtitle', propertyValue: 'VP Marketing', ...fields })

/** The events that a lead's inbox holds. */
async function kept(contact: unknown): Promise<string[]> {
  return (await api.inbox(String(contact))).map((item) => (item.kind === 'event' ? item.event : item.kind))
}

/** The place of a contact among the unread leads. */
const unread = (contact: unknown) => ({ index: INDEX.unread, id: String(contact), at: START })

/** Sends events that have to be acknowledged, and tells by how much a counter rose. */
async function rise(kind: string, outcome: string, events: unknown[]): Promise<number> {
  const before = await api.counted(kind, outcome)
  expect((await api.sendEvents(events)).status).toBe(204)
  return (await api.counted(kind, outcome)) - before
}

describe('what is kept', () => {
  const about = { eventId: 1, subscriptionId: 5_100_001, portalId: 90_012_345, appId: APP, attemptNumber: 0 }
  const contact = { ...about, occurredAt: 1_795_161_600_123, objectId: 401_234_567_890 }
  const generic = { ...contact, objectTypeId: '0-1', changeSource: 'CRM_UI', sourceId: 'userId:80011' }
  const change = { propertyName: 'lifecyclestage', propertyValue: 'lead' }
  const forms: [string, Record<string, unknown>][] = [
    [
      'creation',
      {
        ...contact,
        subscriptionType: 'contact.creation',
        changeFlag: 'CREATED',
        changeSource: 'INTEGRATION',
        sourceId: '5550001',
      },
    ],
    ['creation', { ...generic, subscriptionType: 'object.creation', changeFlag: 'CREATED' }],
    ['propertyChange', { ...generic, ...change, subscriptionType: 'object.propertyChange', isSensitive: false }],
    ['propertyChange', { ...contact, ...change, subscriptionType: 'contact.propertyChange', changeSource: 'CRM_UI' }],
    ['propertyChange', { ...contact, ...change, subscriptionType: 'contact.propertyChange', propertyValue: null }],
    ['propertyChange', { ...contact, ...change, eventType: 'contact.propertyChange' }],
    [
      'deletion',
      { ...contact, subscriptionType: 'contact.deletion', changeFlag: 'DELETED', changeSource: 'CRM_UI_BULK_ACTION' },
    ],
    ['deletion', { ...generic, subscriptionType: 'object.deletion' }],
    ['restore', { ...contact, subscriptionType: 'contact.restore', changeSource: 'CRM_UI' }],
    ['restore', { ...generic, subscriptionType: 'object.restore' }],
    ['creation', { subscriptionType: 'contact.creation', objectId: '401234567890', occurredAt: 1 }],
    [
      'creation',
      { ...contact, subscriptionType: 'contact.creation', changeSource: null, sourceId: null, eventId: null },
    ],
    ['creation', { ...contact, subscriptionType: 'contact.creation', sourceId: 5_550_001, anythingNew: { deep: [1] } }],
  ]
  test.each(forms)('%s, form %#', async (action, fixture) => {
    const objectId = newContact()
    expect((await api.sendEvents([{ ...fixture, objectId }])).status).toBe(204)
    const [item, ...more] = await api.inbox(String(objectId))
    expect(item).toMatchObject({ kind: 'event', event: action, at: Math.min(Number(fixture.occurredAt), START) })
    expect(more).toEqual([])
    expect(await api.indexed(String(objectId))).toBe(START)
    expect(api.hurried).toEqual([{ waiting: [unread(objectId)] }])
  })

  test.each([
    ['classic', { ...contact, subscriptionType: 'contact.privacyDeletion' }],
    ['generic', { ...generic, subscriptionType: 'object.privacyDeletion' }],
  ])('a deletion for privacy, %s: as an order to erase, and nothing else', async (_, fixture) => {
    const objectId = newContact()
    expect(await rise('contact.privacyDeletion', 'erase', [{ ...fixture, objectId }])).toBe(1)
    expect(await api.indexed(String(objectId), INDEX.erasures)).toBe(START)
    expect(api.hurried).toEqual([{ waiting: [{ index: INDEX.erasures, id: String(objectId), at: START }] }])
    expect(await api.inbox(String(objectId))).toEqual([])
    expect(await api.indexed(String(objectId))).toBeNull()
  })

  test('nothing of a contact is kept but that something happened to it', async () => {
    const objectId = newContact()
    await api.sendEvents([changed({ objectId, propertyName: 'email', propertyValue: 'canary@northwind.example' })])
    expect(await api.inbox(String(objectId))).toEqual([
      { kind: 'event', event: 'propertyChange', at: START - 1_000, receivedAt: START, portalId: '90012345' },
    ])
    const dump = await Promise.all((await api.keys()).map((key) => api.look.dumpBuffer(key)))
    expect(Buffer.concat(dump.filter((value) => value !== null)).includes('canary')).toBe(false)
  })

  test('a merge concerns every record that takes part, also where they share a partition', async () => {
    for (let round = 0; round < 40; round++) {
      const [primary, merged, other, created] = [newContact(), newContact(), newContact(), newContact()]
      const ids = { primaryObjectId: primary, mergedObjectIds: [merged, other], newObjectId: created }
      await api.sendEvents([event('contact.merge', { objectId: primary, ...ids, numberOfPropertiesMoved: 9 })])
      for (const contact of [primary, merged, other, created]) expect(await kept(contact)).toEqual(['merge'])
    }
  })

  test.each([true, false])(
    'a merge tells the one that lives on of the others, and them of it; into a new record: %s',
    async (anew) => {
      const [primary, merged, created] = [newContact(), newContact(), newContact()]
      const ids = { primaryObjectId: primary, mergedObjectIds: [merged], ...(anew ? { newObjectId: created } : {}) }
      await api.sendEvents([event('contact.merge', { objectId: primary, ...ids })])
      const [survivor, ...others] = anew ? [created, primary, merged] : [primary, merged]
      expect(await api.inbox(String(survivor))).toMatchObject([{ merged: others.map(String) }])
      for (const contact of others)
        expect(await api.inbox(String(contact))).toMatchObject([{ survivor: String(survivor) }])
    },
  )

  test('an import goes behind everything else, but for a lead that is hot or with sales', async () => {
    const [cold, hot, live] = [newContact(), newContact(), newContact()]
    await api.look.sadd(api.store.keys.list(String(hot), 'urgent'), hot)
    const imported = { changeSource: 'IMPORT' }
    await api.sendEvents([changed({ objectId: cold, ...imported }), changed({ objectId: hot, ...imported })])
    await expect
      .poll(() => api.hurried.splice(0))
      .toEqual([{ waiting: [unread(hot)] }, { waiting: [{ ...unread(cold), last: true }] }])
    await api.sendEvents([changed({ objectId: live }), changed({ objectId: live, ...imported, eventId: 1 })])
    expect(api.hurried).toEqual([{ waiting: [unread(live)] }])
  })

  test('all of 100 events, their leads asked for together and each once', async () => {
    const leads = Array.from({ length: 50 }, newContact)
    const batch = leads.flatMap((objectId) => [changed({ objectId }), changed({ objectId, propertyName: 'country' })])
    expect((await api.sendEvents(batch)).status).toBe(204)
    for (const objectId of leads) {
      expect(await kept(objectId)).toEqual(['propertyChange', 'propertyChange'])
      expect(await api.indexed(String(objectId))).toBe(START)
    }
    const behind = leads.map((id) => ({ ...unread(id), last: true }))
    await expect.poll(() => api.hurried).toEqual([{ waiting: behind, delay: expect.any(Number) }])
  })

  test('a lead that waits already keeps its place in the queue', async () => {
    const objectId = newContact()
    await api.sendEvents([changed({ objectId })])
    api.clock.now += 60_000
    await api.sendEvents([changed({ objectId })])
    expect(await api.indexed(String(objectId))).toBe(START)
    expect(await kept(objectId)).toHaveLength(2)
  })

  test('an event from the future counts as of now', async () => {
    const objectId = newContact()
    await api.sendEvents([changed({ objectId, occurredAt: START + 3_600_000 })])
    expect(await api.inbox(String(objectId))).toMatchObject([{ at: START }])
  })
})

describe('a company', () => {
  test.each([
    ['company.creation', event('company.creation')],
    ['company.propertyChange', event('company.propertyChange', { propertyName: 'industry', propertyValue: 'RETAIL' })],
    ['company.propertyChange', event('object.propertyChange', { objectTypeId: '0-2', propertyName: 'industry' })],
    ['company.merge', event('company.merge', { primaryObjectId: 1, mergedObjectIds: [2], newObjectId: 3 })],
  ])('waits to be looked at: %s, form %#', async (kind, fixture) => {
    const id = `company/${kind === 'company.merge' ? 3 : fixture.objectId}`
    const again = { ...fixture, eventId: 5, propertyName: 'name' }
    expect(await rise(kind, 'company', [fixture, again])).toBe(2)
    expect(api.hurried).toEqual([{ waiting: [{ index: INDEX.companies, id, at: START }] }])
    expect(await api.inbox(String(fixture.objectId))).toEqual([])
  })
})

describe('what ends at the door', () => {
  const others: [string, Record<string, unknown>][] = [
    ['deal.propertyChange', event('deal.propertyChange', { propertyName: 'amount', propertyValue: '1200' })],
    ['deal.propertyChange', event('object.propertyChange', { objectTypeId: '0-3', propertyName: 'amount' })],
    ['other', event('object.creation', { objectTypeId: '0-136' })],
    ['other', event('object.creation')],
    ['company.associationChange', event('company.associationChange', { fromObjectId: 1, toObjectId: 2 })],
    ['other', event('conversation.newMessage')],
    ['other', event('toString.constructor')],
    ['other', event('anything at all')],
  ]
  test.each(others)('%s, form %#', async (kind, fixture) => {
    const before = await api.keys()
    expect(await rise(kind, 'ignored', [fixture])).toBe(1)
    expect(await api.keys()).toEqual(before)
    expect(api.hurried).toEqual([])
  })

  test('our own writes: by our app, or of the properties that only we write', async () => {
    const ours = { changeSource: 'INTEGRATION', sourceId: String(APP) }
    const before = await api.keys()
    const echoes = [
      changed(ours),
      changed({ ...ours, subscriptionType: 'object.propertyChange', objectTypeId: '0-1' }),
      changed({ propertyName: 'baton_score', changeSource: 'INTEGRATION', sourceId: '5550001' }),
      changed({ propertyName: 'baton_sla_status', changeSource: 'AUTOMATION_PLATFORM' }),
    ]
    expect(await rise('contact.propertyChange', 'own-write', echoes)).toBe(4)
    expect(await api.keys()).toEqual(before)
  })

  test('not what another app writes, nor a person, nor what our app did to the record itself', async () => {
    const batch = [
      changed({ changeSource: 'INTEGRATION', sourceId: '5550001' }),
      changed({ changeSource: 'CRM_UI', sourceId: String(APP) }),
      changed({ changeSource: 'INTEGRATION', appId: undefined, sourceId: undefined }),
      changed({ propertyName: 'hubspot_owner_id' }),
      // A person's edit of what only Baton should write is put right.
      changed({ propertyName: 'baton_score', changeSource: 'CRM_UI' }),
      event('contact.creation', { changeSource: 'INTEGRATION', sourceId: String(APP) }),
      event('contact.deletion', { changeSource: 'INTEGRATION', sourceId: String(APP) }),
    ]
    expect((await api.sendEvents(batch)).status).toBe(204)
    for (const { objectId } of batch) expect(await kept(objectId)).toHaveLength(1)
  })

  test('malformed events, which cost none of the others', async () => {
    const malformed = [null, 7, 'text', [], {}, { subscriptionType: 'contact.creation' }]
    const odd = [
      { objectId: -1 },
      { objectId: 1.5 },
      { objectId: '../x' },
      { objectId: {} },
      { mergedObjectIds: Array(101).fill(1) },
    ]
    const bad = [...malformed, ...odd.map((fields) => changed(fields)), { objectId: newContact(), occurredAt: START }]
    for (const one of bad) {
      const good = Array.from({ length: 99 }, () => changed())
      expect(await rise('unknown', 'malformed', [...good.slice(0, 50), one, ...good.slice(50)])).toBe(1)
      const [first, last] = [good[0], good[98]]
      expect([await kept(first?.objectId), await kept(last?.objectId)]).toEqual([
        ['propertyChange'],
        ['propertyChange'],
      ])
      const behind = good.map(({ objectId }) => ({ ...unread(objectId), last: true }))
      await expect.poll(() => api.hurried).toEqual([{ waiting: behind, delay: expect.any(Number) }])
      api.hurried.length = 0
    }
    expect(api.logLines.some((line) => line.includes('malformed'))).toBe(true)
  })
})

describe('duplicates', () => {
  test('the same batch, again and at the same time, is kept once', async () => {
    const batch = [changed(), changed(), event('contact.creation')]
    await Promise.all([1, 2, 3].map(() => api.sendEvents([...batch, batch[0]])))
    expect(await rise('any', 'duplicate', batch)).toBe(3)
    for (const { objectId } of batch) expect(await kept(objectId)).toHaveLength(1)
  })

  test('another attempt number, subscription and order make no other event', async () => {
    const batch = [changed(), changed()]
    const again = batch.map((one) => ({ ...one, attemptNumber: 6, subscriptionId: 1 })).reverse()
    await api.sendEvents(batch)
    api.hurried.length = 0
    await api.sendEvents(again)
    for (const { objectId } of batch) expect(await kept(objectId)).toHaveLength(1)
    // What waits still is asked for again, for the answer to the first may have been lost.
    expect(api.hurried.splice(0)).toEqual([{ waiting: batch.toReversed().map(({ objectId }) => unread(objectId)) }])
    // As a worker does that has read it.
    for (const { objectId } of batch) await api.look.del(api.store.keys.inbox(String(objectId)))
    await api.sendEvents(again)
    for (const { objectId } of batch) expect(await kept(objectId)).toEqual([])
    expect(api.hurried).toEqual([])
  })

  test.each([
    ['eventId', { eventId: 7 }],
    ['time', { occurredAt: START - 999 }],
    ['value', { propertyValue: 'CMO' }],
    ['property', { propertyName: 'country' }],
    ['portal', { portalId: 1 }],
    ['action', { subscriptionType: 'contact.creation' }],
  ])('another %s makes another event', async (_, difference) => {
    const one = changed()
    await api.sendEvents([one, { ...one, ...difference }])
    expect(await kept(one.objectId)).toHaveLength(2)
  })

  test('the same event for another contact is another event, also where they share a partition', async () => {
    const batch = Array.from({ length: 40 }, () => changed({ eventId: 100 }))
    await api.sendEvents(batch)
    for (const { objectId } of batch) expect(await kept(objectId)).toHaveLength(1)
  })

  test('are known for 48 hours, and then no more', async () => {
    const one = changed()
    const before = new Set(await api.keys())
    await api.sendEvents([one])
    const seen = (await api.keys()).filter((key) => !before.has(key) && key.includes(':seen:'))
    expect(seen).toHaveLength(1)
    const left = await api.look.pttl(seen[0] ?? '')
    expect(left).toBeGreaterThan(47 * 3_600_000)
    expect(left).toBeLessThanOrEqual(48 * 3_600_000)
    await api.look.pexpire(seen[0] ?? '', 0)
    await api.sendEvents([one])
    expect(await kept(one.objectId)).toHaveLength(2)
  })
})

describe('what cannot be read', () => {
  test.each(['{}', '{"0":{}}', '7', 'null', '"[]"', '', '[', '[{]', 'payload=%5B%5D', '[1,]'])('%s', async (body) => {
    const { path, body: bytes, headers } = signAsHubSpot(body)
    expect((await api.send(path, bytes, headers)).status).toBe(400)
  })

  test.each(['__proto__', 'constructor'])('%s', async (name) => {
    const poison =
      name === 'constructor' ? '{"constructor":{"prototype":{"polluted":1}}}' : '{"__proto__":{"polluted":1}}'
    const request = signAsHubSpot(`[${JSON.stringify(changed())},${poison}]`)
    expect((await api.send(request.path, request.body, request.headers)).status).toBe(400)
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  })

  test('eight MiB are read, one byte more is not', async () => {
    const largest = Buffer.alloc(8 * 1024 * 1024, ' ')
    largest.write('[]')
    for (const [body, status] of [
      [largest, 204],
      [Buffer.concat([largest, Buffer.from(' ')]), 413],
    ] as const) {
      const request = signAsHubSpot(body)
      expect((await api.send(request.path, request.body, request.headers)).status).toBe(status)
    }
  })

  test('an empty batch is fine, and so is any content type', async () => {
    for (const type of ['application/json; charset=utf-8', 'text/plain', 'application/x-www-form-urlencoded']) {
      expect((await api.sendEvents([], { headers: { 'content-type': type } })).status).toBe(204)
    }
  })
})

test('no answer and no log line shows a secret, a signature or what an event says', async () => {
  const { headers, ...request } = signAsHubSpot(
    JSON.stringify([changed({ propertyValue: 'canary@northwind.example' }), {}]),
  )
  const signature = headers['x-hubspot-signature-v3'] ?? ''
  await api.send(request.path, request.body, headers)
  const refused = await api.send(request.path, request.body, { ...headers, 'x-hubspot-request-timestamp': '1' })
  const said = refused.text + api.logLines.join('\n')
  for (const secret of [...SECRETS.hubSpot, signature, 'canary']) expect(said).not.toContain(secret)
})
