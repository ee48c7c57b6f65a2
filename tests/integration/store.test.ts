import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { endHandoff, type Handoff } from '../../src/handoffs/handoff.ts'
import type { LeadRecord } from '../../src/leads/lead.ts'
import { connectRedis, type RedisConnection } from '../../src/platform/redis.ts'
import { createHandoffs, releases } from '../../src/store/handoffs.ts'
import { createLeadStore } from '../../src/store/leads.ts'
import { type Command, createStore, INDEXES, type Store } from '../../src/store/partitions.ts'
import { leadRecord, MINUTE, NEW_YORK, NOW, started } from '../support/records.ts'
import { createTestRedis } from '../support/redis.ts'

const redis = createTestRedis()
const connections: RedisConnection[] = []
let stores: Store[] = []
let leadId = ''
let lastLead = 800_000

async function open(): Promise<Store> {
  const connection = await connectRedis([redis.url], 'request', () => {})
  connections.push(connection)
  return createStore({ redis: connection, prefix: redis.prefix })
}

beforeAll(async () => {
  stores = await Promise.all(Array.from({ length: 8 }, open))
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
const leadsOf = (worker: number) => createLeadStore(storeOf(worker))
const keyOf = (name: string) => `${storeOf(0).keys.lead(leadId)}:${name}`
const look = () => connections[0] as RedisConnection

const record = (changes: Partial<LeadRecord> = {}) =>
  leadRecord({ id: leadId, handoffs: 1, handoffId: `${leadId}-1`, ...changes })

function handoff(changes: Partial<Handoff> = {}): Handoff {
  const holders = [{ rep: 'ae-1', pool: 'ae', since: NOW, how: 'rotation' as const, assignmentId: `${leadId}-1-1` }]
  return { ...started(), id: `${leadId}-1`, leadId, holders, ...changes }
}

/** Stores a lead and its handoff, both new. */
async function storeBoth(): Promise<void> {
  const { guards, writes } = leadsOf(0)
  const both = [...writes.lead(record(), 1, NOW), ...writes.handoff(handoff(), 1, NOW)]
  expect(await storeOf(0).commit([guards.lead(leadId, 0), guards.handoff(`${leadId}-1`, 0)], both)).toBe(true)
}

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
    expect(done).toBe(true)
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
    expect(await storeOf(0).commit(guards(1, 0), commands)).toBe(true)
    expect(await look().exists(one, two, index)).toBe(3)
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
      expect(await look().hget(one, 'by')).toBe(String(outcomes.indexOf(true)))
    }
  })

  test('takes a lead off the index only when its inbox is empty', async () => {
    const [inbox, index] = [keyOf('inbox'), keyOf('index')]
    await look().zadd(index, 1, leadId)
    await look().rpush(inbox, 'event')
    await storeOf(0).commit([], [['ZREMIFEMPTY', index, inbox, leadId]])
    expect(await look().zscore(index, leadId)).toBe('1')
    await look().del(inbox)
    await storeOf(0).commit([], [['ZREMIFEMPTY', index, inbox, leadId]])
    expect(await look().zscore(index, leadId)).toBeNull()
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
    const scores = await store.dueWithScores('dead', 1_001, 100)
    expect(scores.sort((a, b) => a.score - b.score)).toEqual([
      { id: ids[0], score: 1_000 },
      { id: ids[1], score: 1_001 },
    ])
    const few = await store.due('dead', 2_000, 1)
    expect(few.length).toBeGreaterThan(1)
    expect(few.length).toBeLessThanOrEqual(16)
  })

  test('a lead, its handoffs and its messages are of one partition, as a cluster wants it', () => {
    const { keys } = storeOf(0)
    const tag = (key: string) => /\{[^}]+\}/.exec(key)?.[0]
    for (let count = 0; count < 50; count++) {
      const id = String(++lastLead)
      const own = [keys.lead(id), keys.inbox(id), keys.history(id), keys.seen(id, 'x'), keys.handoff(`${id}-2`)]
      const all = [...own, keys.post(`${id}-2.rep-alert`), ...INDEXES.map((index) => keys.index(id, index))]
      expect(new Set(all.map(tag)).size).toBe(1)
    }
  })
})

describe('a lead', () => {
  test('comes back as it was stored, with its handoff', async () => {
    await storeBoth()
    const state = await leadsOf(1).read(leadId)
    expect(state.lead).toEqual({ version: 1, record: record() })
    expect(state.handoff).toEqual({ version: 1, record: handoff() })
    expect(state.inbox).toEqual({ items: [], count: 0 })
    expect(await leadsOf(1).read('1')).toMatchObject({
      lead: { version: 0, record: null },
      handoff: { version: 0, record: null },
    })
  })

  test('what another version of Baton wrote is not taken for granted', async () => {
    const key = storeOf(0).keys.lead(leadId)
    await look().hset(key, 'version', 1, 'record', JSON.stringify({ ...record(), v: 2 }))
    await expect(leadsOf(0).read(leadId)).rejects.toThrow(/"v"|v/)
  })

  test('what came in while it was read stays in the inbox, and the lead in the index', async () => {
    const leads = leadsOf(0)
    const event = (key: string) => ({ leadId, key, item: { kind: 'hint' as const, event: key, at: NOW } })
    await leads.ingest([event('one'), event('two')], NOW)
    const { inbox } = await leads.read(leadId)
    await leadsOf(1).ingest([event('three')], NOW)
    await storeOf(0).commit([], leads.writes.readInbox(leadId, inbox.count))
    expect((await leads.read(leadId)).inbox.items).toEqual([{ kind: 'hint', event: 'three', at: NOW }])
    expect(await storeOf(0).due('unread', NOW, 1_000)).toContain(leadId)
    await storeOf(0).commit([], leads.writes.readInbox(leadId, 1))
    expect(await storeOf(0).due('unread', NOW, 1_000)).not.toContain(leadId)
  })

  test('to be looked at again: never later than it was going to be', async () => {
    const leads = leadsOf(0)
    const at = () => look().zscore(storeOf(0).keys.index(leadId, 'unread'), leadId)
    await leads.markUnread(leadId, NOW + 5)
    await leads.markUnread(leadId, NOW + 9)
    expect(await at()).toBe(String(NOW + 5))
    await leads.markUnread(leadId, NOW)
    expect(await at()).toBe(String(NOW))
  })

  test('remembers the last hundred lines of its history', async () => {
    const leads = leadsOf(0)
    for (let line = 0; line < 105; line++)
      await storeOf(0).commit([], leads.writes.history(leadId, { what: 'line', at: line }))
    const history = await leads.readHistory(leadId)
    expect(history).toHaveLength(100)
    expect([history[0], history[99]]).toEqual([
      { what: 'line', at: 5 },
      { what: 'line', at: 104 },
    ])
  })

  test('is erased with everything that says something about it', async () => {
    await storeBoth()
    const leads = leadsOf(0)
    const signal = { id: 's1', type: 'demo_requested', at: NOW, detail: 'canary' }
    await leads.ingest([{ leadId, key: 'signal-s1', item: { kind: 'signal', signal, receivedAt: NOW } }], NOW)
    await storeOf(0).commit([], leads.writes.history(leadId, { what: 'canary', at: NOW }))
    await leads.erase(leadId)
    const left = (await look().keys(`${redis.prefix}*${leadId}*`)).filter((key) => !key.includes(':seen:'))
    expect(left).toEqual([])
    for (const index of ['unread', 'rescore', 'sync', 'rungs', 'refresh'] as const) {
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
    expect(await store.commitEach(plans)).toEqual(ids.map((_, index) => index % 3 !== 0))
    const versions = await Promise.all(ids.map((id) => look().hget(store.keys.lead(id), 'version')))
    expect(versions).toEqual(ids.map((_, index) => (index % 3 === 0 ? '1' : '2')))
  })
})

describe('changing a handoff', () => {
  test('a message that is behind is brought up to date, also of a handoff that has ended meanwhile', async () => {
    await storeBoth()
    const { record } = await leadsOf(0).readHandoff(`${leadId}-1`)
    if (!record) throw new Error('no handoff')
    const refresh = storeOf(0).keys.index(leadId, 'refresh')
    await look().zrem(refresh, record.id)
    await storeOf(0).commit([], leadsOf(0).writes.messages({ ...record, status: 'responded' }, 9, NOW))
    expect(await look().zscore(refresh, record.id)).toBe(String(NOW))
  })

  const note = (worker: number) => (before: Handoff) => ({
    handoff: { ...before, events: [...before.events, { at: NOW, what: 'reminded' as const, rep: `rep-${worker}` }] },
  })
  const changeBy = (worker: number) => createHandoffs({ store: storeOf(worker), leads: leadsOf(worker) }).change

  test('eight workers at the same time: no change is lost', async () => {
    await storeBoth()
    await Promise.all(stores.map((_, worker) => changeBy(worker)(`${leadId}-1`, NOW, note(worker))))
    const { record: after, version } = await leadsOf(0).readHandoff(`${leadId}-1`)
    expect(version).toBe(9)
    const reps = after?.events.filter((event) => event.what === 'reminded').map((event) => event.rep)
    expect(reps?.sort()).toEqual(stores.map((_, worker) => `rep-${worker}`))
  })

  test('two who end it: one does, the other is told', async () => {
    await storeBoth()
    const end = (worker: number) =>
      changeBy(worker)(`${leadId}-1`, NOW, (before) => {
        const ended = endHandoff(before, { at: NOW + MINUTE, how: 'contacted', by: `U${worker}` }, NEW_YORK)
        return ended && { handoff: ended, history: { what: 'contacted', at: NOW, by: `U${worker}` } }
      })
    const outcomes = await Promise.all(stores.map((_, worker) => end(worker)))
    const winner = outcomes.find((outcome) => outcome !== null)
    expect(outcomes.filter((outcome) => outcome !== null)).toHaveLength(1)
    const { record: after } = await leadsOf(0).readHandoff(`${leadId}-1`)
    expect(after?.ended?.by).toBe(winner?.handoff.ended?.by)
    expect(await leadsOf(0).readHistory(leadId)).toEqual([{ what: 'contacted', at: NOW, by: after?.ended?.by }])
    // Ended, it wants no more steps, and its assignment goes back to the pool.
    expect(await look().zscore(storeOf(0).keys.index(leadId, 'rungs'), `${leadId}-1`)).toBeNull()
    expect(await storeOf(0).due('release', NOW, 10_000)).toContain(`${leadId}-1-1@ae`)
  })

  test('together with its lead: when the lead changed meanwhile it is asked again', async () => {
    await storeBoth()
    let asked = 0
    await changeBy(0)(`${leadId}-1`, NOW, async (before, lead) => {
      asked += 1
      if (asked === 1) {
        const other = { ...lead, needsReview: true }
        await storeOf(1).commit([], leadsOf(1).writes.lead(other, 2, NOW))
      }
      return { handoff: before, lead: { ...lead, missing: ['jobTitle'] } }
    })
    expect(asked).toBe(2)
    const { lead } = await leadsOf(0).read(leadId)
    expect(lead).toMatchObject({ version: 3, record: { needsReview: true, missing: ['jobTitle'] } })
  })

  test('that is not there, or whose lead is not, or where nothing changes', async () => {
    expect(await changeBy(0)(`${leadId}-1`, NOW, note(0))).toBeNull()
    const { writes } = leadsOf(0)
    await storeOf(0).commit([], writes.handoff(handoff(), 1, NOW))
    expect(await changeBy(0)(`${leadId}-1`, NOW, note(0))).toBeNull()
    await storeOf(0).commit([], writes.lead(record(), 1, NOW))
    expect(await changeBy(0)(`${leadId}-1`, NOW, () => null)).toBeNull()
    expect((await leadsOf(0).readHandoff(`${leadId}-1`)).version).toBe(1)
  })

  test('gives back what is no longer held, and only that', () => {
    const open = handoff()
    const moved = handoff({
      holders: [
        ...open.holders,
        { ...open.holders[0], assignmentId: `${leadId}-1-2`, pool: 'sdr' } as Handoff['holders'][0],
      ],
    })
    const held = (one: Handoff) => one.holders.at(-1)
    expect(releases(open, open)).toEqual([])
    expect(releases(open, moved)).toEqual([held(open)])
    expect(releases(moved, { ...moved, status: 'closed' })).toEqual([held(moved)])
    expect(releases({ ...open, status: 'responded' }, { ...open, status: 'closed' })).toEqual([])
  })
})
