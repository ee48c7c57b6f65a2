import type { Period } from './report.ts'

/*
 * Weeks from Monday to Sunday, months and quarters of a time zone. They are days of a calendar, not spans of a length: a week in
 * which the clocks change has an hour more or less.
 */

/** The kinds of periods. */
export const PERIOD_KINDS = ['week', 'month', 'quarter'] as const
export type PeriodKind = Period['kind']

/** No period has that name; the message says which names there are. */
export class UnknownPeriod extends Error {
  override name = 'UnknownPeriod'
  constructor(name: string, why = 'is no period') {
    super(`"${name.slice(0, 40)}" ${why}: ${PERIOD_NAMES}`)
  }
}

/** How periods are named, for people. */
export const PERIOD_NAMES =
  'write a week such as 2026-W47, a month such as 2026-11, a quarter such as 2026-Q4, last (the last that is over) or this; last-month and the like say of which kind'

/** The period of a name; throws UnknownPeriod. */
export function periodNamed(name: string, timeZone: string): Period {
  const [, year = '', week, quarter, month] =
    /^(\d{4})-(?:W(\d\d)|Q([1-4])|(0[1-9]|1[0-2]))$/.exec(name.toUpperCase()) ?? []
  if (week !== undefined) {
    // The fourth of January is in the first week of every year.
    const first = monday(Temporal.PlainDate.from(`${year}-01-04`)).add({ weeks: Number(week) - 1 })
    const found = spanOf('week', first, timeZone)
    if (found.name !== name.toUpperCase()) throw new UnknownPeriod(name)
    return found
  }
  const first = quarter === undefined ? month : String(Number(quarter) * 3 - 2).padStart(2, '0')
  if (first === undefined) throw new UnknownPeriod(name)
  return spanOf(quarter === undefined ? 'month' : 'quarter', Temporal.PlainDate.from(`${year}-${first}-01`), timeZone)
}

/** The period of a kind in which an instant lies (epoch milliseconds). */
export function periodAt(kind: PeriodKind, instant: number, timeZone: string): Period {
  return spanOf(kind, startOf(kind, dateAt(instant, timeZone)), timeZone)
}

/** The period of the same kind that lies so many before another one. */
export function earlier(period: Period, count: number): Period {
  const { kind, timeZone, from } = period
  const first = dateAt(from, timeZone)
  const by = { week: { weeks: count }, month: { months: count }, quarter: { months: 3 * count } }[kind]
  return spanOf(kind, first.subtract(by), timeZone)
}

/** The period that somebody asks for: by its name, or `last` and `this`, which are of the kind that is usual unless they say another. */
export function periodAsked(asked: string, usual: PeriodKind, now: number, timeZone: string): Period {
  const [, which, kind = usual] = /^(last|this)(?:-(week|month|quarter))?$/.exec(asked.toLowerCase()) ?? []
  if (which === undefined) {
    const found = periodNamed(asked, timeZone)
    if (found.from > now) throw new UnknownPeriod(asked, 'has not begun yet')
    return found
  }
  const present = periodAt(kind as PeriodKind, now, timeZone)
  return which === 'this' ? present : earlier(present, 1)
}

/** The periods of a kind in which instants from one to another lie, the latest first. */
export function periodsBetween(kind: PeriodKind, from: number, to: number, timeZone: string): Period[] {
  const periods: Period[] = []
  for (let one = periodAt(kind, to, timeZone); one.to > from; one = earlier(one, 1)) periods.push(one)
  return periods
}

function spanOf(kind: PeriodKind, first: Temporal.PlainDate, timeZone: string): Period {
  const next = first.add({ week: { weeks: 1 }, month: { months: 1 }, quarter: { months: 3 } }[kind])
  return {
    name: nameOf(kind, first),
    kind,
    from: midnight(first, timeZone),
    to: midnight(next, timeZone),
    timeZone,
    title: titleOf(kind, first, next.subtract({ days: 1 })),
  }
}

function startOf(kind: PeriodKind, date: Temporal.PlainDate): Temporal.PlainDate {
  if (kind === 'week') return monday(date)
  const month = kind === 'month' ? date.month : date.month - ((date.month - 1) % 3)
  return date.with({ month, day: 1 })
}

function nameOf(kind: PeriodKind, first: Temporal.PlainDate): string {
  const year = String(kind === 'week' ? first.yearOfWeek : first.year).padStart(4, '0')
  if (kind === 'week') return `${year}-W${String(first.weekOfYear).padStart(2, '0')}`
  if (kind === 'quarter') return `${year}-Q${(first.month + 2) / 3}`
  return `${year}-${String(first.month).padStart(2, '0')}`
}

function titleOf(kind: PeriodKind, first: Temporal.PlainDate, last: Temporal.PlainDate): string {
  const month = (date: Temporal.PlainDate, style: 'short' | 'long') => date.toLocaleString('en-US', { month: style })
  if (kind === 'month') return `${month(first, 'long')} ${first.year}`
  if (kind === 'quarter') return `Q${(first.month + 2) / 3} ${first.year}`
  const day = (date: Temporal.PlainDate) => `${date.day} ${month(date, 'short')}`
  if (first.year !== last.year) return `${day(first)} ${first.year} – ${day(last)} ${last.year}`
  if (first.month !== last.month) return `${day(first)} – ${day(last)} ${last.year}`
  return `${first.day}–${day(last)} ${last.year}`
}

const monday = (date: Temporal.PlainDate) => date.subtract({ days: date.dayOfWeek - 1 })
const midnight = (date: Temporal.PlainDate, timeZone: string) => date.toZonedDateTime({ timeZone }).epochMilliseconds
const dateAt = (instant: number, timeZone: string) =>
  Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone).toPlainDate()
