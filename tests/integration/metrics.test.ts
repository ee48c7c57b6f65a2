import { afterEach, describe, expect, it } from 'vitest'
import { type EmbeddedRedis, startEmbeddedRedis } from '../../src/platform/embedded-redis.ts'
import { QUEUES, WORK } from '../../src/work/table.ts'
import { createTier1Lead, sendSignals } from '../support/leads.ts'
import { numberOf, runStory, type Series, scrape } from '../support/metrics.ts'
import { WITHOUT_REDIS_SERVER } from '../support/redis.ts'
import { createStage, HOUR, type Stage } from '../support/stage.ts'

let stage: Stage
let redis: EmbeddedRedis | undefined
afterEach(async () => {
  await stage.close()
  await redis?.stop()
  redis = undefined
})

const address = () => stage.addresses[0] ?? ''
const queues = () => {
  const [service] = stage.services
  if (!service) throw new Error('the stage has no service')
  return service.queues.queues
}

describe('/metrics after a story', () => {
  it('has every series with its number, and nothing about a person', async () => {
    stage = await createStage()
    const leads = await runStory(stage)
    const { text, series } = await scrape(address())
    const value = (name: string, labels?: Record<string, string>) => numberOf(series, name, labels)

    expect(value('baton_events_total', { kind: 'contact.creation', outcome: 'kept' })).toBe(2)
    expect(value('baton_events_total', { kind: 'signal', outcome: 'kept' })).toBe(1)
    expect(value('baton_events_total', { kind: 'signal', outcome: 'duplicate' })).toBe(1)
    expect(value('baton_events_total', { kind: 'request', outcome: 'signature-missing' })).toBe(1)
    expect(value('baton_events_total', { kind: 'click', outcome: 'signature-missing' })).toBe(1)
    expect(value('baton_events_total', { kind: 'request', outcome: 'not-stored' })).toBe(0)
    expect(value('baton_decisions_total', { route: 'tier-1-mql', action: 'assign' })).toBe(1)
    expect(value('baton_decisions_total', { route: 'mql', action: 'assign' })).toBe(1)

    for (const queue of QUEUES) {
      for (const state of ['waiting', 'active']) expect(value('baton_queue_jobs', { queue, state })).toBe(0)
      expect(value('baton_queue_oldest_job_seconds', { queue })).toBe(0)
    }
    // The next rung of the ladder sleeps, and that is no backlog.
    expect(value('baton_queue_jobs', { queue: 'timers', state: 'delayed' })).toBeGreaterThanOrEqual(1)
    const kinds = Object.entries(WORK).flatMap(([work, { index }]) => (index ? [[work, 0]] : []))
    expect(kinds.map(([work]) => [work, value('baton_work_waiting', { work: String(work) })])).toEqual(kinds)

    // The first alert of each handoff, and no reminder.
    expect(value('baton_alert_latency_seconds_count')).toBe(2)
    const handoffs = { waiting: 0, open: 1, responded: 1, breached: 1, closed: 0 }
    for (const [status, count] of Object.entries(handoffs)) expect(value('baton_handoffs', { status })).toBe(count)

    const calls = (system: string, outcome: string) => value('baton_outside_calls_total', { system, outcome })
    expect(calls('hubspot', 'ok')).toBeGreaterThan(0)
    expect(calls('slack', 'ok')).toBeGreaterThan(0)
    expect(calls('slack', 'unknown-outcome')).toBe(1)
    expect(value('baton_hubspot_requests_left')).toBeGreaterThanOrEqual(0)
    expect(value('baton_hubspot_requests_left')).toBeLessThanOrEqual(90)

    const { node, tz } = process.versions
    expect(value('baton_info', { node, tz: tz ?? '' })).toBe(1)
    expect(value('baton_config_info', { version: stage.config.version })).toBe(1)
    for (const name of ['baton_dead_letters', 'baton_config_refused', 'baton_rescore_remaining']) {
      expect(value(name), name).toBe(0)
    }
    expect(value('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0)
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(10_000_000)

    for (const lead of leads) expect(text).not.toContain(lead)
    expect(text).not.toMatch(/canary|@|U0000AE1|northwind|smalltown/i)
    expect(labelsWithIds(series)).toEqual([])
  })

  it('names the config that decides now, and only that one', async () => {
    stage = await createStage()
    await scrape(address())
    await stage.changeConfig({ ...stage.config, version: 'the-next-one' })
    const { series } = await scrape(address())
    expect(series.filter(({ name }) => name === 'baton_config_info').map(({ labels }) => labels.version)).toEqual([
      'the-next-one',
    ])
  })
})

describe('the latency of an alert', () => {
  it('runs from the receipt of the event, also while the lead waits for a worker', async () => {
    // The one that takes the event is not the one that does the work, and tells of the alert.
    stage = await createStage({ roles: ['api', 'both'] })
    await queues().leads.pause()
    createTier1Lead(stage)
    await expect.poll(() => queues().leads.count()).toBe(1)
    stage.clock.now += 42_000
    await queues().leads.resume()
    await stage.quiet()
    const { series } = await scrape(stage.addresses[1] ?? '')
    expect(numberOf(series, 'baton_alert_latency_seconds_sum')).toBe(42)
    expect(numberOf(series, 'baton_alert_latency_seconds_bucket', { le: '30' })).toBe(0)
    expect(numberOf(series, 'baton_alert_latency_seconds_bucket', { le: '60' })).toBe(1)
  })
})

describe('the queues', () => {
  it('show what waits for a worker and for how long', async () => {
    stage = await createStage({ roles: ['api'] })
    const add = (queue: 'leads' | 'timers', options: { timestamp: number; delay?: number; jobId: string }) =>
      queues()[queue].add('a job that nobody takes', {}, options)
    const now = Date.now()
    await add('leads', { timestamp: now - 500_000, jobId: 'older' })
    await add('leads', { timestamp: now - 100_000, jobId: 'newer' })
    // Set an hour and a minute ago for an hour later: it is due for a minute.
    await (await add('timers', { timestamp: now - HOUR - 60_000, delay: HOUR, jobId: 'due' })).promote()
    await add('timers', { timestamp: now - HOUR, delay: 2 * HOUR, jobId: 'asleep' })
    const { series } = await scrape(address())
    const jobs = (queue: string, state: string) => numberOf(series, 'baton_queue_jobs', { queue, state })
    const age = (queue: string) => numberOf(series, 'baton_queue_oldest_job_seconds', { queue })
    expect([jobs('leads', 'waiting'), jobs('timers', 'waiting'), jobs('timers', 'delayed')]).toEqual([2, 1, 1])
    expect(age('leads')).toBeGreaterThanOrEqual(500)
    expect(age('timers')).toBeGreaterThanOrEqual(60)
    expect(age('timers')).toBeLessThan(HOUR / 1_000)
    expect(age('slack')).toBe(0)
  })

  it('are not all that waits: the indexes say how much there is of each kind of work', async () => {
    stage = await createStage({ roles: ['api'] })
    createTier1Lead(stage)
    const waiting = async () => numberOf((await scrape(address())).series, 'baton_work_waiting', { work: 'read-lead' })
    await expect.poll(waiting).toBe(1)
  })
})

describe.skipIf(WITHOUT_REDIS_SERVER)('while Redis hangs', () => {
  it('/metrics answers before a request to Redis is given up, without what stands there', async () => {
    redis = await startEmbeddedRedis()
    stage = await createStage({ redisUrls: [redis.url], strict: false })
    const store = stage.services[0]?.store
    process.kill(redis.pid, 'SIGSTOP')
    try {
      const givenUp = store?.count('dead').then(
        () => 'answered',
        () => 'given up',
      )
      const scraped = await Promise.race([scrape(address()), givenUp])
      if (typeof scraped !== 'object') throw new Error('/metrics took longer than a request to Redis may')
      const names = new Set(scraped.series.map(({ name }) => name))
      for (const name of ['baton_queue_jobs', 'baton_queue_oldest_job_seconds', 'baton_work_waiting', 'baton_handoffs'])
        expect(names).not.toContain(name)
      expect(names).not.toContain('baton_hubspot_requests_left')
      for (const name of ['baton_events_total', 'baton_info', 'baton_config_info']) expect(names).toContain(name)
      expect(await givenUp).toBe('given up')
      expect((await sendSignals(stage, [{ type: 'demo_requested', contactId: '1' }])).status).toBe(503)
    } finally {
      process.kill(redis.pid, 'SIGCONT')
    }
    // What could not be read comes back with Redis.
    await expect
      .poll(async () => numberOf((await scrape(address())).series, 'baton_hubspot_requests_left'))
      .toBeGreaterThan(0)
    const { series } = await scrape(address())
    expect(numberOf(series, 'baton_events_total', { kind: 'request', outcome: 'not-stored' })).toBe(1)
  })
})

/** Labels that hold a number as long as an id, apart from the versions. */
function labelsWithIds(series: Series[]): string[] {
  return series
    .flatMap(({ name, labels }) => Object.entries(labels).map(([label, text]) => `${name} ${label} ${text}`))
    .filter((label) => /\d{5,}/.test(label) && !label.startsWith('baton_config_info version'))
}
