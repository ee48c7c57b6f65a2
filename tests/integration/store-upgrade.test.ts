import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { connectRedis, type RedisConnection } from '../../src/platform/redis.ts'
import { assignmentEntry, prepare } from '../../src/store/commit.ts'
import { eraseLead } from '../../src/store/erase.ts'
import { createLeads } from '../../src/store/leads.ts'
import { pack } from '../../src/store/pack.ts'
import { createStore, INDEX, type Store } from '../../src/store/partitions.ts'
import { EMAIL_KEY } from '../../src/store/schema.ts'
import { renameOlderIndexes } from '../../src/store/upgrade.ts'
import { indexesOf, WORK } from '../../src/work/table.ts'
import { DAY, HOUR, leadRecord, MINUTE, NOW, started } from '../support/records.ts'
import { createTestRedis } from '../support/redis.ts'

const config = await loadConfig('config', NOW)

const redis = createTestRedis()
const RETENTION = { handoffs: 180 * DAY, decisions: 396 * DAY, facts: 396 * DAY }
let connection: RedisConnection
let store: Store
let prefixes = 0

beforeAll(async () => {
  connection = await connectRedis([redis.url], 'request', () => {})
})
beforeEach(() => {
  store = createStore({ redis: connection, prefix: `${redis.prefix}-${++prefixes}` })
})
afterAll(async () => {
  connection.disconnect()
  await redis.deleteKeys()
})

/** A lead as the first version kept it. */
function firstLead(changes: Record<string, unknown> = {}) {
  const { v, pseudonym, createdAt, properties, company, readBy, wakeAt, handoffs, handoffCount, outcomes, ...rest } =
    leadRecord()
  const { rulesVersion, ...same } = rest
  return { ...same, v: 1, lookAgainAt: NOW + HOUR, handoffs: 0, scoringVersion: rulesVersion, ...changes }
}

/** A handoff as the first version kept it, with a message that Slack has. */
function firstHandoff(number: number, changes: Record<string, unknown> = {}) {
  const { v, kind, byRoute, state, ...same } = started()
  const message = { kind: 'rep-alert', audience: 'rep', rep: 'ae-1', channel: 'D1', ts: `${number}.1`, shown: 'x' }
  return {
    ...{ ...same, v: 1, id: `42-${number}`, definition: kind, status: 'open' },
    ...{ messages: { 'rep-alert-1': message }, ...changes },
  }
}

const handoffKey = (id: string) => store.keys.lead('42').replace(':lead:42', `:handoff:${id}`)

async function keep(lead: object, ...handoffs: { id: string }[]): Promise<void> {
  await connection.hset(store.keys.lead('42'), 'version', 3, 'record', pack(lead))
  for (const handoff of handoffs)
    await connection.hset(handoffKey(handoff.id), 'version', 1, 'record', JSON.stringify(handoff))
}

describe('a lead that the first version wrote', () => {
  const answer = { at: NOW + MINUTE, how: 'contacted', by: 'U1', minutes: 1 }
  const returned = firstHandoff(1, {
    ...{ status: 'closed', ended: answer, returned: { at: NOW + 5 * DAY, reason: 'no answer' } },
  })
  const open = firstHandoff(2)

  test('is read whole, with its handoffs and the addresses of their messages', async () => {
    await keep(firstLead({ handoffId: '42-2', handoffs: 2 }), returned, open)
    const state = await createLeads(store).get('42')
    expect(state).toMatchObject({
      version: 3,
      lead: { v: 2, wakeAt: NOW + HOUR, readBy: null, handoffs: { 'mql-to-sales': '42-2' }, handoffCount: 2 },
      handoffs: {
        '42-1': {
          v: 2,
          state: 'ended',
          byRoute: true,
          answered: answer,
          ended: { how: 'returned', at: NOW + 5 * DAY },
        },
        '42-2': { v: 2, state: 'open', kind: 'mql-to-sales', dueAt: open.dueAt, holders: open.holders },
      },
    })
    expect(Object.keys(state.messages).sort()).toEqual(['42-1.rep-alert-1', '42-2.rep-alert-1'])
    expect(state.messages['42-2.rep-alert-1']).toMatchObject({ handoffId: '42-2', channel: 'D1', ts: '2.1' })
    expect(await createLeads(store).readHandoff('42-2')).toEqual(state.handoffs['42-2'])
  })

  test.each([
    [
      'answered, and being tried',
      { status: 'responded', ended: answer, followUp: { until: 1, attempts: 3, nurture: 'n' } },
      'answered',
      undefined,
    ],
    ['answered and reached', { status: 'responded', ended: answer }, 'ended', 'done'],
    [
      'disqualified',
      { status: 'closed', ended: { ...answer, how: 'disqualified', reason: 'r' } },
      'ended',
      'disqualified',
    ],
    [
      'of a contact that was deleted',
      { status: 'closed', ended: { ...answer, how: 'contact-gone' } },
      'ended',
      'missing',
    ],
  ])('with a handoff that was %s', async (_, changes, state, how) => {
    await keep(firstLead({ handoffId: '42-1', handoffs: 1 }), firstHandoff(1, changes))
    const handoff = await createLeads(store).readHandoff('42-1')
    expect([handoff?.state, handoff?.ended?.how]).toEqual([state, how])
  })

  test.each([
    ['before its last decision', NOW - DAY, NOW],
    ['since', NOW + MINUTE, NOW + MINUTE],
  ])(
    'stays with sales once it was reached %s, and comes back only by what it does afterwards',
    async (_, at, since) => {
      const reached = { status: 'responded', ended: { ...answer, at } }
      await keep(firstLead({ handoffId: '42-1', handoffs: 1 }), firstHandoff(1, reached))
      expect((await createLeads(store).get('42')).lead?.ended).toEqual({ how: 'done', at: since })
    },
  )

  test('becomes one record with its next change, and none of the older ones is left', async () => {
    await keep(firstLead({ handoffId: '42-2', handoffs: 2 }), returned, open)
    const leads = createLeads(store)
    const before = await leads.get('42')
    const change = { handoffs: [], posts: [], history: [{ what: 'line', at: NOW }], toWrite: false }
    const { plan } = prepare(store.keys, before, change, RETENTION, NOW)
    expect(await store.commit(plan.guards, plan.commands)).toBe('done')
    expect(await connection.exists(handoffKey('42-1'), handoffKey('42-2'))).toBe(0)
    const after = await leads.get('42')
    expect(after).toEqual({
      ...{ ...before, version: 4, older: [] },
      ...{ freshPseudonym: expect.any(String), fields: expect.any(Number) },
    })
    // Its pseudonym is one from now on.
    expect((await leads.get('42')).lead?.pseudonym).toBe(before.lead?.pseudonym)
    expect(await store.due(INDEX.steps, Number.MAX_SAFE_INTEGER, 10)).toEqual(['42-2'])
    expect(await store.due(INDEX.ended, NOW + 5 * DAY + RETENTION.handoffs, 10)).toEqual(['42-1'])
  })

  test('is erased with its handoffs, also when it cannot be read', async () => {
    for (const lead of [firstLead({ handoffId: '42-2', handoffs: 2 }), { v: 7 }]) {
      await keep(lead, returned, open)
      const read = async () =>
        createLeads(store)
          .get('42')
          .catch(() => null)
      await eraseLead(store, '42', indexesOf(WORK), { config, read, now: NOW })
      expect(await connection.keys(`${store.prefix}*42*`)).toEqual([store.keys.lead('42')])
      expect(await connection.hkeys(store.keys.lead('42'))).toEqual(['version'])
      await connection.del(store.keys.lead('42'))
    }
  })

  test('has read what waits in its inbox', async () => {
    await connection.rpush(store.keys.inbox('42'), JSON.stringify({ kind: 'hint', event: 'creation', at: NOW }))
    expect((await createLeads(store).read('42')).inbox).toEqual([{ kind: 'event', event: 'creation', at: NOW }])
  })
})

describe('what waits under names of the first version', () => {
  const put = (index: string, id: string, at: number) => connection.zadd(store.keys.index(id, index), at, id)
  const at = async (index: string, id: string) => connection.zscore(store.keys.index(id, index), id)
  const ADDRESS = `${EMAIL_KEY}${'0'.repeat(32)}`

  test('waits under those of this one, from the same instant, however often it is moved', async () => {
    await put('rescore', '42', NOW + 1)
    await put('refresh', '42-1', NOW + 2)
    await put('sync', '42', NOW + 3)
    await put('release', '42-1-1@ae', NOW + 4)
    await put(INDEX.unread, '42', NOW + 5)
    await put(INDEX.steps, '42-1', NOW + 6)
    await Promise.all([renameOlderIndexes(store, NOW), renameOlderIndexes(store, NOW)])
    await renameOlderIndexes(store, NOW)
    expect(await at(INDEX.wake, '42')).toBe(String(NOW + 1))
    expect(await at(INDEX.messages, '42-1')).toBe(String(NOW + 2))
    expect(await at(INDEX.writes, '42')).toBe(String(NOW + 3))
    const released = assignmentEntry('42', { assignmentId: '42-1-1', pool: 'ae' })
    expect(await at(INDEX.assignments, released)).toBe(String(NOW + 4))
    expect(await at(INDEX.unread, '42')).toBe(String(NOW + 5))
    expect(await at(INDEX.steps, '42-1')).toBe(String(NOW + 6))
    for (const older of ['rescore', 'refresh', 'sync', 'release']) expect(await store.count(older), older).toBe(0)
  })

  test('more than fits into one step', async () => {
    const ids = Array.from({ length: 1_200 }, (_, number) => `42-${number}`)
    for (const id of ids) await put('refresh', id, NOW)
    await renameOlderIndexes(store, NOW)
    expect(await store.count(INDEX.messages)).toBe(1_200)
    expect(await store.count('refresh')).toBe(0)
  })

  test.each([
    ['beside others', true],
    ['alone in its partition', false],
  ])('signals of an address and dead letters, %s', async (_, beside) => {
    await put(INDEX.unread, ADDRESS, NOW - 1)
    for (const member of ['sync:42', 'unread:42'])
      await connection.zadd(store.keys.index('42', 'dead'), NOW - HOUR, member)
    if (beside) {
      await put('sync', ADDRESS, NOW)
      await put('rescore', '42', NOW)
    }
    await renameOlderIndexes(store, NOW)
    expect(await at(INDEX.addresses, ADDRESS)).toBe(String(NOW - 1))
    expect(await at(INDEX.unread, ADDRESS)).toBeNull()
    expect([await at(INDEX.writes, '42'), await at(INDEX.unread, '42')]).toEqual([String(NOW), String(NOW)])
    expect(await store.count('dead')).toBe(0)
  })

  test('leaves alone what this version has set aside, also while an older one still writes', async () => {
    await connection.zadd(store.keys.index('42', 'dead'), NOW + HOUR, 'read-lead:42')
    await connection.hset(store.keys.index('42', 'dead-why'), 'read-lead:42', '{"since":1,"tries":1,"reason":"r"}')
    await put('sync', '42', NOW)
    await renameOlderIndexes(store, NOW)
    expect(await store.due('dead', NOW + HOUR, 10)).toEqual(['read-lead:42'])
  })
})
