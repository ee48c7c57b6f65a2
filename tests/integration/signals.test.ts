import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createLogger } from '../../src/platform/log.ts'
import { createInbox } from '../../src/store/inbox.ts'
import { INDEX } from '../../src/store/partitions.ts'
import { createFindContact } from '../../src/work/find-contact.ts'
import { SECRETS, START, startApi, type TestApi } from '../support/api.ts'
import { createTestRedis } from '../support/redis.ts'

const redis = createTestRedis()
let api: TestApi
let lastId = 501_000_000_000

beforeAll(async () => {
  api = await startApi({ redisUrl: redis.url, prefix: redis.prefix, apiTokens: [SECRETS.apiToken, 'second-token'] })
})
beforeEach(() => {
  api.clock.now = START
  api.hurried.length = 0
})
afterAll(async () => {
  await api.close()
  await redis.deleteKeys()
})

const newContact = () => String(++lastId)

function signal(fields: Record<string, unknown> = {}): Record<string, unknown> {
  const id = newContact()
  return {
    id: `s-${id}`,
    type: 'demo_requested',
    contactId: id,
    occurredAt: new Date(START - 5_000).toISOString(),
    ...fields,
  }
}

async function accepted(...signals: Record<string, unknown>[]): Promise<unknown> {
  const answer = await api.sendSignals({ signals })
  expect(answer.status).toBe(202)
  return JSON.parse(answer.text)
}

test('a crowd of signals goes behind everything else, but for a lead that is hot or with sales', async () => {
  const some = Array.from({ length: 50 }, () => signal())
  const [hot, ...cold] = some.map(({ contactId }) => String(contactId))
  await api.look.sadd(api.store.keys.list(String(hot), 'urgent'), String(hot))
  api.hurried.splice(0)
  await accepted(...some)
  const unread = (id: string) => ({ index: 'unread', id, at: START })
  await expect
    .poll(() => api.hurried.filter(({ waiting }) => waiting.length > 0))
    .toEqual([{ waiting: [unread(String(hot))] }, { waiting: cold.map((id) => ({ ...unread(id), last: true })) }])
})

describe('who may send', () => {
  const body = () => ({ signals: [signal()] })

  test.each([`Bearer ${SECRETS.apiToken}`, `bearer ${SECRETS.apiToken}`, 'Bearer second-token'])(
    '%s',
    async (authorization) => {
      expect((await api.sendSignals(body(), { authorization })).status).toBe(202)
    },
  )

  test.each([
    '',
    'Bearer',
    'Bearer ',
    'Bearer wrong-token',
    `Bearer ${SECRETS.apiToken}x`,
    `Bearer ${SECRETS.apiToken.slice(0, -1)}`,
    `Bearer ${SECRETS.apiToken},second-token`,
    `Basic ${SECRETS.apiToken}`,
    SECRETS.apiToken,
  ])('not “%s”', async (authorization) => {
    const before = await api.keys()
    const answer = await api.sendSignals(body(), { authorization })
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toBe('Bearer')
    expect(answer.text).not.toContain(SECRETS.apiToken)
    expect(await api.keys()).toEqual(before)
  })

  test('without a token a bad body is not even looked at', async () => {
    expect((await api.send('/v1/signals', '{', { 'content-type': 'application/json' })).status).toBe(401)
  })

  test('nobody while no token is set, and the answer says what to do', async () => {
    const off = await startApi({ redisUrl: redis.url, prefix: redis.prefix, apiTokens: [] })
    const answer = await off.sendSignals(body())
    await off.close()
    expect(answer.status).toBe(503)
    expect(answer.problem.detail).toContain('API_TOKENS')
  })
})

describe('what is kept', () => {
  test('by contact id: the signal in the lead’s inbox, the lead in the index and asked for', async () => {
    const one = signal({ properties: { page: '/pricing', minutes: 3, internal: true, note: null } })
    expect(await accepted(one)).toEqual({ accepted: 1, duplicates: 0, unknown: [] })
    const contact = String(one.contactId)
    const kept = { id: `api-${one.id}`, type: 'demo_requested', at: START - 5_000, detail: '/pricing' }
    expect(await api.inbox(contact)).toEqual([{ kind: 'signal', signal: kept, receivedAt: START }])
    expect(await api.indexed(contact)).toBe(START)
    expect(api.hurried).toEqual([{ waiting: [{ index: INDEX.unread, id: contact, at: START }] }])
  })

  test('by email: under a key that shows no address, whatever its case', async () => {
    const before = new Set(await api.keys())
    await accepted(signal({ contactId: undefined, email: 'Canary@Northwind.example' }))
    await accepted(signal({ contactId: undefined, email: 'canary@northwind.example' }))
    const id = api.hurried[0]?.waiting[0]?.id ?? ''
    expect(id).toMatch(/^email_[0-9a-f]{32}$/)
    const asked = { waiting: [{ index: INDEX.addresses, id, at: START }] }
    expect(api.hurried).toEqual([asked, asked])
    expect(await api.indexed(id, INDEX.addresses)).toBe(START)
    expect((await api.inbox(id)).map((item) => item.kind === 'signal' && item.email)).toEqual([
      'canary@northwind.example',
      'canary@northwind.example',
    ])
    const fresh = (await api.keys()).filter((key) => !before.has(key))
    expect(fresh.join('\n')).not.toMatch(/northwind/i)
    expect(api.logLines.join('\n')).not.toMatch(/canary/i)
  })

  test('every signal by email reaches its contact, also where both share a partition', async () => {
    const people = Array.from({ length: 40 }, (_, index) => ({
      email: `person-${index}@northwind.example`,
      contact: newContact(),
    }))
    await accepted(...people.map(({ email }) => signal({ contactId: undefined, email })))
    const findContact = createFindContact({
      ...{ store: api.store, leads: api.leads, inbox: createInbox(api.store), clock: { now: () => START } },
      ...{ log: createLogger('silent'), hurry: () => {} },
      hubspot: {
        findContactByEmail: async (email: string) => people.find((person) => person.email === email)?.contact ?? null,
      } as Parameters<typeof createFindContact>[0]['hubspot'],
    })
    for (const { id } of api.hurried.flatMap(({ waiting }) => waiting)) await findContact({ addressKey: id })
    for (const { email, contact } of people) expect(await api.inbox(contact), email).toHaveLength(1)
  })

  test('an instant in the future counts as now, one as a number as what it is', async () => {
    const [later, number, zone] = [
      signal({ occurredAt: new Date(START + 1).toISOString() }),
      signal({ occurredAt: START - 60_000 }),
      signal({ occurredAt: '2026-11-20T10:59:59+01:00' }),
    ]
    await accepted(later, number, zone)
    const at = async (one: Record<string, unknown>) => {
      const [item] = await api.inbox(String(one.contactId))
      return item?.kind === 'signal' ? item.signal.at : undefined
    }
    expect(await Promise.all([later, number, zone].map(at))).toEqual([
      START,
      START - 60_000,
      Date.parse('2026-11-20T09:59:59Z'),
    ])
  })

  test('of the properties the one that an alert shows, cut to its length', async () => {
    const one = signal({ properties: { secret: 'canary', title: 't'.repeat(500), url: 7 } })
    await accepted(one)
    expect(await api.inbox(String(one.contactId))).toMatchObject([{ signal: { detail: 't'.repeat(200) } }])
    expect(JSON.stringify(await api.inbox(String(one.contactId)))).not.toContain('canary')
  })
})

describe('idempotency', () => {
  test('an id is kept once for 48 hours, in one request and in several', async () => {
    const one = signal()
    const other = signal()
    expect(await accepted(one, one, other)).toEqual({ accepted: 2, duplicates: 1, unknown: [] })
    const again = async () => {
      api.hurried.length = 0
      expect(await accepted(one, { ...one, type: 'webinar_attended', occurredAt: START })).toEqual({
        ...{ accepted: 0, duplicates: 2, unknown: [] },
      })
    }
    await again()
    // What waits still is asked for again, for the answer to the first may have been lost.
    expect(api.hurried).toEqual([{ waiting: [{ index: INDEX.unread, id: one.contactId, at: START }] }])
    expect(await api.inbox(String(one.contactId))).toHaveLength(1)
    // As a worker does that has read it.
    await api.look.del(api.store.keys.inbox(String(one.contactId)))
    await again()
    expect(api.hurried).toEqual([])
    expect(await api.inbox(String(one.contactId))).toEqual([])
    const seen = (await api.keys()).find((key) => key.includes(':seen:'))
    expect(await api.look.pttl(seen ?? '')).toBeGreaterThan(47 * 3_600_000)
    expect(await api.look.pttl(seen ?? '')).toBeLessThanOrEqual(48 * 3_600_000)
  })

  test('sent ten times at once, it is accepted once', async () => {
    const one = signal()
    const answers = await Promise.all(Array.from({ length: 10 }, () => accepted(one)))
    expect(answers.filter((answer) => (answer as { accepted: number }).accepted === 1)).toHaveLength(1)
    expect(await api.inbox(String(one.contactId))).toHaveLength(1)
  })

  test('the same id of two contacts is two signals', async () => {
    const signals = Array.from({ length: 40 }, () => signal({ id: 'visit-1' }))
    expect(await accepted(...signals)).toEqual({ accepted: 40, duplicates: 0, unknown: [] })
  })
})

test('unknown types are listed once each, counted and not kept', async () => {
  const [known, unknown] = [signal(), signal({ type: 'fax_received' })]
  const before = await api.counted('signal', 'unknown')
  const answer = await accepted(known, unknown, signal({ type: 'fax_received' }), signal({ type: 'constructor' }))
  expect(answer).toMatchObject({ accepted: 1, duplicates: 0, unknown: ['fax_received', 'constructor'] })
  expect((await api.counted('signal', 'unknown')) - before).toBe(3)
  expect(await api.inbox(String(unknown.contactId))).toEqual([])
  expect(await api.indexed(String(unknown.contactId))).toBeNull()
  expect(api.hurried.flatMap(({ waiting }) => waiting)).toHaveLength(1)
})

test('a type with a typo is answered with the nearest name', async () => {
  const one = signal({ type: 'demo_request' })
  expect(await accepted(one)).toEqual({
    ...{ accepted: 0, duplicates: 0, unknown: ['demo_request'] },
    refused: [
      { id: one.id, type: 'demo_request', why: 'signals.yaml names no such type; did you mean "demo_requested"?' },
    ],
  })
})

describe('a value', () => {
  test.each([
    ['a number', { value: 12.5 }, '12.5'],
    ['a number as text', { value: '40' }, '40'],
    ['nothing at all', { value: 0 }, '0'],
    ['among the properties', { properties: { value: 7 } }, '7'],
  ])('of a type with a unit is kept: %s', async (_, given, value) => {
    const one = signal({ type: 'weekly_usage', ...given })
    expect(await accepted(one)).toEqual({ accepted: 1, duplicates: 0, unknown: [] })
    expect(await api.inbox(String(one.contactId))).toMatchObject([{ signal: { type: 'weekly_usage', value } }])
  })

  test.each([
    ['none', {}, 'needs a value: sessions a week'],
    ['a word', { value: 'many' }, 'its value must be a number: sessions a week'],
    [
      'an empty text among the properties',
      { properties: { value: ' ' } },
      'its value must be a number: sessions a week',
    ],
    ['true', { properties: { value: true } }, 'its value must be a number: sessions a week'],
  ])('that a type with a unit cannot have is refused by name, and the others are kept: %s', async (_, given, why) => {
    const [bad, good] = [signal({ type: 'weekly_usage', ...given }), signal()]
    expect(await accepted(bad, good)).toEqual({
      ...{ accepted: 1, duplicates: 0, unknown: [] },
      refused: [{ id: bad.id, type: 'weekly_usage', why }],
    })
    expect(await api.inbox(String(bad.contactId))).toEqual([])
  })
})

describe('limits', () => {
  test('1,000 signals are taken, 1,001 are not', async () => {
    const signals = Array.from({ length: 1_000 }, () => signal())
    expect(await accepted(...signals)).toEqual({ accepted: 1_000, duplicates: 0, unknown: [] })
    const before = await api.keys()
    const answer = await api.sendSignals({ signals: [...Array.from({ length: 1_000 }, () => signal()), signal()] })
    expect(answer.status).toBe(400)
    expect(answer.problem.detail).toMatch(/^signals: /)
    expect(await api.keys()).toEqual(before)
  })

  test('a body of more than one MiB is not', async () => {
    expect(
      (await api.sendSignals({ signals: [signal({ properties: { note: 'x'.repeat(1024 * 1024) } })] })).status,
    ).toBe(413)
  })
})

describe('a bad body changes nothing and the answer names the field', () => {
  const bodies: [string, (good: Record<string, unknown>) => unknown][] = [
    ['body', () => []],
    ['signals', () => ({})],
    ['signals', () => ({ signals: [] })],
    ['signals', (good) => ({ signals: good })],
    ['extra', (good) => ({ signals: [good], extra: 1 })],
    ['signals.1', (good) => ({ signals: [good, null] })],
    ['signals.1.id', (good) => ({ signals: [good, { ...good, id: undefined }] })],
    ['signals.1.id', (good) => ({ signals: [good, { ...good, id: '' }] })],
    ['signals.1.id', (good) => ({ signals: [good, { ...good, id: 'x'.repeat(201) }] })],
    ['signals.1.type', (good) => ({ signals: [good, { ...good, type: 7 }] })],
    ['signals.1.contactId', (good) => ({ signals: [good, { ...good, contactId: '42; DROP' }] })],
    ['signals.1.contactId', (good) => ({ signals: [good, { ...good, contactId: 42 }] })],
    ['signals.1.email', (good) => ({ signals: [good, { ...good, contactId: undefined, email: 'nobody' }] })],
    ['contactId or email', (good) => ({ signals: [good, { ...good, email: 'a@b.example' }] })],
    ['contactId or email', (good) => ({ signals: [good, { ...good, contactId: undefined }] })],
    ['signals.1.occurredAt', (good) => ({ signals: [good, { ...good, occurredAt: 'yesterday' }] })],
    ['signals.1.occurredAt', (good) => ({ signals: [good, { ...good, occurredAt: '2026-11-20T12:00:00' }] })],
    ['signals.1.occurredAt', (good) => ({ signals: [good, { ...good, occurredAt: '2026-02-30T12:00:00Z' }] })],
    ['signals.1.occurredAt', (good) => ({ signals: [good, { ...good, occurredAt: -1 }] })],
    ['signals.1.properties', (good) => ({ signals: [good, { ...good, properties: { deep: {} } }] })],
    ['points', (good) => ({ signals: [good, { ...good, points: 100 }] })],
  ]
  test.each(bodies)('%s, case %#', async (field, body) => {
    const before = await api.keys()
    const answer = await api.sendSignals(body(signal()))
    expect(answer.status).toBe(400)
    expect(answer.problem.detail).toContain(field)
    expect(await api.keys()).toEqual(before)
    expect(api.hurried).toEqual([])
  })

  test.each(['{', '', '{"signals":[],"__proto__":{"a":1}}', '{"constructor":{"prototype":{}}}'])('%s', async (body) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${SECRETS.apiToken}` }
    expect((await api.send('/v1/signals', body, headers)).status).toBe(400)
  })

  test('what is no JSON is 415, another route 404, and neither answer repeats what was sent', async () => {
    const authorization = `Bearer ${SECRETS.apiToken}`
    const wrongType = await api.send('/v1/signals', 'canary', { 'content-type': 'text/csv', authorization })
    expect(wrongType.status).toBe(415)
    const nowhere = await api.send('/v1/nothing?email=canary', '{}', {
      'content-type': 'application/json',
      authorization,
    })
    expect(nowhere.status).toBe(404)
    const bad = await api.sendSignals({
      signals: [signal({ contactId: undefined, email: 'canary', occurredAt: 'canary' })],
    })
    expect(bad.status).toBe(400)
    expect(wrongType.text + nowhere.text + bad.text).not.toContain('canary')
  })
})
