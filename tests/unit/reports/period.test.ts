import { describe, expect, it } from 'vitest'
import {
  earlier,
  periodAsked,
  periodAt,
  periodNamed,
  periodsBetween,
  UnknownPeriod,
} from '../../../src/reports/period.ts'

const BERLIN = 'Europe/Berlin'
const HOUR = 3_600_000
const at = Date.parse

describe('a period by its name', () => {
  it.each([
    // Name, zone, first instant, end, title.
    ['2026-W47', 'UTC', '2026-11-16T00:00Z', '2026-11-23T00:00Z', '16–22 Nov 2026'],
    ['2026-W49', BERLIN, '2026-11-29T23:00Z', '2026-12-06T23:00Z', '30 Nov – 6 Dec 2026'],
    // 2026 has 53 weeks; the last one goes into the next year.
    ['2026-W53', 'UTC', '2026-12-28T00:00Z', '2027-01-04T00:00Z', '28 Dec 2026 – 3 Jan 2027'],
    ['2026-W01', 'UTC', '2025-12-29T00:00Z', '2026-01-05T00:00Z', '29 Dec 2025 – 4 Jan 2026'],
    ['2026-11', 'America/New_York', '2026-11-01T04:00Z', '2026-12-01T05:00Z', 'November 2026'],
    ['2028-02', 'UTC', '2028-02-01T00:00Z', '2028-03-01T00:00Z', 'February 2028'],
    ['2026-Q4', BERLIN, '2026-09-30T22:00Z', '2026-12-31T23:00Z', 'Q4 2026'],
    ['2026-q1', 'Asia/Kolkata', '2025-12-31T18:30Z', '2026-03-31T18:30Z', 'Q1 2026'],
  ])('%s in %s', (name, timeZone, from, to, title) => {
    const period = periodNamed(name, timeZone)
    expect(period).toMatchObject({ name: name.toUpperCase(), timeZone, title, from: at(from), to: at(to) })
    expect(periodAt(period.kind, period.from, timeZone)).toEqual(period)
    expect(periodAt(period.kind, period.to - 1, timeZone)).toEqual(period)
    expect(periodAt(period.kind, period.to, timeZone).from).toBe(period.to)
  })

  it.each([
    ['2026-W13', 167],
    ['2026-W14', 168],
    ['2026-W43', 169],
  ])('has the hours that its zone gives it: %s has %i', (name, hours) => {
    const { from, to } = periodNamed(name, BERLIN)
    expect((to - from) / HOUR).toBe(hours)
  })

  it('begins with its first instant where a day has no midnight', () => {
    // In Beirut the clocks went from 00:00 to 01:00 on 25 March 2018.
    expect(periodAt('month', at('2018-03-25T12:00Z'), 'Asia/Beirut').from).toBe(at('2018-02-28T22:00Z'))
    const { from } = periodAt('week', at('2018-03-27T12:00Z'), 'Asia/Beirut')
    expect(from).toBe(at('2018-03-25T21:00Z'))
  })

  it.each([
    '',
    'W47',
    '2026-W00',
    '2026-W54',
    '2025-W53',
    '2026-13',
    '2026-00',
    '2026-Q5',
    '2026',
    '2026-11-18',
    'lst',
    '＿',
  ])('is refused where there is none: "%s"', (name) => {
    expect(() => periodNamed(name, 'UTC')).toThrow(UnknownPeriod)
    expect(() => periodNamed(name, 'UTC')).toThrow(/such as 2026-W47, .* 2026-11, .* 2026-Q4/)
  })
})

describe('a period that is asked for', () => {
  const NOW = at('2026-11-18T15:00Z')
  it.each([
    ['last', 'week', '2026-W46'],
    ['this', 'week', '2026-W47'],
    ['last', 'month', '2026-10'],
    ['LAST', 'quarter', '2026-Q3'],
    ['this', 'quarter', '2026-Q4'],
    ['last-month', 'week', '2026-10'],
    ['this-week', 'quarter', '2026-W47'],
    ['2026-W40', 'month', '2026-W40'],
    ['2026-11', 'week', '2026-11'],
  ] as const)('%s of a report for each %s is %s', (asked, every, name) => {
    expect(periodAsked(asked, every, NOW, BERLIN).name).toBe(name)
  })

  it('is none that has not begun', () => {
    expect(() => periodAsked('2026-W48', 'week', NOW, BERLIN)).toThrow('"2026-W48" has not begun yet')
    // A second before midnight in Berlin the next week has not begun there, though it has further east.
    const sunday = at('2026-11-22T22:59:59Z')
    expect(() => periodAsked('2026-W48', 'week', sunday, BERLIN)).toThrow(UnknownPeriod)
    expect(periodAsked('2026-W48', 'week', sunday + 1_000, BERLIN).name).toBe('2026-W48')
  })
})

describe('the periods before', () => {
  it.each([
    ['2026-W02', 1, '2026-W01'],
    ['2026-W02', 2, '2025-W52'],
    ['2026-W47', 8, '2026-W39'],
    ['2026-01', 1, '2025-12'],
    ['2026-11', 0, '2026-11'],
    ['2026-Q1', 5, '2024-Q4'],
  ])('of %s, %i earlier: %s', (name, count, before) => {
    const period = periodNamed(name, BERLIN)
    expect(earlier(period, count)).toEqual(periodNamed(before, BERLIN))
  })

  it('between two instants come the latest first', () => {
    const names = (from: string, to: string) =>
      periodsBetween('month', at(from), at(to), BERLIN).map(({ name }) => name)
    expect(names('2026-09-30T21:59Z', '2026-11-18T15:00Z')).toEqual(['2026-11', '2026-10', '2026-09'])
    expect(names('2026-09-30T22:00Z', '2026-11-18T15:00Z')).toEqual(['2026-11', '2026-10'])
    expect(names('2026-11-18T15:00Z', '2026-11-18T15:00Z')).toEqual(['2026-11'])
  })
})
