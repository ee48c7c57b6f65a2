import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { rewriteFindings } from '../../src/doctor/redis.ts'
import { type EmbeddedRedis, startEmbeddedRedis } from '../../src/platform/embedded-redis.ts'
import { createStore } from '../../src/store/partitions.ts'
import { createRewrites } from '../../src/store/rewrites.ts'
import { createTier1Lead, DANA, sendSignals } from '../support/leads.ts'
import { createTestRedis, WITHOUT_REDIS_SERVER } from '../support/redis.ts'
import { createStage, HOUR, MINUTE, type Stage } from '../support/stage.ts'

describe.skipIf(WITHOUT_REDIS_SERVER)('the append-only file', () => {
  let folder: string
  let redis: EmbeddedRedis
  let stage: Stage
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'baton-file-'))
    redis = await startEmbeddedRedis({ dataDir: folder })
    stage = await createStage({ redisUrls: [redis.url], roles: ['both'] })
  })
  afterEach(async () => {
    await stage.close()
    await redis.stop()
    await rm(folder, { recursive: true })
  })

  async function fileHolds(text: string): Promise<boolean> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
    const contents = await Promise.all(files.map((file) => readFile(file)))
    return contents.some((content) => content.includes(text))
  }
  const rewrites = () => stage.logLines.filter((line) => line.includes('rewrites its append-only file')).length

  test('loses what was erased a quarter of an hour later, however much it was, and at most once an hour', async () => {
    const id = createTier1Lead(stage)
    await stage.quiet()
    // What is packed cannot be read in the file; what just came in is not.
    await sendSignals(stage, [{ type: 'pricing_page_viewed', contactId: id, page: '/pricing?who=canary-page' }])
    await stage.quiet()
    stage.hubspot.privacyDeleteContact(id)
    await stage.quiet()
    expect(await fileHolds('canary-page')).toBe(true)
    await stage.advance(MINUTE)
    expect(rewrites()).toBe(0)
    await stage.advance(15 * MINUTE)
    await expect.poll(() => fileHolds('canary-page'), { timeout: 10_000 }).toBe(false)
    expect(await fileHolds(DANA.email)).toBe(false)
    expect(rewrites()).toBe(1)

    const other = createTier1Lead(stage, { email: 'other.canary@northwind.example' })
    await stage.quiet()
    stage.hubspot.privacyDeleteContact(other)
    await stage.quiet()
    await stage.advance(20 * MINUTE)
    expect(rewrites()).toBe(1)
    await stage.advance(HOUR)
    expect(rewrites()).toBe(2)
    await stage.advance(3 * HOUR)
    expect(rewrites()).toBe(2)
  })
})

describe('a Redis that rewrites its file for nobody', () => {
  const { prefix, deleteKeys } = createTestRedis()
  let real: Redis
  beforeAll(() => {
    real = new Redis(inject('redisUrl'))
  })
  afterAll(async () => {
    real.disconnect()
    await deleteKeys()
  })

  test('says so once, is asked again an hour later, and the doctor names it', async () => {
    const refusing = real.duplicate()
    await refusing.ping()
    Object.assign(refusing, {
      info: async () => 'aof_enabled:1\r\n',
      bgrewriteaof: async () => {
        throw Object.assign(new Error("ERR unknown command 'BGREWRITEAOF'"), { name: 'ReplyError' })
      },
    })
    const rewrites = createRewrites(createStore({ redis: refusing, prefix }))
    const start = Date.parse('2026-11-18T12:00:00Z')
    await rewrites.erased(start)
    expect(await rewrites.isDue(start)).toBe(false)
    expect(await rewrites.isDue(start + 15 * MINUTE)).toBe(true)
    expect(await rewrites.rewrite(start + 15 * MINUTE)).toEqual({ outcome: 'refused', code: 'ERR', isNews: true })
    expect(rewriteFindings(await rewrites.refused())).toMatchObject([{ status: 'warning' }])
    await rewrites.erased(start + 20 * MINUTE)
    expect(await rewrites.isDue(start + 40 * MINUTE)).toBe(false)
    expect(await rewrites.isDue(start + 80 * MINUTE)).toBe(true)
    expect(await rewrites.rewrite(start + 80 * MINUTE)).toMatchObject({ isNews: false })
    refusing.disconnect()
  })
})
