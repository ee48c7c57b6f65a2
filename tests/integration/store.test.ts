import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import { endHandoff, type Handoff } from '../../src/handoffs/handoff.ts'
import { waitingHandoff } from '../../src/handoffs/start.ts'
import type { Change, Click, InboxItem } from '../../src/leads/change.ts'
import type { KeptDecision } from '../../src/leads/history.ts'
import type { LeadRecord } from '../../src/leads/lead.ts'
import { connectRedis, type RedisConnection } from '../../src/platform/redis.ts'
import { createApply } from '../../src/store/apply.ts'
import { assignmentEntry, factCommands, prepare } from '../../src/store/commit.ts'
import { eraseLead } from '../../src/store/erase.ts'
import { createInbox } from '../../src/store/inbox.ts'
import { createLeads, type StoredLead } from '../../src/store/leads.ts'
import { pack } from '../../src/store/pack.ts'
import {
  type Command,
  createStore,
  HANDOFF_LISTS,
  type HandoffList,
  INDEX,
  type Store,
} from '../../src/store/partitions.ts'
import { createPools, type Pools } from '../../src/store/pools.ts'
import { createSettleAssignment } from '../../src/work/settle-assignment.ts'
import { indexesOf, WORK } from '../../src/work/table.ts'
import { DAY, leadRecord, MINUTE, NOW, started } from '../support/records.ts'
import { createTestRedis } from '../support/redis.ts'
import { loadTestConfig } from '../support/stage.ts'

const redis = createTestRedis()
const connections: RedisConnection[] = []
let stores: Store[] = []
let config: Config
let leadId = ''
let lastLead = 800_000

async function open(): Promise<Store> {
  const connection = await connectRedis([redis.url], 'request', () => {})
  connections.push(connection)
  return createStore({ redis: connection, prefix: redis.prefix })
}

beforeAll(async () => {
  stores = await Promise.all(Array.from({ length: 8 }, open))
  config = await loadTestConfig({}, NOW)
})
beforeEach(() => {
  leadId = String(++lastLead)
})
afterAll(async () => {
  for (const connection of connections) connection.disconnect()
  await redis.deleteKeys()
})

/** The store of one worker. */
const storeOf = (worker: number): Store => stores[worker] as Store
const leadsOf = (worker: number) => createLeads(storeOf(worker))
const keyOf = (name: string) => `${storeOf(0).keys.lead(leadId)}:${name}`
const look = () => connections[0] as RedisConnection

const record = (changes: Partial<LeadRecord> = {}) =>
  leadRecord({ id: leadId, handoffs: { 'mql-to-sales': `${leadId}-1` }, ...changes })

function handoff(changes: Partial<Handoff> = {}): Handoff {
  const holders = [{ rep: 'ae-1', pool: 'ae', since: NOW, how: 'rotation' as const, assignmentId: `${leadId}-1-1` }]
  return { ...started(), id: `${leadId}-1`, leadId, holders, ...changes }
}

type Making = Partial<Change> | ((state: StoredLead) => Partial<Change>)

/** What a change of the lead as it stands would write, and what would wait for work then. */
async function prepared(worker: number, making: Making) {
  const state = await leadsOf(worker).read(leadId)
  const change = typeof making === 'function' ? making(state) : making
  const whole = { handoffs: [], posts: [], history: [], toWrite: false, ...change }
  return prepare(storeOf(worker).keys, state, whole, config.retention, NOW)
}

/** Changes the lead as it stands; false when somebody was faster. */
async function write(worker: number, making: Making): Promise<false | 'done' | 'more'> {
  const { plan } = await prepared(worker, making)
  return storeOf(worker).commit(plan.guards, plan.commands)
}

/** Stores a lead and its handoff, both new. */
async function storeBoth(): Promise<void> {
  expect(await write(0, { lead: record(), handoffs: [handoff()] })).toBe('done')
}

/** Something that happened to the lead. */
function event(key: string): { leadId: string; key: string; item: InboxItem } {
  return { leadId, key, item: { kind: 'event', event: key, at: NOW } }
}

/** Tells the pools who holds what of a lead, as the work does that waits for it, until nothing is left to tell. */
async function settleAll(pools: Pools): Promise<void> {
  for (let now = NOW + MINUTE; ; now += MINUTE) {
    const clock = { now: () => now }
    const parts = { clock, config: () => config, hurry: () => {}, leads: leadsOf(0), pools, store: storeOf(0) }
    const settle = createSettleAssignment(parts)
    const waiting = await storeOf(0).due(INDEX.assignments, now, 10_000)
    const own = waiting.filter((id) => id.startsWith(`${leadId}-`))
    if (own.length === 0) return
    for (const id of own) {
      const [, assignmentId = '', pool = ''] = /^[^-]+-([^@]+)@(.+)$/.exec(id) ?? []
      await settle({ leadId, assignmentId, pool })
    }
  }
}

/** From when an id stands in an index of the lead's partition; null when it does not. */
const waitsFrom = (index: string, id = leadId) => look().zscore(storeOf(0).keys.index(leadId, index), id)

describe('a commit', () => {
  test('is carried out whole, and in order', async () => {
    const [one, list, index] = [keyOf('one'), keyOf('list'), keyOf('index')]
    const done = await storeOf(0).commit(
      [],
      [
        ['HSET', one, 'version', 1, 'record', '{"text":"ö \\" \\u0000 €"}'],
        ['RPUSH', list, 'a'],
        ['RPUSH', list, 'b'],
        ['LTRIM', list, 1, -1],
        ['ZADD', index, 5, leadId],
      ],
    )
    expect(done).toBe('done')
    expect(await look().hgetall(one)).toEqual({ version: '1', record: '{"text":"ö \\" \\u0000 €"}' })
    expect(await look().lrange(list, 0, -1)).toEqual(['b'])
    expect(await look().zscore(index, leadId)).toBe('5')
  })

  test('is left out whole when any guard does not hold', async () => {
    const [one, two, index] = [keyOf('one'), keyOf('two'), keyOf('index')]
    await look().hset(one, 'version', 1)
    const commands: Parameters<Store['commit']>[1] = [
      ['HSET', one, 'version', 2],
      ['HSET', two, 'version', 1],
      ['ZADD', index, 1, leadId],
    ]
    const guards = (first: number, second: number) => [
      { key: one, version: first },
      { key: two, version: second },
    ]
    for (const [first, second] of [
      [0, 0],
      [2, 0],
      [1, 1],
      [1, -1],
    ] as const) {
      expect(await storeOf(0).commit(guards(first, second), commands)).toBe(false)
      expect(await look().hget(one, 'version')).toBe('1')
      expect(await look().exists(two, index)).toBe(0)
    }
    expect(await storeOf(0).commit(guards(1, 0), commands)).toBe('done')
    expect(await look().exists(one, two, index)).toBe(3)
  })

  test('of a record that has to be there, whatever its version: brings none back', async () => {
    const one = keyOf('one')
    const set = () => storeOf(0).commit([{ key: one, version: 'exists' }], [['HSET', one, 'late', 'answer']])
    expect(await set()).toBe(false)
    expect(await look().exists(one)).toBe(0)
    // One that was erased has a version, and nothing else.
    await look().hset(one, 'version', 3)
    expect(await set()).toBe(false)
    for (const version of [1, 7]) {
      await look().hset(one, 'version', version, 'record', 'x')
      await look().hdel(one, 'late')
      expect(await set()).toBe('done')
      expect(await look().hgetall(one)).toEqual({ version: String(version), record: 'x', late: 'answer' })
    }
  })

  test('of a record that must have no more fields than were read, whatever its version says', async () => {
    const one = keyOf('one')
    await look().hset(one, 'version', 1, 'record', 'x')
    const remove = (fields: number) => storeOf(0).commit([{ key: one, fields }], [['DEL', one]])
    await look().hset(one, 'm:1', 'address')
    expect(await remove(2)).toBe(false)
    expect(await look().exists(one)).toBe(1)
    expect(await remove(3)).toBe('done')
    expect(await look().exists(one)).toBe(0)
  })

  test('of a field that must hold what was read', async () => {
    const one = keyOf('one')
    const write = (value: Buffer | '') =>
      storeOf(0).commit([{ key: one, field: 'written', value }], [['HSET', one, 'written', 'mine']])
    expect(await write(Buffer.from('theirs'))).toBe(false)
    expect(await write('')).toBe('done')
    expect(await write('')).toBe(false)
    expect(await write(Buffer.from('mine'))).toBe('done')
  })

  test('of many at the same time one wins', async () => {
    const one = keyOf('one')
    for (let version = 0; version < 20; version++) {
      const outcomes = await Promise.all(
        stores.map((store, worker) =>
          store.commit([{ key: one, version }], [['HSET', one, 'version', version + 1, 'by', worker]]),
        ),
      )
      expect(outcomes.filter(Boolean)).toHaveLength(1)
      expect(await look().hget(one, 'by')).toBe(String(outcomes.indexOf('done')))
    }
  })

  test('takes a lead off the index only when its inbox is empty', async () => {
    const [inbox, index] = [keyOf('inbox'), keyOf('index')]
    await look().zadd(index, 1, leadId)
    await look().rpush(inbox, 'event')
    const takeOff = () => storeOf(0).commit([], [['ZREMIFEMPTY', index, inbox, leadId]])
    expect(await takeOff()).toBe('more')
    expect(await look().zscore(index, leadId)).toBe('1')
    await look().del(inbox)
    expect(await takeOff()).toBe('done')
    expect(await look().zscore(index, leadId)).toBeNull()
  })

  test('takes an id off a hash only when it stood in the set', async () => {
    const [set, hash] = [keyOf('set'), keyOf('hash')]
    await look().hset(hash, 'one', 'why', 'two', 'why')
    await look().zadd(set, 1, 'one')
    for (const id of ['one', 'two']) await storeOf(0).commit([], [['ZREMHDEL', set, hash, id]])
    expect(await look().hkeys(hash)).toEqual(['two'])
    expect(await look().exists(set)).toBe(0)
  })
})

describe('the indexes', () => {
  test('tell what is due over all partitions, the instant included', async () => {
    const store = storeOf(0)
    const ids = Array.from({ length: 60 }, () => String(++lastLead))
    for (const [at, id] of ids.entries())
      await store.commit([], [['ZADD', store.keys.index(id, 'dead'), 1_000 + at, id]])
    expect((await store.due('dead', 1_029, 100)).sort()).toEqual(ids.slice(0, 30))
    expect(await store.due('dead', 999, 100)).toEqual([])
    expect(await store.count('dead')).toBe(60)
    const few = await store.due('dead', 2_000, 1)
    expect(few.length).toBeGreaterThan(1)
    expect(few.length).toBeLessThanOrEqual(16)
  })

  test('a lead, its handoffs and its messages are of one partition, as a cluster wants it', () => {
    const { keys } = storeOf(0)
    const tag = (key: string) => /\{[^}]+\}/.exec(key)?.[0]
    for (let count = 0; count < 50; count++) {
      const id = String(++lastLead)
      const own = [keys.lead(id), keys.inbox(id), keys.history(id), keys.decisions(id), keys.seen(id, 'x')]
      const entries = [id, `${id}-2`, `${id}-2.rep-alert`, `${id}-2-1@ae`, `${id}-2~U1~C1~explain~7`]
      const indexes = entries.flatMap((entry) => indexesOf(WORK).map((index) => keys.index(entry, index)))
      const all = [...own, keys.facts(id), keys.list(id, 'open'), keys.post(`${id}-2.rep-alert`), ...indexes]
      expect(new Set(all.map(tag)).size).toBe(1)
    }
  })
})

describe('work that is claimed', () => {
  const INDEX_OF_TEST = 'claims'
  const store = () => storeOf(0)
  const put = (ids: string[], at: number, index = INDEX_OF_TEST) =>
    Promise.all(ids.map((id) => look().zadd(store().keys.index(id, index), at, id)))
  const newIds = (count: number) => Array.from({ length: count }, () => String(++lastLead))
  const claim = (worker: number, now: number, limit = 1_000, index = INDEX_OF_TEST) =>
    storeOf(worker).claim([{ index, dueAt: now, until: now + 100 }], limit)

  test('is taken once by whoever comes first, however many look at the same time', async () => {
    const ids = newIds(80)
    await put(ids, 1_000)
    const taken = (await Promise.all(stores.map((_, worker) => claim(worker, 1_000)))).map(([some = []]) => some)
    expect(taken.flat().sort()).toEqual(ids.sort())
    expect(await claim(1, 1_099)).toEqual([[]])
    // Nobody has done it: it is free again.
    expect((await claim(1, 1_100)).flat().sort()).toEqual(ids)
    await look().del(...storeOf(0).partitions.map((partition) => store().keys.indexIn(partition, INDEX_OF_TEST)))
  })

  test('is what is due then, at most so much of each partition, index by index', async () => {
    const [due, later, other] = [newIds(60), newIds(10), newIds(1)]
    await Promise.all([put(due, 500), put(later, 501), put(other, 400, 'others')])
    const wanted = [
      { index: 'others', dueAt: 450, until: 900 },
      { index: 'nothing', dueAt: 500, until: 900 },
      { index: INDEX_OF_TEST, dueAt: 500, until: 900 },
    ]
    const [first = [], second = [], third = []] = await store().claim(wanted, 2)
    expect([first, second]).toEqual([other, []])
    expect(third.length).toBeLessThanOrEqual(2 * 16)
    for (const group of Map.groupBy(third, store().partitionOf).values()) expect(group.length).toBeLessThanOrEqual(2)
    const rest: string[] = []
    for (let more = third; more.length > 0; [, , more = []] = await store().claim(wanted, 2)) rest.push(...more)
    expect(rest.sort()).toEqual(due.sort())
  })

  test('by name: only what stands there and is due, and by one of many', async () => {
    const [due = '', later = '', absent = ''] = newIds(3)
    await Promise.all([put([due], 10), put([later], 11)])
    const claims = await Promise.all(stores.map((one) => one.claimNamed(INDEX_OF_TEST, [due, later, absent], 10, 50)))
    expect(claims.flat()).toEqual([due])
    expect(await look().zscore(store().keys.index(due, INDEX_OF_TEST), due)).toBe('50')
    expect(await look().zscore(store().keys.index(absent, INDEX_OF_TEST), absent)).toBeNull()
  })
})

describe('a lead', () => {
  test('comes back as it was stored, with its handoff', async () => {
    const message = { handoffId: `${leadId}-1`, kind: 'rep-alert', channel: 'D1', ts: '1.2', shown: 'x' } as const
    const messages = { [`${leadId}-1.rep-alert-1`]: message }
    expect(await write(0, { lead: record(), handoffs: [handoff()], messages })).toBe('done')
    const state = await leadsOf(1).read(leadId)
    expect(state).toMatchObject({ version: 1, inbox: [], inboxCount: 0, written: {}, late: {} })
    expect(state.lead).toEqual(record())
    expect(state.handoffs).toEqual({ [`${leadId}-1`]: handoff() })
    expect(state.messages).toEqual(messages)
    expect(await leadsOf(1).readHandoff(`${leadId}-1`)).toEqual(handoff())
    expect(await leadsOf(1).read('1')).toMatchObject({ version: 0, lead: null, handoffs: {} })
    expect(await leadsOf(1).readHandoff('1-1')).toBeNull()
  })

  test('what another version of Baton wrote is not taken for granted', async () => {
    const key = storeOf(0).keys.lead(leadId)
    await look().hset(key, 'version', 1, 'record', pack({ ...record(), v: 3 }))
    await expect(leadsOf(0).read(leadId)).rejects.toThrow(/"v"/)
    await look().hset(key, 'record', JSON.stringify(record()))
    await expect(leadsOf(0).read(leadId)).rejects.toThrow('a newer version of Baton')
  })

  test('one that cannot be read costs none of the others', async () => {
    await storeBoth()
    const broken = String(++lastLead)
    await look().hset(storeOf(0).keys.lead(broken), 'version', 1, 'record', 'x')
    const [first, second, third] = await leadsOf(0).readMany([leadId, broken, '1'])
    expect(first).toMatchObject({ id: leadId, lead: record() })
    expect(second).toEqual({ id: broken, unreadable: expect.any(Error) })
    expect(third).toMatchObject({ id: '1', lead: null })
  })

  test('what came in while it was read stays in the inbox, and the lead in the index', async () => {
    const inbox = createInbox(storeOf(1))
    await inbox.ingest([event('one'), event('two')], NOW)
    const { plan } = await prepared(0, { lead: record(), inboxDone: true })
    await inbox.ingest([event('three')], NOW)
    expect(await storeOf(0).commit(plan.guards, plan.commands)).toBe('more')
    expect((await leadsOf(0).read(leadId)).inbox).toEqual([event('three').item])
    expect(await storeOf(0).due(INDEX.unread, NOW, 1_000)).toContain(leadId)
    expect(await write(0, { inboxDone: true })).toBe('done')
    expect((await leadsOf(0).read(leadId)).inbox).toEqual([])
    expect(await storeOf(0).due(INDEX.unread, NOW, 1_000)).not.toContain(leadId)
  })

  test('to be looked at again: never later than it was going to be', async () => {
    const inbox = createInbox(storeOf(0))
    await inbox.wait(INDEX.unread, leadId, NOW + 5)
    await inbox.wait(INDEX.unread, leadId, NOW + 9)
    expect(await waitsFrom(INDEX.unread)).toBe(String(NOW + 5))
    await inbox.wait(INDEX.unread, leadId, NOW)
    expect(await waitsFrom(INDEX.unread)).toBe(String(NOW))
  })

  test('remembers the last hundred lines of its history', async () => {
    await storeBoth()
    for (let line = 0; line < 105; line++) await write(0, { history: [{ what: 'line', at: line }] })
    const history = await leadsOf(0).readHistory(leadId)
    expect(history).toHaveLength(100)
    expect([history[0], history[99]]).toEqual([
      { what: 'line', at: 5 },
      { what: 'line', at: 104 },
    ])
  })

  test('a late answer of a provider stands with it until the next decision, and brings no erased lead back', async () => {
    const leads = leadsOf(0)
    expect(await leads.keepLate(leadId, { apollo: 'answer' })).toBe(false)
    expect(await look().exists(storeOf(0).keys.lead(leadId))).toBe(0)
    await storeBoth()
    expect(await leads.keepLate(leadId, {})).toBe(false)
    expect(await leads.keepLate(leadId, { apollo: 'answer' })).toBe(true)
    expect((await leads.read(leadId)).late).toEqual({ apollo: 'answer' })
    await write(0, { history: [{ what: 'line', at: NOW }] })
    expect((await leads.read(leadId)).late).toEqual({ apollo: 'answer' })
    await write(0, { lead: record(), inboxDone: true })
    expect((await leads.read(leadId)).late).toEqual({})
  })

  test('leaves what Slack shows of it to be emptied, and whom it was given to be told', async () => {
    const ref = `${leadId}-1.rep-alert-1`
    const message = { handoffId: `${leadId}-1`, kind: 'rep-alert', channel: 'D1', ts: '1.2', shown: 'x' } as const
    await write(0, { lead: record(), handoffs: [handoff()], messages: { [ref]: message } })
    const read = () => leadsOf(0).get(leadId)
    const waiting = await eraseLead(storeOf(0), leadId, indexesOf(WORK), { config, read, now: NOW })
    expect(waiting).toEqual([
      { index: INDEX.blanks, id: `${leadId}-D1-1.2`, at: NOW },
      { index: INDEX.assignments, id: `${leadId}-${leadId}-1-1@ae`, at: NOW },
    ])
    for (const { index, id } of waiting) expect(await storeOf(1).due(index, NOW, 100)).toContain(id)
    expect(await read()).toMatchObject({ lead: null, handoffs: {}, messages: {} })
  })

  test('is not written any more by whoever has read it before it was erased, and lasts when it comes back', async () => {
    const key = storeOf(0).keys.lead(leadId)
    const read = () => leadsOf(0).get(leadId)
    await eraseLead(storeOf(0), leadId, indexesOf(WORK), { config, read, now: NOW })
    expect(await look().pttl(key)).toBeGreaterThan(0)
    const { plan } = prepare(
      storeOf(0).keys,
      { ...(await read()), version: 0 },
      { lead: record(), handoffs: [], posts: [], history: [], toWrite: false },
      config.retention,
      NOW,
    )
    expect(await storeOf(0).commit(plan.guards, plan.commands)).toBe(false)
    await write(0, { lead: record() })
    expect((await read()).lead).toEqual(record())
    expect(await look().pttl(key)).toBe(-1)
  })

  test('is erased with everything that says something about it', async () => {
    await storeBoth()
    const signal = { id: 's1', type: 'demo_requested', at: NOW, detail: 'canary' }
    const incoming = { leadId, key: 'signal-s1', item: { kind: 'signal' as const, signal, receivedAt: NOW } }
    await createInbox(storeOf(0)).ingest([incoming], NOW)
    await write(0, { history: [{ what: 'canary', at: NOW }] })
    const read = () => leadsOf(0).get(leadId)
    await eraseLead(storeOf(0), leadId, indexesOf(WORK), { config, read, now: NOW })
    // A pool still has to hear that nobody holds the lead any more.
    await settleAll(createPools(storeOf(0)))
    const left = (await look().keys(`${redis.prefix}*${leadId}*`)).filter((key) => !key.includes(':seen:'))
    expect(left).toEqual([storeOf(0).keys.lead(leadId)])
    expect(await look().hkeys(storeOf(0).keys.lead(leadId))).toEqual(['version'])
    for (const index of indexesOf(WORK)) {
      const ids = await storeOf(0).due(index, Number.MAX_SAFE_INTEGER, 10_000)
      expect(
        ids.filter((id) => id.startsWith(leadId)),
        index,
      ).toEqual([])
    }
  })
})

describe('many plans at once', () => {
  test('each is carried out or left, for itself', async () => {
    const store = storeOf(0)
    const ids = Array.from({ length: 60 }, (_, index) => `77${index}`)
    await Promise.all(ids.map((id) => store.commit([], [['HSET', store.keys.lead(id), 'version', 1]])))
    const plans = ids.map((id, index) => ({
      guards: [{ key: store.keys.lead(id), version: index % 3 === 0 ? 7 : 1 }],
      commands: [['HSET', store.keys.lead(id), 'version', 2] satisfies Command],
    }))
    expect(await Promise.all(plans.map(({ guards, commands }) => store.commit(guards, commands)))).toEqual(
      ids.map((_, index) => index % 3 !== 0 && 'done'),
    )
    const versions = await Promise.all(ids.map((id) => look().hget(store.keys.lead(id), 'version')))
    expect(versions).toEqual(ids.map((_, index) => (index % 3 === 0 ? '1' : '2')))
  })

  test('one that meets a broken record fails alone', async () => {
    const store = storeOf(0)
    const ids = Array.from({ length: 60 }, (_, index) => `78${index}`)
    const broken = ids.filter((_, index) => index % 7 === 0)
    await Promise.all(broken.map((id) => look().set(store.keys.lead(id), 'no hash')))
    const outcomes = await Promise.allSettled(
      ids.map((id, index) =>
        store.commit(index % 2 === 0 ? [{ key: store.keys.lead(id), version: 0 }] : [], [
          ['HSET', store.keys.lead(id), 'version', 1],
        ]),
      ),
    )
    for (const [index, outcome] of outcomes.entries()) {
      if (index % 7 !== 0) expect(outcome).toEqual({ status: 'fulfilled', value: 'done' })
      else
        expect(outcome).toMatchObject({ status: 'rejected', reason: { message: expect.stringMatching(/^WRONGTYPE/) } })
    }
  })
})

describe('a fence', () => {
  test('keeps out whoever read the lead before and found none, for some minutes', async () => {
    const [store, key] = [storeOf(0), storeOf(0).keys.lead(leadId)]
    const early = await leadsOf(0).read(leadId)
    const nothing = { handoffs: [], posts: [], history: [], toWrite: false }
    const put = async (state: StoredLead, change: Change) => {
      const { plan } = prepare(store.keys, state, change, config.retention, NOW)
      return store.commit(plan.guards, plan.commands)
    }
    expect(await put(early, { ...nothing, fence: true })).toBe('done')
    expect(await put(early, { ...nothing, lead: record() })).toBe(false)
    expect(await look().pttl(key)).toBeGreaterThan(0)
    const later = await leadsOf(0).read(leadId)
    expect(later.lead).toBeNull()
    expect(await put(later, nothing)).toBe('done')
    expect(await look().pttl(key)).toBeGreaterThan(0)
    expect(await put(later, { ...nothing, lead: record() })).toBe('done')
    expect(await look().pttl(key)).toBe(-1)
  })
})

describe('changing a handoff', () => {
  const alert = () => ({ handoffId: `${leadId}-1`, kind: 'rep-alert', channel: 'D1', ts: '1', shown: '' }) as const

  test('a message that is behind is brought up to date, also of a handoff that has ended', async () => {
    await storeBoth()
    const messages = { [`${leadId}-1.rep-alert-1`]: alert() }
    for (const state of ['open', 'answered', 'ended'] as const) {
      const withMessages = await prepared(0, { handoffs: [handoff({ state })], messages })
      expect(withMessages.waiting).toContainEqual({ index: INDEX.messages, id: `${leadId}-1`, at: NOW })
      // A message may be on its way at this moment.
      const without = await prepared(0, { handoffs: [handoff({ state })] })
      expect(without.waiting).toContainEqual({ index: INDEX.messages, id: `${leadId}-1`, at: NOW })
    }
    // News of the lead shows in the messages of what is still under way, and in no other.
    await write(0, { handoffs: [handoff()], messages })
    expect((await prepared(0, { lead: record() })).waiting).toContainEqual(
      expect.objectContaining({ index: INDEX.messages, id: `${leadId}-1` }),
    )
    await write(0, { handoffs: [handoff({ state: 'ended', ended: { at: NOW, how: 'done' } })] })
    const over = await prepared(0, { lead: record() })
    expect(over.waiting.filter(({ index }) => index === INDEX.messages)).toEqual([])
  })

  test('eight workers at the same time: no change is lost', async () => {
    await storeBoth()
    const note = async (worker: number) => {
      const noted = ({ handoffs }: StoredLead) => {
        const before = handoffs[`${leadId}-1`] ?? handoff()
        const events = [...before.events, { at: NOW, what: 'reminded' as const, rep: `rep-${worker}` }]
        return { handoffs: [{ ...before, events }] }
      }
      while (!(await write(worker, noted)));
    }
    await Promise.all(stores.map((_, worker) => note(worker)))
    const { version, handoffs } = await leadsOf(0).get(leadId)
    expect(version).toBe(9)
    const reps = handoffs[`${leadId}-1`]?.events.filter((one) => one.what === 'reminded').map((one) => one.rep)
    expect(reps?.sort()).toEqual(stores.map((_, worker) => `rep-${worker}`))
  })

  test('gives back what is no longer held, takes what is, and only that', async () => {
    const open = handoff()
    const [first] = open.holders
    if (!first) throw new Error('nobody holds it')
    const moved = handoff({ holders: [first, { ...first, assignmentId: `${leadId}-1-2`, pool: 'sdr' }] })
    const byPerson = handoff({ holders: [first, { ...first, assignmentId: `${leadId}-1-2`, how: 'owner-changed' }] })
    const answered = handoff({ state: 'answered' })
    const ended = (before: Handoff) => ({
      ...before,
      state: 'ended' as const,
      ended: { at: NOW, how: 'done' as const },
    })
    const settled = async (before: Handoff | null, after: Handoff) => {
      await look().del(storeOf(0).keys.lead(leadId))
      if (before) await write(0, { lead: record(), handoffs: [before] })
      const { waiting } = await prepared(0, { lead: record(), handoffs: [after] })
      return waiting.filter(({ index }) => index === INDEX.assignments).map(({ id }) => id)
    }
    const [old, fresh] = [`${leadId}-1-1`, `${leadId}-1-2`].map((assignmentId, at) =>
      assignmentEntry(leadId, { assignmentId, pool: at === 0 ? 'ae' : 'sdr' }),
    )
    expect(await settled(null, open)).toEqual([old])
    expect(await settled(open, open)).toEqual([])
    expect(await settled(open, moved)).toEqual([old, fresh])
    expect(await settled(open, byPerson)).toEqual([old])
    expect(await settled(moved, ended(moved))).toEqual([fresh])
    expect(await settled(open, answered)).toEqual([old])
    expect(await settled(answered, ended(answered))).toEqual([])
  })

  test('one that has ended wants no more steps, and is forgotten when its time is over', async () => {
    await storeBoth()
    expect(await waitsFrom(INDEX.steps, `${leadId}-1`)).not.toBeNull()
    const ended = endHandoff(handoff(), { at: NOW + MINUTE, how: 'disqualified' })
    if (!ended) throw new Error('it had ended')
    await write(0, { handoffs: [ended] })
    expect(await waitsFrom(INDEX.steps, `${leadId}-1`)).toBeNull()
    expect(await waitsFrom(INDEX.ended, `${leadId}-1`)).toBe(String(NOW + MINUTE + 180 * DAY))
  })
})

describe('where a lead and its handoffs stand', () => {
  const stands = async (list: 'urgent' | 'scored' | HandoffList, id: string) => {
    const key = storeOf(0).keys.list(leadId, list)
    return list === 'urgent' ? Boolean(await look().sismember(key, id)) : look().zscore(key, id)
  }
  const standsIn = async (id: string) => {
    const scores = await Promise.all(HANDOFF_LISTS.map(async (list) => [list, await stands(list, id)] as const))
    return Object.fromEntries(scores.flatMap(([list, at]) => (at === null ? [] : [[list, Number(at)]])))
  }
  const banded = (band: string) => record({ score: { ...record().score, band } })

  test('a handoff stands under its status from its start, and a late one among the late', async () => {
    const id = `${leadId}-1`
    const order = { id, leadId, kind: 'k', byRoute: true, route: 'r', pool: 'ae', baseline: {} }
    await write(0, { lead: record(), handoffs: [waitingHandoff(order, NOW)] })
    expect(await standsIn(id)).toEqual({ waiting: NOW })
    await write(0, { handoffs: [handoff({ startedAt: NOW + MINUTE })] })
    expect(await standsIn(id)).toEqual({ open: NOW + MINUTE })
    // Somebody takes up anew what is open: it is as young as its clock.
    await write(0, { handoffs: [handoff({ startedAt: NOW + 2 * MINUTE })] })
    expect(await standsIn(id)).toEqual({ open: NOW + 2 * MINUTE })
    await write(0, { handoffs: [handoff({ startedAt: NOW + 2 * MINUTE, breachedAt: NOW + DAY })] })
    expect(await standsIn(id)).toEqual({ open: NOW + 2 * MINUTE, breached: NOW + 2 * MINUTE })
  })

  test('a lead is urgent while it is hot or a rep has it', async () => {
    await write(0, { lead: banded('high') })
    expect(await stands('urgent', leadId)).toBe(false)
    await write(0, { lead: banded('hot') })
    expect(await stands('urgent', leadId)).toBe(true)
    await write(0, { lead: banded('high'), handoffs: [handoff()] })
    expect(await stands('urgent', leadId)).toBe(true)
    await write(0, { handoffs: [handoff({ state: 'answered' })] })
    expect(await stands('urgent', leadId)).toBe(false)
  })

  test('a lead stands under the rules that scored it', async () => {
    await write(0, { lead: record({ rulesVersion: 7 }) })
    expect(await stands('scored', leadId)).toBe('7')
    await write(0, { lead: record({ rulesVersion: 8 }) })
    expect(await stands('scored', leadId)).toBe('8')
    await write(0, { handoffs: [handoff()] })
    expect(await stands('scored', leadId)).toBe('8')
  })

  test('a lead waits for its next look, and no longer once none is planned', async () => {
    await write(0, { lead: record({ wakeAt: NOW + DAY }) })
    expect(await waitsFrom(INDEX.wake)).toBe(String(NOW + DAY))
    await write(0, { lead: record({ wakeAt: null }) })
    expect(await waitsFrom(INDEX.wake)).toBeNull()
  })

  test('news that is put off waits until then, and stays', async () => {
    await createInbox(storeOf(0)).ingest([event('one')], NOW)
    await write(0, { postponedUntil: NOW + MINUTE })
    expect(await waitsFrom(INDEX.unread)).toBe(String(NOW + MINUTE))
    expect((await leadsOf(0).read(leadId)).inbox).toHaveLength(1)
  })

  test('a contact that it has taken in waits to be closed, once', async () => {
    const merges = async () => (await prepared(0, { lead: record({ merged: ['7', '8'] }) })).waiting.map(({ id }) => id)
    await write(0, { lead: record({ merged: ['7'] }) })
    expect(await merges()).toContain(`${leadId}-8`)
    expect(await merges()).not.toContain(`${leadId}-7`)
  })

  test('the messages of a contact that was merged stand with the survivor, who brings them up to date', async () => {
    const [ref, other] = ['7-1.rep-alert-1', `${leadId}-2.rep-alert-1`]
    const message = { handoffId: `${leadId}-1`, kind: 'rep-alert', channel: 'D1', ts: '1', shown: '' } as const
    const taken = await prepared(0, { lead: record(), handoffs: [handoff()], messages: { [ref]: message } })
    expect(taken.waiting).toContainEqual({ index: INDEX.messages, id: `${leadId}-1`, at: NOW })
    const begun = await prepared(0, { lead: record(), handoffs: [handoff()] })
    expect(begun.waiting.filter(({ index }) => index === INDEX.messages)).toEqual([])

    // And go from the one that it was, but for what was sent since.
    await write(0, { lead: record(), handoffs: [handoff()], messages: { [ref]: message, [other]: message } })
    await write(0, { lead: record({ mergedInto: '43' }), messages: { [other]: message } })
    expect(Object.keys((await leadsOf(0).get(leadId)).messages)).toEqual([other])
  })
})

describe('what is kept for a time', () => {
  const kept = (at: number): KeptDecision => ({
    ...{ at, number: 1, config: 'c', route: 'low', to: { nurture: 'n' }, action: 'nurture', score: 0, fit: 0 },
    ...{ engagement: 0, band: 'low', standing: { withSales: false, rejected: false }, attributes: {}, signals: [] },
    ...{ rep: null, probability: 1 },
  })
  const keep = async (now: number) => {
    const state = await leadsOf(0).read(leadId)
    const change = { lead: record(), handoffs: [], posts: [], history: [], toWrite: false, kept: kept(now) }
    const { plan } = prepare(storeOf(0).keys, state, change, config.retention, now)
    expect(await storeOf(0).commit(plan.guards, plan.commands)).toBe('done')
  }

  test('decisions that are older leave with the next one', async () => {
    const age = config.retention.decisions
    for (const now of [NOW, NOW + DAY, NOW + age]) await keep(now)
    expect((await leadsOf(0).readDecisions(leadId)).map(({ at }) => at)).toEqual([NOW + DAY, NOW + age])
    expect(await look().pttl(storeOf(0).keys.decisions(leadId))).toBeGreaterThan(age - MINUTE)
  })

  test('facts that are older leave with later ones', async () => {
    const key = storeOf(0).keys.facts(leadId)
    await look().del(key)
    const [old, young] = [NOW - config.retention.facts - DAY, NOW - config.retention.facts + DAY]
    // Trimmed by whole nodes of the stream.
    for (let entry = 0; entry < 500; entry++) await look().xadd(key, `${old}-${entry}`, 'f', '')
    await look().xadd(key, `${young}-0`, 'f', '')
    const fact = { type: 'seen', at: NOW, lead: 'a' } as const
    await storeOf(0).commit([], factCommands(storeOf(0).keys, leadId, [fact], config.retention, NOW))
    expect(await look().xlen(key)).toBeLessThan(500)
    expect((await look().xrange(key, young, young)).length).toBe(1)
    await look().del(key)
  })
})

describe('whatever happens to a lead', () => {
  const applyBy = (worker: number) => {
    const store = storeOf(worker)
    return createApply({ store, pools: createPools(store), inbox: createInbox(store) })
  }
  /** Clicks as a worker does that reads again when the lead has changed meanwhile. */
  async function click(worker: number, does: Click) {
    for (;;) {
      const state = await leadsOf(worker).read(leadId)
      const input = { type: 'click', handoffId: `${leadId}-1`, by: `U${worker}`, does } as const
      const applied = await applyBy(worker)(config, state, input, NOW + MINUTE)
      if (applied.outcome !== 'conflict') return applied
    }
  }
  const disqualify = { disqualify: { reason: 'competitor', choice: 'competitor' } }

  test('two who end it: one does, the other is told', async () => {
    await storeBoth()
    const outcomes = await Promise.all(stores.map((_, worker) => click(worker, disqualify)))
    const done = outcomes.flatMap((one) => (one.outcome === 'committed' ? [one] : []))
    expect(done).toHaveLength(1)
    expect(outcomes.filter(({ outcome }) => outcome === 'nothing')).toHaveLength(7)
    const after = (await leadsOf(0).readHandoff(`${leadId}-1`))?.ended
    expect(after?.by).toBe(done[0]?.after.handoffs[`${leadId}-1`]?.ended?.by)
    expect(await leadsOf(0).readHistory(leadId)).toEqual([
      { what: 'disqualified', at: NOW + MINUTE, by: after?.by },
      { what: 'stage', at: NOW + MINUTE, reason: 'mql to disqualified' },
    ])
    expect(await waitsFrom(INDEX.steps, `${leadId}-1`)).toBeNull()
    const given = assignmentEntry(leadId, { assignmentId: `${leadId}-1-1`, pool: 'ae' })
    expect(await storeOf(0).due(INDEX.assignments, NOW + MINUTE, 10_000)).toContain(given)
  })

  test('what is known after a commit is what stands there', async () => {
    await storeBoth()
    const applied = await click(0, disqualify)
    if (applied.outcome !== 'committed') throw new Error(applied.outcome)
    expect(await leadsOf(1).read(leadId)).toEqual({
      ...applied.after,
      freshPseudonym: expect.any(String),
      fields: expect.any(Number),
    })
    for (const { index, id, at } of applied.waiting) expect(await waitsFrom(index, id), index).toBe(String(at))
  })

  test('by a state that somebody has changed since changes nothing', async () => {
    await storeBoth()
    const stale = await leadsOf(0).read(leadId)
    await write(1, { lead: record({ needsReview: true }) })
    const input = { type: 'click', handoffId: `${leadId}-1`, by: 'U0', does: disqualify } as const
    expect(await applyBy(0)(config, stale, input, NOW)).toMatchObject({ outcome: 'conflict' })
    expect(await leadsOf(0).get(leadId)).toMatchObject({
      ...{ version: 2, lead: { needsReview: true } },
      handoffs: { [`${leadId}-1`]: { state: 'open' } },
    })
    expect(await click(0, disqualify)).toMatchObject({ outcome: 'committed' })
    expect((await leadsOf(0).get(leadId)).lead).toMatchObject({ needsReview: true, rejected: { reason: 'competitor' } })
  })

  test('to one that is not there, or where nothing changes', async () => {
    expect(await click(0, disqualify)).toMatchObject({ outcome: 'nothing' })
    expect(await look().exists(storeOf(0).keys.lead(leadId))).toBe(0)
    const ended = endHandoff(handoff(), { at: NOW, how: 'released' })
    await write(0, { lead: record(), handoffs: ended ? [ended] : [] })
    expect(await click(0, 'contacted')).toMatchObject({ outcome: 'nothing' })
    expect((await leadsOf(0).get(leadId)).version).toBe(1)
  })

  test('the rep who was reserved for it is soon free again when somebody else changed the lead', async () => {
    const pools = createPools(storeOf(0))
    await holdBySdr(pools)
    const before = await heldBy(pools, 'sdr-2')
    const stale = await leadsOf(0).read(leadId)
    await write(1, { lead: record({ needsReview: true }) })
    expect(await applyBy(0)(config, stale, passOn(), NOW)).toMatchObject({ outcome: 'conflict' })
    expect(await heldBy(pools, 'sdr-2')).toBe(before + 1)
    await settleAll(pools)
    expect(await heldBy(pools, 'sdr-2')).toBe(before)
    const fresh = await leadsOf(0).read(leadId)
    expect(await applyBy(0)(config, fresh, passOn(), NOW)).toMatchObject({ outcome: 'committed' })
    await settleAll(pools)
    expect(await heldBy(pools, 'sdr-2')).toBe(before + 1)
    expect((await leadsOf(0).readHandoff(`${leadId}-1`))?.holders.map(({ rep }) => rep)).toEqual(['sdr-1', 'sdr-2'])
  })

  test('the rep whom two wanted for it at once stays with the one who was faster', async () => {
    const pools = createPools(storeOf(0))
    await holdBySdr(pools)
    const before = await heldBy(pools, 'sdr-2')
    const state = await leadsOf(0).read(leadId)
    expect(await applyBy(0)(config, state, passOn(), NOW)).toMatchObject({ outcome: 'committed' })
    await settleAll(pools)
    expect(await applyBy(1)(config, state, passOn(), NOW)).toMatchObject({ outcome: 'conflict' })
    await settleAll(pools)
    expect(await heldBy(pools, 'sdr-2')).toBe(before + 1)
  })

  const passOn = () => ({ type: 'due', handoffId: `${leadId}-1`, gathered: null }) as const
  const heldBy = async (pools: Pools, rep: string) => (await pools.read('sdr', NOW)).open[rep] ?? 0

  /** The lead with the first SDR, who does not want it; the pool has another one. */
  async function holdBySdr(pools: Pools): Promise<void> {
    const holder = { rep: 'sdr-1', pool: 'sdr', since: NOW, how: 'rotation' as const, assignmentId: `${leadId}-1-1` }
    const changes = { pool: 'sdr', holders: [holder], passOn: { by: 'U1', at: NOW } }
    await write(0, { lead: record(), handoffs: [handoff(changes)] })
    await settleAll(pools)
  }
})
