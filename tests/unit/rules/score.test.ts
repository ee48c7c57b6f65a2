import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { bandOf, fullLookup, icpLookup, type ScoringConfig, scoreLead, totalOf } from '../../../src/rules/score.ts'
import { scoreAhead } from '../../../src/rules/score-ahead.ts'
import { BEST_FIT, DAY, facts, NOW, signalsAgo, when } from '../../support/records.ts'

const config = await loadConfig('config', NOW)
const { bands } = config.scoring

/** The default bands and MQL definition, with rules that give exactly these points. */
function scoreOf(fit: number, engagement: number, mql = config.scoring.mql) {
  const scoring: ScoringConfig = {
    fit: { max: 50, rules: [{ id: 'it', points: fit, when: when('a', { known: true }) }] },
    engagement: { max: 50, signals: { it: { points: engagement } } },
    bands,
    mql,
  }
  return scoreLead({ icp: config.icp, scoring }, facts({ a: 1 }), signalsAgo('it', 0), NOW)
}

describe('bands', () => {
  it.each([
    [0, 'low'],
    [30, 'low'],
    [31, 'medium'],
    [60, 'medium'],
    [61, 'high'],
    [80, 'high'],
    [81, 'hot'],
    [100, 'hot'],
  ])('%i is %s', (total, band) => {
    expect(bandOf(bands, total)).toBe(band)
  })
})

describe('total', () => {
  it.each([
    [50, 50, 100],
    [100, 50, 100],
    [-30, 20, 0],
    [-30, 50, 20],
    [20, 11, 31],
  ])('%i of fit and %i of engagement are %i', (fit, engagement, total) => {
    expect(totalOf({}, fit, engagement)).toBe(total)
  })
})

describe('a marketing-qualified lead', () => {
  it.each([
    [30, 31, true],
    [50, 50, true],
    [29, 50, false],
    [29, 32, false],
    [50, 30, false],
    [31, 30, false],
    [30, 30, false],
    [-30, 50, false],
  ])('fit %i and engagement %i: %s', (fit, engagement, mql) => {
    expect(scoreOf(fit, engagement).mql).toBe(mql)
  })

  it.each([
    [35, 34, false],
    [36, 34, true],
    [34, 36, true],
  ])('needs the total as well: fit %i and engagement %i with 70 wanted: %s', (fit, engagement, mql) => {
    expect(scoreOf(fit, engagement, { score: 70, fit: 30, engagement: 31 }).mql).toBe(mql)
  })
})

describe('a lead that scored 85 three months ago is not an 85 today', () => {
  const interest = [...signalsAgo('demo_requested', 0), ...signalsAgo('webinar_attended', 0)]
  it.each([
    [0, 85, 'hot', true],
    [30, 75, 'high', false],
    [60, 65, 'high', false],
    [90, 55, 'medium', false],
    [91, 55, 'medium', false],
    [200, 50, 'medium', false],
  ])('after %i days: %i', (days, total, band, mql) => {
    const score = scoreLead(config, BEST_FIT, interest, NOW + days * DAY)
    expect(score).toMatchObject({ total, band, mql, icp: { tier: 1, persona: 'marketing leader' } })
    expect(score.fit.points).toBe(50)
  })

  it('and the times at which its band falls are known beforehand', () => {
    const first = scoreAhead(config.scoring, 50, interest, NOW).bandChange
    expect(first).toBe(NOW + 30 * DAY)
    expect(scoreAhead(config.scoring, 50, interest, NOW + 30 * DAY).bandChange).toBe(NOW + 90 * DAY)
    expect(scoreAhead(config.scoring, 50, interest, NOW + 90 * DAY).bandChange).toBeNull()
  })
})

describe('the next change of the band', () => {
  const windowed: ScoringConfig = {
    ...config.scoring,
    engagement: { max: 50, window: 100, signals: { a: { points: 40 } } },
  }
  it('is the first millisecond outside the window', () => {
    expect(scoreAhead(windowed, 0, signalsAgo('a', 30), NOW).bandChange).toBe(NOW + 71)
  })

  it('waits for a signal from the future to grow old', () => {
    expect(scoreAhead(windowed, 0, signalsAgo('a', -1_000), NOW).bandChange).toBe(NOW + 1_101)
  })

  it('is null for the lowest band, and when fit alone holds the band', () => {
    expect(scoreAhead(windowed, 0, [], NOW).bandChange).toBeNull()
    expect(scoreAhead(windowed, 50, signalsAgo('a', 101), NOW).bandChange).toBeNull()
  })

  it('is a whole millisecond also when the window is not', () => {
    const scoring = { ...windowed, engagement: { ...windowed.engagement, window: 100.000001 } }
    expect(scoreAhead(scoring, 0, signalsAgo('a', 30), NOW).bandChange).toBe(NOW + 71)
  })
})

describe('lookups', () => {
  const signals = [
    ...signalsAgo('pricing_page_viewed', 0, 10 * DAY, 30 * DAY, 31 * DAY),
    ...signalsAgo('email_opened', 1),
  ]
  const score = scoreLead(config, BEST_FIT, signals, NOW)
  const lookup = fullLookup(BEST_FIT, signals, score, NOW)

  it.each<[string, number | undefined, unknown]>([
    ['jobTitle', undefined, 'VP Marketing'],
    ['icp.tier', undefined, 1],
    ['persona', undefined, 'marketing leader'],
    ['icp.negative', undefined, undefined],
    ['score', undefined, 73],
    ['score.fit', undefined, 50],
    ['score.engagement', undefined, 23],
    ['band', undefined, 'high'],
    ['signals.pricing_page_viewed', undefined, 4],
    ['signals.pricing_page_viewed', 30 * DAY, 3],
    ['signals.pricing_page_viewed', 30 * DAY - 1, 2],
    ['signals.webinar_attended', undefined, 0],
    ['company.name', undefined, undefined],
  ])('%s within %s is %s', (name, within, value) => {
    expect(lookup(name, { within })).toBe(value)
  })

  it('the profile wins over an attribute of the same name', () => {
    expect(icpLookup(facts({ persona: 'pretender' }), { persona: 'founder', checks: [], derived: {} })('persona')).toBe(
      'founder',
    )
  })

  it('a score of 0 is known', () => {
    const nobody = scoreLead(config, {}, [], NOW)
    const find = fullLookup({}, [], nobody, NOW)
    expect([find('score'), find('score.fit'), find('score.engagement')]).toEqual([0, 0, 0])
  })
})
