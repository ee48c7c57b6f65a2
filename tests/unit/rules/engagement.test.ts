import { describe, expect, it, test } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { type EngagementConfig, memoryOf, scoreEngagement } from '../../../src/rules/engagement.ts'
import { DAY, NOW, signalsAgo } from '../../support/records.ts'

const { engagement: config } = (await loadConfig('config', NOW)).scoring

describe('the table of points', () => {
  it.each([
    ['pricing_page_viewed', 5],
    ['session_over_3_pages', 5],
    ['content_downloaded', 10],
    ['webinar_attended', 15],
    ['demo_requested', 20],
    ['trial_started', 20],
    ['email_opened', 3],
    ['email_clicked', 5],
  ])('%s gives %i', (type, points) => {
    const result = scoreEngagement(config, signalsAgo(type, 0), NOW)
    expect(result).toMatchObject({ points, exact: points, contributions: [{ points, age: 0, reason: 'counted' }] })
    expect(result.inactivity).toBeUndefined()
  })

  it.each([
    [30 * DAY - 1, 35],
    [30 * DAY, 25],
    [60 * DAY - 1, 25],
    [60 * DAY, 15],
    [90 * DAY, 5],
    [120 * DAY, 0],
    [179 * DAY, 0],
  ])('takes 10 for each 30 days without activity: %i ms after 35 points', (age, points) => {
    const signals = [...signalsAgo('demo_requested', age), ...signalsAgo('webinar_attended', age)]
    expect(scoreEngagement(config, signals, NOW).points).toBe(points)
  })

  it('counts inactivity from the last signal that is worth it', () => {
    const signals = [...signalsAgo('webinar_attended', 61 * DAY), ...signalsAgo('page_viewed', 0)]
    expect(scoreEngagement(config, signals, NOW)).toMatchObject({
      points: 0,
      inactivity: { since: NOW - 61 * DAY, periods: 2, points: -20 },
    })
    expect(scoreEngagement(config, [...signals, ...signalsAgo('email_clicked', DAY)], NOW).points).toBe(20)
    expect(scoreEngagement(config, [...signals, ...signalsAgo('email_opened', DAY)], NOW)).toMatchObject({
      points: 0,
      inactivity: { since: NOW - 61 * DAY, periods: 2, points: -20 },
    })
  })

  it('opened mails add their own points, together at most 10 in silence, and undo no month of it', () => {
    const before = ['demo_requested', 'trial_started', 'content_downloaded'].flatMap((type) =>
      signalsAgo(type, 170 * DAY),
    )
    expect(scoreEngagement(config, before, NOW).points).toBe(0)
    for (const [times, points] of [
      [1, 3],
      [3, 9],
      [4, 10],
      [17, 10],
    ] as const) {
      const opens = signalsAgo('email_opened', ...Array.from({ length: times }, (_, day) => day * DAY))
      const result = scoreEngagement(config, [...before, ...opens], NOW)
      expect(result.points).toBe(points)
      const counted = result.contributions.filter(
        ({ signal, reason }) => signal.at > NOW - 30 * DAY && reason === 'counted',
      )
      expect(counted).toHaveLength(Math.min(times, 3))
    }
    expect(scoreEngagement(config, [...before, ...signalsAgo('email_clicked', 0)], NOW).points).toBe(50)
  })

  it('an active lead has the points of every mail that it opens, and who comes back has them again', () => {
    const opens = signalsAgo('email_opened', ...Array.from({ length: 6 }, (_, day) => day * DAY))
    expect(scoreEngagement(config, [...opens, ...signalsAgo('demo_requested', 20 * DAY)], NOW).points).toBe(38)
    const silent = [...opens, ...signalsAgo('demo_requested', 40 * DAY)]
    expect(scoreEngagement(config, silent, NOW).points).toBe(20)
    expect(scoreEngagement(config, [...silent, ...signalsAgo('email_clicked', 0)], NOW).points).toBe(43)
  })

  it('what was decided by rules without such a limit still comes out', () => {
    const { meanwhile: _, ...inactivity } = config.inactivity as { points: number; every: number; meanwhile: number }
    const opens = signalsAgo('email_opened', ...Array.from({ length: 6 }, (_, day) => day * DAY))
    const signals = [...opens, ...signalsAgo('demo_requested', 40 * DAY)]
    expect(scoreEngagement({ ...config, inactivity }, signals, NOW).points).toBe(28)
  })

  it('who only opens mails is silent from the first one on', () => {
    const opens = signalsAgo('email_opened', 65 * DAY, 40 * DAY, DAY, 0)
    expect(scoreEngagement(config, opens, NOW)).toMatchObject({
      points: 0,
      inactivity: { since: NOW - 65 * DAY, periods: 2, points: -20 },
    })
    expect(scoreEngagement(config, signalsAgo('email_opened', DAY, 0), NOW).points).toBe(6)
    const week = Array.from({ length: 17 }, (_, number) => (number * DAY) / 3)
    expect(scoreEngagement(config, signalsAgo('email_opened', ...week), NOW).points).toBe(50)
    expect(scoreEngagement(config, signalsAgo('email_opened', ...week, 40 * DAY), NOW).points).toBe(3)
  })

  it('is 0 with no signal, and stops at 50', () => {
    expect(scoreEngagement(config, [], NOW)).toEqual({ points: 0, exact: 0, contributions: [] })
    expect(scoreEngagement(config, signalsAgo('demo_requested', 1, 2, 3), NOW).points).toBe(50)
  })

  it('a signal that nobody gave points counts nothing, whatever its name', () => {
    const signals = ['page_viewed', 'constructor', '__proto__'].flatMap((type) => signalsAgo(type, 0))
    const result = scoreEngagement(config, signals, NOW)
    expect(result.points).toBe(0)
    expect(result.contributions.map(({ reason }) => reason)).toEqual(Array(3).fill('no points for this signal'))
  })
})

describe('window', () => {
  const windowed: EngagementConfig = { max: 50, window: 100, signals: { a: { points: 10 } } }
  it.each([
    [100, 10, 'counted'],
    [101, 0, 'older than the window'],
    [-50, 10, 'counted'],
  ])('a signal of age %i', (age, points, reason) => {
    const result = scoreEngagement(windowed, signalsAgo('a', age), NOW)
    expect(result).toMatchObject({ points, contributions: [{ reason, age: Math.max(0, age) }] })
  })
})

describe('half-life', () => {
  const fading: EngagementConfig = {
    max: 50,
    signals: { a: { points: 20, halfLife: 45 }, b: { points: 5, halfLife: 10 } },
  }
  it.each([
    [0, 20],
    [45, 10],
    [90, 5],
    [135, 2.5],
  ])('20 points of age %i are worth %d', (age, exact) => {
    expect(scoreEngagement(fading, signalsAgo('a', age), NOW).exact).toBe(exact)
  })

  it('rounds half up once, after adding up', () => {
    expect(scoreEngagement(fading, signalsAgo('b', 10), NOW)).toMatchObject({ exact: 2.5, points: 3 })
    expect(scoreEngagement(fading, signalsAgo('b', 10, 10), NOW)).toMatchObject({ exact: 5, points: 5 })
    expect(scoreEngagement(fading, signalsAgo('b', 20, 20, 20), NOW)).toMatchObject({ exact: 3.75, points: 4 })
    expect(scoreEngagement(fading, signalsAgo('b', 20), NOW)).toMatchObject({ exact: 1.25, points: 1 })
  })
})

describe('cap', () => {
  const capped: EngagementConfig = {
    max: 100,
    signals: { a: { points: 3, cap: { count: 2, per: 10 } }, b: { points: 1 } },
  }
  const counted = (...ages: number[]) =>
    scoreEngagement(capped, signalsAgo('a', ...ages), NOW)
      .contributions.filter(({ reason }) => reason === 'counted')
      .map(({ age }) => age)
      .toReversed()

  it.each([
    [
      [1, 2, 3],
      [1, 2],
    ],
    [
      [1, 2, 10],
      [1, 2],
    ],
    [
      [1, 2, 11],
      [1, 2, 11],
    ],
    [
      [1, 2, 11, 12, 13],
      [1, 2, 11, 12],
    ],
    [
      [5, 5, 5],
      [5, 5],
    ],
    [
      [1, 9, 10, 18, 19],
      [1, 9, 18, 19],
    ],
  ])('of the ages %j, %j count: the newest', (ages, expected) => {
    expect(counted(...ages)).toEqual(expected)
  })

  it('is a cap per type, and says so', () => {
    const signals = [...signalsAgo('a', 1, 2, 3), ...signalsAgo('b', 1, 2, 3)]
    const result = scoreEngagement(capped, signals, NOW)
    expect(result.points).toBe(9)
    expect(result.contributions[0]).toMatchObject({ signal: { id: 'a-2' }, points: 0, reason: 'over the cap' })
  })
})

test('all forms together', () => {
  const all: EngagementConfig = {
    max: 50,
    window: 100 * DAY,
    signals: { a: { points: 16, halfLife: 20 * DAY, cap: { count: 1, per: 7 * DAY } }, b: { points: 30 } },
    inactivity: { points: -2, every: 10 * DAY },
  }
  const signals = [...signalsAgo('a', 40 * DAY, 41 * DAY, 60 * DAY), ...signalsAgo('b', 101 * DAY, 50 * DAY)]
  expect(scoreEngagement(all, signals, NOW)).toMatchObject({
    exact: 4 + 2 + 30 - 8,
    points: 28,
    inactivity: { since: NOW - 40 * DAY, periods: 4, points: -8 },
  })
})

describe('memoryOf', () => {
  it('is for ever without a window, else the window and the longest period of a cap', () => {
    expect(memoryOf({ max: 50, signals: {} })).toBeUndefined()
    expect(memoryOf(config)).toBe(180 * DAY)
    const cap = (per: number) => ({ points: 1, cap: { count: 1, per } })
    expect(memoryOf({ max: 50, window: 100, signals: { a: cap(7), b: cap(30), c: { points: 1 } } })).toBe(130)
  })
})
