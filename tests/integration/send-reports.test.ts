import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createSimulatedSlack, type SimulatedSlackOptions } from '../../simulators/slack/simulated-slack.ts'
import { DEFAULT_SCOPES } from '../../simulators/slack/types.ts'
import { loadConfig } from '../../src/config/load.ts'
import { Reports } from '../../src/config/schemas/reports.ts'
import { createLogger } from '../../src/platform/log.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { connectRedis, type RedisConnection } from '../../src/platform/redis.ts'
import { periodNamed } from '../../src/reports/period.ts'
import { createSlack, type Slack } from '../../src/slack/client.ts'
import { createStore } from '../../src/store/partitions.ts'
import type { Parts } from '../../src/work/parts.ts'
import { reportsOverdue } from '../../src/work/reports-due.ts'
import { createSendReports } from '../../src/work/send-reports.ts'
import { createTestRedis } from '../support/redis.ts'
import { weeklyReport } from '../support/reports.ts'

const FRIDAY = Date.parse('2026-11-20T20:00:00Z')
const MONDAY = Date.parse('2026-11-23T13:00:00Z')
const [MINUTE, HOUR, WEEK] = [60_000, 60 * 60_000, 7 * 24 * 60 * 60_000]
const [MIA, IDA, POOL] = ['U000MGR1', 'U0000VPS', 'C0000AE']
const config = await loadConfig('config', FRIDAY)
const redis = createTestRedis()
let connection: RedisConnection
let count = 0
const closing: (() => Promise<void>)[] = []

beforeAll(async () => {
  connection = await connectRedis([redis.url], 'request', () => {})
})
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})
afterAll(async () => {
  connection.disconnect()
  await redis.deleteKeys()
})

/** What sends reports since Friday, of which the weekly one is due on Monday at 08:00 in New York. */
async function begin(reports: unknown, changes: Partial<SimulatedSlackOptions> = {}) {
  const clock = { now: FRIDAY }
  const simulated = await createSimulatedSlack({
    now: () => clock.now,
    botToken: 'xoxb-canary-token',
    signingSecret: 'secret',
    users: [MIA, IDA].map((id) => ({ id, name: id })),
    channels: [{ id: POOL, name: 'ae' }],
    ...changes,
  })
  closing.push(simulated.close)
  count += 1
  const store = createStore({ redis: connection, prefix: `${redis.prefix}-${count}` })
  const lines: string[] = []
  const metrics = createMetrics()
  const inForce = { reports: Reports.parse(reports) }
  const parts = {
    clock: { now: () => clock.now },
    config: () => ({ ...config, ...inForce }),
    hurry: () => undefined,
    log: createLogger('info', { write: (line) => void lines.push(line) }),
    metrics,
    mode: 'live',
    publicUrl: 'https://baton.example.com',
    reports: {
      make: async (_: string, name: string) => weeklyReport({ period: periodNamed(name, 'America/New_York') }),
    } as Parts['reports'],
    slack: createSlack({ token: 'xoxb-canary-token', apiUrl: simulated.apiUrl, metrics, deadline: 1_000 }),
    store,
  } satisfies Parameters<typeof createSendReports>[0]
  const sender = createSendReports(parts)
  // Since now it is there.
  expect(await sender.isDue()).toBe(false)
  const titles = (to: string) =>
    simulated
      .messages(to)
      .map(({ text, threadTs, files }) => `${threadTs ? '> ' : ''}${files?.[0]?.title ?? text.split(/[:.]/)[0]}`)
  return { clock, simulated, parts, sender, lines, inForce, titles }
}

const WHOLE = [
  'Weekly report',
  '⚠ Sales accepted 12 of 18 MQLs that were handed over and decided (67 %), above the band of 40–60 %',
  '> Reps',
  '> Leads, MQLs and SQLs by week',
  '> Acceptance of MQLs handed over',
]
const TEXT = WHOLE.filter((_, at) => at < 3)

describe('a report that is due', () => {
  it('comes to each of its people once, with what is an alert on its own, its thread and its pictures', async () => {
    const { clock, sender, parts, titles, inForce, simulated } = await begin({ weekly: { to: ['mgr-1', 'ae', MIA] } })
    clock.now = MONDAY - 1
    expect(await sender.isDue()).toBe(false)
    clock.now = MONDAY
    expect(await sender.isDue()).toBe(true)
    await Promise.all([sender.send(), createSendReports(parts).send()])
    expect(titles(MIA)).toEqual(WHOLE)
    expect(titles(POOL)).toEqual(WHOLE)
    const [report] = simulated.messages(MIA)
    expect(JSON.stringify(report?.blocks)).toContain(
      'https://baton.example.com/console/reports/weekly?period=2026-W47|All figures',
    )
    expect(JSON.stringify(report?.blocks)).not.toContain('Sent late')
    // Neither another time nor other people make it due again.
    inForce.reports = Reports.parse({ weekly: { to: ['vp-sales', 'mgr-1'], on: 'tue', at: '07:00' } })
    clock.now = MONDAY + 2 * 24 * HOUR
    expect(await sender.isDue()).toBe(false)
    await sender.send()
    expect(titles(IDA)).toEqual([])
    expect(titles(MIA)).toEqual(WHOLE)
  })

  it('comes late where nobody ran, the oldest first, and says so', async () => {
    const { clock, sender, titles, simulated, parts } = await begin({ weekly: { to: 'mgr-1' } })
    clock.now = MONDAY + WEEK + HOUR
    expect(await reportsOverdue(parts)).toBe(1)
    await sender.send()
    expect(titles(MIA).filter((title) => title === 'Weekly report')).toHaveLength(2)
    const [first, second] = simulated.messages(MIA).filter(({ text }) => text.startsWith('Weekly report'))
    expect(JSON.stringify(first?.blocks)).toContain('Sent late: it was due Mon 23 Nov, 08:00')
    expect(second?.text).toContain('23–29 Nov 2026')
    expect(JSON.stringify(second?.blocks)).not.toContain('Sent late')
    expect(await sender.isDue()).toBe(false)
    expect(await reportsOverdue(parts)).toBe(0)
  })

  it('is not passed over where one before it cannot be sent yet', async () => {
    const { clock, sender, simulated, parts, titles } = await begin({ weekly: { to: 'mgr-1' } })
    clock.now = MONDAY + WEEK
    simulated.failNext({ method: 'chat.postMessage', kind: 'http-500' })
    await expect(sender.send()).rejects.toMatchObject({ code: '500' })
    expect(titles(MIA)).toEqual([])
    const make: Parts['reports']['make'] = async (name, period) => {
      if (period === '2026-W47') throw new Error('no figure')
      return parts.reports.make(name, period)
    }
    await createSendReports({ ...parts, reports: { make } }).send()
    expect(titles(MIA)).toEqual([])
    await createSendReports(parts).send()
    const weekly = simulated.messages(MIA).filter(({ text }) => text.startsWith('Weekly report'))
    expect(weekly.map(({ text }) => text.split('\n')[0])).toEqual([
      expect.stringContaining('16–22 Nov 2026'),
      expect.stringContaining('23–29 Nov 2026'),
    ])
  })

  it('is left to another worker where making it took so long that the lease went to it', async () => {
    const { clock, parts, titles } = await begin({ weekly: { to: 'mgr-1' } })
    clock.now = MONDAY
    const make: Parts['reports']['make'] = async (name, period) => {
      await connection.set(parts.store.keys.shared('reports:lease'), 'another', 'PX', MINUTE)
      return parts.reports.make(name, period)
    }
    const slow = createSendReports({ ...parts, reports: { make } })
    await slow.send()
    expect(titles(MIA)).toEqual([])
    expect(await slow.isDue()).toBe(true)
  })

  it('is sent to nobody while Baton only observes', async () => {
    const { clock, parts } = await begin({ weekly: { to: 'mgr-1' } })
    clock.now = MONDAY
    expect(await createSendReports({ ...parts, mode: 'observe' }).isDue()).toBe(false)
  })

  it('is not held up by one that cannot be made', async () => {
    const { clock, parts, titles, lines } = await begin({
      weekly: { to: 'mgr-1' },
      quarterly: { to: 'mgr-1', at: '07:00' },
    })
    clock.now = Date.parse('2027-01-04T13:00:00Z')
    const make: Parts['reports']['make'] = async (name, period) => {
      if (name === 'quarterly') throw new Error('no figure')
      return parts.reports.make(name, period)
    }
    const sender = createSendReports({ ...parts, reports: { make } })
    await sender.send()
    expect(titles(MIA)).toContain('Weekly report')
    expect(lines.join('')).toContain('a report could not be made or sent')
    // It is not made again and again.
    lines.length = 0
    await sender.send()
    expect(lines).toEqual([])
    clock.now += 11 * MINUTE
    await createSendReports(parts).send()
    expect(titles(MIA).filter((title) => title === 'Weekly report')).toHaveLength(5)
  })
})

describe('whoever dies on the way', () => {
  /** Slack for a process that is killed when so many things were done; what Slack does not say is not known. */
  function killedAfter(slack: Slack, most: number): Slack {
    let done = 0
    const mortal = <A extends unknown[], T>(act: (...args: A) => Promise<T>) => {
      return async (...args: A): Promise<T> => {
        const result = await act(...args)
        done += 1
        if (done === most) throw new Error('killed')
        return result
      }
    }
    return { ...slack, post: mortal(slack.post), upload: mortal(slack.upload) }
  }

  it.each([1, 2, 3, 4, 5])('after %i messages and pictures leaves the rest, and nothing comes twice', async (most) => {
    const { clock, parts, titles } = await begin({ weekly: { to: 'mgr-1' } })
    clock.now = MONDAY
    await createSendReports({ ...parts, slack: killedAfter(parts.slack, most) }).send()
    expect(titles(MIA)).toHaveLength(most)
    clock.now += MINUTE
    await createSendReports(parts).send()
    expect(titles(MIA)).toEqual(WHOLE)
    expect(await createSendReports(parts).isDue()).toBe(false)
  })

  it('or gets no answer looks first', async () => {
    const { clock, sender, simulated, titles } = await begin({ weekly: { to: 'mgr-1' } })
    clock.now = MONDAY
    simulated.failNext({ method: 'chat.postMessage', kind: 'accept-then-reset' })
    await expect(sender.send()).rejects.toMatchObject({ kind: 'unknown-outcome' })
    await sender.send()
    expect(titles(MIA)).toEqual(WHOLE)
  })
})

describe('what Slack does not take', () => {
  it('is left out: without files:write the report has no pictures, which the log says once', async () => {
    const scopes = DEFAULT_SCOPES.filter((scope) => scope !== 'files:write')
    const { clock, sender, titles, lines } = await begin({ weekly: { to: ['mgr-1', 'vp-sales'] } }, { scopes })
    clock.now = MONDAY
    await sender.send()
    expect([titles(MIA), titles(IDA)]).toEqual([TEXT, TEXT])
    expect(lines.filter((line) => line.includes('lacks the scope files:write'))).toHaveLength(1)
    expect(await sender.isDue()).toBe(false)
  })

  it('is tried again for an hour, and its text is there all the while', async () => {
    const { clock, sender, simulated, titles } = await begin({ weekly: { to: ['mgr-1', 'vp-sales'] } })
    clock.now = MONDAY
    simulated.failNext({ method: 'upload', kind: 'http-500', times: 3 })
    await expect(sender.send()).rejects.toMatchObject({ code: '500' })
    expect([titles(MIA), titles(IDA)]).toEqual([TEXT, TEXT])
    clock.now += MINUTE
    await expect(sender.send()).rejects.toMatchObject({ code: '500' })
    clock.now += MINUTE
    await sender.send()
    expect([titles(MIA), titles(IDA)]).toEqual([WHOLE, WHOLE])
    simulated.failNext({ method: 'upload', kind: 'http-500', times: 99 })
    clock.now = MONDAY + WEEK
    await expect(sender.send()).rejects.toMatchObject({ code: '500' })
    clock.now += HOUR + 1
    await sender.send()
    expect(await sender.isDue()).toBe(false)
    expect(titles(MIA)).toHaveLength(WHOLE.length + TEXT.length)
  })

  it('keeps nobody else from having it, and is said in words', async () => {
    const { clock, sender, titles, lines, parts } = await begin({ weekly: { to: ['marketing', 'nobody', 'mgr-1'] } })
    clock.now = MONDAY
    await sender.send()
    expect(titles(MIA)).toEqual(WHOLE)
    expect(lines.filter((line) => line.includes('Slack refuses a report: check who gets it'))).toHaveLength(1)
    expect(lines.filter((line) => line.includes('for somebody who is not there'))).toHaveLength(1)
    expect(await parts.metrics.unreached.get()).toMatchObject({ values: [{ value: 1, labels: { reader: 'report' } }] })
    expect(await sender.isDue()).toBe(false)
  })
})
