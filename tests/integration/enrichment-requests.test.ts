import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectRedis, type RedisConnection } from '../../src/platform/redis.ts'
import { createEnrichmentRequests, forgetAsked } from '../../src/store/enrichment-requests.ts'
import { createStore } from '../../src/store/partitions.ts'
import { createTestRedis } from '../support/redis.ts'

const redis = createTestRedis()
let connection: RedisConnection
beforeAll(async () => {
  connection = await connectRedis([redis.url], 'request', () => {})
})
afterAll(async () => {
  connection.disconnect()
  await redis.deleteKeys()
})

test('a question goes with its lead also after another provider was asked for a shorter time', async () => {
  const store = createStore({ redis: connection, prefix: redis.prefix })
  const requests = createEnrichmentRequests(store)
  const question = { secret: 'secret', of: 'what was told' }
  const long = (await requests.ask('7', 'patient', question, 60_000)) ?? ''
  await requests.ask('7', 'hasty', question, 20)
  await sleep(60)
  await store.commit([], await forgetAsked(store, '7'))
  expect(await store.redis.hgetall(store.keys.question('7', long))).toEqual({ provider: 'patient', state: 'erased' })
})
