import { describe, expect, it, test } from 'vitest'
import { Reports } from '../../../src/config/schemas/reports.ts'
import type { Calendar } from '../../../src/handoffs/business-time.ts'
import { periodNamed } from '../../../src/reports/period.ts'
import { deliveriesOf, dueAt, dueReports, MOST_MISSED } from '../../../src/reports/schedule.ts'

const calendarIn = (timeZone: string, holidays: string[] = []): Calendar => {
  const shifts = [{ open: 540, close: 1020 }]
  const hours = { mon: shifts, tue: shifts, wed: shifts, thu: shifts, fri: shifts }
  return { timeZone, hours, holidays, overrides: {} }
}
const reports = Reports.parse({
  weekly: { to: 'mgr-1' },
  monthly: { to: ['vp', 'marketing'], at: '09:30' },
  quarterly: { to: 'vp' },
  feedback: { marketingToSales: { to: 'ae', on: 'fri', at: '16:00' }, successToMarketing: { to: 'marketing' } },
})
const [weekly, monthly, quarterly, toSales, fromSuccess] = deliveriesOf(reports)
const WEEKLY = weekly ?? expect.fail('no weekly report')
const at = (instant: string) => Date.parse(instant)

describe('what is sent', () => {
  it('is what the config names, by its place there', () => {
    expect(deliveriesOf(reports).map(({ id, report, part }) => [id, report, part])).toEqual([
      ['weekly', 'weekly', undefined],
      ['monthly', 'monthly', undefined],
      ['quarterly', 'quarterly', undefined],
      ['feedback.marketingToSales', 'feedback', 'marketing-to-sales'],
      ['feedback.successToMarketing', 'feedback', 'success-to-marketing'],
    ])
    expect(deliveriesOf(Reports.parse({}))).toEqual([])
  })
})

const NEW_YEAR = ['2027-01-01']
test.each([
  ['a week, on Monday', weekly, '2026-W47', 'America/New_York', [], '2026-11-23T13:00:00Z'],
  ['also on a holiday', weekly, '2026-W47', 'America/New_York', ['2026-11-23'], '2026-11-23T13:00:00Z'],
  ['in the zone of the calendar', weekly, '2026-W47', 'Asia/Kolkata', [], '2026-11-23T02:30:00Z'],
  ['after clocks were put back', weekly, '2026-W43', 'Europe/Berlin', [], '2026-10-26T07:00:00Z'],
  ['before that', weekly, '2026-W42', 'Europe/Berlin', [], '2026-10-19T06:00:00Z'],
  ['on another weekday of the week that follows', toSales, '2026-W47', 'America/New_York', [], '2026-11-27T21:00:00Z'],
  ['a month, on a Sunday: on Monday', monthly, '2026-10', 'Europe/Berlin', [], '2026-11-02T08:30:00Z'],
  ['a month, after a holiday', monthly, '2026-12', 'Europe/Berlin', NEW_YEAR, '2027-01-04T08:30:00Z'],
  ['a quarter, after a holiday and a weekend', quarterly, '2026-Q4', 'Europe/Berlin', NEW_YEAR, '2027-01-04T07:00:00Z'],
  ['a part of a month', fromSuccess, '2026-11', 'America/New_York', [], '2026-12-01T13:00:00Z'],
])('%s', (_, delivery, period, zone, holidays, due) => {
  const found = dueAt(delivery ?? WEEKLY, periodNamed(period, zone), calendarIn(zone, holidays))
  expect(new Date(found)).toEqual(new Date(due))
})

test('on the first of a month that has no business day', () => {
  const closed = { ...calendarIn('UTC'), hours: {} }
  expect(new Date(dueAt(monthly ?? WEEKLY, periodNamed('2026-10', 'UTC'), closed))).toEqual(
    new Date('2026-11-01T09:30:00Z'),
  )
})

describe('what is due', () => {
  const calendar = calendarIn('America/New_York')
  const begun = at('2026-10-07T12:00:00Z')
  const names = (known: { begun: number; last?: string }, now: string, delivery = WEEKLY, zone = calendar) =>
    dueReports(delivery, zone, known, at(now)).map(({ period }) => period.name)

  it.each([
    ['before it is time', { begun, last: '2026-W46' }, '2026-11-23T12:59:59Z', []],
    ['when it is time', { begun, last: '2026-W46' }, '2026-11-23T13:00:00Z', ['2026-W47']],
    ['once it was sent', { begun, last: '2026-W47' }, '2026-11-23T13:00:00Z', []],
    [
      'after a time without the service, the oldest first',
      { begun, last: '2026-W45' },
      '2026-11-25T00:00:00Z',
      ['2026-W46', '2026-W47'],
    ],
    [
      'after a long one, those that are still news',
      { begun, last: '2026-W41' },
      '2026-11-25T00:00:00Z',
      ['2026-W44', '2026-W45', '2026-W46', '2026-W47'],
    ],
    ['nothing of the time before it began', { begun: at('2026-11-23T06:00:00Z') }, '2026-11-23T13:00:00Z', []],
    ['the week in which it began', { begun: at('2026-11-20T06:00:00Z') }, '2026-11-23T13:00:00Z', ['2026-W47']],
    ['over the turn of the year', { begun, last: '2026-W53' }, '2027-01-11T13:00:00Z', ['2027-W01']],
  ])('%s', (_, known, now, due) => {
    expect(names(known, now)).toEqual(due)
    expect(due.length).toBeLessThanOrEqual(MOST_MISSED)
  })

  it('is nothing anew when its day, its time or its zone changes', () => {
    const known = { begun, last: '2026-W47' }
    const later = { ...WEEKLY, weekday: 4, at: 9 * 60 }
    expect(names(known, '2026-11-26T23:00:00Z', later)).toEqual([])
    expect(names(known, '2026-11-26T23:00:00Z', WEEKLY, calendarIn('Pacific/Honolulu'))).toEqual([])
    expect(names(known, '2026-12-03T23:00:00Z', later)).toEqual(['2026-W48'])
  })

  it('waits for its own day, and sends what an earlier one missed', () => {
    expect(names({ begun, last: '2026-W45' }, '2026-11-25T00:00:00Z', toSales)).toEqual(['2026-W46'])
  })
})
