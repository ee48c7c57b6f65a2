import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createLease } from '../../src/platform/lease.ts'
import { connectRedis, type RedisConnection } from '../../src/platform/redis.ts'
import { createStore } from '../../src/store/partitions.ts'
import { createWatermarks } from '../../src/store/watermarks.ts'
import { createTestRedis } from '../support/redis.ts'

let redis: RedisConnection
let prefix: string
const test = createTestRedis()
let number = 0
beforeAll(async () => {
  redis = await connectRedis([test.url], 'request', () => undefined)
})
beforeEach(() => {
  prefix = `${test.prefix}-${++number}`
})
afterAll(async () => {
  redis.disconnect()
  await test.deleteKeys()
})

describe('a watermark', () => {
  it('only ever goes forward, whoever comes later with less', async () => {
    const marks = createWatermarks(createStore({ redis, prefix }))
    expect(await marks.read('contacts')).toEqual({ at: null, movedAt: 0, askedAt: null, askAt: 0, failing: null })
    await Promise.all([500, 900, 100, 700].map((at) => marks.advance('contacts', at, 1_000 + at)))
    expect(await marks.read('contacts')).toMatchObject({ at: 900, movedAt: 1_900 })
    await marks.advance('contacts', 900, 5_000)
    expect(await marks.read('contacts')).toMatchObject({ at: 900, movedAt: 1_900 })
    expect(await marks.read('companies')).toMatchObject({ at: null })
  })

  it('keeps since when looks fail, until one comes to its end', async () => {
    const marks = createWatermarks(createStore({ redis, prefix }))
    await marks.failed('contacts', 1_000, 'first', 2_000)
    await marks.failed('contacts', 3_000, 'second', 4_000)
    expect(await marks.read('contacts')).toMatchObject({ failing: { since: 1_000, why: 'second' }, askAt: 4_000 })
    await marks.succeeded('contacts', 5_000, 6_000)
    expect(await marks.read('contacts')).toMatchObject({ failing: null, askedAt: 5_000, askAt: 6_000 })
  })
})

describe('a lease', () => {
  it("is one holder's at a time, as long as it is held or until it is given up", async () => {
    const [mine, other] = [1, 2].map(() => createLease({ redis, key: `${prefix}:lease`, milliseconds: 200 }))
    expect(await mine?.hold()).toBe(true)
    expect(await other?.hold()).toBe(false)
    expect(await mine?.hold()).toBe(true)
    await other?.release()
    expect(await other?.hold()).toBe(false)
    await mine?.release()
    expect(await other?.hold()).toBe(true)
    // Its holder died: nobody holds it any more.
    await expect.poll(() => mine?.hold()).toBe(true)
  })
})
