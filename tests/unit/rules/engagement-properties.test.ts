import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { beginOfSilence, type EngagementConfig, memoryOf, scoreEngagement } from '../../../src/rules/engagement.ts'
import { engagementAhead } from '../../../src/rules/engagement-ahead.ts'
import { DECAYS, type Decay, engagementConfigs, someInstant, someSignals } from '../../support/engagement-configs.ts'

const later = fc.integer({ min: 0, max: 1_500 })
const combinations: Decay[][] = Array.from({ length: 2 ** DECAYS.length }, (_, bits) =>
  DECAYS.filter((_, index) => bits & (1 << index)),
)

describe('where nothing takes points away, the score never rises while nothing happens', () => {
  it.each(combinations.map((decays) => [decays.join(' + ') || 'no decay', decays] as const))('%s', (_, decays) => {
    fc.assert(
      fc.property(
        engagementConfigs(decays, 'falling'),
        someSignals,
        someInstant,
        later,
        (config, signals, now, wait) => {
          const before = scoreEngagement(config, signals, now)
          const after = scoreEngagement(config, signals, now + wait)
          expect(after.points).toBeLessThanOrEqual(before.points)
          expect(after.exact).toBeLessThanOrEqual(before.exact + 1e-9)
        },
      ),
    )
  })
})

test('stays between 0 and its maximum, as a whole number', () => {
  fc.assert(
    fc.property(engagementConfigs(), someSignals, someInstant, (config, signals, now) => {
      const { points } = scoreEngagement(config, signals, now)
      expect(Number.isInteger(points)).toBe(true)
      expect(points).toBeGreaterThanOrEqual(0)
      expect(points).toBeLessThanOrEqual(config.max)
    }),
  )
})

test('looking ahead finds the first change, as looking at every instant does', () => {
  fc.assert(
    fc.property(
      engagementConfigs(),
      someSignals,
      fc.array(someInstant, { maxLength: 3 }),
      (config, signals, instants) => {
        for (const now of instants) {
          const present = scoreEngagement(config, signals, now).points
          const change = engagementAhead(config, signals, now).firstChange((engagement) => engagement)
          const other = Array.from({ length: 300 }, (_, passed) => now + passed + 1).find(
            (at) => scoreEngagement(config, signals, at).points !== present,
          )
          if (other !== undefined) expect(change?.at).toBe(other)
          else if (change) expect(change.at).toBeGreaterThan(now + 300)
        }
      },
    ),
    { numRuns: 200 },
  )
})

test('where gains and losses fade at different speeds, with and without inactivity, the first change is found as well', () => {
  const halfLife = fc.integer({ min: 10, max: 600 })
  const rule = (min: number, max: number) => fc.record({ points: fc.double({ min, max, noNaN: true }), halfLife })
  const configs = fc.record({
    max: fc.constant(100),
    signals: fc.record({
      up: rule(0, 40),
      more: rule(0, 40),
      down: rule(-40, 0),
      less: rule(-40, 0),
      always: fc.record({ points: fc.integer({ min: 0, max: 40 }) }),
    }),
    inactivity: fc.option(
      fc.record({ points: fc.double({ min: -3, max: 0, noNaN: true }), every: fc.integer({ min: 5, max: 300 }) }),
      { nil: undefined },
    ),
  })
  const types = fc.subarray(['up', 'more', 'down', 'less', 'always'], { minLength: 2 })
  // Of many values one each, so that the score may go up and down within it.
  const width = fc.integer({ min: 1, max: 12 })
  fc.assert(
    fc.property(configs, types, width, (config, some, wide) => {
      const signals = some.map((type, index) => ({ id: type, type, at: index }))
      const seen = (engagement: number) => Math.floor(engagement / wide)
      const at = (instant: number) => seen(scoreEngagement(config, signals, instant).points)
      const change = engagementAhead(config, signals, 10).firstChange(seen)
      const other = Array.from({ length: 800 }, (_, passed) => 11 + passed).find((instant) => at(instant) !== at(10))
      if (other !== undefined) expect(change?.at).toBe(other)
      else if (change) expect(change.at).toBeGreaterThan(810)
    }),
    { numRuns: 1_000 },
  )
})

test('a step is told from a fading', () => {
  const config: EngagementConfig = {
    max: 50,
    window: 1_000,
    signals: { a: { points: 20, halfLife: 400 } },
    inactivity: { points: -10, every: 100 },
  }
  const ahead = engagementAhead(config, [{ id: '1', type: 'a', at: 0 }], 0)
  const itself = (engagement: number) => engagement
  expect(ahead.firstChange(itself)).toEqual({ at: 15, isStep: false })
  expect(ahead.firstStep(itself, 15, 1_000)).toBe(100)
  expect(ahead.firstStep(itself, 100, 1_000)).toBe(200)
  expect(ahead.firstStep(itself, 200, 1_000)).toBeNull()
})

test('the order of the signals changes nothing at all', () => {
  const shuffled = someSignals.chain((signals) =>
    fc.tuple(
      fc.constant(signals),
      fc.shuffledSubarray(signals, { minLength: signals.length, maxLength: signals.length }),
    ),
  )
  fc.assert(
    fc.property(engagementConfigs(), shuffled, someInstant, (config, [one, other], now) => {
      const [first, second] = [scoreEngagement(config, one, now), scoreEngagement(config, other, now)]
      expect(second.exact).toBe(first.exact)
      expect(second).toStrictEqual(first)
    }),
  )
})

test('the signals that were handed in are left as they were', () => {
  fc.assert(
    fc.property(engagementConfigs(), someSignals, someInstant, (config, signals, now) => {
      const copy = structuredClone(signals)
      scoreEngagement(config, Object.freeze(signals), now)
      expect(signals).toEqual(copy)
    }),
  )
})

test('never more than the cap counts in any period, and what is over it would have been too much', () => {
  fc.assert(
    fc.property(engagementConfigs(['cap']), someSignals, someInstant, (config, signals, now) => {
      const { contributions } = scoreEngagement(config, signals, now)
      for (const [type, { cap }] of Object.entries(config.signals)) {
        const ofType = contributions.filter(({ signal }) => signal.type === type)
        const counted = ofType.filter(({ reason }) => reason === 'counted').map(({ signal }) => signal.at)
        const inPeriodFrom = (start: number) =>
          counted.filter((at) => at >= start && at < start + (cap?.per ?? 0)).length
        for (const start of counted) expect(inPeriodFrom(start)).toBeLessThanOrEqual(cap?.count ?? 0)
        for (const { signal, reason } of ofType) {
          if (reason === 'over the cap') expect(inPeriodFrom(signal.at)).toBe(cap?.count)
        }
      }
    }),
  )
})

test('forgetting signals that are older than the memory, but for the one that a silence begins with, changes no score, now or later', () => {
  const remembering = engagementConfigs().filter((config) => config.window !== undefined)
  fc.assert(
    fc.property(remembering, someSignals, someInstant, later, (config, signals, now, wait) => {
      const recent = signals.filter((signal) => now - signal.at <= (memoryOf(config) ?? 0))
      const begin = beginOfSilence(config, signals)
      const kept = recent.length === 0 || !begin || recent.includes(begin) ? recent : [begin, ...recent]
      for (const at of [now, now + wait]) {
        expect(scoreEngagement(config, kept, at).points).toBe(scoreEngagement(config, signals, at).points)
      }
    }),
  )
})

test('a signal from the future is worth what it would be worth if it happened now', () => {
  fc.assert(
    fc.property(engagementConfigs(['window', 'half-life']), someSignals, someInstant, (config, signals, now) => {
      const clamped = signals.map((signal) => ({ ...signal, at: Math.min(signal.at, now) }))
      expect(scoreEngagement(config, signals, now).exact).toBeCloseTo(scoreEngagement(config, clamped, now).exact, 9)
    }),
  )
})
