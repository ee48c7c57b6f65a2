import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { connectRedis, type RedisConnection } from '../../src/platform/redis.ts'
import { createLeadStore } from '../../src/store/leads.ts'
import { createOutbox, type Outbox } from '../../src/store/outbox.ts'
import { createStore, type Store } from '../../src/store/partitions.ts'
import type { Post } from '../../src/store/schema.ts'
import { createTestRedis } from '../support/redis.ts'

const NOW = Date.parse('2026-11-20T12:00:00Z')
const LEASE = 25_000
const redis = createTestRedis()
const connections: RedisConnection[] = []
let outboxes: Outbox[] = []
let store: Store
let post: Post
let leads = 0

async function open(): Promise<Outbox> {
  const connection = await connectRedis([redis.url], 'request', () => {})
  connections.push(connection)
  store = createStore({ redis: connection, prefix: redis.prefix })
  return createOutbox({ store, leads: createLeadStore(store) })
}

beforeAll(async () => {
  outboxes = await Promise.all(Array.from({ length: 8 }, open))
})
beforeEach(async () => {
  post = newPost('rep-alert')
  await store.commit([], createLeadStore(store).writes.post(post, NOW))
})
afterAll(async () => {
  for (const connection of connections) connection.disconnect()
  await redis.deleteKeys()
})

function newPost(kind: Post['kind']): Post {
  const leadId = String(700_000 + ++leads)
  const handoffId = `${leadId}-1`
  return { v: 1, id: `${handoffId}.${kind}`, leadId, handoffId, kind, audience: 'rep', rep: 'ae-1', pool: 'ae' }
}

/** One worker's outbox, and another one's. */
const pair = (): [Outbox, Outbox] => [outboxes[0] as Outbox, outboxes[1] as Outbox]
/** Claims the message; fails the test when somebody else has it. */
async function claim(outbox: Outbox, now = NOW): Promise<Post> {
  const got = await outbox.begin(post.id, now)
  if (got.state !== 'go' && got.state !== 'ambiguous') throw new Error(`the message is ${got.state}`)
  return got.post
}

const waits = async (id: string) => (await store.due('posts', NOW, 1_000)).includes(id)

describe('claiming a message', () => {
  test('one of many workers may go, the others find it busy', async () => {
    const claims = await Promise.all(outboxes.map((outbox) => outbox.begin(post.id, NOW)))
    expect(claims.filter((claim) => claim.state === 'go')).toEqual([{ state: 'go', post }])
    expect(claims.filter((claim) => claim.state === 'busy')).toHaveLength(7)
  })

  test('for as long as the lease lasts; then whoever comes has to look first', async () => {
    const [one, other] = pair()
    await one.begin(post.id, NOW)
    expect(await other.begin(post.id, NOW + LEASE - 1)).toEqual({ state: 'busy' })
    expect(await other.begin(post.id, NOW - LEASE + 1)).toEqual({ state: 'busy' })
    expect(await other.begin(post.id, NOW + LEASE)).toEqual({ state: 'ambiguous', post, firstTry: NOW })
    expect(await one.begin(post.id, NOW + LEASE)).toEqual({ state: 'busy' })
  })

  test('of those who come after a dead worker, one looks', async () => {
    await pair()[0].begin(post.id, NOW)
    const claims = await Promise.all(outboxes.map((outbox) => outbox.begin(post.id, NOW + LEASE)))
    expect(claims.map((claim) => claim.state).sort()).toEqual(['ambiguous', ...Array.from({ length: 7 }, () => 'busy')])
  })

  test('that is not there', async () => {
    expect(await pair()[0].begin('7-1.rep-alert', NOW)).toEqual({ state: 'gone' })
  })
})

describe('giving a claim back', () => {
  test('after a failure that sent nothing, the next one may go', async () => {
    const [one, other] = pair()
    await one.release(await claim(one), false)
    expect(await waits(post.id)).toBe(true)
    expect(await other.begin(post.id, NOW + 1)).toEqual({ state: 'go', post })
  })

  test('after one that may have sent it, everybody after has to look, from the first try on', async () => {
    const [one, other] = pair()
    await one.release(await claim(one), false)
    await one.release(await claim(one, NOW + 1_000), true)
    for (const at of [2_000, 3_000]) {
      const next = await other.begin(post.id, NOW + at)
      expect(next).toEqual({ state: 'ambiguous', post, firstTry: NOW })
      if (next.state === 'ambiguous') await other.release(next.post, false)
    }
  })

  test('after a dead worker everybody has to look, also when the first who did could not', async () => {
    const [one, other] = pair()
    await one.begin(post.id, NOW)
    await other.release(await claim(other, NOW + LEASE), false)
    expect(await one.begin(post.id, NOW + LEASE + 1)).toEqual({ state: 'ambiguous', post, firstTry: NOW })
  })
})

describe('the end of a message', () => {
  test('dropped, it is gone from the outbox and from the index', async () => {
    const [one, other] = pair()
    await one.begin(post.id, NOW)
    expect(await waits(post.id)).toBe(true)
    await one.drop(post)
    expect(await waits(post.id)).toBe(false)
    expect(await other.begin(post.id, NOW + LEASE)).toEqual({ state: 'gone' })
    expect(await connections[0]?.exists(store.keys.post(post.id))).toBe(0)
  })

  test('replaced, the other one stands in its place', async () => {
    const [one] = pair()
    const instead: Post = { ...post, id: `${post.handoffId}.manager-alert`, kind: 'manager-alert', audience: 'manager' }
    await one.begin(post.id, NOW)
    await one.replace(post, instead, NOW)
    expect([await waits(post.id), await waits(instead.id)]).toEqual([false, true])
    expect(await one.begin(post.id, NOW)).toEqual({ state: 'gone' })
    expect(await one.begin(instead.id, NOW)).toEqual({ state: 'go', post: instead })
  })

  test('a late word of a worker that was taken over brings nothing back', async () => {
    const [one, other] = pair()
    const late = await claim(one)
    await other.drop(await claim(other, NOW + LEASE))
    await one.release(late, true)
    expect(await other.begin(post.id, NOW + 2 * LEASE)).toEqual({ state: 'gone' })
    expect(await waits(post.id)).toBe(false)
    expect(await connections[0]?.exists(store.keys.post(post.id))).toBe(0)
  })

  test('nor does it take the claim from the one who took over', async () => {
    const [one, other] = pair()
    const late = await claim(one)
    await claim(other, NOW + LEASE)
    await one.release(late, false)
    expect(await outboxes[2]?.begin(post.id, NOW + LEASE + 1)).toEqual({ state: 'busy' })
  })
})
