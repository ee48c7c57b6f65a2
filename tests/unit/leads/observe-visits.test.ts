import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import type { Properties, PropertyHistory } from '../../../src/leads/observe.ts'
import type { Look } from '../../../src/leads/observe-signals.ts'
import { observeVisits, visitHistory } from '../../../src/leads/observe-visits.ts'
import { DAY, HOUR, MINUTE, NOW } from '../../support/records.ts'

const { hubspot } = await loadConfig('config', NOW)

/** So many views of pages in so many visits, the last of them now. */
const contact = (views: number | null, visits: number | null): Properties => ({
  hs_analytics_num_page_views: views === null ? null : String(views),
  hs_analytics_num_visits: visits === null ? null : String(visits),
  hs_analytics_last_timestamp: new Date(NOW - MINUTE).toISOString(),
})
const OLD: Look = { before: null, createdAt: NOW - 90 * DAY, now: NOW }
const YOUNG: Look = { ...OLD, createdAt: NOW - HOUR }

/** The numbers of the visits that count, when looks at these numbers of views and visits follow one another. */
function visitsFound(first: Look, looks: [number | null, number | null][], history?: PropertyHistory): number[] {
  let before = first.before
  return looks.flatMap(([views, visits]) => {
    const { found, counters } = observeVisits(hubspot, contact(views, visits), {
      ...first,
      before,
      ...(history ? { history } : {}),
    })
    before = { ...before, ...counters }
    return found.map(({ id }) => Number(id.split('-').at(-1)))
  })
}

describe('more than 3 pages in one visit', () => {
  it.each<[string, Look, [number | null, number | null][], number[]]>([
    ['of a new contact at its first sight', YOUNG, [[4, 1]], [1]],
    ['not 3 of them', YOUNG, [[3, 1]], []],
    [
      'page by page',
      YOUNG,
      [
        [1, 1],
        [2, 1],
        [3, 1],
        [4, 1],
        [5, 1],
        [9, 1],
      ],
      [1],
    ],
    [
      'the next visit of an old contact',
      OLD,
      [
        [40, 9],
        [44, 10],
      ],
      [10],
    ],
    ['what was there before is where counting starts', OLD, [[40, 9]], []],
    [
      'which goes on: its earlier views are not known',
      OLD,
      [
        [40, 9],
        [43, 9],
        [44, 9],
      ],
      [9],
    ],
    [
      'one page in each visit',
      OLD,
      [
        [40, 9],
        [41, 10],
        [42, 11],
        [43, 12],
        [44, 13],
        [45, 14],
      ],
      [],
    ],
    [
      'each visit counts for itself',
      OLD,
      [
        [40, 9],
        [44, 10],
        [48, 11],
      ],
      [10, 11],
    ],
    [
      'two pages, and three later in the same visit',
      OLD,
      [
        [40, 9],
        [42, 10],
        [45, 10],
      ],
      [10],
    ],
    [
      'two visits between two looks, one of which has its 4',
      OLD,
      [
        [40, 9],
        [47, 11],
      ],
      [11],
    ],
    [
      'two visits between two looks that need not',
      OLD,
      [
        [40, 9],
        [46, 11],
      ],
      [],
    ],
    [
      'a counter that falls and comes back',
      OLD,
      [
        [40, 9],
        [null, null],
        [40, 9],
        [0, 0],
        [43, 9],
      ],
      [],
    ],
    ['a portal that counts no visits', YOUNG, [[40, null]], []],
  ])('%s', (_, first, looks, found) => {
    expect(visitsFound(first, looks)).toEqual(found)
  })

  it('is dated by the last view', () => {
    expect(observeVisits(hubspot, contact(4, 1), YOUNG).found).toEqual([
      {
        id: 'hs_analytics_num_page_views-hs_analytics_num_visits-1',
        type: 'session_over_3_pages',
        at: NOW - MINUTE,
      },
    ])
  })

  it('is none of what contacts had that became one', () => {
    const merged = { seen: [], signals: [], unknown: true }
    const { found, counters } = observeVisits(hubspot, contact(40, 9), { ...YOUNG, merged })
    expect(found).toEqual([])
    const after = observeVisits(hubspot, contact(43, 9), { ...OLD, before: counters })
    expect(after.found).toEqual([])
  })
})

describe('views of several visits between two looks', () => {
  const before = observeVisits(hubspot, contact(40, 9), OLD).counters
  const look: Look = { ...OLD, before }
  /** What HubSpot keeps, newest first: views and visits, and how many minutes ago. */
  const historyOf = (...all: [number, number, number][]): PropertyHistory => ({
    hs_analytics_num_page_views: all.map(([views, , ago]) => version(views, ago)),
    hs_analytics_num_visits: all.map(([, visits, ago]) => version(visits, ago)),
  })
  const version = (value: number, ago: number) => ({
    value: String(value),
    at: NOW - ago * MINUTE,
    source: 'ANALYTICS',
  })

  it('are asked for only where it is not clear to which they belong', () => {
    const names = ['hs_analytics_num_page_views', 'hs_analytics_num_visits']
    expect(visitHistory(hubspot, contact(44, 10), look)).toEqual(names)
    for (const [views, visits] of [
      [44, 9],
      [43, 12],
      [40, 9],
    ] as const)
      expect(visitHistory(hubspot, contact(views, visits), look)).toEqual([])
    expect(visitHistory(hubspot, contact(4, 1), YOUNG)).toEqual([])
  })

  it.each<[string, PropertyHistory, [number, number], number[]]>([
    [
      'the last visit went on, and a new one has two pages',
      historyOf([45, 10, 5], [43, 9, 120], [40, 9, 140]),
      [45, 10],
      [],
    ],
    ['all were in the new one', historyOf([45, 10, 5], [41, 10, 10], [40, 9, 140]), [45, 10], [10]],
    [
      'four in the one before the last',
      historyOf([45, 11, 5], [44, 10, 60], [41, 10, 70], [40, 9, 140]),
      [45, 11],
      [10],
    ],
    [
      'what came after the contact was read is for the next look',
      historyOf([48, 10, 0], [42, 10, 5], [40, 9, 140]),
      [42, 10],
      [],
    ],
  ])('are told apart by the history: %s', (_, history, [views, visits], found) => {
    const seen = observeVisits(hubspot, contact(views, visits), { ...look, history }).found
    expect(seen.map(({ id }) => Number(id.split('-').at(-1)))).toEqual(found)
  })
})
