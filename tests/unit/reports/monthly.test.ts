import { describe, expect, it } from 'vitest'
import type { Fact } from '../../../src/facts/fact.ts'
import { monthly } from '../../../src/reports/monthly.ts'
import { wilson } from '../../../src/reports/statistics.ts'
import { came, fact, reached, reportOf, section, sentences } from '../../support/report-facts.ts'

const PAID = { source: 'PAID_SEARCH' }
const ORGANIC = { source: 'ORGANIC_SEARCH' }
const SALES = { handoff: '1', kind: 'mql-to-sales', pool: 'sdr', rep: 'sdr-1' }
const mql = (lead: string, at: string) => fact(lead, 'stage', at, { stage: 'mql', reason: 'lead' })

/*
 * October has six leads: a goes all the way, b skips stages (and its source is written as HubSpot's label), c goes back to lead, d is
 * out by the rules, e came in the last half hour by New York's clocks, g was archived. f was there before Baton came, h came in
 * November, i came as a customer. September has three: p became an MQL at an age that October's leads have reached, q later.
 */
const STORY: Fact[] = [
  ...came('a', '2026-10-02', PAID),
  mql('a', '2026-10-05'),
  ...reached('a', 'sql', '2026-10-08'),
  ...reached('a', 'opportunity', '2026-10-15'),
  ...reached('a', 'customer', '2026-10-28'),
  ...came('b', '2026-10-03', { source: 'Paid search' }),
  ...reached('b', 'opportunity', '2026-10-20'),
  ...came('c', '2026-10-04', PAID),
  mql('c', '2026-10-06'),
  fact('c', 'stage', '2026-10-09', { stage: 'lead', reason: 'mql' }),
  ...came('d', '2026-10-10', ORGANIC),
  fact('d', 'routed', '2026-10-11', { route: 'too-small', reason: 'disqualify' }),
  fact('d', 'disqualified', '2026-10-11', { route: 'too-small', reason: 'too-small' }),
  fact('d', 'stage', '2026-10-11', { stage: 'disqualified', reason: 'lead' }),
  ...came('e', '2026-11-01T03:30:00'),
  fact('f', 'seen', '2026-10-05', { stage: 'lead', reason: 'adopted' }),
  ...came('g', '2026-10-12', { source: 'SOCIAL_MEDIA' }),
  fact('g', 'archived', '2026-10-20', { rule: 'quiet', reason: 'trigger' }),
  ...came('h', '2026-11-01T15:00:00', PAID),
  ...came('i', '2026-10-14', { ...PAID, stage: 'customer' }),
  ...came('p', '2026-09-03', PAID),
  mql('p', '2026-10-01'),
  ...came('q', '2026-09-05', ORGANIC),
  mql('q', '2026-10-20'),
  ...came('r', '2026-09-06', PAID),
]

/*
 * Won in October: a, and y, whose deal was noted as won twice; w was won in September. Lost: x, whose deal was, and z, which a person of sales took out. d was
 * never with sales. All but a were there before.
 */
const DEALS: Fact[] = [
  fact('a', 'signal', '2026-10-03', { rule: 'content_downloaded', content: 'Guide: Download' }),
  fact('a', 'signal', '2026-07-29', { rule: 'pricing_page_viewed', content: '/pricing' }),
  fact('a', 'signal', '2026-10-29', { rule: 'pricing_page_viewed', content: '/later' }),
  fact('x', 'signal', '2026-09-20', { rule: 'content_downloaded', content: 'Guide: Download' }),
  fact('x', 'deal', '2026-10-01', { deal: 'D1', reason: 'open' }),
  fact('x', 'deal', '2026-10-20', { deal: 'D1', reason: 'lost' }),
  fact('y', 'signal', '2026-10-01', { rule: 'pricing_page_viewed', content: '/pricing' }),
  fact('y', 'signal', '2026-10-02', { rule: 'pricing_page_viewed', content: '/pricing' }),
  fact('y', 'deal', '2026-10-09', { deal: 'D2', reason: 'won', amount: '100' }),
  fact('y', 'deal', '2026-10-12', { deal: 'D2', reason: 'won', amount: '120' }),
  fact('w', 'deal', '2026-09-20', { deal: 'D3', reason: 'won', amount: '100' }),
  fact('w', 'deal', '2026-10-03', { deal: 'D3', reason: 'won', amount: '90' }),
  fact('z', 'assigned', '2026-10-05', SALES),
  fact('z', 'signal', '2026-10-04', { rule: 'webinar_attended', content: 'Webinar: Sign up' }),
  fact('z', 'disqualified', '2026-10-07', { route: 'mql', reason: 'not_a_fit' }),
]

const OCTOBER = { period: '2026-10', now: '2026-11-02T13:00:00', since: '2026-08-20' }
const report = await reportOf(monthly, [...STORY, ...DEALS], OCTOBER)

describe('the funnel of a month', () => {
  it('counts its leads by how far they have come, against those of the month before at the same age', () => {
    const row = (
      stage: string,
      leads: number,
      all: number | null,
      before: number,
      share: number | null,
      change: number | null,
    ) => ({
      ...{ stage, leads, conversion: all === null ? null : leads / all, ofLeads: leads / 6 },
      ...{ from: all === null ? null : wilson(leads, all)?.from, to: all === null ? null : wilson(leads, all)?.to },
      ...{ leadsBefore: before, conversionBefore: share, change: change === null ? null : expect.closeTo(change, 10) },
    })
    expect(section(report, 'funnel')).toEqual([
      row('Leads', 6, null, 3, null, null),
      // 3 of 6, and 1 of 3 before.
      row('MQLs', 3, 6, 1, 1 / 3, 1 / 6),
      // Nothing can be said against a share of nothing: 0 of 1, then 0 of 0.
      row('SQLs', 2, 3, 0, 0, 2 / 3),
      row('Opportunities', 2, 2, 0, null, null),
      row('Customers', 1, 2, 0, null, null),
    ])
  })

  it('and those of the months before as of now; of months before the first facts it says nothing', () => {
    expect(section(report, 'cohorts')).toEqual([
      { period: '2026-10', leads: 6, mqls: 3, sqls: 2, opportunities: 2, customers: 1, ofLeads: 1 / 6, open: 3 },
      { period: '2026-09', leads: 3, mqls: 2, sqls: 0, opportunities: 0, customers: 0, ofLeads: 0, open: 3 },
    ])
  })

  it('by source: a code and its label are one, and one lead is a source as well', () => {
    const rows = section(report, 'sources')
    expect(
      rows.map(({ source, leads, mqls, sqls, opportunities, customers }) => [
        source,
        leads,
        mqls,
        sqls,
        opportunities,
        customers,
      ]),
    ).toEqual([
      ['PAID_SEARCH', 3, 3, 2, 2, 1],
      ['ORGANIC_SEARCH', 1, 0, 0, 0, 0],
      ['SOCIAL_MEDIA', 1, 0, 0, 0, 0],
      ['not known', 1, 0, 0, 0, 0],
    ])
    expect(rows[0]).toMatchObject({
      toMQLs: 1,
      toSQLs: 2 / 3,
      toOpportunities: 1,
      toCustomers: 0.5,
      leadsBefore: 2,
      toMQLsBefore: 0.5,
    })
    expect(rows[1]).toMatchObject({
      toMQLs: 0,
      toSQLs: null,
      from: 0,
      to: wilson(0, 1)?.to,
      leadsBefore: 1,
      toMQLsBefore: 0,
    })
    // It had no lead before, and a share of nothing is none.
    expect(rows[2]).toMatchObject({ leadsBefore: 0, toMQLsBefore: null })
  })

  it('in sentences, that say who may still go on', () => {
    expect(sentences(report)).toEqual([
      'funnel info: Of 6 leads that came in October 2026, so far 3 MQLs, 2 SQLs, 2 opportunities, 1 customer; 3 of them may still go on, so these shares only rise.',
      'funnel-change info: No step of the funnel differs from September 2026 at the same age by more than chance explains.',
      'content info: No form or page stood before won deals more often than before lost ones, beyond chance. Most often: “/pricing”, before 1 of 2 (50 %).',
    ])
    expect(report.charts).toEqual([
      expect.objectContaining({ kind: 'funnel', series: [{ name: 'Leads', values: [6, 3, 2, 2, 1] }] }),
    ])
  })
})

it('what stood before won deals, against lost ones: within 90 days before, each once', () => {
  const row = (content: string, won: number, lost: number) => {
    return { content, won, lost, ofWon: won / 2, ofLost: lost / 2, difference: won / 2 - lost / 2 }
  }
  expect(section(report, 'content')).toEqual([
    row('/pricing', 1, 0),
    row('Guide: Download', 1, 1),
    row('Webinar: Sign up', 0, 1),
  ])
})

describe('what chance does not explain', () => {
  const many = (name: string, count: number, month: string, mqls: number, source: string) =>
    Array.from({ length: count }, (_, n) => [
      ...came(`${name}${n}`, `${month}-05`, { source }),
      ...(n < mqls ? [mql(`${name}${n}`, `${month}-06`)] : []),
    ]).flat()
  const facts = [
    ...many('p', 40, '2026-10', 4, 'PAID_SEARCH'),
    ...many('o', 40, '2026-10', 20, 'ORGANIC_SEARCH'),
    ...many('s', 40, '2026-09', 30, 'ORGANIC_SEARCH'),
    ...Array.from({ length: 5 }, (_, n) => reached(`o${n}`, 'customer', `2026-10-${10 + n}`)).flat(),
  ]

  it('is said of the month, and of a source, with both numbers; and how long leads take', async () => {
    expect(sentences(await reportOf(monthly, facts, OCTOBER)).slice(0, 5)).toEqual([
      // 5 to 9 days: the middle one is 7, the value four of five lie below is 5 + 0.8 × 4.
      'funnel info: Of 80 leads that came in October 2026, so far 24 MQLs, 5 SQLs, 5 opportunities, 5 customers; 75 of them may still go on, so these shares only rise. Of 5 leads that became customers half took up to 7 days, four of five up to 8.2 days; those that take longer than we have waited are not among them.',
      'funnel-mqls warn: From Leads to MQLs: 24 of 80 (30 %), against 30 of 40 (75 %) in September 2026 at the same age. Chance alone does not explain that.',
      'source good: Of leads from ORGANIC_SEARCH 20 of 40 (50 %) became MQLs, of all others 4 of 40 (10 %).',
      'source warn: Of leads from PAID_SEARCH 4 of 40 (10 %) became MQLs, of all others 20 of 40 (50 %).',
      'content info: No form or page stood before won deals more often than before lost ones, beyond chance.',
    ])
  })

  it('and the shares by source are a chart', async () => {
    const { charts } = await reportOf(monthly, facts, OCTOBER)
    expect(charts[1]).toMatchObject({
      ...{ kind: 'bars', unit: 'share', x: ['ORGANIC_SEARCH (40)', 'PAID_SEARCH (40)'] },
      series: [
        { name: 'MQLs', values: [0.5, 0.1] },
        { name: 'SQLs', values: [0.125, 0] },
      ],
    })
  })

  it('of many sources the small ones are one row', async () => {
    const sources = Array.from({ length: 20 }, (_, n) => came(`m${n}`, '2026-10-05', { source: `S${10 + n}` })).flat()
    const rows = section(await reportOf(monthly, sources, OCTOBER), 'sources')
    expect(rows).toHaveLength(16)
    expect(rows.at(-1)).toMatchObject({ source: '5 more', leads: 5, mqls: 0, toMQLs: 0, toSQLs: null })
  })
})

it.each([
  ['in which facts were kept', '2026-08-20', 0],
  ['before anything was', undefined, null],
])('a month without leads is a report: %s', async (_, since, before) => {
  const empty = await reportOf(monthly, [], {
    ...OCTOBER,
    ...(since ? { since } : {}),
    ...(since ? {} : { since: undefined as never }),
  })
  expect(sentences(empty)).toEqual([
    'funnel info: No lead came in October 2026.',
    'content info: No deal was won in October 2026.',
  ])
  expect(section(empty, 'funnel')[1]).toEqual({
    ...{ stage: 'MQLs', leads: 0, conversion: null, from: null, to: null, ofLeads: null },
    ...{ leadsBefore: before, conversionBefore: null, change: null },
  })
  expect(section(empty, 'sources')).toEqual([])
  expect(section(empty, 'content')).toEqual([])
  expect(empty.charts).toEqual([])
})

it('of a month that still runs, the leads of the one before count up to the same day', async () => {
  const { sections } = await reportOf(monthly, STORY, { ...OCTOBER, now: '2026-10-05T12:00:00' })
  // a, b and c have come; by the same day of September p and q had, and p was no MQL yet.
  expect(sections[0]?.rows[0]).toMatchObject({ leads: 3, leadsBefore: 2 })
  expect(sections[0]?.rows[1]).toMatchObject({ leads: 1, leadsBefore: 0, conversionBefore: 0 })
})
