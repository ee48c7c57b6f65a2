import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addBusinessDays,
  addBusinessTime,
  businessTimeBetween,
  type Calendar,
  expandWeekdays,
  isOpen,
  localDate,
  type Shift,
  type Weekday,
} from '../../../src/handoffs/business-time.ts'
import { instant, vectorCalendars } from '../../support/business-time-vectors.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const week = expandWeekdays('mon-sun')

/** Zones that change their offset in unlike ways, each with an instant shortly before one of its changes. */
const changes: [string, string][] = [
  ['America/New_York', '2026-03-08T05:00:00Z'],
  ['America/New_York', '2026-11-01T04:00:00Z'],
  ['Europe/London', '2026-10-24T23:00:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T14:00:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T14:00:00Z'],
  ['America/Sao_Paulo', '2018-11-04T01:00:00Z'],
  ['America/Sao_Paulo', '2019-02-17T00:00:00Z'],
  ['America/Havana', '2026-11-01T03:00:00Z'], // 00:00–01:00 comes twice
  ['America/St_Johns', '2010-11-07T01:00:00Z'], // at 00:01 back to 23:01 of the day before
  ['Africa/Cairo', '2026-04-23T21:00:00Z'],
  ['Antarctica/Troll', '2026-03-29T00:00:00Z'], // two hours at once
  ['Pacific/Apia', '2011-12-30T08:00:00Z'], // a date skipped
  ['Pacific/Chatham', '2026-09-26T13:00:00Z'],
  ['Asia/Kolkata', '2026-11-17T18:00:00Z'],
]

const shifts: fc.Arbitrary<Shift[]> = fc.array(
  fc.oneof(
    fc.record({ open: fc.integer({ min: 0, max: 1439 }), close: fc.integer({ min: 0, max: 1440 }) }),
    fc.constantFrom(
      { open: 540, close: 1020 },
      { open: 0, close: 1440 },
      { open: 1320, close: 360 },
      { open: 0, close: 90 },
      { open: 150, close: 480 },
    ),
  ),
  { maxLength: 3 },
)

const hours: fc.Arbitrary<Partial<Record<Weekday, Shift[]>>> = fc
  .array(shifts, { minLength: 7, maxLength: 7 })
  .map((days) => Object.fromEntries(week.map((day, index) => [day, days[index] ?? []])))

/** A calendar with a start: of the fixture, or a random one; half of the starts are within two days of a change of offset. */
const situation: fc.Arbitrary<{ calendar: Calendar; start: number }> = fc
  .constantFrom(...changes)
  .chain(([timeZone, change]) => {
    const near = instant(change)
    const date = fc.integer({ min: -3, max: 12 }).map((days) => localDate(timeZone, near + days * DAY))
    return fc.record({
      calendar: fc.oneof(
        fc.record({
          timeZone: fc.constant(timeZone),
          hours,
          holidays: fc.array(date, { maxLength: 3 }),
          overrides: fc.dictionary(date, shifts, { maxKeys: 3 }),
        }),
        fc.constantFrom(...Object.values(vectorCalendars)),
      ),
      start: fc.oneof(
        fc.integer({ min: -2 * DAY, max: 2 * DAY }).map((offset) => near + offset),
        fc.integer({ min: instant('2009-01-01T00:00:00Z'), max: instant('2030-01-01T00:00:00Z') }),
      ),
    })
  })

const duration = fc.oneof(
  fc.integer({ min: 1, max: 90 * HOUR }),
  fc.integer({ min: 1, max: 90 }).map((h) => h * HOUR),
)

/** The dates whose shifts are open at an instant (its own, the one before), from its local date and time alone. */
function openedBy(calendar: Calendar, at: number): string[] {
  const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(calendar.timeZone)
  const minute = local.hour * 60 + local.minute
  const today = local.toPlainDate()
  const yesterday = today.subtract({ days: 1 })
  if (calendar.holidays.includes(today.toString())) return []
  const opening = (date: Temporal.PlainDate) => {
    if (calendar.holidays.includes(date.toString())) return []
    const weekday = week[date.dayOfWeek - 1]
    return calendar.overrides[date.toString()] ?? (weekday && calendar.hours[weekday]) ?? []
  }
  const dates: string[] = []
  if (opening(yesterday).some(({ open, close }) => close < open && minute < close)) dates.push(yesterday.toString())
  if (opening(today).some(({ open, close }) => minute >= open && (minute < close || close < open))) {
    dates.push(today.toString())
  }
  return dates
}

describe('any calendar, any start', () => {
  test('the open time is what a walk through every minute finds', () => {
    fc.assert(
      fc.property(situation, fc.integer({ min: 1, max: 40 }), ({ calendar, start }, length) => {
        const from = Math.floor(start / MINUTE) * MINUTE
        const to = from + length * HOUR
        let open = 0
        for (let at = from; at < to; at += MINUTE) if (openedBy(calendar, at).length > 0) open += MINUTE
        expect(businessTimeBetween(calendar, from, to)).toBe(open)
        expect(isOpen(calendar, start)).toBe(openedBy(calendar, start).length > 0)
      }),
      { numRuns: 150 },
    )
  })

  test('exactly the duration is open between the start and the due time', () => {
    fc.assert(
      fc.property(situation, duration, ({ calendar, start }, length) => {
        const result = addBusinessTime(calendar, start, length)
        if (!result) return
        expect(businessTimeBetween(calendar, start, result.due)).toBe(length)
      }),
    )
  })

  test('the due time is the earliest: the millisecond before it is open', () => {
    fc.assert(
      fc.property(situation, duration, ({ calendar, start }, length) => {
        const result = addBusinessTime(calendar, start, length)
        if (!result) return
        expect(isOpen(calendar, result.due - 1)).toBe(true)
        expect(result.due).toBeGreaterThan(start)
      }),
    )
  })

  test('the counted periods are open throughout, apart from each other, and add up', () => {
    fc.assert(
      fc.property(situation, duration, ({ calendar, start }, length) => {
        const result = addBusinessTime(calendar, start, length)
        if (!result) return
        let end = Number.NEGATIVE_INFINITY
        let sum = 0
        for (const { from, to } of result.counted) {
          expect(from).toBeGreaterThan(end)
          expect(businessTimeBetween(calendar, from, to)).toBe(to - from)
          end = to
          sum += to - from
        }
        expect(sum).toBe(length)
        expect(end).toBe(result.due)
        expect(result.counted[0]?.from).toBeGreaterThanOrEqual(start)
      }),
    )
  })

  test('one duration after another is their sum', () => {
    fc.assert(
      fc.property(situation, duration, duration, ({ calendar, start }, first, second) => {
        const sum = addBusinessTime(calendar, start, first + second)
        if (!sum) return
        const between = addBusinessTime(calendar, start, first)
        expect(between).not.toBeNull()
        expect(addBusinessTime(calendar, between?.due ?? 0, second)?.due).toBe(sum.due)
      }),
    )
  })

  test('a longer duration is due later', () => {
    fc.assert(
      fc.property(situation, duration, duration, ({ calendar, start }, length, more) => {
        const shorter = addBusinessTime(calendar, start, length)
        const longer = addBusinessTime(calendar, start, length + more)
        if (!longer) return
        expect(shorter?.due).toBeLessThan(longer.due)
      }),
    )
  })

  test('a later start is never due earlier', () => {
    fc.assert(
      fc.property(situation, fc.integer({ min: 0, max: 4 * DAY }), duration, ({ calendar, start }, later, length) => {
        const first = addBusinessTime(calendar, start, length)
        const second = addBusinessTime(calendar, start + later, length)
        if (!first || !second) return
        expect(second.due).toBeGreaterThanOrEqual(first.due)
      }),
    )
  })

  test('null means that the 400 days hold too little open time', () => {
    const rarely = hours.map((week) => ({ mon: week.mon?.slice(0, 1) }))
    fc.assert(
      fc.property(situation, rarely, fc.integer({ min: 1, max: 1500 }), ({ calendar, start }, hours, length) => {
        const mondays = { ...calendar, hours }
        const open = businessTimeBetween(mondays, start, start + 400 * DAY)
        expect(addBusinessTime(mondays, start, length * HOUR) === null).toBe(open < length * HOUR)
      }),
    )
  })

  test('a business day ends at the last open minute of the shifts that open on it', () => {
    fc.assert(
      fc.property(situation, fc.integer({ min: 1, max: 4 }), ({ calendar, start }, days) => {
        const startDate = localDate(calendar.timeZone, start)
        const from = Math.floor(start / MINUTE) * MINUTE
        const ends = new Map<string, number>()
        for (let at = from; at < from + 8 * DAY; at += MINUTE) {
          for (const date of openedBy(calendar, at)) ends.set(date, at + MINUTE)
        }
        // The walk sees the shifts of the first five dates to their end.
        const lastDate = localDate(calendar.timeZone, from + 5 * DAY)
        const dates = [...ends.keys()].filter((date) => date > startDate && date <= lastDate).sort()
        const due = addBusinessDays(calendar, start, days)
        const expected = ends.get(dates[days - 1] ?? '')
        if (expected !== undefined) expect(due).toBe(expected)
        else if (due !== null) expect(localDate(calendar.timeZone, due) > lastDate).toBe(true)
      }),
      { numRuns: 20 },
    )
  })
})
