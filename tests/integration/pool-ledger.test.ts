import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseShift } from '../../src/handoffs/business-time.ts'
import type { Pool, Rep, Team } from '../../src/handoffs/team.ts'
import { connectRedis, type RedisConnection } from '../../src/platform/redis.ts'
import { createStore } from '../../src/store/partitions.ts'
import { createPools, type Pools } from '../../src/store/pools.ts'
import { createTestRedis } from '../support/redis.ts'

const NOON = Date.parse('2026-11-18T17:00:00Z')
const MINUTE = 60_000
const HOUR = 60 * MINUTE
// So long nobody else's word is taken that a reservation comes to nothing.
const FRESH = 2_000
const DAY = 24 * HOUR
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
async function openLedger(): Promise<Pools> {
  return createPools(createStore({ redis: await connect(), prefix }))
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
    people: {},
  }
}

const member = (rep: string, weight = 1) => ({ rep, weight })
const THREE = [member('a', 2), member('b'), member('c')]
const nextId = () => `401-${++assignments}-1`

function tally(reps: (string | null)[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(reps, String)].map(([rep, all]) => [rep, all.length]))
}

/** Gives out leads one after the other, each taken up by its commit. */
async function give(ledger: Pools, people: Team, count: number, now = NOON, pool = 'ae'): Promise<(string | null)[]> {
  const reps: (string | null)[] = []
  for (let lead = 0; lead < count; lead++) reps.push(await take(ledger, people, nextId(), now, pool))
  return reps
}

/** Reserves a rep and settles it, as a commit that goes through does. */
async function take(
  ledger: Pools,
  people: Team,
  assignmentId: string,
  now = NOON,
  pool = 'ae',
): Promise<string | null> {
  const choice = await ledger.assign(people, { assignmentId, pool, hadIt: [] }, now)
  if (choice.rep !== null) await ledger.settle(choice.pool, assignmentId, choice.rep, now)
  return choice.rep
}

/** Says that nobody has the lead by this assignment any more, or that nobody came to. */
const giveBack = (ledger: Pools | undefined, pool: string, assignmentId: string, now = NOON) =>
  ledger?.settle(pool, assignmentId, null, now)

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
    const { open, days, rotation } = await (await openLedger()).read('ae', NOON)
    expect(open).toEqual({ a: 150, b: 75, c: 75 })
    expect(Object.values(days).map(({ leads }) => leads)).toEqual(expect.arrayContaining([150, 75, 75]))
    expect(rotation.version).toBe(300)
  })

  test('one that cannot be made fails alone, and not what is asked for in the same moment', async () => {
    const people = team({ ae: { members: THREE } })
    const broken = team({ ae: { members: [member('a', 0)] } })
    const ledger = await openLedger()
    const asked = [people, broken, people].map((who) =>
      ledger.assign(who, { assignmentId: nextId(), pool: 'ae', hadIt: [] }, NOON),
    )
    expect((await Promise.allSettled(asked)).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
    ])
    expect((await ledger.read('ae', NOON)).open).toEqual({ a: 1, b: 1 })
  })

  test('an assignment that is asked for again is the same rep and one turn', async () => {
    const people = team({ ae: { members: THREE } })
    const ledgers = await openLedgers(8)
    const request = { assignmentId: nextId(), pool: 'ae', hadIt: [] }
    const choices = await Promise.all([...ledgers, ...ledgers].map((ledger) => ledger.assign(people, request, NOON)))
    expect(tally(choices.map((choice) => choice.rep))).toEqual({ a: 16 })
    expect((await ledgers[0]?.read('ae', NOON))?.open).toEqual({ a: 1 })
    expect((await ledgers[0]?.read('ae', NOON))?.rotation.version).toBe(1)
  })

  test('an assignment whose rep has left since is given to somebody else, and counts once', async () => {
    const ledger = await openLedger()
    const request = { assignmentId: nextId(), pool: 'ae', hadIt: [] }
    expect((await ledger.assign(team({ ae: { members: THREE } }), request, NOON)).rep).toBe('a')
    const left = (rep: string) => team({ ae: { members: THREE } }, { [rep]: { active: false } })
    expect((await ledger.assign(left('a'), request, NOON)).rep).toBe('b')
    expect((await ledger.read('ae', NOON)).open).toEqual({ b: 1 })
    await ledger.settle('ae', request.assignmentId, 'b', NOON)
    expect((await ledger.assign(left('b'), request, NOON)).rep).toBe('a')
    expect((await ledger.read('ae', NOON)).open).toEqual({ a: 1, b: 0 })
  })

  test('assignments and releases at the same time leave the right count', async () => {
    const people = team({ ae: { members: THREE } })
    const ledgers = await openLedgers(4)
    const ids = Array.from({ length: 40 }, nextId)
    const assign = (id: string, at: number) => take(ledgers[at % 4] as Pools, people, id)
    await Promise.all(ids.map(assign))
    await Promise.all([
      ...ids.map((id, at) => giveBack(ledgers[(at + 1) % 4], 'ae', id)),
      ...ids.map((id, at) => giveBack(ledgers[(at + 2) % 4], 'ae', id)),
      ...Array.from({ length: 20 }, (_, at) => assign(nextId(), at)),
    ])
    const open = Object.values((await (await openLedger()).read('ae', NOON)).open)
    expect(open.reduce((sum, count) => sum + count, 0)).toBe(20)
  })

  test('what one worker asks for in the same moment is written together', async () => {
    const store = createStore({ redis: await connect(), prefix })
    let commits = 0
    const counted = {
      ...store,
      commit: (...plan: Parameters<typeof store.commit>) => {
        commits += 1
        return store.commit(...plan)
      },
    }
    const ledger = createPools(counted)
    const people = team({ ae: { members: THREE } })
    const choices = await Promise.all(
      Array.from({ length: 100 }, () => ledger.assign(people, { assignmentId: nextId(), pool: 'ae', hadIt: [] }, NOON)),
    )
    expect(tally(choices.map(({ rep }) => rep))).toEqual({ a: 50, b: 25, c: 25 })
    expect(commits).toBeLessThanOrEqual(2)
  })
})

describe('giving back', () => {
  test('counts once, however often it is asked for', async () => {
    const people = team({ ae: { members: [member('a')] } })
    const ledger = await openLedger()
    const ids = [nextId(), nextId()]
    for (const assignmentId of ids) await take(ledger, people, assignmentId)
    for (let times = 0; times < 3; times++) await giveBack(ledger, 'ae', ids[0] ?? '')
    expect((await ledger.read('ae', NOON)).open).toEqual({ a: 1 })
    await giveBack(ledger, 'ae', 'never-given-1')
    await giveBack(ledger, 'other', ids[1] ?? '')
    expect((await ledger.read('ae', NOON)).open).toEqual({ a: 1 })
  })

  test('and asking for it again afterwards is a new turn', async () => {
    const people = team({ ae: { members: THREE } })
    const ledger = await openLedger()
    const assignmentId = nextId()
    await take(ledger, people, assignmentId)
    await giveBack(ledger, 'ae', assignmentId)
    expect((await ledger.assign(people, { assignmentId, pool: 'ae', hadIt: [] }, NOON)).rep).toBe('b')
    expect((await ledger.read('ae', NOON)).open).toEqual({ a: 0, b: 1 })
  })

  test('an assignment is remembered until it is given back, however long that takes, and then no more', async () => {
    const ledger = await openLedger()
    const look = await connect()
    const people = team({ ae: { members: THREE } })
    const request = { assignmentId: nextId(), pool: 'ae', hadIt: [] }
    const given = async () =>
      (await Promise.all((await look.keys(`${prefix}*:given`)).map((key) => look.hgetall(key))))[0]
    await take(ledger, people, request.assignmentId)
    await give(ledger, people, 1)
    expect(await given()).toMatchObject({ [request.assignmentId]: 'a' })
    expect((await ledger.assign(people, request, NOON + 60 * DAY)).rep).toBe('a')
    for (const key of await look.keys(`${prefix}*`)) expect(await look.pttl(key)).toBe(-1)
    await giveBack(ledger, 'ae', request.assignmentId)
    expect(Object.values((await given()) ?? {})).toEqual(['b'])
  })

  test('one that an earlier version kept in a key of its own counts once', async () => {
    const ledger = await openLedger()
    const look = await connect()
    const people = team({ ae: { members: [member('a')] } })
    await give(ledger, people, 3)
    const [held, released] = [nextId(), nextId()]
    const keyOf = (id: string) => `${createStore({ redis: look, prefix }).keys.pool('ae')}:assignment:${id}`
    await look.hset(keyOf(held), 'version', 1, 'rep', 'a')
    await look.hset(keyOf(released), 'version', 2, 'rep', 'a')
    for (let times = 0; times < 2; times++) {
      await giveBack(ledger, 'ae', held)
      await giveBack(ledger, 'ae', released)
      expect((await ledger.read('ae', NOON)).open).toEqual({ a: 2 })
    }
    expect(await look.exists(keyOf(held), keyOf(released))).toBe(0)
  })
})

describe('a reservation is a lease', () => {
  const request = () => ({ assignmentId: nextId(), pool: 'ae', hadIt: [] })

  test('of a minute: then the place, the turn and the day are free again, as if it had never been', async () => {
    const people = team({ ae: { members: [member('a')], caps: { open: 1, perDay: 1 } } })
    const [ledger, other] = await openLedgers(2)
    expect((await ledger?.assign(people, request(), NOON))?.rep).toBe('a')
    expect((await other?.assign(people, request(), NOON + MINUTE - 1))?.rep).toBeNull()
    const next = await other?.assign(people, request(), NOON + MINUTE)
    expect(next).toMatchObject({ rep: 'a', candidates: [{ members: [{ rep: 'a', turns: 0, skipped: null }] }] })
    expect(await ledger?.read('ae', NOON)).toMatchObject({
      open: { a: 1 },
      days: { a: { leads: 1 } },
      rotation: { members: { a: { turns: 1 } } },
    })
  })

  test('that ran out is not shown to people, also before somebody changes the ledger', async () => {
    const people = team({ ae: { members: [member('a')] } })
    const ledger = await openLedger()
    await ledger.assign(people, request(), NOON)
    expect(await ledger.read('ae', NOON + MINUTE - 1)).toMatchObject({ open: { a: 1 }, days: { a: { leads: 1 } } })
    const { open, days, rotation } = await ledger.read('ae', NOON + MINUTE)
    expect([open, days.a?.leads, rotation.members.a]).toEqual([{}, 0, { turns: 0, weight: 1, lastAssignedAt: null }])
  })

  test.each([
    ['in the order in which they were taken', [0, 1]],
    ['the last one first', [1, 0]],
  ])('several that come to nothing leave no trace of a last lead: %s', async (_, order) => {
    const people = team({ ae: { members: [member('a')] } })
    const ledger = await openLedger()
    await take(ledger, people, nextId(), NOON - HOUR)
    const taken = [await ledger.assign(people, request(), NOON), await ledger.assign(people, request(), NOON + 1)]
    for (const at of order) await giveBack(ledger, 'ae', taken[at]?.assignmentId ?? '', NOON + 1 + FRESH)
    const { rotation } = await ledger.read('ae', NOON + 1 + FRESH)
    expect(rotation.members.a).toEqual({ turns: 1, weight: 1, lastAssignedAt: NOON - HOUR })
  })

  test('one that the commit took up stays, whatever time passes', async () => {
    const people = team({ ae: { members: [member('a')], caps: { open: 1 } } })
    const ledger = await openLedger()
    await give(ledger, people, 1)
    for (const passed of [MINUTE, HOUR, 60 * DAY])
      expect((await ledger.assign(people, request(), NOON + passed)).rep, String(passed)).toBeNull()
    expect((await ledger.read('ae', NOON)).open).toEqual({ a: 1 })
  })

  test('one that comes to nothing is free before that, with its turn and its day', async () => {
    const people = team({ ae: { members: [member('a')], caps: { open: 1, perDay: 1 } } })
    const ledger = await openLedger()
    const { assignmentId } = await ledger.assign(people, request(), NOON)
    expect((await ledger.assign(people, request(), NOON)).rep).toBeNull()
    await giveBack(ledger, 'ae', assignmentId, NOON + FRESH)
    expect(await ledger.assign(people, request(), NOON + FRESH)).toMatchObject({
      rep: 'a',
      candidates: [{ members: [{ turns: 0 }] }],
    })
  })

  test('but not while whoever asked for it may be about to commit', async () => {
    const people = team({ ae: { members: [member('a')], caps: { open: 1 } } })
    const ledger = await openLedger()
    const asked = request()
    const { rep } = await ledger.assign(people, asked, NOON)
    // Asked for once more: it is as fresh as at first.
    expect((await ledger.assign(people, asked, NOON + FRESH)).rep).toBe(rep)
    expect(await giveBack(ledger, 'ae', asked.assignmentId, NOON + 2 * FRESH - 1)).toBe(true)
    expect((await ledger.assign(people, request(), NOON + 2 * FRESH - 1)).rep).toBeNull()
    expect(await giveBack(ledger, 'ae', asked.assignmentId, NOON + 2 * FRESH)).toBe(true)
    expect(await giveBack(ledger, 'ae', asked.assignmentId, NOON + 2 * FRESH)).toBe(false)
    expect((await ledger.read('ae', NOON)).open).toEqual({})
  })

  test('a commit that came after the lease counts all the same, and only once', async () => {
    const people = team({ ae: { members: [member('a')], caps: { open: 1 } } })
    const ledger = await openLedger()
    const slow = await ledger.assign(people, request(), NOON)
    expect(await give(ledger, people, 1, NOON + MINUTE)).toEqual(['a'])
    for (let times = 0; times < 2; times++) await ledger.settle('ae', slow.assignmentId, slow.rep, NOON + MINUTE)
    expect((await ledger.read('ae', NOON)).open).toEqual({ a: 2 })
    await giveBack(ledger, 'ae', slow.assignmentId)
    expect((await ledger.read('ae', NOON)).open).toEqual({ a: 1 })
  })

  test('who holds it in the end counts, and not who was reserved', async () => {
    const people = team({ ae: { members: [member('a'), member('b')] } })
    const ledger = await openLedger()
    const { assignmentId, rep } = await ledger.assign(people, request(), NOON)
    expect(rep).toBe('a')
    await ledger.settle('ae', assignmentId, 'b', NOON)
    expect((await ledger.read('ae', NOON)).open).toEqual({ b: 1 })
    await ledger.settle('ae', assignmentId, 'a', NOON)
    expect((await ledger.read('ae', NOON)).open).toEqual({ a: 1, b: 0 })
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
    await giveBack(ledgers[0], 'ae', held?.assignmentId ?? '', NOON + FRESH)
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
    await take(ledger, people, assignmentId)
    await giveBack(ledger, 'ae', assignmentId)
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
    expect((await ledger.read('ae', NOON)).open).toEqual({ a: 1 })
    expect((await ledger.read('sdr', NOON)).open).toEqual({ b: 1 })
  })

  test('keeps what it gave when the first pool has room again', async () => {
    const ledger = await openLedger()
    const people = team(pools)
    const first = nextId()
    await take(ledger, people, first)
    const request = { assignmentId: nextId(), pool: 'ae', hadIt: [] }
    await ledger.assign(people, request, NOON)
    await giveBack(ledger, 'ae', first)
    expect(await ledger.assign(people, request, NOON)).toMatchObject({ rep: 'b', pool: 'sdr' })
    expect((await ledger.read('ae', NOON)).open).toEqual({ a: 0 })
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
    expect((await ledger.read('ae', NOON)).rotation.version).toBe(0)
    expect((await ledger.read('ae', NOON)).open).toEqual({ b: 3 })
    expect(tally(await give(ledger, people, 4))).toEqual({ a: 2, b: 2 })
  })

  test('stays whatever the pool and its caps, and counts in the pool of the chain where they belong', async () => {
    const people = team({
      ae: { members: [member('a')], caps: { open: 1 }, fallback: 'sdr' },
      sdr: { members: [member('b')], caps: { open: 1 } },
    })
    const ledger = await openLedger()
    const keep = async (rep: string) => {
      const choice = await ledger.assign(people, { assignmentId: nextId(), pool: 'ae', keep: rep, hadIt: [] }, NOON)
      return [choice.rep, choice.pool, choice.why]
    }
    for (let lead = 0; lead < 2; lead++) {
      expect(await keep('a')).toEqual(['a', 'ae', 'kept-owner'])
      expect(await keep('b')).toEqual(['b', 'sdr', 'kept-owner'])
      expect(await keep('c')).toEqual(['c', 'ae', 'kept-owner'])
    }
    expect((await ledger.read('ae', NOON)).open).toEqual({ a: 2, c: 2 })
    // What an owner keeps counts for their cap all the same.
    expect(await give(ledger, people, 1)).toEqual([null])
  })

  test('of a company: the first choice stands for those that come in the same moment, by any worker', async () => {
    const people = team({ ae: { members: [member('a'), member('b'), member('c')] } })
    const ledgers = await openLedgers(6)
    const company = { key: 'company-7', within: DAY }
    const ask = (ledger: Pools) =>
      ledger.assign(people, { assignmentId: nextId(), pool: 'ae', hadIt: [], company }, NOON)
    const reps = (await Promise.all(ledgers.map(ask))).map(({ rep }) => rep)
    expect(new Set(reps).size).toBe(1)
    const read = await ledgers[0]?.read('ae', NOON)
    expect(Object.values(read?.open ?? {}).reduce((sum, count) => sum + count, 0)).toBe(6)
    // A choice that was given up may have lifted the others to the level, and counts for nobody.
    const turns = Object.values(read?.rotation.members ?? {}).map((one) => one.turns)
    expect(turns.toSorted((one, other) => other - one)).toEqual([
      6,
      ...turns.slice(1).map(() => expect.toSatisfy((count) => count <= 1)),
    ])
  })
})

test('a failure in between leaves the pool usable', async () => {
  const ledger = await openLedger()
  const broken = team({ ae: { members: [member('a', 0.5)] } })
  await expect(ledger.assign(broken, { assignmentId: nextId(), pool: 'ae', hadIt: [] }, NOON)).rejects.toThrow('weight')
  expect(await give(ledger, team({ ae: { members: [member('a')] } }), 1)).toEqual(['a'])
})
