import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import type { KeptFact } from '../../src/facts/fact.ts'
import type { LeadRecord } from '../../src/leads/lead.ts'
import { OutsideError } from '../../src/platform/errors.ts'
import { createLogger } from '../../src/platform/log.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { connectRedis, type RedisConnection } from '../../src/platform/redis.ts'
import { prepare } from '../../src/store/commit.ts'
import { eraseLead } from '../../src/store/erase.ts'
import { createFactStreams } from '../../src/store/facts.ts'
import { createLeads, type Leads } from '../../src/store/leads.ts'
import { createStore, INDEX, type Store } from '../../src/store/partitions.ts'
import { type Parts, RunLater } from '../../src/work/parts.ts'
import { indexesOf, WORK } from '../../src/work/table.ts'
import { createWriteContact } from '../../src/work/write-contact.ts'
import { leadRecord, MINUTE, NOW, SECOND, started } from '../support/records.ts'
import { createTestRedis } from '../support/redis.ts'
import { loadTestConfig } from '../support/stage.ts'

// So long nobody takes over from one who writes.
const LEASE = 15 * SECOND

const redis = createTestRedis()
const clock = { now: NOW }
let connection: RedisConnection
let config: Config
let store: Store
let leads: Leads
let count = 0
/** What HubSpot was asked to write, in order, and what it holds. */
let writes: Record<string, string>[]
let held: Record<string, string>
/** What HubSpot does not take, and what it says any property to be. */
let refused: { property: string; code: string }[]
let definition: string | null
let metrics: ReturnType<typeof createMetrics>
/** What happens while HubSpot carries out the next writes; throwing fails one after it was carried out. */
let meanwhile: (() => unknown)[]

beforeAll(async () => {
  connection = await connectRedis([redis.url], 'request', () => {})
  config = await loadTestConfig({}, NOW)
})
beforeEach(() => {
  clock.now = NOW
  store = createStore({ redis: connection, prefix: `${redis.prefix}-${++count}` })
  leads = createLeads(store)
  writes = []
  held = {}
  meanwhile = []
  refused = []
  definition = 'text'
  metrics = createMetrics()
})
afterAll(async () => {
  connection.disconnect()
  await redis.deleteKeys()
})

function writer() {
  const writeContact = async (_: string, properties: Record<string, string>) => {
    writes.push(properties)
    const happens = meanwhile.shift()
    const taken = Object.entries(properties).filter(([name]) => !refused.some(({ property }) => property === name))
    Object.assign(held, Object.fromEntries(taken))
    await happens?.()
    return refused.filter(({ property }) => property in properties)
  }
  const definitionOf = async () => definition
  return createWriteContact({
    ...{ clock: { now: () => clock.now }, config: () => config, leads, store },
    ...{ hubspot: { writeContact, definitionOf } as unknown as Parts['hubspot'], log: createLogger('silent') },
    ...{ metrics, hurry: () => undefined },
  })
}
const write = (known?: Awaited<ReturnType<Leads['get']>>) => writer()({ leadId: '42' }, known)

/** The lead as it stands from now on, by the commit of every change. */
async function keep(lead: Partial<LeadRecord> = {}): Promise<void> {
  const state = await leads.get('42')
  const change = { lead: leadRecord(lead), handoffs: state.lead ? [] : [started()], posts: [], history: [] }
  const retention = { handoffs: MINUTE, decisions: MINUTE, facts: 400 * 24 * 60 * MINUTE }
  const { plan } = prepare(store.keys, state, { ...change, toWrite: true }, retention, clock.now)
  expect(await store.commit(plan.guards, plan.commands)).not.toBe(false)
}
const scored = (total: number) => keep({ score: { ...leadRecord().score, total } })
const erase = () => eraseLead(store, '42', indexesOf(WORK), { config, read: () => leads.get('42'), now: clock.now })
const waits = () => connection.zscore(store.keys.index('42', INDEX.writes), '42')
const written = async () => (await leads.get('42')).written
const refusals = async () => {
  const found: KeptFact[] = []
  for await (const some of createFactStreams(store).since(0)) found.push(...some)
  return found.filter(({ type }) => type === 'write-refused')
}
const unavailable = () => {
  throw new OutsideError('hubspot', 'unavailable', '503')
}

/** One who has begun to write and is waiting for HubSpot; `finish` lets the answer come. */
async function slowWriter(fails = false) {
  const answer = Promise.withResolvers<void>()
  const begun = writes.length
  meanwhile.push(() => answer.promise)
  const done = write().then(
    () => 'done',
    (error) => error,
  )
  await expect.poll(() => writes.length).toBe(begun + 1)
  const finish = () => {
    if (fails) answer.reject(new OutsideError('hubspot', 'unavailable', '503'))
    else answer.resolve()
    return done
  }
  return { finish }
}

describe('what HubSpot should say of a lead', () => {
  test('is written whole at first, later what differs, and nothing when nothing does', async () => {
    await keep()
    await write()
    expect(writes).toMatchObject([{ baton_score: '85', baton_band: 'hot', hubspot_owner_id: '101' }])
    expect([await written(), await waits()]).toEqual([held, null])
    await write()
    expect(writes).toHaveLength(1)

    await scored(86)
    await write()
    expect(writes[1]).toEqual({ baton_score: '86' })
    expect([await written(), await waits()]).toEqual([held, null])
  })

  test.each([
    ['is gone', { missingSince: NOW }],
    ['was merged into another', { mergedInto: '43' }],
  ])('is nothing once its contact %s', async (_, lead) => {
    await keep(lead)
    await write()
    expect([writes, await waits()]).toEqual([[], null])
  })

  test('is what it says by now, when it changes before its turn comes', async () => {
    await keep()
    await write()
    const before = await leads.get('42')
    await scored(86)
    await write(before)
    expect([held.baton_score, await waits()]).toEqual(['86', null])
  })

  test('is what it says by now, when it changes while it is written', async () => {
    await keep()
    meanwhile = [() => scored(86)]
    await write()
    expect(writes.map(({ baton_score }) => baton_score)).toEqual(['85', '86'])
    expect([await written(), await waits()]).toEqual([held, null])
  })
})

describe('a write whose fate is unknown', () => {
  test('is taken for neither done nor undone, and is tried again at once', async () => {
    await keep()
    await write()
    await scored(86)
    meanwhile = [unavailable]
    await expect(write()).rejects.toThrow('503')
    expect(await written()).not.toHaveProperty('baton_score')
    expect(await waits()).not.toBeNull()
    // What it was before may not be there any more.
    await scored(85)
    await write()
    expect([held.baton_score, await waits()]).toEqual(['85', null])
    expect(await refusals()).toEqual([])
  })

  test('by one who died: the next waits for the end of the lease, and takes nothing for granted', async () => {
    await keep()
    await write()
    await scored(86)
    await slowWriter()
    clock.now = NOW + LEASE - 1
    await expect(write()).rejects.toMatchObject({ name: 'RunLater', delay: 1 })
    clock.now = NOW + LEASE - 5 * SECOND
    await expect(write()).rejects.toMatchObject({ name: 'RunLater', delay: SECOND })
    expect(writes).toHaveLength(2)
    clock.now = NOW + LEASE
    await write()
    expect(writes[2]).toEqual(writes[0] && { ...writes[0], baton_score: '86' })
    expect([await written(), await waits()]).toEqual([held, null])
    // It was sorted out: from now on it is as ever.
    await scored(87)
    await write()
    expect(writes[3]).toEqual({ baton_score: '87' })
  })
})

describe('two who write the same lead', () => {
  test('at once: one waits, also when both have read it before either began', async () => {
    await keep()
    const read = await leads.get('42')
    const first = await slowWriter()
    await expect(write(read)).rejects.toThrow(RunLater)
    expect(writes).toHaveLength(1)
    expect(await first.finish()).toBe('done')
    expect([await written(), await waits()]).toEqual([held, null])
  })

  test.each([
    ['as it was', () => undefined],
    ['changed', () => scored(86)],
  ])('one who is late leaves it to the one who took over, of a lead that is %s', async (_, happens) => {
    await keep()
    const late = await slowWriter()
    clock.now = NOW + LEASE
    await happens()
    const other = await slowWriter()
    expect(await late.finish()).toBeInstanceOf(RunLater)
    expect(writes).toHaveLength(2)
    expect(await waits()).not.toBeNull()
    expect(await other.finish()).toBe('done')
    expect([await written(), await waits()]).toEqual([held, null])
  })

  test('one who is late and fails leaves it to the one who took over as well', async () => {
    await keep()
    const late = await slowWriter(true)
    clock.now = NOW + LEASE
    const other = await slowWriter()
    expect(await late.finish()).toBeInstanceOf(OutsideError)
    await expect(write()).rejects.toThrow(RunLater)
    expect(writes).toHaveLength(2)
    expect(await other.finish()).toBe('done')
  })
})

describe('a lead that is erased', () => {
  test('while it is written leaves nothing behind', async () => {
    await keep()
    meanwhile = [erase]
    await write()
    expect(await connection.hkeys(store.keys.lead('42'))).toEqual(['version'])
    expect([writes.length, await waits()]).toEqual([1, null])
  })

  test('before it is written is not written, nor kept', async () => {
    await keep()
    const read = await leads.get('42')
    await erase()
    await write(read)
    expect([writes, await connection.hkeys(store.keys.lead('42'))]).toEqual([[], ['version']])
  })

  test('while it is refused is no fact any more', async () => {
    await keep()
    meanwhile = [
      async () => {
        await erase()
        throw new OutsideError('hubspot', 'refused', 'INVALID_OPTION')
      },
    ]
    await expect(write()).rejects.toThrow('INVALID_OPTION')
    expect(await refusals()).toEqual([])
  })
})

describe('a write that HubSpot refuses', () => {
  test('is a fact, and an error for the dead letters', async () => {
    await keep()
    meanwhile = [
      () => {
        throw new OutsideError('hubspot', 'refused', 'INVALID_OPTION')
      },
    ]
    await expect(write()).rejects.toThrow('INVALID_OPTION')
    expect(await refusals()).toMatchObject([{ lead: 'lead-a', reason: 'INVALID_OPTION', at: NOW }])
  })

  test.each([
    ['nothing else is planned', null, NOW + MINUTE],
    ['it is to be read sooner', NOW + SECOND, NOW + SECOND],
    ['it is to be read later', NOW + 2 * MINUTE, NOW + MINUTE],
  ])('because there is no such contact has it read within a minute: %s', async (_, planned, read) => {
    await keep()
    const unread = store.keys.index('42', INDEX.unread)
    if (planned !== null) await connection.zadd(unread, planned, '42')
    meanwhile = [
      () => {
        throw new OutsideError('hubspot', 'refused', 'OBJECT_NOT_FOUND')
      },
    ]
    await write()
    expect([await waits(), await connection.zscore(unread, '42')]).toEqual([null, String(read)])
    expect(await refusals()).toEqual([])
  })
})
