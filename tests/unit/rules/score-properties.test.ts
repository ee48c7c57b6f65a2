import fc from 'fast-check'
import { expect, test } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import type { AttributeValue } from '../../../src/rules/attributes.ts'
import { scoreEngagement } from '../../../src/rules/engagement.ts'
import { bandOf, type ScoringConfig, scoreLead, totalOf } from '../../../src/rules/score.ts'
import { scoreAhead } from '../../../src/rules/score-ahead.ts'
import { engagementConfigs, someInstant, someSignals } from '../../support/engagement-configs.ts'
import { BEST_FIT, DAY, facts, NOW } from '../../support/records.ts'

const config = await loadConfig('config', NOW)
const TEN_YEARS = 3_650 * DAY

const scoringsWith = (only?: 'falling'): fc.Arbitrary<ScoringConfig> =>
  fc
    .record({
      engagement: engagementConfigs(undefined, only),
      base: fc.option(fc.integer({ min: -20, max: 20 }), { nil: undefined }),
      ends: fc.uniqueArray(fc.integer({ min: 1, max: 100 }), { minLength: 3, maxLength: 3 }),
    })
    .map(({ engagement, base, ends }) => {
      const [medium = 31, high = 61, hot = 81] = ends.toSorted((a, b) => a - b)
      return { ...config.scoring, base, engagement, bands: { low: 0, medium, high, hot } }
    })
const scorings = scoringsWith()
const fit = fc.integer({ min: -50, max: 50 })

test('the next change of the band is at the first instant of another band: one millisecond before it is still the same', () => {
  fc.assert(
    fc.property(
      scorings,
      fit,
      someSignals,
      someInstant,
      fc.nat({ max: 1_000 }),
      (scoring, fit, signals, now, share) => {
        const bandAt = (at: number) =>
          bandOf(scoring.bands, totalOf(scoring, fit, scoreEngagement(scoring.engagement, signals, at).points))
        const change = scoreAhead(scoring, fit, signals, now).bandChange
        if (change === null) {
          for (const at of [1, 100, 1_000, 5_000, TEN_YEARS]) expect(bandAt(now + at)).toBe(bandAt(now))
          return
        }
        expect(change).toBeGreaterThan(now)
        expect(Number.isInteger(change)).toBe(true)
        expect(bandAt(change)).not.toBe(bandAt(now))
        expect(bandAt(change - 1)).toBe(bandAt(now))
        expect(bandAt(now + Math.floor(((change - 1 - now) * share) / 1_000))).toBe(bandAt(now))
      },
    ),
    { numRuns: 500 },
  )
})

test('with the default config the band changes exactly then, for any past', () => {
  const types = Object.keys(config.scoring.engagement.signals)
  const past = fc.array(
    fc.record({ id: fc.uuid(), type: fc.constantFrom(...types), at: fc.integer({ min: NOW - 200 * DAY, max: NOW }) }),
    { maxLength: 12 },
  )
  fc.assert(
    fc.property(past, (signals) => {
      const change = scoreAhead(config.scoring, 50, signals, NOW).bandChange
      const bandAt = (at: number) => scoreLead(config, BEST_FIT, signals, at).band
      expect(bandAt(NOW + TEN_YEARS) === bandAt(NOW)).toBe(change === null)
      if (change === null) return
      expect(bandAt(change - 1)).toBe(bandAt(NOW))
      expect(bandAt(change)).not.toBe(bandAt(NOW))
    }),
  )
})

const anyAttributes = fc.dictionary(
  fc.constantFrom('jobTitle', 'company.size', 'company.industry', 'email.domain', 'company.name'),
  fc.oneof<fc.Arbitrary<AttributeValue>[]>(
    fc.integer({ min: -10, max: 1_000 }),
    fc.string(),
    fc.boolean(),
    fc.constantFrom('CMO', 'student', 'internet', 'rival.example'),
    fc.array(fc.string(), { maxLength: 3 }),
  ),
)

test('fit, engagement and total stay within their bounds for any lead', () => {
  const types = [...Object.keys(config.scoring.engagement.signals), 'other', 'constructor']
  const signals = fc.array(
    fc.record({ id: fc.uuid(), type: fc.constantFrom(...types), at: fc.integer({ min: 0, max: 2 * NOW }) }),
    { maxLength: 40 },
  )
  fc.assert(
    fc.property(anyAttributes, signals, (values, signals) => {
      const score = scoreLead(config, facts(values), signals, NOW)
      expect(Number.isInteger(score.total)).toBe(true)
      expect(score.fit.points).toBeGreaterThanOrEqual(-50)
      expect(score.fit.points).toBeLessThanOrEqual(50)
      expect(score.engagement.points).toBeGreaterThanOrEqual(0)
      expect(score.engagement.points).toBeLessThanOrEqual(50)
      expect(score.total).toBe(Math.max(0, Math.min(100, score.fit.points + score.engagement.points)))
      if (score.mql) expect(score.total).toBeGreaterThanOrEqual(61)
    }),
  )
})

test('where nothing takes points away, the total never rises while nothing happens, and the order of signals never matters', () => {
  fc.assert(
    fc.property(scoringsWith('falling'), someSignals, someInstant, someInstant, (scoring, signals, one, other) => {
      const totalAt = (at: number, of = signals) => scoreLead({ icp: config.icp, scoring }, BEST_FIT, of, at).total
      const [earlier, later] = [Math.min(one, other), Math.max(one, other)]
      expect(totalAt(later)).toBeLessThanOrEqual(totalAt(earlier))
      expect(totalAt(one, signals.toReversed())).toBe(totalAt(one))
    }),
  )
})
