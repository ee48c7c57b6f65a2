import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectRedis, type RedisConnection } from '../../src/platform/redis.ts'
import { createLiveMessages } from '../../src/store/live-messages.ts'
import { createStore, INDEX } from '../../src/store/partitions.ts'
import { createTestRedis } from '../support/redis.ts'

const NOW = Date.parse('2026-11-20T12:00:00Z')
const redis = createTestRedis()
let connection: RedisConnection

beforeAll(async () => {
  connection = await connectRedis([redis.url], 'request', () => {})
})
afterAll(async () => {
  connection.disconnect()
  await redis.deleteKeys()
})

test('a live message of which Slack may have got an older state last is shown once more', async () => {
  const store = createStore({ redis: connection, prefix: redis.prefix })
  const live = createLiveMessages(store, INDEX.repLists)
  const waiting = async () => (await store.due(INDEX.repLists, NOW, 10)).length
  await live.touch('list/ae-1/1', NOW)
  const older = await live.read('list/ae-1/1')
  await live.touch('list/ae-1/1', NOW)
  const newer = await live.read('list/ae-1/1')
  // Whoever read the newer state is faster, and finds nothing left to do.
  expect(await live.settle('list/ae-1/1', newer, NOW)).toBe(true)
  expect(await waiting()).toBe(0)
  expect(await live.settle('list/ae-1/1', older, NOW)).toBe(false)
  expect(await waiting()).toBe(1)
})
