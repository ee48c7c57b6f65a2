import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { type EngagementConfig, scoreEngagement } from '../../../src/rules/engagement.ts'
import { bandOf, type ScoringConfig, totalOf } from '../../../src/rules/score.ts'
import { scoreAhead } from '../../../src/rules/score-ahead.ts'
import { engagementConfigs, someInstant, someSignals } from '../../support/engagement-configs.ts'
import { DAY, NOW, signalsAgo } from '../../support/records.ts'

const shipped = (await loadConfig('config', NOW)).scoring
const scoringOf = (engagement: EngagementConfig, more: Partial<ScoringConfig> = {}): ScoringConfig => ({
  ...shipped,
  engagement,
  ...more,
})

describe('when a score is computed again by itself', () => {
  it.each<[string, number, [string, ...number[]][], number | null]>([
    ['nothing is known', 50, [], null],
    ['the total is 0 and stays so', -50, [['demo_requested', 0]], null],
    ['a month of silence', 50, [['demo_requested', 0]], 30 * DAY],
    ['a month of silence, of which ten days have passed', 50, [['demo_requested', 10 * DAY]], 20 * DAY],
    [
      'the end of the window',
      50,
      [
        ['email_opened', 175 * DAY],
        ['demo_requested', 0],
      ],
      5 * DAY + 1,
    ],
    ['after silence has taken everything', 50, [['email_clicked', 31 * DAY]], null],
  ])('%s', (_, fit, signals, after) => {
    const all = signals.flatMap(([type, ...ages]) => signalsAgo(type, ...ages))
    const { refresh } = scoreAhead(shipped, fit, all, NOW)
    expect(refresh === null ? null : refresh - NOW).toBe(after)
  })

  it('where points fade: once a day, at once for a step, later where nothing changes sooner', () => {
    const fading = (halfLife: number, inactivity?: EngagementConfig['inactivity']) =>
      scoringOf({ max: 50, window: 180 * DAY, signals: { a: { points: 40, halfLife } }, inactivity })
    const daysUntil = (scoring: ScoringConfig, age = 0) => {
      const { refresh } = scoreAhead(scoring, 10, signalsAgo('a', age), NOW)
      return refresh === null ? null : (refresh - NOW) / DAY
    }
    expect(daysUntil(fading(5 * DAY))).toBe(1)
    expect(daysUntil(fading(5 * DAY, { points: -10, every: 0.5 * DAY }))).toBe(0.5)
    expect(daysUntil(fading(5 * DAY, { points: -10, every: 2 * DAY }), 1.5 * DAY)).toBe(0.5)
    // 40 falls to 39.5 only later.
    expect(daysUntil(fading(200 * DAY))).toBeCloseTo(200 * Math.log2(40 / 39.5), 4)
  })
})

describe('points that are taken away', () => {
  const scoring = scoringOf({
    max: 50,
    signals: { good: { points: 30, halfLife: 90 * DAY }, bad: { points: -20, halfLife: 9 * DAY } },
  })

  it('fade, so that the band rises, and falls again later: the next change is found each time', () => {
    const signals = [...signalsAgo('good', 0, 1), ...signalsAgo('bad', 0, 1)]
    const bandAt = (at: number) =>
      bandOf(scoring.bands, totalOf(scoring, 30, scoreEngagement(scoring.engagement, signals, at).points))
    const bands = [bandAt(NOW)]
    for (let at: number | null = NOW; at !== null; ) {
      at = scoreAhead(scoring, 30, signals, at).bandChange
      if (at === null) break
      expect(bandAt(at - 1)).toBe(bands.at(-1))
      bands.push(bandAt(at))
    }
    expect(bands).toEqual(['medium', 'high', 'medium', 'low'])
  })

  it('a rise that just misses the next band is none', () => {
    const signals = [...signalsAgo('good', 0), ...signalsAgo('bad', 0)]
    const totals = Array.from({ length: 400 }, (_, day) =>
      totalOf(scoring, 0, scoreEngagement(scoring.engagement, signals, NOW + day * DAY).points),
    )
    const most = Math.max(...totals)
    const high = (end: number) => scoringOf(scoring.engagement, { bands: { low: 0, medium: end, high: 90, hot: 95 } })
    expect(scoreAhead(high(most + 1), 0, signals, NOW).bandChange).toBeNull()
    expect(scoreAhead(high(most), 0, signals, NOW).bandChange).not.toBeNull()
  })
})

test('what is shown is never older than a day, and never by a step', () => {
  // The small numbers of the arbitraries, as parts of a day.
  const scale = DAY / 25
  const scaled = engagementConfigs().map(({ window, signals, inactivity, ...rest }) => ({
    ...rest,
    window: window && window * scale,
    inactivity: inactivity && { ...inactivity, every: inactivity.every * scale },
    signals: Object.fromEntries(
      Object.entries(signals).map(([type, rule]) => [
        type,
        { ...rule, halfLife: rule.halfLife && rule.halfLife * scale },
      ]),
    ),
  }))
  const some = someSignals.map((signals) => signals.map((signal) => ({ ...signal, at: signal.at * scale })))
  fc.assert(
    fc.property(scaled, some, someInstant, fc.integer({ min: -50, max: 50 }), (engagement, signals, instant, fit) => {
      const scoring = scoringOf(engagement)
      const now = instant * scale
      const shownAt = (at: number) => {
        const { points } = scoreEngagement(engagement, signals, at)
        return totalOf(scoring, fit, points) === 0 ? -1 : points
      }
      const { refresh } = scoreAhead(scoring, fit, signals, now)
      const until = refresh ?? now + 100 * DAY
      const instants = Array.from({ length: 200 }, (_, part) => Math.floor(now + ((until - now) * part) / 200))
      const changed = instants.find((at) => shownAt(at) !== shownAt(now))
      if (changed === undefined) return
      expect(refresh).not.toBeNull()
      expect(until - changed).toBeLessThanOrEqual(DAY)
      // Between the first change and the look nothing goes by a step: from one part to the next it fades by little.
      for (const [index, at] of instants.entries()) {
        const before = instants[index - 1]
        if (before !== undefined && before >= changed && stepBetween(engagement, signals, before, at, shownAt))
          throw new Error(`a step between ${before} and ${at} is missed`)
      }
    }),
    { numRuns: 300 },
  )
})

/** Whether something goes by a step between two instants: halved until one is left, where it is another than a millisecond before. */
function stepBetween(
  engagement: EngagementConfig,
  signals: Parameters<typeof scoreEngagement>[1],
  from: number,
  to: number,
  shownAt: (at: number) => number,
): boolean {
  const ends = signals.flatMap(({ at }) => (engagement.window === undefined ? [] : [at + engagement.window + 1]))
  const steps = signals.flatMap(({ at }) =>
    engagement.inactivity
      ? Array.from({ length: 40 }, (_, count) => at + (count + 1) * (engagement.inactivity?.every ?? 0))
      : [],
  )
  return [...ends, ...steps].some((at) => {
    const moved = at > from && at <= to && shownAt(at - 1) !== shownAt(at)
    const { exact: before } = scoreEngagement(engagement, signals, at - 1)
    return moved && Math.abs(before - scoreEngagement(engagement, signals, at).exact) > 1e-3
  })
}
