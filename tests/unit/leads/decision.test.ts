import { describe, expect, it, test } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import {
  type Decision,
  decide,
  type Standing,
  scoreSummary,
  standingRoute,
  topReasons,
} from '../../../src/leads/decision.ts'
import type { StandingRoute } from '../../../src/leads/lead.ts'
import type { Attributes, Signal } from '../../../src/rules/attributes.ts'
import { plain, signed } from '../../../src/rules/words.ts'
import { BEST_FIT, DAY, facts, NOW, signalsAgo } from '../../support/records.ts'

const config = await loadConfig('config', NOW)
const FREE = { withSales: false, rejected: false }
const REACHED = { withSales: true, rejected: false }
const demo = signalsAgo('demo_requested', 0)

function decided(attributes: Attributes, signals: Signal[] = [], standing: Standing = FREE, now = NOW): Decision {
  return decide(config, { attributes, signals }, standing, now)
}

describe('what happens to a lead', () => {
  it.each([
    ['a hot lead', BEST_FIT, FREE, 'assign', 'tier-1-mql'],
    ['one that a rep has', BEST_FIT, { withSales: true, rejected: false }, 'stay-with-sales', 'tier-1-mql'],
    ['one that a person took out', BEST_FIT, { withSales: false, rejected: true }, 'stay-rejected', 'tier-1-mql'],
    ['one that has both', BEST_FIT, { withSales: true, rejected: true }, 'stay-with-sales', 'tier-1-mql'],
    ['one of little interest', {}, FREE, 'nurture', 'low'],
    ['a student', facts({ jobTitle: 'student' }), FREE, 'disqualify', 'negative-icp'],
    [
      'a student whom a rep has',
      facts({ jobTitle: 'student' }),
      { withSales: true, rejected: false },
      'stay-with-sales',
      'negative-icp',
    ],
    ['one that comes back', BEST_FIT, { ...REACHED, comesBack: true }, 'assign', 'tier-1-mql'],
    ['one that comes back, for whom no rep is meant', {}, { ...REACHED, comesBack: true }, 'stay-with-sales', 'low'],
    [
      'one that comes back against a person’s word',
      BEST_FIT,
      { ...REACHED, comesBack: true, rejected: true },
      'stay-rejected',
      'tier-1-mql',
    ],
    ['one that nobody reached', BEST_FIT, { ...FREE, resting: true }, 'stay-in-nurture', 'tier-1-mql'],
    [
      'one that nobody reached and a person took out',
      BEST_FIT,
      { withSales: false, rejected: true, resting: true },
      'stay-rejected',
      'tier-1-mql',
    ],
  ])('%s', (_, attributes, standing: Standing, action, route) => {
    const decision = decided(attributes, demo, standing)
    expect(decision).toMatchObject({ action, route: { route } })
  })

  it('names what sales would miss', () => {
    expect(decided(BEST_FIT, demo).missing).toEqual([])
    expect(decided(facts({ jobTitle: 'CMO' })).missing).toEqual([
      'company.size or company.revenue',
      'company.industry',
      'leadSource.detail',
    ])
  })
})

describe('when to look again', () => {
  it.each<[string, Attributes, Signal[], typeof FREE, number | null]>([
    ['at the fall of its band', BEST_FIT, demo, FREE, 30],
    ['with a rep as well', BEST_FIT, demo, { withSales: true, rejected: false }, 30],
    ['when its route says so', {}, [], FREE, 30],
    [
      'at the earlier of the two',
      facts({ 'company.size': 30 }),
      signalsAgo('demo_requested', 29 * DAY).concat(signalsAgo('email_clicked', 29 * DAY)),
      FREE,
      1,
    ],
    [
      'or the route, when that is earlier',
      facts({ 'company.size': 30 }),
      demo.concat(signalsAgo('email_clicked', 0)),
      FREE,
      7,
    ],
    ['never when a rep has it and no band can fall', BEST_FIT, [], { withSales: true, rejected: false }, null],
  ])('%s', (_, attributes, signals, standing, days) => {
    const { wakeAt } = decided(attributes, signals, standing)
    expect(wakeAt).toBe(days === null ? null : NOW + days * DAY)
  })
})

describe('standingRoute', () => {
  const before: StandingRoute = { name: 'tier-1-mql', to: { pool: 'ae' }, reason: 'old', at: NOW - DAY }

  it('is the decision with its reason', () => {
    expect(standingRoute(decided(BEST_FIT, demo), undefined, NOW)).toEqual({
      name: 'tier-1-mql',
      to: { pool: 'ae' },
      reason: 'tier-1-mql: score 70 (fit 50, engagement 20)',
      at: NOW,
    })
    expect(standingRoute(decided(facts({ jobTitle: 'student' })), undefined, NOW).reason).toBe('student')
  })

  it('keeps its age while it is the same, with the reason of today', () => {
    const standing = standingRoute(decided(BEST_FIT, demo), before, NOW)
    expect(standing.at).toBe(NOW - DAY)
    expect(standing.reason).toContain('score 70')
    expect(standingRoute(decided(BEST_FIT, demo), { ...before, to: { pool: 'sdr' } }, NOW).at).toBe(NOW)
    expect(standingRoute(decided({}), before, NOW)).toMatchObject({ name: 'low', at: NOW })
  })

  it.each([
    { withSales: true, rejected: false },
    { withSales: false, rejected: true },
  ])('stays as it is: %j', (standing) => {
    expect(standingRoute(decided({}, [], standing), before, NOW)).toBe(before)
    expect(standingRoute(decided({}, [], standing), undefined, NOW).name).toBe('low')
  })
})

describe('reasons', () => {
  it('are the strongest first, with signals of a kind together', () => {
    const signals = [
      ...signalsAgo('content_downloaded', 31 * DAY, 32 * DAY, 33 * DAY),
      ...signalsAgo('email_opened', 31 * DAY),
    ]
    const { score } = decided(facts({ jobTitle: 'student', 'company.size': 2 }), signals)
    expect(topReasons(score, 3)).toEqual(['−30 negative icp', '+30 content downloaded (3×)', '−20 below minimum size'])
    expect(topReasons(score, 9)).toEqual([
      '−30 negative icp',
      '+30 content downloaded (3×)',
      '−20 below minimum size',
      '−10 inactivity',
      '+3 email opened',
    ])
  })

  it('are none when nothing counted', () => {
    expect(topReasons(decided({}).score, 3)).toEqual([])
  })

  it.each([
    [20, '+20'],
    [-10, '−10'],
    [2.5, '+2.5'],
    [2.449, '+2.4'],
    [0, '+0'],
  ])('%d is shown as %s', (points, text) => {
    expect(signed(points)).toBe(text)
  })

  it('names are words', () => {
    expect(plain('pricing_page_viewed')).toBe('pricing page viewed')
    expect(plain('company-size-tier-1')).toBe('company size tier 1')
  })
})

test('scoreSummary keeps the few numbers of a score', () => {
  expect(scoreSummary(decided(BEST_FIT, demo).score, NOW)).toEqual({
    total: 70,
    fit: 50,
    engagement: 20,
    band: 'high',
    mql: false,
    tier: 1,
    at: NOW,
    reasons: ['+20 company size tier 1', '+20 demo requested', '+15 industry tier 1'],
  })
  expect(scoreSummary(decided({}).score, NOW)).not.toHaveProperty('tier')
})
