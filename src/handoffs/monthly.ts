import { addBusinessTime, type Calendar } from './business-time.ts'

/** A day of the month, for something that is done once in each. `month` is `YYYY-MM`, `at` epoch milliseconds. */
export interface Monthly {
  month: string
  at: number
}

/**
 * When it was last time for something that is done on the first working day of each month, at so many minutes after midnight
 * of the calendar's zone; on the first where the month has no open day.
 */
export function lastMonthly(calendar: Calendar, minutes: number, now: number): Monthly {
  const first = Temporal.Instant.fromEpochMilliseconds(now)
    .toZonedDateTimeISO(calendar.timeZone)
    .toPlainDate()
    .with({ day: 1 })
  const present = inMonth(calendar, first, minutes)
  return present.at <= now ? present : inMonth(calendar, first.subtract({ months: 1 }), minutes)
}

/** When it is time in the month that begins with a date. */
export function inMonth(calendar: Calendar, first: Temporal.PlainDate, minutes: number): Monthly {
  const { timeZone } = calendar
  const midnight = first.toZonedDateTime({ timeZone }).epochMilliseconds
  const opens = addBusinessTime(calendar, midnight, 1)?.counted[0]?.from ?? midnight
  const open = Temporal.Instant.fromEpochMilliseconds(opens).toZonedDateTimeISO(timeZone).toPlainDate()
  const day = open.month === first.month ? open : first
  const plainTime = new Temporal.PlainTime(Math.floor(minutes / 60), minutes % 60)
  return {
    month: first.toPlainYearMonth().toString(),
    at: day.toZonedDateTime({ timeZone, plainTime }).epochMilliseconds,
  }
}
