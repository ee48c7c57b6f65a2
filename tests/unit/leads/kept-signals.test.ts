import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import type { NextConfig } from '../../../src/leads/change.ts'
import { keptSignals } from '../../../src/leads/kept-signals.ts'
import type { Signal } from '../../../src/rules/attributes.ts'
import { scoreEngagement } from '../../../src/rules/engagement.ts'
import { DAY, HOUR, MINUTE, NOW, SECOND } from '../../support/records.ts'

const config = await loadConfig('config', NOW)
const PRICES = 'pricing_page_viewed'

/** A signal of so many minutes ago, as HubSpot or a caller of the API names it. */
const came = (minutes: number, type = PRICES, id = `api-${type}-${minutes}`): Signal => ({
  id,
  type,
  at: NOW - minutes * MINUTE,
})
const known = (...signals: Signal[]) => signals.map((signal) => ({ ...signal, decision: 1 }))
const minutesAgo = (signals: readonly Signal[]) => signals.map(({ at }) => (NOW - at) / MINUTE)
const kept = (before: Signal[], after: Signal[], rules: NextConfig = config) => keptSignals(rules, before, after, NOW)

describe('a visit', () => {
  it.each<[string, number[], number[]]>([
    ['a reload after 4 s', [10, 10 - 4 / 60], [10]],
    ['another page of prices 29 minutes later', [60, 31], [60]],
    ['one after half an hour is another visit', [60, 30], [60, 30]],
    ['a long one is one as long as it goes on', [100, 80, 60, 40, 20], [100]],
    ['two long ones are two', [200, 180, 160, 120, 100], [200, 120]],
    ['whatever the order in which it is told', [20, 60, 40, 100, 80], [100]],
  ])('counts once: %s', (_, views, visits) => {
    expect(
      minutesAgo(
        kept(
          [],
          views.map((minutes) => came(minutes)),
        ),
      ),
    ).toEqual(visits)
  })

  it.each<[string, Signal[], Signal[], number[]]>([
    ['HubSpot first, then the site', known(came(60, PRICES, 'hs_analytics_last_timestamp-1')), [came(59.9)], [60]],
    ['the site first, then HubSpot', known(came(60)), [came(58, PRICES, 'hs_analytics_last_timestamp-1')], [60]],
    ['the second source says that it was earlier', known(came(60)), [came(62)], [60]],
    ['it is told a day late', known(came(2_000)), [came(1_990)], [2_000]],
    ['one that was decided by stands as it is', known(came(60), came(59)), [came(58)], [60, 59]],
    ['one that is told late between two', known(came(60), came(20)), [came(40)], [60, 20]],
  ])('counts once from two sources: %s', (_, before, after, visits) => {
    expect(minutesAgo(kept(before, after))).toEqual(visits)
  })

  it('goes on from its last view, also between looks', () => {
    let record: Signal[] = []
    for (const minutes of [100, 80, 60, 40]) record = known(...kept(record, [came(minutes)]))
    expect(record).toEqual([
      { ...came(100), decision: 1, session: { from: NOW - 100 * MINUTE, until: NOW - 40 * MINUTE } },
    ])
    expect(minutesAgo(kept(record, [came(5)]))).toEqual([100, 5])
  })

  it('is of one type of page', () => {
    const pages = [came(10), came(10, 'competitor_page_viewed'), came(9, 'upgrade_page_viewed')]
    expect(kept([], pages)).toHaveLength(3)
  })

  it.each(['demo_requested', 'email_opened', 'constructor'])('is not %s: twice is twice', (type) => {
    expect(kept([], [came(10, type), came(9, type)])).toHaveLength(2)
  })

  it('ends after the time that the config says', () => {
    const signals = { ...config.signals, [PRICES]: { words: 'prices', session: 4 * HOUR } }
    expect(kept([], [came(300), came(100)], { ...config, signals })).toHaveLength(1)
  })

  it('never depends on the order in which views of one look are told', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 500 }), { maxLength: 12 }), (views) => {
        const signals = views.map((minutes) => came(minutes))
        expect(kept([], signals)).toEqual(kept([], signals.toReversed()))
      }),
    )
  })
})

describe('the act that a silence begins with', () => {
  const DAYS = 24 * 60
  const opens = Array.from({ length: 17 }, (_, number) =>
    came(10 * DAYS - number, 'email_opened', `api-open-${number}`),
  )
  const pointsOf = (signals: Signal[]) => scoreEngagement(config.scoring.engagement, signals, NOW).points

  it('is kept however old it is, so that opens do not become fresh interest when it leaves the window', () => {
    const signals = kept(known(came(181 * DAYS, 'demo_requested'), came(182 * DAYS, 'trial_started')), opens)
    expect(signals.filter(({ type }) => type !== 'email_opened').map(({ type }) => type)).toEqual(['demo_requested'])
    expect(pointsOf(signals)).toBe(10)
    expect(pointsOf(opens)).toBe(50)
    const readers = kept(known(came(181 * DAYS, 'email_opened')), opens)
    expect([readers.length, pointsOf(readers)]).toEqual([18, 10])
  })

  it('is forgotten where nothing came after it, and when the lead does something again', () => {
    const demo = came(181 * DAYS, 'demo_requested')
    expect(kept(known(demo), [])).toEqual([])
    expect(kept(known(demo), [came(1, 'email_clicked')]).map(({ type }) => type)).toEqual(['email_clicked'])
  })
})

describe('of more than 500 signals', () => {
  const capped = structuredClone(config)
  const { email_opened } = capped.scoring.engagement.signals
  if (email_opened) email_opened.cap = { count: 3, per: 7 * DAY }
  const opens = (count: number, apart = SECOND) =>
    Array.from({ length: count }, (_, number) => came((number * apart) / MINUTE, 'email_opened', `api-open-${number}`))
  const demo = came(3 * 24 * 60, 'demo_requested')
  const pointsOf = (signals: Signal[]) => scoreEngagement(capped.scoring.engagement, signals, NOW).points

  it('those go first that are over their cap', () => {
    const signals = kept(known(demo), opens(520), capped)
    expect(signals).toHaveLength(500)
    expect(pointsOf(signals)).toBe(29)
  })

  it('also before those that count of a type of which there are as many', () => {
    const clicks = Array.from({ length: 400 }, (_, number) => came(number, 'email_clicked', `api-click-${number}`))
    const signals = kept([], [...clicks, ...opens(520)], capped)
    expect(Map.groupBy(signals, ({ type }) => type).get('email_clicked')).toHaveLength(400)
  })

  it('and however many there are, told at once or one by one', () => {
    const atOnce = kept([], [...opens(5_000), demo], capped)
    let record: Signal[] = known(demo)
    for (const open of opens(1_200).toReversed()) record = known(...kept(record, [open], capped))
    for (const signals of [atOnce, record]) {
      expect(signals).toHaveLength(500)
      expect(pointsOf(signals)).toBe(29)
    }
  })

  it('then the oldest of the type of which there are most', () => {
    const many = opens(700, HOUR / 4)
    const few = [demo, came(10_000, 'trial_started'), came(9_000, 'churn_risk')]
    const signals = kept(known(...many), few)
    expect(signals).toHaveLength(500)
    for (const one of few) expect(signals).toContainEqual(one)
    const left = signals.filter(({ type }) => type === 'email_opened').map(({ id }) => id)
    expect(left).toEqual(
      many
        .slice(0, 497)
        .map(({ id }) => id)
        .toReversed(),
    )
  })

  it('the points are those of all of them', () => {
    const types = ['demo_requested', 'email_opened', 'email_clicked', 'webinar_attended', 'weekly_usage']
    const one = fc.record({ type: fc.constantFrom(...types), minutes: fc.integer({ min: 0, max: 200_000 }) })
    fc.assert(
      fc.property(fc.array(one, { minLength: 450, maxLength: 700 }), (all) => {
        const signals = all.map(({ type, minutes }, number) => came(minutes, type, `api-${number}`))
        expect(kept([], signals, capped).length).toBeLessThanOrEqual(500)
        expect(pointsOf(kept([], signals, capped))).toBe(pointsOf(signals))
      }),
      { numRuns: 20 },
    )
  })
})
