import type { Logger } from 'pino'
import type { RedisConnection } from './redis.ts'

/** Where the time comes from; passed to everything that needs it, so that tests can move it. */
export interface Clock {
  /** The present instant in whole epoch milliseconds. */
  now(): number
}

/**
 * What this host's own clock says, in epoch milliseconds: for what has no Redis (the log, a check of the config), and
 * for BullMQ, which wakes jobs by it. Whatever is stored, compared or shown goes by a `Clock`.
 */
export function hostNow(): number {
  return Date.now()
}

// Often enough that a request connection on which nothing else happens is found to be silent within 10 s.
const MEASURE_EVERY = 5_000
const TOLERATED = 2_000

// A script has a key, by which every process asks the same node of a cluster. Nothing is stored under it.
const TIME = "return redis.call('TIME')"
const KEY = 'baton-clock'

/**
 * The clock that all processes on one Redis share: Redis `TIME`, measured now, every `every` milliseconds (5,000 unless
 * told) and after each reconnect. Reading it costs nothing. While Redis is away it runs on from the last measurement; it
 * ends with the connection. Warns in the log when this host's own clock is off by more than 2 s. Rejects when Redis does
 * not answer the first time.
 */
export async function createClock(options: { redis: RedisConnection; log: Logger; every?: number }): Promise<Clock> {
  const { redis, log, every = MEASURE_EVERY } = options
  // Between measurements the host's time since its start counts: unlike its date, nobody can set it forwards or back.
  let offset = 0
  let error = Number.POSITIVE_INFINITY
  let told = false
  const now = () => Math.floor(performance.now() + offset)

  async function measure(): Promise<void> {
    const asked = performance.now()
    const [seconds, microseconds] = (await redis.eval(TIME, 1, KEY)) as [string, string]
    const halfTheTrip = (performance.now() - asked) / 2
    const measured = Number(seconds) * 1_000 + Number(microseconds) / 1_000 - (asked + halfTheTrip)
    // Each may be off by half of its trip. The slower the answer, the less it says: a better measurement stays unless this
    // one proves it wrong.
    if (halfTheTrip > error && Math.abs(measured - offset) <= halfTheTrip + error) return
    offset = measured
    error = halfTheTrip
  }

  function compareHost(): void {
    const offBy = hostNow() - now()
    const off = Math.abs(offBy) > TOLERATED
    if (off && !told)
      log.warn(
        { seconds: Math.round(offBy / 1_000) },
        "this host's clock and that of Redis differ: Baton goes by Redis; set both by NTP",
      )
    told = off
  }

  // What fails here is logged as trouble of the connection.
  const again = () => measure().then(compareHost, () => undefined)
  await measure()
  compareHost()
  const timer = setInterval(again, every).unref()
  redis.on('ready', again)
  redis.once('end', () => clearInterval(timer))
  return { now }
}
