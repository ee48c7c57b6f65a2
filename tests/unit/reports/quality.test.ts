import { describe, expect, it } from 'vitest'
import type { Fact, KeptFact } from '../../../src/facts/fact.ts'
import { earlier, periodNamed } from '../../../src/reports/period.ts'
import { quality } from '../../../src/reports/quality.ts'
import type { ReportSettings } from '../../../src/reports/settings.ts'

const period = periodNamed('2026-11', 'Europe/Berlin')
const settings = {
  timeZone: 'Europe/Berlin',
  dataQuality: {
    sample: 20,
    targets: {
      ...{ validEmails: 0.95, requiredFields: 0.9, duplicates: 0.05, lifecycleStage: 0.85, leadSource: 0.95 },
      ...{ stale: 0.15, composite: 0.85 },
    },
  },
  salesKinds: ['mql-to-sales'],
  routes: ['tier-1', 'mql'],
  promises: { hot: { outcome: 'accepted', atLeast: 0.7 }, high: { outcome: 'accepted', atLeast: 0.5 } },
} as unknown as ReportSettings

let number = 0
const kept = (fact: Partial<Fact> & Pick<Fact, 'type'>): KeptFact => ({
  id: `0-${number++}`,
  lead: '',
  at: Date.parse('2026-11-10T12:00:00Z'),
  ...fact,
})

function reportOf(leads: KeptFact[][]) {
  const before = (count: number) => earlier(period, count)
  const fold = quality.fold({ period, before, settings, now: period.to, since: 0 })
  for (const facts of leads) fold.add(facts)
  const { findings, sections, charts } = fold.finish()
  return { findings, charts, rows: (id: string) => sections.find((one) => one.id === id)?.rows ?? [] }
}

/** The measures of a check: how many of 200 contacts are right. */
const checked = (date: string, right: Record<string, number>) =>
  Object.entries(right).map(([rule, value]) =>
    kept({ type: 'measured', at: Date.parse(date), rule, value, amount: '200' }),
  )

const LATELY = Date.parse('2026-11-27T12:00:00Z')
const LONG_AGO = Date.parse('2026-07-27T12:00:00Z')

const judged = (lead: string, ...words: [date: string, reason: string][]) =>
  words.map(([date, reason]) => kept({ type: 'judged', lead, at: Date.parse(date), reason, stage: 'mql' }))

describe('the scorecard', () => {
  const facts = [
    [
      ...checked('2026-10-30T02:00:00Z', {
        validEmails: 190,
        requiredFields: 100,
        duplicates: 200,
        leadSource: 200,
        stale: 180,
      }),
      // The last check of the month counts.
      ...checked('2026-11-03T02:00:00Z', { validEmails: 3, requiredFields: 3, duplicates: 3, leadSource: 3, stale: 3 }),
      ...checked('2026-11-30T02:00:00Z', {
        validEmails: 192,
        requiredFields: 150,
        duplicates: 188,
        leadSource: 190,
        stale: 180,
      }),
      ...checked('2026-11-30T02:00:00Z', { 'known:jobTitle': 120, 'says-nothing:jobTitle': 30 }),
      ...checked('2026-12-01T02:00:00Z', { validEmails: 1 }),
    ],
    judged('a', ['2026-11-04T09:00:00Z', 'right']),
    judged('b', ['2026-11-04T09:00:00Z', 'right'], ['2026-11-05T09:00:00Z', 'wrong']),
    judged('c', ['2026-11-04T09:00:00Z', 'wrong'], ['2026-11-05T09:00:00Z', 'right']),
    judged('d', ['2026-11-30T22:59:00Z', 'right']),
    judged('e', ['2026-11-30T23:00:00Z', 'wrong']),
  ]
  const { rows, findings } = reportOf(facts)

  it('holds the last check of the month and the last word about each lead against the targets', () => {
    const card = rows('scorecard').map(({ measure, share, met, change, count, of }) => [
      measure,
      share,
      met,
      change,
      count,
      of,
    ])
    expect(card).toEqual([
      ['Valid emails', 0.96, 'yes', expect.closeTo(0.01), 192, 200],
      ['Required fields', 0.75, 'no', 0.25, 150, 200],
      ['Duplicates', expect.closeTo(0.06), 'no', expect.closeTo(0.06), 12, 200],
      ['Lifecycle stage right', 0.75, 'no', null, 3, 4],
      ['Lead source', 0.95, 'yes', expect.closeTo(-0.05), 190, 200],
      ['Stale', expect.closeTo(0.1), 'yes', expect.closeTo(0), 20, 200],
      // (0.96 + 0.75 + 0.94 + 0.75 + 0.95 + 0.9) / 6, and without a judgement (0.95 + 0.5 + 1 + 1 + 0.9) / 5.
      ['Composite', expect.closeTo(0.875), 'yes', expect.closeTo(0.005), null, null],
    ])
  })

  it('says what is off its target, with its numbers', () => {
    expect(findings.map(({ level, text }) => `${level}: ${text}`)).toEqual([
      'good: The quality of the data is 88 %, +0.5 points on the month before; the target is at least 85 %.',
      'warn: Required fields: 75 % (150 of 200), the target is at least 90 %.',
      'warn: Duplicates: 6 % (12 of 200), the target is at most 5 %.',
      'warn: Lifecycle stage right: 75 % (3 of 4 judged), the target is at least 85 %.',
    ])
  })

  it('says what rules know, once texts that say nothing are left out', () =>
    expect(rows('known')).toEqual([{ attribute: 'jobTitle', share: 0.6, nothing: 0.15, change: null }]))

  it('of a month without a check says so, and no share is 0 or 100 %', () => {
    const empty = reportOf([])
    expect(empty.findings.map(({ text }) => text)).toEqual([
      'The data was not checked in this month, so nothing is known of it.',
    ])
    expect(empty.rows('scorecard').map(({ share, met }) => [share, met])).toEqual(Array(7).fill([null, null]))
    const none = reportOf([[kept({ type: 'measured', rule: 'validEmails', value: 0, amount: '0' })]])
    expect(none.rows('scorecard')[0]).toMatchObject({ share: null, met: null, of: 0 })
  })
})

describe('what became of leads that sales was handed', () => {
  /** A lead of a band that a route handed over, and what followed. */
  const handed = (band: string, route: string, source: string, ...after: (Partial<Fact> & Pick<Fact, 'type'>)[]) => [
    kept({ type: 'scored', lead: 'x', reason: band }),
    kept({ type: 'assigned', lead: 'x', handoff: '1', kind: 'mql-to-sales', route, source }),
    ...after.map((fact) => kept({ lead: 'x', handoff: '1', kind: 'mql-to-sales', ...fact })),
  ]
  const yes = { type: 'accepted' } as const
  const no = { type: 'rejected', reason: 'not_a_fit' } as const
  const many = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make)
  const leads = [
    ...many(60, () => handed('hot', 'tier-1', 'REFERRALS', yes)),
    ...many(5, () => handed('hot', 'tier-1', 'REFERRALS', no)),
    // Open: of the last week. Older ones are not accepted, as in the weekly report.
    ...many(7, () => handed('hot', 'tier-1', 'Referrals').map((fact) => ({ ...fact, at: LATELY }))),
    ...many(3, () => handed('medium', 'mql', 'REFERRALS')),
    // Theirs before, in another handoff: sales is not handed it anew.
    [kept({ type: 'outcome', lead: 'w', stage: 'opportunity', at: LONG_AGO }), ...handed('hot', 'tier-1', 'REFERRALS')],
    handed('hot', 'tier-1', 'REFERRALS', no, { type: 'outcome', stage: 'customer' }),
    ...many(2, () => handed('high', 'mql', 'DIRECT_TRAFFIC', yes)),
    ...many(38, () => handed('high', 'mql', 'DIRECT_TRAFFIC', no)),
    ...many(12, () => handed('medium', 'mql', 'REFERRALS', yes)),
    // Of another kind, and before half a year.
    [kept({ type: 'assigned', lead: 'y', handoff: '1', kind: 'onboarding' })],
    [kept({ type: 'assigned', lead: 'z', handoff: '1', kind: 'mql-to-sales', at: Date.parse('2026-05-31T21:00:00Z') })],
  ]
  const { rows, findings } = reportOf(leads)

  it('is counted by the band they had, of those that sales has decided about', () =>
    expect(
      rows('bands').map(({ group, handed: all, decided, accepted, share, customer }) => [
        ...[group, all, decided, accepted, share, customer],
      ]),
    ).toEqual([
      ['hot', 73, 66, 61, 61 / 66, 1],
      ['high', 40, 40, 2, 0.05, 0],
      ['medium', 15, 15, 12, 0.8, 0],
    ]))

  it('and by source, with the interval in which the true share lies', () => {
    expect(rows('sources').map(({ group, decided, accepted }) => [group, decided, accepted])).toEqual([
      ['REFERRALS', 81, 73],
      ['DIRECT_TRAFFIC', 40, 2],
    ])
    // Wilson for 2 of 40, by hand: (0.05 + 1.9208/40 ± 1.96 √(0.05·0.95/40 + 0.9604/1600)) / (1 + 3.8416/40).
    expect(rows('sources')[1]).toMatchObject({ from: expect.closeTo(0.0138, 3), to: expect.closeTo(0.165, 3) })
  })

  it('names inversions, and what bands promise', () => {
    const said = findings.flatMap(({ level, text }) => (/inversion|promises/.test(text) ? [`${level}: ${text}`] : []))
    expect(said).toEqual([
      'warn: An inversion: the band high converts worse (5 %, 2 of 40) than medium (80 %, 12 of 15).',
      'good: The band hot promises 70 % accepted, and has 92.4 % (61 of 66): kept.',
      'warn: The band high promises 50 % accepted, and has 5 % (2 of 40): broken.',
    ])
    const few = reportOf([...many(4, () => handed('hot', 'tier-1', '', yes)), handed('hot', 'tier-1', '', no)])
    expect(few.rows('promises')[0]).toMatchObject({ band: 'hot', share: 0.8, decided: 5, verdict: 'cannot tell' })
    expect(few.rows('promises')[1]).toMatchObject({ band: 'high', share: null, from: null, verdict: 'cannot tell' })
  })
})
