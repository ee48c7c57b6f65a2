import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Fact } from '../../src/facts/fact.ts'
import { connectRedis, type RedisConnection } from '../../src/platform/redis.ts'
import { factCommands } from '../../src/store/commit.ts'
import { exportFacts } from '../../src/store/export-facts.ts'
import { createFactStreams } from '../../src/store/facts.ts'
import { createStore, type Store } from '../../src/store/partitions.ts'
import { createTestRedis } from '../support/redis.ts'

const KEPT = { facts: 400 * 24 * 60 * 60_000 }
const redis = createTestRedis()
let connection: RedisConnection
let store: Store
let folder: string

beforeAll(async () => {
  connection = await connectRedis([redis.url], 'request', () => undefined)
  store = createStore({ redis: connection, prefix: redis.prefix })
  folder = await mkdtemp(join(tmpdir(), 'baton-facts-'))
})
afterAll(async () => {
  connection.disconnect()
  await redis.deleteKeys()
  await rm(folder, { recursive: true })
})

test('every fact of every lead becomes a row whose type is explained; what is corrected counts no more', async () => {
  const streams = createFactStreams(store)
  const file = join(folder, 'facts.sqlite')
  const now = Date.now()
  const append = (leadId: string, facts: Fact[]) => store.commit([], factCommands(store.keys, leadId, facts, KEPT, now))
  expect(await exportFacts(streams, file, now)).toBe(0)

  await append('1', [
    { type: 'seen', at: now - 2_000, lead: 'p1', source: 'ORGANIC_SEARCH' },
    { type: 'scored', at: now - 2_000, lead: 'p1', value: 80, reason: 'high' },
  ])
  await append('2', [{ type: 'answered', at: now - 1_000, lead: 'p2', value: 3, reason: 'contacted', rep: 'ae-1' }])
  const wrong = (await Array.fromAsync(streams.since(0))).flat().find(({ type }) => type === 'answered')
  await append('2', [{ type: 'corrected', at: now, lead: 'p2', of: wrong?.id }])
  // In place of the file that is there.
  expect(await exportFacts(streams, file, now)).toBe(4)

  const database = new DatabaseSync(file, { readOnly: true })
  const rows = (query: string) => database.prepare(query).all()
  expect(rows('SELECT type, at, value, lead, source, reason, rep FROM facts ORDER BY at, type')).toEqual([
    row({ type: 'scored', at: now - 2_000, value: 80, lead: 'p1', reason: 'high' }),
    row({ type: 'seen', at: now - 2_000, lead: 'p1', source: 'ORGANIC_SEARCH' }),
    row({ type: 'answered', at: now - 1_000, value: 3, lead: 'p2', reason: 'contacted', rep: 'ae-1' }),
    row({ type: 'corrected', at: now, lead: 'p2' }),
  ])
  expect(rows('SELECT type FROM counted ORDER BY type').map(({ type }) => type)).toEqual(['scored', 'seen'])
  expect(rows('SELECT type FROM facts WHERE type NOT IN (SELECT type FROM fact_types)')).toEqual([])
  expect(rows('SELECT facts FROM export').map(({ facts }) => facts)).toEqual([4])
  database.close()
  expect(await readdir(folder)).toEqual(['facts.sqlite'])
})

function row({ at, ...given }: Record<string, string | number> & { at: number }) {
  const empty = { value: null, source: null, reason: null, rep: null }
  return { ...empty, ...given, at: new Date(at).toISOString() }
}
