import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Post } from '../../src/handoffs/posts.ts'
import { connectRedis, type RedisConnection } from '../../src/platform/redis.ts'
import { type Claim, createOutbox, type Outbox } from '../../src/store/outbox.ts'
import { createStore, INDEX, type Store } from '../../src/store/partitions.ts'
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
  return createOutbox(store)
}

beforeAll(async () => {
  outboxes = await Promise.all(Array.from({ length: 8 }, open))
})
beforeEach(async () => {
  post = newPost('rep-alert')
  await store.commit(
    [],
    [
      ['HSET', store.keys.post(post.id), 'version', 1, 'record', JSON.stringify(post)],
      ['ZADD', store.keys.index(post.id, INDEX.posts), NOW, post.id],
    ],
  )
})
afterAll(async () => {
  for (const connection of connections) connection.disconnect()
  await redis.deleteKeys()
})

function newPost(kind: Post['kind']): Post {
  const leadId = String(700_000 + ++leads)
  const handoffId = `${leadId}-1`
  return { id: `${handoffId}.${kind}`, leadId, handoffId, kind, rep: 'ae-1', pool: 'ae' }
}

/** One worker's outbox, and another one's. */
const pair = (): [Outbox, Outbox] => [outboxes[0] as Outbox, outboxes[1] as Outbox]
/** Reads the message and claims it, as a worker does. */
async function begin(
  outbox: Outbox | undefined,
  now = NOW,
  id = post.id,
): Promise<{ claim: Claim | { state: 'gone' }; post: Post }> {
  const waiting = await outbox?.read(id)
  if (!outbox || !waiting) return { claim: { state: 'gone' }, post }
  return { claim: await outbox.claim(waiting, now), post: waiting.post }
}

/** Claims the message; fails the test when somebody else has it. */
async function claim(outbox: Outbox, now = NOW): Promise<Post> {
  const got = await begin(outbox, now)
  if (got.claim.state !== 'go' && got.claim.state !== 'ambiguous') throw new Error(`the message is ${got.claim.state}`)
  return got.post
}

/** What a claim comes to. */
const outcome = async (...args: Parameters<typeof begin>) => (await begin(...args)).claim

const waits = async (id: string) => (await store.due(INDEX.posts, NOW, 1_000)).includes(id)

describe('a message that waits', () => {
  test('comes back as it was put there, also where an older version wrote who reads it', async () => {
    const whole = { post, version: 1, sendingSince: 0, firstTry: null, unknown: false }
    expect(await pair()[0].read(post.id)).toEqual(whole)
    const { handoffId: _, ...rest } = post
    const older = { v: 1, ...rest, audience: 'rep' }
    await store.redis.hset(store.keys.post(post.id), 'record', JSON.stringify(older))
    expect(await pair()[0].read(post.id)).toEqual(whole)
  })

  test('that is not there is no longer asked for', async () => {
    await store.redis.zadd(store.keys.index('7', INDEX.posts), NOW, '7-1.rep-alert')
    expect(await pair()[0].read('7-1.rep-alert')).toBeNull()
    expect(await waits('7-1.rep-alert')).toBe(false)
    expect(await waits(post.id)).toBe(true)
  })
})

describe('claiming a message', () => {
  test('one of many workers may go, the others find it busy', async () => {
    const claims = await Promise.all(outboxes.map((outbox) => outcome(outbox)))
    expect(claims.filter((claim) => claim.state === 'go')).toEqual([{ state: 'go' }])
    expect(claims.filter((claim) => claim.state === 'busy')).toHaveLength(7)
  })

  test('one who read it before somebody else claimed it finds it busy, also when that one is done with it', async () => {
    const [one, other] = pair()
    const stale = await other.read(post.id)
    await one.release(await claim(one), false)
    expect(stale && (await other.claim(stale, NOW))).toEqual({ state: 'busy' })
  })

  test('for as long as the lease lasts; then whoever comes has to look first', async () => {
    const [one, other] = pair()
    await claim(one)
    expect(await outcome(other, NOW + LEASE - 1)).toEqual({ state: 'busy' })
    expect(await outcome(other, NOW - LEASE + 1)).toEqual({ state: 'busy' })
    expect(await outcome(other, NOW + LEASE)).toEqual({ state: 'ambiguous', firstTry: NOW })
    expect(await outcome(one, NOW + LEASE)).toEqual({ state: 'busy' })
  })

  test('of those who come after a dead worker, one looks', async () => {
    await claim(pair()[0])
    const claims = await Promise.all(outboxes.map((outbox) => outcome(outbox, NOW + LEASE)))
    expect(claims.map((claim) => claim.state).sort()).toEqual(['ambiguous', ...Array.from({ length: 7 }, () => 'busy')])
  })
})

describe('giving a claim back', () => {
  test('after a failure that sent nothing, the next one may go', async () => {
    const [one, other] = pair()
    await one.release(await claim(one), false)
    expect(await waits(post.id)).toBe(true)
    expect(await outcome(other, NOW + 1)).toEqual({ state: 'go' })
  })

  test('after one that may have sent it, everybody after has to look, from the first try on', async () => {
    const [one, other] = pair()
    await one.release(await claim(one), false)
    await one.release(await claim(one, NOW + 1_000), true)
    for (const at of [2_000, 3_000]) {
      const next = await begin(other, NOW + at)
      expect(next.claim).toEqual({ state: 'ambiguous', firstTry: NOW })
      await other.release(next.post, false)
    }
  })

  test('after a dead worker everybody has to look, also when the first who did could not', async () => {
    const [one, other] = pair()
    await claim(one)
    await other.release(await claim(other, NOW + LEASE), false)
    expect(await outcome(one, NOW + LEASE + 1)).toEqual({ state: 'ambiguous', firstTry: NOW })
  })

  test('takes the message that was claimed, and no copy of it', async () => {
    const [one] = pair()
    await claim(one)
    await expect(one.release({ ...post }, false)).rejects.toThrow('claimed')
  })
})

describe('the end of a message', () => {
  test('taken out, it is gone from the outbox and from the index', async () => {
    const [one, other] = pair()
    await claim(one)
    expect(await waits(post.id)).toBe(true)
    await store.commit([], one.removal(post.id))
    expect(await waits(post.id)).toBe(false)
    expect(await outcome(other, NOW + LEASE)).toEqual({ state: 'gone' })
    expect(await connections[0]?.exists(store.keys.post(post.id))).toBe(0)
  })

  test('replaced, the other one stands in its place, with what is noted of it', async () => {
    const [one] = pair()
    const instead: Post = { ...post, id: `${post.handoffId}.manager-alert`, kind: 'manager-alert' }
    const noted = store.keys.facts(post.leadId)
    await one.replace(await claim(one), instead, [['XADD', noted, '*', 'f', 'undeliverable']], NOW)
    expect([await waits(post.id), await waits(instead.id)]).toEqual([false, true])
    expect(await outcome(one)).toEqual({ state: 'gone' })
    expect(await begin(one, NOW, instead.id)).toEqual({ claim: { state: 'go' }, post: instead })
    expect(await connections[0]?.xlen(noted)).toBe(1)
  })

  test('a late word of a worker that was taken over brings nothing back', async () => {
    const [one, other] = pair()
    const late = await claim(one)
    await claim(other, NOW + LEASE)
    await store.commit([], other.removal(post.id))
    await one.release(late, true)
    expect(await outcome(other, NOW + 2 * LEASE)).toEqual({ state: 'gone' })
    expect(await waits(post.id)).toBe(false)
    expect(await connections[0]?.exists(store.keys.post(post.id))).toBe(0)
  })

  test('nor does it take the claim from the one who took over', async () => {
    const [one, other] = pair()
    const late = await claim(one)
    await claim(other, NOW + LEASE)
    await one.release(late, false)
    expect(await outcome(outboxes[2], NOW + LEASE + 1)).toEqual({ state: 'busy' })
  })
})
