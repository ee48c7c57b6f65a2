import { describe, expect, test } from 'vitest'
import {
  addBusinessDays,
  addBusinessTime,
  businessTimeBetween,
  type Calendar,
  isOpen,
  localDate,
  type OpenPeriod,
  parseShift,
} from '../../../src/handoffs/business-time.ts'
import { instant, vectorCalendar, vectors } from '../../support/business-time-vectors.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

function iso(at: number | null | undefined): string | null {
  if (at === null || at === undefined) return null
  return Temporal.Instant.fromEpochMilliseconds(at).toString()
}

function isoPeriods(periods: OpenPeriod[] | undefined): [string | null, string | null][] {
  return (periods ?? []).map((period) => [iso(period.from), iso(period.to)])
}

describe('the due times of the independent simulation', () => {
  test('are all there', () => {
    expect(vectors).toHaveLength(61)
  })

  test.each(vectors)('$id: $why', (vector) => {
    const calendar = vectorCalendar(vector.calendar)
    const result = addBusinessTime(calendar, instant(vector.start), vector.durationSec * 1000)
    expect(iso(result?.due)).toBe(vector.due)
    if (result) {
      expect(businessTimeBetween(calendar, instant(vector.start), result.due)).toBe(vector.durationSec * 1000)
    }
  })
})

describe('counted', () => {
  test.each([
    ['within one shift', 'ny-split', '2026-11-18T16:00:00Z', 1, [['2026-11-18T16:00:00Z', '2026-11-18T17:00:00Z']]],
    [
      'over lunch, without the break',
      'ny-split',
      '2026-11-18T16:45:00Z',
      1,
      [
        ['2026-11-18T16:45:00Z', '2026-11-18T17:00:00Z'],
        ['2026-11-18T18:00:00Z', '2026-11-18T18:45:00Z'],
      ],
    ],
    [
      'from the opening, not from a start before it',
      'ny-9-17',
      '2026-11-21T17:00:00Z',
      2,
      [['2026-11-23T14:00:00Z', '2026-11-23T16:00:00Z']],
    ],
    [
      'one period over midnight and the change of offset',
      'ny-night-all',
      '2026-11-01T02:00:00Z',
      9,
      [['2026-11-01T02:00:00Z', '2026-11-01T11:00:00Z']],
    ],
    ['nothing for no duration', 'ny-9-17', '2026-11-18T15:00:00Z', 0, []],
  ])('%s', (_, calendar, start, hours, periods) => {
    expect(isoPeriods(addBusinessTime(vectorCalendar(calendar), instant(start), hours * HOUR)?.counted)).toEqual(
      periods,
    )
  })
})

describe('the horizon of 400 days', () => {
  const start = instant('2026-01-01T00:00:00Z')
  const opensOn = (date: string): Calendar => ({
    timeZone: 'UTC',
    hours: {},
    holidays: [],
    overrides: { [date]: [parseShift('00:00-01:00')] },
  })

  test('reaches the last of them and not the next', () => {
    expect(iso(addBusinessTime(opensOn('2027-02-04'), start, HOUR)?.due)).toBe('2027-02-04T01:00:00Z')
    expect(addBusinessTime(opensOn('2027-02-05'), start, HOUR)).toBeNull()
  })

  test('counts dates for business days', () => {
    expect(iso(addBusinessDays(opensOn('2027-02-05'), start, 1))).toBe('2027-02-05T01:00:00Z')
    expect(addBusinessDays(opensOn('2027-02-06'), start, 1)).toBeNull()
  })
})

describe('holidays and overrides', () => {
  const nights: Calendar = {
    timeZone: 'America/New_York',
    hours: { tue: [parseShift('22:00-06:00')], wed: [parseShift('22:00-06:00')] },
    holidays: [],
    overrides: {},
  }
  const from = instant('2026-11-24T12:00:00-05:00')
  const to = instant('2026-11-26T12:00:00-05:00')

  test.each([
    ['two nights', {}, 16],
    ['a holiday ends the shift of the night before and has none of its own', { holidays: ['2026-11-25'] }, 2],
    ['an empty override leaves the shift of the night before', { overrides: { '2026-11-25': [] } }, 8],
    [
      'a holiday wins over an override',
      { holidays: ['2026-11-25'], overrides: { '2026-11-25': [parseShift('09:00-17:00')] } },
      2,
    ],
    ['an override opens a date that has no hours', { overrides: { '2026-11-26': [parseShift('06:00-07:00')] } }, 17],
  ])('%s', (_, change, hours) => {
    expect(businessTimeBetween({ ...nights, ...change }, from, to)).toBe(hours * HOUR)
  })
})

test('shifts may stand in any order, overlap and lie within each other', () => {
  const monday = ['13:00-17:00', '09:00-14:00', '10:00-11:00', '16:00-18:00'].map(parseShift)
  const calendar: Calendar = { timeZone: 'UTC', hours: { mon: monday }, holidays: [], overrides: {} }
  const start = instant('2026-11-16T00:00:00Z')
  expect(businessTimeBetween(calendar, start, start + DAY)).toBe(9 * HOUR)
  expect(isoPeriods(addBusinessTime(calendar, start, 9 * HOUR)?.counted)).toEqual([
    ['2026-11-16T09:00:00Z', '2026-11-16T18:00:00Z'],
  ])
  expect(iso(addBusinessDays(calendar, start - DAY, 1))).toBe('2026-11-16T18:00:00Z')
})

describe('isOpen', () => {
  test.each([
    ['before opening', 'ny-9-17', '2026-11-18T13:59:59.999Z', false],
    ['at opening', 'ny-9-17', '2026-11-18T14:00:00Z', true],
    ['just before closing', 'ny-9-17', '2026-11-18T21:59:59.999Z', true],
    ['at closing', 'ny-9-17', '2026-11-18T22:00:00Z', false],
    ['on a holiday', 'ny-9-17-hol', '2026-11-26T15:00:00Z', false],
    ['at midnight of a day that never closes', 'ny-247', '2026-11-18T05:00:00Z', true],
    ['in the first 01:45 when the hour comes twice', 'ny-sun-0130', '2026-11-01T05:45:00Z', false],
    ['in the second 01:15 when the hour comes twice', 'ny-sun-0130', '2026-11-01T06:15:00Z', true],
  ])('%s', (_, calendar, at, open) => {
    expect(isOpen(vectorCalendar(calendar), instant(at))).toBe(open)
  })
})

describe('businessTimeBetween', () => {
  test('is 0 when the end is not after the start', () => {
    const noon = instant('2026-11-18T17:00:00Z')
    expect(businessTimeBetween(vectorCalendar('ny-9-17'), noon, noon)).toBe(0)
    expect(businessTimeBetween(vectorCalendar('ny-9-17'), noon, noon - HOUR)).toBe(0)
  })

  test('counts the hour that comes twice', () => {
    const [from, to] = [instant('2026-11-01T00:00:00-04:00'), instant('2026-11-02T00:00:00-05:00')]
    expect(businessTimeBetween(vectorCalendar('ny-247'), from, to)).toBe(25 * HOUR)
  })
})

describe('addBusinessDays', () => {
  test.each([
    ['0 days is the start', 'ny-9-17', '2026-11-18T15:00:00Z', 0, '2026-11-18T15:00:00Z'],
    ['Wednesday to the end of Thursday', 'ny-9-17', '2026-11-18T15:00:00Z', 1, '2026-11-19T22:00:00Z'],
    ['before opening the day itself does not count', 'ny-9-17', '2026-11-18T06:00:00Z', 1, '2026-11-19T22:00:00Z'],
    ['over a weekend', 'ny-9-17', '2026-11-18T15:00:00Z', 5, '2026-11-25T22:00:00Z'],
    ['from a Saturday', 'ny-9-17', '2026-11-21T15:00:00Z', 1, '2026-11-23T22:00:00Z'],
    ['over a holiday to a half day', 'ny-9-17-hol', '2026-11-25T15:00:00Z', 1, '2026-11-27T18:00:00Z'],
    ['the last of two shifts', 'ny-split', '2026-11-18T15:00:00Z', 1, '2026-11-19T22:30:00Z'],
    ['a night shift closes the next morning', 'ny-night', '2026-11-17T15:00:00Z', 1, '2026-11-19T11:00:00Z'],
    ['a night shift that a holiday ends', 'ny-night', '2026-11-24T15:00:00Z', 1, '2026-11-26T05:00:00Z'],
    ['the rest of a night shift is no day', 'ny-night', '2026-11-20T15:00:00Z', 1, '2026-11-24T11:00:00Z'],
    ['a shift of no length is no day', 'ny-zero', '2026-11-15T15:00:00Z', 1, '2026-11-18T16:00:00Z'],
    ['a date that never was', 'apia-9-17', '2011-12-29T20:00:00Z', 1, '2012-01-02T03:00:00Z'],
    ['the start date is the local one', 'kol-930-1830', '2026-11-17T19:30:00Z', 1, '2026-11-19T13:00:00Z'],
    ['never open', 'ny-never', '2026-11-18T15:00:00Z', 1, null],
  ])('%s', (_, calendar, start, days, due) => {
    expect(iso(addBusinessDays(vectorCalendar(calendar), instant(start), days))).toBe(due)
  })
})

test('a business day ends when its closing time comes the second time', () => {
  const early = { ...vectorCalendar('ny-9-17'), hours: { sun: [parseShift('00:00-01:30')] } }
  expect(iso(addBusinessDays(early, instant('2026-10-31T15:00:00Z'), 1))).toBe('2026-11-01T06:30:00Z')
})

test.each([
  ['Asia/Kolkata', '2026-11-17T19:30:00Z', '2026-11-18'],
  ['America/New_York', '2026-11-18T04:59:59.999Z', '2026-11-17'],
  ['America/New_York', '2026-11-18T05:00:00Z', '2026-11-18'],
  ['Pacific/Apia', '2011-12-30T10:00:00Z', '2011-12-31'],
])('localDate in %s at %s is %s', (timeZone, at, date) => {
  expect(localDate(timeZone, instant(at))).toBe(date)
})

describe('refused', () => {
  const calendar = vectorCalendar('ny-9-17')

  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('a duration of %s', (duration) => {
    expect(() => addBusinessTime(calendar, 0, duration)).toThrow(RangeError)
    expect(() => addBusinessDays(calendar, 0, duration)).toThrow(RangeError)
  })

  test('an unknown time zone', () => {
    const nowhere = { ...calendar, timeZone: 'Mars/Olympus' }
    expect(() => addBusinessTime(nowhere, 0, DAY)).toThrow(RangeError)
    expect(() => localDate('Mars/Olympus', 0)).toThrow(RangeError)
  })
})
