import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SimulatedHubSpot } from '../../simulators/hubspot/simulated-hubspot.ts'
import { createHubSpot, type HubSpot } from '../../src/hubspot/client.ts'
import { type Contact, setByPerson } from '../../src/leads/observe.ts'
import { createBreaker } from '../../src/platform/breaker.ts'
import type { FailureKind } from '../../src/platform/errors.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { connectRedis, type RedisConnection } from '../../src/platform/redis.ts'
import { failureOf, shownOf } from '../support/outside.ts'
import { createTestRedis } from '../support/redis.ts'
import { useSimulatedHubSpot } from '../support/simulated-hubspot.ts'

const TOKEN = 'pat-test'
const start = useSimulatedHubSpot()
const testRedis = createTestRedis()
const connections: RedisConnection[] = []
let installations = 0

beforeAll(async () => {
  connections.push(await connectRedis([testRedis.url], 'request', () => {}))
})
afterAll(async () => {
  for (const connection of connections) connection.disconnect()
  await testRedis.deleteKeys()
})

/** An adapter with a rate limit of its own; give the same `prefix` to those that share one. */
function connect(hubspot: SimulatedHubSpot, changes: Partial<Parameters<typeof createHubSpot>[0]> = {}) {
  return createHubSpot({
    accessToken: TOKEN,
    baseUrl: hubspot.url,
    redis: connections[0] ?? null,
    prefix: `${testRedis.prefix}-${++installations}`,
    requestsPer10Seconds: 1_000,
    properties: () => ({ contact: ['email', 'firstname', 'jobtitle'], company: ['name'] }),
    metrics: createMetrics(),
    ...changes,
  })
}

const READ = '/crm/v3/objects/contacts/batch/read'
const UPDATE = '/crm/v3/objects/contacts/batch/update'
const callsTo = (hubspot: SimulatedHubSpot, path: string) => hubspot.calls.filter((call) => call.path === path)

/** Reads a contact that is there under that very id; null when there is none. */
async function read(adapter: HubSpot, id: string): Promise<Contact | null> {
  const found = await adapter.readContact(id)
  if (found && 'movedTo' in found) throw new Error(`${id} lives on as ${found.movedTo}`)
  return found
}

describe('reading', () => {
  test('250 contacts at once are 3 calls, and asked for twice they are no more', async () => {
    const { hubspot } = await start()
    const adapter = connect(hubspot)
    const ids = Array.from({ length: 250 }, (_, index) => hubspot.createContact({ firstname: `Person ${index}` }))
    const found = await Promise.all(ids.map((id) => read(adapter, id)))
    expect(found.map((contact) => [contact?.id, contact?.properties.firstname])).toEqual(
      ids.map((id, index) => [id, `Person ${index}`]),
    )
    expect(callsTo(hubspot, READ)).toHaveLength(3)

    const often = Array.from({ length: 10 }, () => ids.slice(0, 40)).flat()
    const again = await Promise.all(often.map((id) => read(adapter, id)))
    expect(again.map((contact) => contact?.id)).toEqual(often)
    expect(callsTo(hubspot, READ)).toHaveLength(4)
  })

  test('nothing is remembered: the next read shows what has changed', async () => {
    const { hubspot } = await start()
    const adapter = connect(hubspot)
    const id = hubspot.createContact({ jobtitle: 'Analyst' }, { createdAt: 1_700_000_000_000 })
    const first = await read(adapter, id)
    expect([first?.createdAt, first?.properties.jobtitle]).toEqual([1_700_000_000_000, 'Analyst'])
    hubspot.changeContact(id, { jobtitle: 'CMO' })
    expect((await read(adapter, id))?.properties.jobtitle).toBe('CMO')
    hubspot.failNext({ path: /./, status: 503 })
    expect(await failureOf(adapter.readContact(id))).toMatchObject({ code: '503' })
    expect((await read(adapter, id))?.id).toBe(id)
  })

  test('who is deleted or was never there is null, who was merged says into whom; it costs the others nothing', async () => {
    const { hubspot } = await start()
    const adapter = connect(hubspot)
    const [kept, deleted, primary, merged] = ['a', 'b', 'c', 'd'].map((firstname) =>
      hubspot.createContact({ firstname }),
    )
    hubspot.deleteContact(deleted ?? '')
    const now = hubspot.mergeContacts(primary ?? '', merged ?? '')
    const ids = [kept, deleted, primary, merged, now, '123'] as string[]
    const found = await Promise.all(ids.map((id) => adapter.readContact(id)))
    const gone = [primary, merged].filter((id) => id !== now)
    expect(gone.length).toBeGreaterThan(0)
    expect(found).toEqual(
      ids.map((id) => {
        if (id === deleted || id === '123') return null
        return gone.includes(id) ? { movedTo: now } : expect.objectContaining({ id })
      }),
    )
    expect(found[0]).toMatchObject({ properties: { firstname: 'a' } })
  })

  test('an urgent one does not leave with the crowd', async () => {
    const { hubspot } = await start()
    const adapter = connect(hubspot)
    const ids = ['a', 'b', 'c'].map((firstname) => hubspot.createContact({ firstname }))
    await Promise.all(ids.map((id, index) => adapter.readContact(id, index > 0)))
    expect(callsTo(hubspot, READ)).toHaveLength(2)
  })

  test('companies and people by email, whatever its case', async () => {
    const { hubspot } = await start()
    const adapter = connect(hubspot)
    const company = hubspot.createCompany({ name: 'Northwind' })
    const id = hubspot.createContact({ email: 'dana@northwind.example' })
    expect((await adapter.readCompany(company))?.name).toBe('Northwind')
    expect(await adapter.readCompany('9')).toBeNull()
    const emails = ['Dana@Northwind.example', 'dana@northwind.example', 'nobody@northwind.example']
    expect(await Promise.all(emails.map(adapter.findContactByEmail))).toEqual([id, id, null])
  })

  test('a row that HubSpot could not read is never taken for a deleted one', async () => {
    const { hubspot } = await start()
    const adapter = connect(hubspot)
    const rows = ['1', '2'].map((id) => ({ id, properties: {}, createdAt: '2026-11-20T00:00:00Z' }))
    const partial = (...errors: object[]) =>
      hubspot.failNext({
        method: 'POST',
        path: /read/,
        status: 207,
        body: { status: 'COMPLETE', results: rows, errors },
      })
    const failed = { status: 'error', category: 'INTERNAL_ERROR', message: 'x' }
    const gone = { status: 'error', category: 'OBJECT_NOT_FOUND', message: 'x', context: { ids: ['4'] } }
    partial({ ...failed, context: { ids: ['3'] } }, gone)
    const [first, , third, fourth] = await Promise.allSettled(['1', '2', '3', '4'].map((id) => adapter.readContact(id)))
    expect(first).toMatchObject({ status: 'fulfilled', value: { id: '1' } })
    expect(third).toMatchObject({ status: 'rejected', reason: { kind: 'unavailable', code: 'INTERNAL_ERROR' } })
    expect(fourth).toEqual({ status: 'fulfilled', value: null })
    partial(failed)
    expect(await failureOf(adapter.readContact('3'))).toMatchObject({ kind: 'unavailable', code: 'INTERNAL_ERROR' })
    hubspot.failNext({ method: 'POST', path: /read/, status: 200, body: { status: 'COMPLETE' } })
    expect(await failureOf(adapter.readContact('3'))).toMatchObject({ kind: 'unavailable', code: 'not-an-answer' })
  })

  test('nor is one that a batch leaves out without a word', async () => {
    const { hubspot } = await start()
    const adapter = connect(hubspot)
    const company = hubspot.createCompany({ name: 'Northwind' })
    const id = hubspot.createContact({ firstname: 'Dana' })
    hubspot.failNext({ method: 'POST', path: /read/, status: 200, body: { status: 'COMPLETE', results: [] }, times: 2 })
    expect(await adapter.readCompany(company)).toMatchObject({ name: 'Northwind' })
    expect(await adapter.readContact(id)).toMatchObject({ id, properties: { firstname: 'Dana' } })
  })
})

describe('writing', () => {
  test('100 contacts at once are one call; each promise is about its own row', async () => {
    const { hubspot } = await start()
    const adapter = connect(hubspot)
    const ids = Array.from({ length: 100 }, () => hubspot.createContact({}))
    const outcomes = await Promise.allSettled(
      [...ids.slice(0, 99), '123'].map((id) => adapter.writeContact(id, { jobtitle: `of ${id}` })),
    )
    expect(outcomes.filter((outcome) => outcome.status === 'rejected')).toHaveLength(1)
    expect(outcomes[99]).toMatchObject({ reason: { kind: 'refused', code: 'OBJECT_NOT_FOUND' } })
    for (const id of ids.slice(0, 99)) expect(hubspot.contact(id)?.jobtitle).toBe(`of ${id}`)
    expect(callsTo(hubspot, UPDATE).map((call) => call.status)).toEqual([207])
  })

  test('one bad value among 100 rows is refused and named, and everything else is written', async () => {
    const { hubspot } = await start()
    const adapter = connect(hubspot)
    const ids = Array.from({ length: 100 }, () => hubspot.createContact({}))
    const outcomes = await Promise.allSettled(
      ids.map((id, index) =>
        adapter.writeContact(id, { jobtitle: 'VP', lifecyclestage: index === 41 ? 'nonsense' : 'lead' }),
      ),
    )
    const refusal = { property: 'lifecyclestage', code: 'INVALID_OPTION' }
    expect(outcomes).toEqual(ids.map((_, index) => ({ status: 'fulfilled', value: index === 41 ? [refusal] : [] })))
    const held = ids.map((id) => [hubspot.contact(id)?.jobtitle, hubspot.contact(id)?.lifecyclestage ?? null])
    expect(held).toEqual(ids.map((_, index) => ['VP', index === 41 ? null : 'lead']))
    expect(callsTo(hubspot, UPDATE)).toHaveLength(2)
  })

  describe('what HubSpot does not take costs that property alone', () => {
    const OWNERS = ['101', '102']
    const NAMELESS = { status: 'error', message: 'Invalid input', category: 'VALIDATION_ERROR' }
    const row = (owner: string, index: number) => ({
      jobtitle: `VP ${index}`,
      lifecyclestage: 'lead',
      hubspot_owner_id: owner,
    })
    /** Ten contacts, each with an owner of these, in turn; resolves with what was refused of each. */
    async function writeTen(adapter: HubSpot, hubspot: SimulatedHubSpot, owners: string[]) {
      for (const id of OWNERS) hubspot.createOwner({ id, email: `${id}@team.example`, firstName: 'Rep', lastName: id })
      const ids = Array.from({ length: 10 }, () => hubspot.createContact({}))
      const refused = await Promise.all(
        ids.map((id, index) => adapter.writeContact(id, row(owners[index % owners.length] ?? '', index))),
      )
      const held = ids.map((id) => hubspot.contact(id))
      expect(held.map((one) => one?.jobtitle)).toEqual(ids.map((_, index) => `VP ${index}`))
      expect(held.map((one) => one?.lifecyclestage)).toEqual(ids.map(() => 'lead'))
      return { refused, owners: held.map((one) => one?.hubspot_owner_id ?? null) }
    }
    const WRONG = [{ property: 'hubspot_owner_id', code: 'INVALID_OWNER_ID' }]

    test.each([false, true])('an owner of half of them, in rows that are refused alone: %s', async (partial) => {
      const { hubspot } = await start()
      hubspot.setPartial(partial)
      const { refused, owners } = await writeTen(connect(hubspot), hubspot, ['101', '999'])
      expect(refused).toEqual(Array.from({ length: 5 }, () => [[], WRONG]).flat())
      expect(owners).toEqual(Array.from({ length: 5 }, () => ['101', null]).flat())
      expect(callsTo(hubspot, UPDATE)).toHaveLength(2)
    })

    test('an owner whom HubSpot does not name: the others are found apart', async () => {
      const { hubspot } = await start()
      const body = {
        ...NAMELESS,
        errors: [
          { message: 'not an owner', code: 'INVALID_OWNER_ID', context: { propertyName: ['hubspot_owner_id'] } },
        ],
      }
      hubspot.failNext({ method: 'POST', path: /update/, status: 400, body })
      const { refused, owners } = await writeTen(connect(hubspot), hubspot, ['101', '102', '999'])
      expect(refused.map((some) => some.length)).toEqual([0, 0, 1, 0, 0, 1, 0, 0, 1, 0])
      expect(owners.slice(0, 3)).toEqual(['101', '102', null])
      expect(callsTo(hubspot, UPDATE).length).toBeLessThanOrEqual(5)
    })

    test.each([
      ['is not there', { baton_gone: 'x' }, 'baton_gone', 'PROPERTY_DOESNT_EXIST'],
      ['is read-only', { num_notes: '3' }, 'num_notes', 'READ_ONLY_VALUE'],
      ['has no such option', { hs_lead_status: 'MAYBE' }, 'hs_lead_status', 'INVALID_OPTION'],
    ])('a property that %s', async (_, properties, property, code) => {
      const { hubspot } = await start()
      const id = hubspot.createContact({})
      expect(await connect(hubspot).writeContact(id, { jobtitle: 'VP', ...properties })).toEqual([{ property, code }])
      expect(hubspot.contact(id)?.jobtitle).toBe('VP')
      expect(callsTo(hubspot, UPDATE)).toHaveLength(2)
    })

    test('a property of Baton whose every value is refused does not cost a call for each', async () => {
      const { hubspot } = await start()
      hubspot.failProperty('company', 'INVALID_OPTION')
      const adapter = connect(hubspot)
      const ids = Array.from({ length: 50 }, () => hubspot.createContact({}))
      const refused = await Promise.all(
        ids.map((id, index) => adapter.writeContact(id, { jobtitle: 'VP', company: `Company ${index}` })),
      )
      expect(refused).toEqual(ids.map(() => [{ property: 'company', code: 'INVALID_OPTION' }]))
      expect(ids.every((id) => hubspot.contact(id)?.jobtitle === 'VP')).toBe(true)
      expect(callsTo(hubspot, UPDATE).length).toBeLessThanOrEqual(5)
    })

    test('a missing scope is no refusal: everything waits', async () => {
      const { hubspot } = await start()
      const id = hubspot.createContact({})
      const body = { status: 'error', category: 'MISSING_SCOPES', message: 'hubspot_owner_id needs a scope' }
      hubspot.failNext({ method: 'POST', path: /update/, status: 403, body })
      const failure = await failureOf(connect(hubspot).writeContact(id, { hubspot_owner_id: '101', jobtitle: 'VP' }))
      expect(failure).toMatchObject({ kind: 'unavailable', code: '403' })
      expect(callsTo(hubspot, UPDATE)).toHaveLength(1)
    })
  })

  test('while HubSpot is away a batch is not taken apart', async () => {
    const { hubspot } = await start()
    const adapter = connect(hubspot)
    const ids = Array.from({ length: 10 }, () => hubspot.createContact({}))
    hubspot.failNext({ method: 'POST', path: /update/, status: 503, times: 50 })
    const outcomes = await Promise.all(ids.map((id) => failureOf(adapter.writeContact(id, { jobtitle: 'CMO' }))))
    expect(outcomes.every((error) => error.kind === 'unavailable' && error.code === '503')).toBe(true)
    expect(callsTo(hubspot, UPDATE)).toHaveLength(1)
  })

  test('two writes to one contact in one batch are one row, and the later value wins', async () => {
    const { hubspot } = await start()
    const adapter = connect(hubspot)
    const id = hubspot.createContact({ jobtitle: 'Analyst', country: 'FR' })
    await Promise.all([
      adapter.writeContact(id, { jobtitle: 'CMO', firstname: 'Dana' }),
      adapter.writeContact(id, { jobtitle: 'CEO', country: 'DE' }),
    ])
    expect(hubspot.contact(id)).toMatchObject({ jobtitle: 'CEO', firstname: 'Dana', country: 'DE' })
    expect(callsTo(hubspot, UPDATE).map((call) => call.status)).toEqual([200])
  })

  test('a row that HubSpot says nothing about counts as not written', async () => {
    const { hubspot } = await start()
    const adapter = connect(hubspot)
    const row = (id: string) => ({ id, properties: {}, createdAt: '2026-11-20T00:00:00Z' })
    const error = (id: string, category: string) => ({
      status: 'error',
      category,
      message: 'x',
      context: { ids: [id] },
    })
    const errors = [error('2', 'INTERNAL_ERROR'), error('3', 'VALIDATION_ERROR')]
    hubspot.failNext({
      method: 'POST',
      path: /update/,
      status: 207,
      body: { status: 'COMPLETE', results: [row('1')], errors },
    })
    const outcomes = await Promise.allSettled(
      ['1', '2', '3', '4'].map((id) => adapter.writeContact(id, { jobtitle: 'x' })),
    )
    expect(outcomes[0]).toEqual({ status: 'fulfilled', value: [] })
    expect(outcomes.slice(1)).toMatchObject([
      { reason: { kind: 'unavailable', code: 'INTERNAL_ERROR' } },
      { value: [{ property: 'jobtitle', code: 'VALIDATION_ERROR' }] },
      { reason: { kind: 'unavailable', code: 'row-not-confirmed' } },
    ])
  })
})

test('whether a person made the last change', async () => {
  const { hubspot } = await start()
  const adapter = connect(hubspot)
  const id = hubspot.createContact({})
  hubspot.changeContact(id, { hs_lead_status: 'NEW' }, { by: 'other-app' })
  const isByPerson = async () =>
    setByPerson({ hs_lead_status: await adapter.readHistory(id, 'hs_lead_status') }, 'hs_lead_status')
  expect(await isByPerson()).toBe(false)
  hubspot.changeContact(id, { hs_lead_status: 'CONNECTED' })
  expect(await isByPerson()).toBe(true)
  await adapter.writeContact(id, { hs_lead_status: 'OPEN_DEAL' })
  expect(await isByPerson()).toBe(false)
  const versions = await adapter.readHistory(id, 'hs_lead_status')
  expect(versions.map(({ value }) => value)).toEqual(['OPEN_DEAL', 'CONNECTED', 'NEW'])
  expect(await adapter.readHistory('999', 'hs_lead_status')).toEqual([])
})

test('a search pages by moving on from the last row, and has a limit of its own', async () => {
  const { hubspot } = await start({ rateLimit: { max: 100, intervalMs: 10_000, searchesPerSecond: 5 } })
  const ids = Array.from({ length: 7 }, (_, index) => hubspot.createContact({ lastname: String(index) }))
  const adapter = connect(hubspot)
  const page = (after: string) =>
    adapter.search('contacts', {
      filters: [{ propertyName: 'hs_object_id', operator: 'GT', value: after }],
      sortBy: 'hs_object_id',
      properties: ['lastname'],
      limit: 3,
    })
  const found: string[] = []
  for (let rows = await page('0'); rows.length > 0; rows = await page(found.at(-1) ?? ''))
    found.push(...rows.map(({ id }) => id))
  expect(found).toEqual(ids)
  await Promise.all(ids.map(() => page('0')))
  expect(hubspot.calls.map(({ status }) => status)).toEqual(Array.from({ length: 4 + 7 }, () => 200))
})

describe('failures', () => {
  const limit = (policyName?: string) => ({
    status: 'error',
    errorType: 'RATE_LIMIT',
    message: 'x',
    ...(policyName ? { policyName } : {}),
  })
  type Fault = Omit<Parameters<SimulatedHubSpot['failNext']>[0], 'path'>
  const table: [string, Fault, FailureKind, string, number | undefined][] = [
    [
      '429 with Retry-After',
      { status: 429, body: limit('TEN_SECONDLY_ROLLING'), headers: { 'retry-after': '7' } },
      'rate-limited',
      'TEN_SECONDLY_ROLLING',
      7_000,
    ],
    [
      '429 of ten seconds',
      { status: 429, body: limit('TEN_SECONDLY_ROLLING') },
      'rate-limited',
      'TEN_SECONDLY_ROLLING',
      10_000,
    ],
    ['429 of the day', { status: 429, body: limit('DAILY') }, 'rate-limited', 'DAILY', 600_000],
    ['429 of one second', { status: 429, body: limit('SECONDLY') }, 'rate-limited', 'SECONDLY', 1_000],
    ['429 that says nothing', { status: 429, body: limit() }, 'rate-limited', '429', 10_000],
    [
      '429 with a Retry-After that is none',
      { status: 429, body: limit(), headers: { 'retry-after': 'soon' } },
      'rate-limited',
      '429',
      10_000,
    ],
    ['423', { status: 423 }, 'unavailable', '423', 2_000],
    ['477', { status: 477, headers: { 'retry-after': '30' } }, 'unavailable', '477', 30_000],
    ['500', { status: 500 }, 'unavailable', '500', 3_000],
    ['502, a proxy’s page', { status: 502, body: '<html>' }, 'unavailable', '502', 3_000],
    ['503 with Retry-After', { status: 503, headers: { 'retry-after': '5' } }, 'unavailable', '503', 5_000],
    ['503, empty', { status: 503, body: null }, 'unavailable', 'no-answer', undefined],
    ['524', { status: 524 }, 'unavailable', '524', 3_000],
    ['401', { status: 401 }, 'unavailable', '401', 3_000],
    ['403', { status: 403 }, 'unavailable', '403', 3_000],
    ['200, a proxy’s page', { status: 200, body: '<html>canary</html>' }, 'unavailable', 'not-an-answer', undefined],
    ['202', { status: 202, body: {} }, 'unavailable', '202', 3_000],
    ['400', { status: 400 }, 'refused', '400', undefined],
    ['404', { status: 404 }, 'refused', '404', undefined],
    ['409', { status: 409 }, 'refused', '409', undefined],
    ['no answer at all', { hang: true }, 'unavailable', 'deadline', undefined],
    ['a connection that breaks', { acceptThenDrop: true }, 'unavailable', 'no-answer', undefined],
  ]
  test.each(table)('%s', async (_, fault, kind, code, retryAfter) => {
    const { hubspot } = await start()
    const adapter = connect(hubspot, { deadline: 300 })
    const id = hubspot.createContact({})
    for (const path of [/batch\/read/, /batch\/update/]) {
      // A 429 holds every call that shares the limit, so each call has its own.
      const own = connect(hubspot, { deadline: 300 })
      hubspot.failNext({ path, ...fault })
      const call = path.test(READ) ? own.readContact(id) : own.writeContact(id, { jobtitle: 'CMO' })
      // The only property of a row is refused by itself.
      if (code === '400' && !path.test(READ)) {
        expect(await call).toEqual([{ property: 'jobtitle', code }])
        continue
      }
      expect(await failureOf(call)).toMatchObject({ system: 'hubspot', kind, code, retryAfter })
    }
    expect((await read(adapter, id))?.id).toBe(id)
  })

  test('nobody there', async () => {
    const { hubspot } = await start()
    const adapter = connect(hubspot)
    await hubspot.close()
    expect(await failureOf(adapter.readContact('1'))).toMatchObject({ kind: 'unavailable', code: 'no-answer' })
  })

  test('no error shows an address, a name, a value or the token', async () => {
    const { hubspot } = await start()
    const canaries = { email: 'canary@northwind.example', firstname: 'Canary-First', lifecyclestage: 'canary-value' }
    const id = hubspot.createContact({})
    const echo = {
      status: 'error',
      message: `bad: ${JSON.stringify(canaries)}`,
      correlationId: 'x',
      category: 'VALIDATION_ERROR',
    }
    const faults: Fault[] = [
      { status: 400, body: { ...echo, errors: [{ message: echo.message, in: 'email' }] } },
      { status: 429, body: { ...echo, policyName: 'SECONDLY' } },
      { status: 500, body: echo },
      { status: 502, body: JSON.stringify(echo) },
      { status: 200, body: `<html>${echo.message}` },
      { hang: true },
      { acceptThenDrop: true },
    ]
    for (const fault of faults) {
      const adapter = connect(hubspot, { deadline: 300 })
      hubspot.failNext({ path: /./, ...fault })
      const shown = shownOf(await adapter.writeContact(id, canaries).catch((error) => error))
      hubspot.failNext({ path: /./, ...fault })
      const found = shownOf(await failureOf(connect(hubspot, { deadline: 300 }).findContactByEmail(canaries.email)))
      for (const secret of [...Object.values(canaries), TOKEN]) expect(shown + found).not.toContain(secret)
    }
    // And one that HubSpot itself refuses, with the value in its message.
    expect(shownOf(await connect(hubspot).writeContact(id, canaries))).not.toMatch(/canary/i)
  })
})

describe('the limit that all workers share', () => {
  test('two adapters together stay below it, each on a connection of its own', async () => {
    // 4 calls in each second; a rolling window of 2 s touches three of those seconds.
    const { hubspot } = await start({ rateLimit: { max: 12, intervalMs: 2_000 } })
    const id = hubspot.createContact({})
    const prefix = `${testRedis.prefix}-shared`
    const other = await connectRedis([testRedis.url], 'request', () => {})
    connections.push(other)
    const adapters = [
      connect(hubspot, { prefix, requestsPer10Seconds: 50 }),
      connect(hubspot, { prefix, requestsPer10Seconds: 50, redis: other }),
    ]
    await Promise.all(
      adapters.flatMap((adapter) =>
        Array.from({ length: 12 }, () => adapter.call('read', () => adapter.client.crm.contacts.basicApi.getById(id))),
      ),
    )
    expect(hubspot.calls.map((call) => call.status)).toEqual(Array.from({ length: 24 }, () => 200))
  })

  test('after a 429 everybody who shares it waits', async () => {
    const { hubspot } = await start()
    const id = hubspot.createContact({})
    const prefix = `${testRedis.prefix}-paused`
    const [one, other, apart] = [connect(hubspot, { prefix }), connect(hubspot, { prefix }), connect(hubspot)]
    hubspot.failNext({
      path: /./,
      status: 429,
      headers: { 'retry-after': '2' },
      body: { policyName: 'TEN_SECONDLY_ROLLING' },
    })
    expect(await failureOf(one.readContact(id))).toMatchObject({ kind: 'rate-limited', retryAfter: 2_000 })
    const waiting = read(other, id)
    const key = `${prefix}:rate:hubspot`
    // Both have asked for a turn by now: one before the answer, one after it.
    const blocked = Number(await connections[0]?.get(key))
    await expect.poll(async () => Number(await connections[0]?.get(key)), { interval: 5 }).toBeGreaterThan(blocked)
    await apart.readContact(id)
    expect(hubspot.calls.map((call) => call.status)).toEqual([429, 200])
    expect((await waiting)?.id).toBe(id)
    expect(hubspot.calls.map((call) => call.status)).toEqual([429, 200, 200])
  })

  test('without its Redis nothing is sent, and the failure is one to wait for', async () => {
    const { hubspot } = await start()
    const gone = await connectRedis([testRedis.url], 'request', () => {})
    const adapter = connect(hubspot, { redis: gone })
    gone.disconnect()
    expect(await failureOf(adapter.readContact('1'))).toMatchObject({ system: 'redis', kind: 'unavailable' })
    expect(hubspot.calls).toEqual([])
  })
})

describe('activities', () => {
  const ofContact = (adapter: HubSpot, id: string) => adapter.readActivities(id)

  test('of ten contacts at once are a call for each type and what is in it', async () => {
    const { hubspot, clock } = await start()
    const adapter = connect(hubspot)
    const ids = Array.from({ length: 10 }, () => hubspot.createContact({ hubspot_owner_id: '101' }))
    for (const id of ids) hubspot.logActivity(id, { type: 'call', by: 'rep', at: clock.now - 60_000 })
    hubspot.logActivity(ids[0] ?? '', { type: 'email', by: 'lead' })
    hubspot.calls.length = 0
    const found = await Promise.all(ids.map((id) => ofContact(adapter, id)))
    expect(found[1]).toMatchObject({
      found: [
        { type: 'calls', at: clock.now - 60_000, createdAt: clock.now, properties: { hs_call_direction: 'OUTBOUND' } },
      ],
      unread: [],
    })
    expect(found[0]?.found.map(({ type }) => type)).toEqual(['calls', 'emails'])
    expect(hubspot.calls).toHaveLength(6)
  })

  test('a type that the app may not read is named, and not asked for again at once; nothing else waits for it', async () => {
    const { hubspot } = await start()
    const adapter = connect(hubspot, { breaker: testBreaker() })
    const id = hubspot.createContact({ hubspot_owner_id: '101' })
    for (const type of ['email', 'call', 'meeting', 'communication'] as const)
      hubspot.logActivity(id, { type, by: 'rep' })
    hubspot.denyScope('sales-email-read')
    for (let times = 0; times < 5; times++) {
      const { found, unread } = await ofContact(adapter, id)
      expect(unread).toEqual(['emails'])
      expect(found.map(({ type }) => type)).toEqual(['calls', 'meetings', 'communications'])
    }
    expect(hubspot.calls.filter(({ status }) => status === 403)).toHaveLength(1)
    expect(await read(adapter, id)).toMatchObject({ id })
  })

  test('that could not be read are no activities that are not there', async () => {
    const { hubspot } = await start()
    const adapter = connect(hubspot)
    const id = hubspot.createContact({})
    hubspot.failNext({ path: /associations\/contacts\/calls/, status: 503 })
    expect(await failureOf(ofContact(adapter, id))).toMatchObject({ kind: 'unavailable' })
    expect(await ofContact(adapter, id)).toEqual({ found: [], unread: [] })
  })

  test('only the newest of many are read', async () => {
    const { hubspot, clock } = await start()
    const adapter = connect(hubspot)
    const id = hubspot.createContact({})
    for (let minutes = 40; minutes > 0; minutes--)
      hubspot.logActivity(id, { type: 'email', by: 'rep', at: clock.now - minutes * 60_000 })
    const { found } = await ofContact(adapter, id)
    expect(found).toHaveLength(25)
    expect(Math.min(...found.map(({ at }) => at))).toBe(clock.now - 25 * 60_000)
  })
})

function testBreaker() {
  return createBreaker('hubspot', { firstPause: 60_000, onDown: () => {}, onUp: () => {} })
}
