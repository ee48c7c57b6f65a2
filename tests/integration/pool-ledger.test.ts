import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseShift } from '../../src/handoffs/business-time.ts'
import type { Pool, Rep, Team } from '../../src/handoffs/team.ts'
import { connectRedis, type RedisConnection } from '../../src/platform/redis.ts'
import { createStore } from '../../src/store/partitions.ts'
import { createPoolLedger, type PoolLedger } from '../../src/store/pools.ts'
import { createTestRedis } from '../support/redis.ts'

const NOON = Date.parse('2026-11-18T17:00:00Z')
const redis = createTestRedis()
const connections: RedisConnection[] = []
let prefix = ''
let installations = 0
let assignments = 0

beforeEach(() => {
  prefix = `${redis.prefix}-${++installations}`
})
afterEach(() => {
  for (const connection of connections.splice(0)) connection.disconnect()
})
afterAll(redis.deleteKeys)

/** A ledger as another worker would have it: on a connection of its own. */
async function openLedger(): Promise<PoolLedger> {
  return createPoolLedger(createStore({ redis: await connect(), prefix }))
}

async function connect(): Promise<RedisConnection> {
  const connection = await connectRedis([redis.url], 'request', () => {})
  connections.push(connection)
  return connection
}

const openLedgers = (count: number) => Promise.all(Array.from({ length: count }, openLedger))

const HOURS = { hours: { mon: [parseShift('09:00-17:00')] }, holidays: [], overrides: {} }

/** A team of reps a, b, c in New York and d in Berlin, with the given pools. */
function team(pools: Record<string, Partial<Pool>>, reps: Record<string, Partial<Rep>> = {}): Team {
  const all = ['a', 'b', 'c', 'd'].map((id): [string, Rep] => [
    id,
    {
      ...{ id, name: id, hubspotOwnerId: id, slackUserId: `U${id}`, away: [], active: true },
      calendar: id === 'd' ? 'berlin' : 'new-york',
      ...reps[id],
    },
  ])
  return {
    calendars: {
      'new-york': { timeZone: 'America/New_York', ...HOURS },
      berlin: { timeZone: 'Europe/Berlin', ...HOURS },
    },
    reps: Object.fromEntries(all),
    pools: Object.fromEntries(
      Object.entries(pools).map(([name, pool]) => [
        name,
        { members: [], manager: 'm', channel: 'C1', caps: {}, ...pool },
      ]),
    ),
    managers: { m: { id: 'm', name: 'M', slackUserId: 'UM' } },
  }
}

const member = (rep: string, weight = 1) => ({ rep, weight })
const THREE = [member('a', 2), member('b'), member('c')]
const nextId = () => `401-${++assignments}-1`

function tally(reps: (string | null)[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(reps, String)].map(([rep, all]) => [rep, all.length]))
}

/** Gives out leads one after the other. */
async function give(
  ledger: PoolLedger,
  people: Team,
  count: number,
  now = NOON,
  pool = 'ae',
): Promise<(string | null)[]> {
  const reps: (string | null)[] = []
  for (let lead = 0; lead < count; lead++)
    reps.push((await ledger.assign(people, { assignmentId: nextId(), pool, hadIt: [] }, now)).rep)
  return reps
}

describe('many workers are one rotation', () => {
  test('300 leads over weights 2, 1, 1 are split exactly', async () => {
    const people = team({ ae: { members: THREE } })
    const ledgers = await openLedgers(8)
    const choices = await Promise.all(
      Array.from({ length: 300 }, (_, lead) =>
        ledgers[lead % 8]?.assign(people, { assignmentId: nextId(), pool: 'ae', hadIt: [] }, NOON + lead),
      ),
    )
    expect(tally(choices.map((choice) => choice?.rep ?? null))).toEqual({ a: 150, b: 75, c: 75 })
    const { open, days, rotation } = await (await openLedger()).read('ae')
    expect(open).toEqual({ a: 150, b: 75, c: 75 })
    expect(Object.values(days).map(({ leads }) => leads)).toEqual(expect.arrayContaining([150, 75, 75]))
    expect(rotation.version).toBe(300)
  })

  test('an assignment that is asked for again is the same rep and one turn', async () => {
    const people = team({ ae: { members: THREE } })
    const ledgers = await openLedgers(8)
    const request = { assignmentId: nextId(), pool: 'ae', hadIt: [] }
    const choices = await Promise.all([...ledgers, ...ledgers].map((ledger) => ledger.assign(people, request, NOON)))
    expect(tally(choices.map((choice) => choice.rep))).toEqual({ a: 16 })
    expect((await ledgers[0]?.read('ae'))?.open).toEqual({ a: 1 })
    expect((await ledgers[0]?.read('ae'))?.rotation.version).toBe(1)
  })

  test('an assignment whose rep has left since is given to somebody else, and counts once', async () => {
    const ledger = await openLedger()
    const request = { assignmentId: nextId(), pool: 'ae', hadIt: [] }
    expect((await ledger.assign(team({ ae: { members: THREE } }), request, NOON)).rep).toBe('a')
    const left = team({ ae: { members: THREE } }, { a: { active: false } })
    expect((await ledger.assign(left, request, NOON)).rep).toBe('b')
    expect((await ledger.read('ae')).open).toEqual({ a: 0, b: 1 })
  })

  test('assignments and releases at the same time leave the right count', async () => {
    const people = team({ ae: { members: THREE } })
    const ledgers = await openLedgers(4)
    const ids = Array.from({ length: 40 }, nextId)
    const assign = (id: string, at: number) =>
      ledgers[at % 4]?.assign(people, { assignmentId: id, pool: 'ae', hadIt: [] }, NOON)
    await Promise.all(ids.map(assign))
    await Promise.all([
      ...ids.map((id, at) => ledgers[(at + 1) % 4]?.release('ae', id)),
      ...ids.map((id, at) => ledgers[(at + 2) % 4]?.release('ae', id)),
      ...Array.from({ length: 20 }, (_, at) => assign(nextId(), at)),
    ])
    const open = Object.values((await (await openLedger()).read('ae')).open)
    expect(open.reduce((sum, count) => sum + count, 0)).toBe(20)
  })
})

describe('giving back', () => {
  test('counts once, however often it is asked for', async () => {
    const people = team({ ae: { members: [member('a')] } })
    const ledger = await openLedger()
    const ids = [nextId(), nextId()]
    for (const assignmentId of ids) await ledger.assign(people, { assignmentId, pool: 'ae', hadIt: [] }, NOON)
    for (let times = 0; times < 3; times++) await ledger.release('ae', ids[0] ?? '')
    expect((await ledger.read('ae')).open).toEqual({ a: 1 })
    await ledger.release('ae', 'never-given-1')
    await ledger.release('other', ids[1] ?? '')
    expect((await ledger.read('ae')).open).toEqual({ a: 1 })
  })

  test('and asking for it again afterwards is a new turn', async () => {
    const people = team({ ae: { members: THREE } })
    const ledger = await openLedger()
    const request = { assignmentId: nextId(), pool: 'ae', hadIt: [] }
    await ledger.assign(people, request, NOON)
    await ledger.release('ae', request.assignmentId)
    expect((await ledger.assign(people, request, NOON)).rep).toBe('b')
    expect((await ledger.read('ae')).open).toEqual({ a: 0, b: 1 })
  })

  test('an assignment is remembered until it is given back, and two weeks longer', async () => {
    const ledger = await openLedger()
    const look = await connect()
    const assignmentId = nextId()
    await ledger.assign(team({ ae: { members: THREE } }), { assignmentId, pool: 'ae', hadIt: [] }, NOON)
    const [key = ''] = await look.keys(`${prefix}*${assignmentId}`)
    expect(await look.ttl(key)).toBe(-1)
    await ledger.release('ae', assignmentId)
    expect(await look.ttl(key)).toBeGreaterThan(13 * 86_400)
    expect(await look.ttl(key)).toBeLessThanOrEqual(14 * 86_400)
  })
})

describe('who cannot take one', () => {
  test('is skipped with the reason', async () => {
    const people = team(
      { ae: { members: [member('a'), member('b'), member('c'), member('d')], caps: { open: 1 } } },
      { a: { active: false }, b: { away: [{ from: '2026-11-18', to: '2026-11-18' }] } },
    )
    const ledger = await openLedger()
    await ledger.assign(people, { assignmentId: nextId(), pool: 'ae', hadIt: ['d'] }, NOON)
    const choice = await ledger.assign(people, { assignmentId: nextId(), pool: 'ae', hadIt: ['d'] }, NOON)
    expect(choice).toMatchObject({ rep: null, pool: 'ae' })
    expect(choice.candidates.map(({ members }) => members.map(({ rep, skipped }) => [rep, skipped]))).toEqual([
      [
        ['a', 'inactive'],
        ['b', 'away'],
        ['c', 'open-cap'],
        ['d', 'had-it-before'],
      ],
    ])
  })

  test('the open cap holds under load, and one that is given back makes room', async () => {
    const people = team({ ae: { members: THREE, caps: { open: 5 } } })
    const ledgers = await openLedgers(8)
    const ids = Array.from({ length: 40 }, nextId)
    const choices = await Promise.all(
      ids.map((assignmentId, at) => ledgers[at % 8]?.assign(people, { assignmentId, pool: 'ae', hadIt: [] }, NOON)),
    )
    expect(tally(choices.map((choice) => choice?.rep ?? null))).toEqual({ a: 5, b: 5, c: 5, null: 25 })
    const held = choices.find((choice) => choice?.rep === 'b')
    await ledgers[0]?.release('ae', held?.assignmentId ?? '')
    expect(await give(await openLedger(), people, 2)).toEqual(['b', null])
  })

  test('the cap of a day ends at the rep’s own midnight', async () => {
    const people = team({ ae: { members: [member('a'), member('d')], caps: { perDay: 1 } } })
    const ledger = await openLedger()
    // 23:30 in Berlin, 17:30 in New York.
    const evening = Date.parse('2026-11-18T22:30:00Z')
    expect((await give(ledger, people, 3, evening)).sort()).toEqual(['a', 'd', null])
    expect(await give(ledger, people, 1, Date.parse('2026-11-18T22:59:59.999Z'))).toEqual([null])
    expect(await give(ledger, people, 2, Date.parse('2026-11-18T23:00:00Z'))).toEqual(['d', null])
    expect(await give(ledger, people, 1, Date.parse('2026-11-19T04:59:59.999Z'))).toEqual([null])
    expect(await give(ledger, people, 2, Date.parse('2026-11-19T05:00:00Z'))).toEqual(['a', null])
  })

  test('giving back does not give back the day', async () => {
    const people = team({ ae: { members: [member('a')], caps: { perDay: 1 } } })
    const ledger = await openLedger()
    const assignmentId = nextId()
    await ledger.assign(people, { assignmentId, pool: 'ae', hadIt: [] }, NOON)
    await ledger.release('ae', assignmentId)
    expect(await give(ledger, people, 1)).toEqual([null])
  })
})

describe('the fallback', () => {
  const pools = { ae: { members: [member('a')], caps: { open: 1 }, fallback: 'sdr' }, sdr: { members: [member('b')] } }

  test('takes over when nobody is left, and both pools’ candidates are told', async () => {
    const ledger = await openLedger()
    const people = team(pools)
    await give(ledger, people, 1)
    const choice = await ledger.assign(people, { assignmentId: nextId(), pool: 'ae', hadIt: [] }, NOON)
    expect(choice).toMatchObject({ rep: 'b', pool: 'sdr' })
    expect(choice.candidates.map(({ pool, members }) => [pool, members.map(({ skipped }) => skipped)])).toEqual([
      ['ae', ['open-cap']],
      ['sdr', [null]],
    ])
    expect((await ledger.read('ae')).open).toEqual({ a: 1 })
    expect((await ledger.read('sdr')).open).toEqual({ b: 1 })
  })

  test('keeps what it gave when the first pool has room again', async () => {
    const ledger = await openLedger()
    const people = team(pools)
    const first = nextId()
    await ledger.assign(people, { assignmentId: first, pool: 'ae', hadIt: [] }, NOON)
    const request = { assignmentId: nextId(), pool: 'ae', hadIt: [] }
    await ledger.assign(people, request, NOON)
    await ledger.release('ae', first)
    expect(await ledger.assign(people, request, NOON)).toMatchObject({ rep: 'b', pool: 'sdr' })
    expect((await ledger.read('ae')).open).toEqual({ a: 0 })
  })

  test('in a circle ends, and a pool that is not there has nobody', async () => {
    const ledger = await openLedger()
    const circle = team({ ae: { members: [], fallback: 'sdr' }, sdr: { members: [], fallback: 'ae' } })
    expect(await give(ledger, circle, 1)).toEqual([null])
    expect(await give(ledger, circle, 1, NOON, 'gone')).toEqual([null])
  })
})

describe('the owner who stays', () => {
  test('takes no turn but counts', async () => {
    const people = team({ ae: { members: [member('a'), member('b')] } })
    const ledger = await openLedger()
    const keep = (rep: string) =>
      ledger.assign(people, { assignmentId: nextId(), pool: 'ae', keep: rep, hadIt: [] }, NOON)
    for (let times = 0; times < 3; times++) expect((await keep('b')).rep).toBe('b')
    expect((await ledger.read('ae')).rotation.version).toBe(0)
    expect((await ledger.read('ae')).open).toEqual({ b: 3 })
    expect(tally(await give(ledger, people, 4))).toEqual({ a: 2, b: 2 })
  })

  test('only stays when available and in the pool', async () => {
    const people = team({ ae: { members: [member('a'), member('b')], caps: { open: 1 } } }, { b: { active: false } })
    const ledger = await openLedger()
    const keep = async (rep: string) =>
      (await ledger.assign(people, { assignmentId: nextId(), pool: 'ae', keep: rep, hadIt: [] }, NOON)).rep
    expect(await keep('b')).toBe('a')
    expect(await keep('a')).toBeNull()
    expect(await keep('c')).toBeNull()
  })
})

test('a failure in between leaves the pool usable', async () => {
  const ledger = await openLedger()
  const broken = team({ ae: { members: [member('a', 0.5)] } })
  await expect(ledger.assign(broken, { assignmentId: nextId(), pool: 'ae', hadIt: [] }, NOON)).rejects.toThrow('weight')
  expect(await give(ledger, team({ ae: { members: [member('a')] } }), 1)).toEqual(['a'])
})
