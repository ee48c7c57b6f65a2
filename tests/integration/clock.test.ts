import { afterEach, describe, expect, test, vi } from 'vitest'
import { createClock } from '../../src/platform/clock.ts'
import { createLogger } from '../../src/platform/log.ts'
import { connectRedis, type RedisConnection } from '../../src/platform/redis.ts'
import { createTestRedis } from '../support/redis.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'

/*
 * Redis runs on this machine, so the real time of this host is the time that a clock has to show, also where the test
 * makes the host's own clock wrong.
 */

const { url } = createTestRedis()
const hostTime = Date.now
const HOUR = 3_600_000
const opened: RedisConnection[] = []
const proxies: TcpProxy[] = []
afterEach(async () => {
  vi.restoreAllMocks()
  for (const connection of opened.splice(0)) connection.disconnect()
  for (const proxy of proxies.splice(0)) await proxy.close()
})

async function connect(to = url): Promise<RedisConnection> {
  const redis = await connectRedis([to], 'request', () => {})
  opened.push(redis)
  return redis
}

async function connectThroughProxy() {
  const proxy = await startTcpProxy(url)
  proxies.push(proxy)
  return { proxy, redis: await connect(proxy.url) }
}

function hostIsOffBy(milliseconds: number): void {
  vi.spyOn(Date, 'now').mockImplementation(() => hostTime() + milliseconds)
}

/** A log, and the lines written to it. */
function record() {
  const lines: { seconds?: number }[] = []
  return { lines, log: createLogger('warn', { write: (line: string) => void lines.push(JSON.parse(line)) }) }
}

describe('the clock', () => {
  test.each([
    ['behind', -600_000],
    ['ahead', 120_000],
  ])(
    "shows the time of Redis on a host that is %s, before its first reading and after the host's clock is set",
    async (_, offBy) => {
      hostIsOffBy(offBy)
      const { log } = record()
      const clock = await createClock({ redis: await connect(), log })
      expect(Math.abs(clock.now() - hostTime())).toBeLessThan(5_000)
      expect(Number.isInteger(clock.now())).toBe(true)
      hostIsOffBy(-offBy)
      expect(Math.abs(clock.now() - hostTime())).toBeLessThan(5_000)
    },
  )

  test('keeps a good measurement when a later one comes late and does not prove it wrong', async () => {
    const { proxy, redis } = await connectThroughProxy()
    const clock = await createClock({ redis, log: record().log, every: 50 })
    const before = clock.now() - hostTime()
    // Half of the trip is taken for the way there: an answer held back for a second is off by half a second.
    proxy.delayAnswers(1_000)
    await expect.poll(() => proxy.delayed(), { timeout: 10_000 }).toBeGreaterThan(3)
    expect(Math.abs(clock.now() - hostTime() - before)).toBeLessThan(250)
  })

  test('is measured again after a reconnect, and takes the better measurement', async () => {
    const { proxy, redis } = await connectThroughProxy()
    proxy.delayAnswers(1_000)
    const clock = await createClock({ redis, log: record().log, every: HOUR })
    const offBy = () => Math.abs(clock.now() - hostTime())
    expect(offBy()).toBeGreaterThan(250)
    proxy.delayAnswers(0)
    proxy.cut()
    await expect.poll(offBy, { timeout: 10_000 }).toBeLessThan(250)
  })

  test('runs on while Redis is away', async () => {
    const { proxy, redis } = await connectThroughProxy()
    const clock = await createClock({ redis, log: record().log, every: 10 })
    await proxy.close()
    await expect.poll(() => redis.status).not.toBe('ready')
    const [at, host] = [clock.now(), hostTime()]
    await expect.poll(() => clock.now() - at).toBeGreaterThan(200)
    expect(Math.abs(clock.now() - at - (hostTime() - host))).toBeLessThan(250)
  })

  test("says once that the host's clock is off, and again when it is off anew", async () => {
    const { lines, log } = record()
    const redis = await connect()
    const measured = vi.spyOn(redis, 'eval')
    const twice = async () => {
      const sofar = measured.mock.calls.length
      await expect.poll(() => measured.mock.calls.length).toBeGreaterThan(sofar + 2)
    }
    hostIsOffBy(-600_000)
    await createClock({ redis, log, every: 10 })
    await twice()
    expect(lines.map(({ seconds }) => seconds)).toEqual([-600])
    hostIsOffBy(1_500)
    await twice()
    hostIsOffBy(120_000)
    await twice()
    expect(lines.map(({ seconds }) => seconds)).toEqual([-600, 120])
  })

  test('rejects when Redis does not answer the first time', async () => {
    const redis = await connect()
    redis.disconnect()
    await expect(createClock({ redis, log: record().log })).rejects.toThrow()
  })
})
