import { describe, expect, it } from 'vitest'
import type { Fact } from '../../../src/facts/fact.ts'
import { quarterly } from '../../../src/reports/quarterly.ts'
import { wilson } from '../../../src/reports/statistics.ts'
import { fact, reached, reportOf, SETTINGS, section, sentences } from '../../support/report-facts.ts'

const SUMMER = {
  ...{ period: '2026-Q3', now: '2026-10-01T13:00:00', since: '2026-01-01' },
  settings: {
    triggers: ['asks', 'never'],
    routes: ['mql', 'low'],
    pools: ['ae'],
    reps: { r1: 'Ada', r2: 'Bo' },
    capacity: { r1: { hours: 40, perWeek: 5 }, r2: { hours: 20, perWeek: null } },
  },
}
const routed = (lead: string, at: string, route: string) => fact(lead, 'routed', at, { route, reason: 'nurture x' })
const fired = (lead: string, at: string) => fact(lead, 'triggered', at, { rule: 'asks', reason: 'fired' })
const mql = (lead: string, at: string) => fact(lead, 'stage', at, { stage: 'mql', reason: 'lead' })

/*
 * a asks, then becomes an MQL and at last a customer; b was an MQL before it asked, and becomes an SQL; c becomes an MQL and d nothing,
 * both without asking. e was a customer already. f did nothing in the quarter.
 */
const EFFECTS: Fact[] = [
  routed('a', '2026-07-05', 'low'),
  fired('a', '2026-07-10'),
  mql('a', '2026-07-12'),
  fact('a', 'triggered', '2026-07-20', { rule: 'asks', reason: 'followed-up' }),
  ...reached('a', 'customer', '2026-08-01'),
  routed('b', '2026-07-05', 'low'),
  mql('b', '2026-07-08'),
  routed('b', '2026-07-08', 'mql'),
  fired('b', '2026-07-10'),
  ...reached('b', 'sql', '2026-07-15'),
  fired('b', '2026-08-10'),
  routed('c', '2026-07-06', 'low'),
  mql('c', '2026-07-09'),
  routed('d', '2026-07-06', 'low'),
  fact('e', 'seen', '2026-03-01', { stage: 'customer', reason: 'adopted' }),
  fact('e', 'signal', '2026-07-07', { rule: 'pricing_page_viewed', content: '/pricing' }),
  routed('f', '2026-04-01', 'low'),
]

describe('what triggers and routes were followed by', async () => {
  const report = await reportOf(quarterly, EFFECTS, SUMMER)
  const row = (name: string, became: string, count: number, of: number, others: number | null) => {
    const likely = wilson(count, of)
    const difference = others === null ? null : expect.closeTo(count / of - others, 10)
    return { name, became, count, of, share: count / of, from: likely?.from, to: likely?.to, others, difference }
  }

  it('how often each fired, those that never did as well', () => {
    expect(section(report, 'triggers')).toEqual([
      { name: 'asks', times: 3, leads: 2 },
      { name: 'never', times: 0, leads: 0 },
    ])
    expect(section(report, 'routes')).toEqual([
      { name: 'mql', times: 1, leads: 1 },
      { name: 'low', times: 4, leads: 4 },
    ])
  })

  it('what came of those leads, against the others that were active', () => {
    // b was an MQL before it asked. The others are c and d: one of two an MQL, none more.
    expect(section(report, 'trigger-effects')).toEqual([
      row('asks', 'MQL', 1, 1, 0.5),
      row('asks', 'SQL', 2, 2, 0),
      row('asks', 'customer', 1, 2, 0),
    ])
    // By the route mql goes b alone, who is an MQL then; the others are a, c and d. By low go all who are at risk.
    expect(section(report, 'route-effects')).toEqual([
      row('mql', 'SQL', 1, 1, 1 / 3),
      row('mql', 'customer', 0, 1, 1 / 3),
      row('low', 'MQL', 3, 4, null),
      row('low', 'SQL', 2, 4, null),
      row('low', 'customer', 1, 4, null),
    ])
  })

  it('says in a sentence what chance does not explain, and that it proves nothing', async () => {
    const many = Array.from({ length: 40 }, (_, n) => [
      routed(`m${n}`, '2026-07-05', 'low'),
      ...(n < 20 ? [fired(`m${n}`, '2026-07-06')] : []),
      ...(n < 15 || n === 20 ? [mql(`m${n}`, '2026-07-07')] : []),
    ]).flat()
    expect(sentences(await reportOf(quarterly, many, SUMMER))).toEqual(
      expect.arrayContaining([
        'trigger-effect info: Of leads for which the trigger asks fired, 15 of 20 (75 %) became MQLs afterwards, of the others 1 of 20 (5 %). More than chance explains, and no proof that it does so.',
        'triggers-silent info: Never fired in Q3 2026: never.',
      ]),
    )
  })
})

/*
 * Of five handoffs r1 got three and r2 one, and another after r1 had not answered; a rep who has left got one. s waited for an hour and a half,
 * t waits still, x was taken out and y merged while they waited, z is held for its data; u's began in the last hour of the quarter by New York's clocks.
 */
const of = (pool: string, rep?: string) => ({ handoff: '1', kind: 'mql-to-sales', pool, ...(rep ? { rep } : {}) })
const LOAD: Fact[] = [
  fact('p', 'assigned', '2026-07-06', of('ae', 'r1')),
  fact('p', 'reassigned', '2026-07-07', of('ae', 'r2')),
  fact('q', 'assigned', '2026-07-08', of('ae', 'r1')),
  fact('s', 'waiting', '2026-07-14T10:00:00', of('ae')),
  fact('s', 'assigned', '2026-07-14T11:30:00', of('ae', 'r2')),
  fact('t', 'waiting', '2026-09-30T12:00:00', of('ae')),
  fact('z', 'waiting', '2026-09-29T12:00:00', { ...of('ae'), reason: 'held' }),
  fact('x', 'waiting', '2026-09-29T12:00:00', of('ae')),
  fact('x', 'disqualified', '2026-09-30T12:00:00', { route: 'mql', reason: 'competitor' }),
  fact('y', 'waiting', '2026-09-29T12:00:00', of('ae')),
  fact('y', 'gone', '2026-09-30T12:00:00', { reason: 'merged' }),
  fact('u', 'assigned', '2026-10-01T03:00:00', of('ae', 'r1')),
  fact('v', 'assigned', '2026-06-30', of('ae', 'r1')),
  fact('w', 'assigned', '2026-08-03', of('old', 'r9')),
]

describe('whether there are people enough', async () => {
  const report = await reportOf(quarterly, LOAD, SUMMER)
  // 92 days.
  const weeks = 92 / 7

  it('leads for each rep and week, against caps and working hours', () => {
    const rep = (name: string, leads: number, busiest: number, possible: number | null, hours: number | null) => ({
      ...{ rep: name, leads, perWeek: leads / weeks, busiest, possible, hours },
      ofPossible: possible === null ? null : busiest / possible,
      time: hours === null ? null : expect.closeTo((hours * 60 * weeks) / leads, 6),
    })
    expect(section(report, 'capacity')).toEqual([
      rep('Ada', 3, 2, 5, 40),
      rep('Bo', 2, 1, null, 20),
      rep('r9', 1, 1, null, null),
    ])
  })

  it('who waits, and what was reassigned', () => {
    expect(section(report, 'pools')).toEqual([
      { pool: 'ae', handoffs: 4, reassigned: 1, share: 0.25, waited: 1, median: 90, waiting: 1 },
      { pool: 'old', handoffs: 1, reassigned: 0, share: 0, waited: 0, median: null, waiting: 0 },
    ])
  })

  it('the busiest week', () => {
    expect(sentences(report).slice(-3)).toEqual([
      'capacity info: 5 handoffs began in Q3 2026. The busiest week was 6–12 Jul 2026 with 2; the middle one had 0.',
      'reassigned info: 1 of 5 (20 %) of the handoffs went to another rep, because the first did not answer.',
      'waiting warn: 2 leads had to wait, because nobody was free. Half of those that somebody got waited up to 1 h 30 min. 1 lead waits still.',
    ])
    expect(report.charts).toEqual([
      expect.objectContaining({
        x: ['W27', 'W28', 'W29', 'W30', 'W31', 'W32', 'W33', 'W34', 'W35', 'W36', 'W37', 'W38', 'W39', 'W40'],
        series: [{ name: 'Handoffs', values: [0, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1] }],
      }),
    ])
  })

  it('what a rep of the shipped config can take: 25 a day by the cap, in the open hours of a usual week', () => {
    const [first] = Object.values(SETTINGS.capacity)
    expect(first).toEqual({ hours: 37.5, perWeek: 125 })
  })
})

it('the quality of the data, as it was measured last in the quarter, against the one before', async () => {
  const measured = (at: string, right: number) =>
    fact('', 'measured', at, { rule: 'requiredFields', value: right, amount: '100' })
  const facts = [measured('2026-06-20', 70), measured('2026-07-15', 80), measured('2026-09-20', 90)]
  const rows = section(await reportOf(quarterly, facts, SUMMER), 'scorecard')
  expect(rows.find(({ measure }) => measure === 'Required fields')).toMatchObject({
    ...{ share: 0.9, count: 90, of: 100, change: expect.closeTo(0.2, 10) },
  })
})

it('a quarter in which nothing happened is a report', async () => {
  const report = await reportOf(quarterly, [], SUMMER)
  expect(sentences(report)).toEqual([
    'composite info: The data was not checked in this quarter, so nothing is known of it.',
    'capacity info: No handoff began in Q3 2026.',
  ])
  expect(section(report, 'trigger-effects')).toEqual([])
  expect(section(report, 'capacity')[0]).toMatchObject({ rep: 'Ada', leads: 0, busiest: 0, ofPossible: 0, time: null })
  expect(report.charts).toEqual([])
})
