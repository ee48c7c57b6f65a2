import { type Calendar, localDate, openPeriodsBetween } from './business-time.ts'

const DAY = 24 * 60 * 60_000

/** A morning: the local date, and when it is time for what is done once on it (epoch milliseconds). */
export interface Morning {
  date: string
  at: number
}

/**
 * This morning in a calendar: when it opens, or so many minutes after midnight; null on a date on which nobody works, and before it
 * is time.
 */
export function morningOf(calendar: Calendar, minutes: number | undefined, now: number): Morning | null {
  const date = localDate(calendar.timeZone, now)
  const day = Temporal.PlainDate.from(date)
  const midnight = day.toZonedDateTime({ timeZone: calendar.timeZone }).epochMilliseconds
  const end = day.add({ days: 1 }).toZonedDateTime({ timeZone: calendar.timeZone }).epochMilliseconds
  // What began the evening before is no morning.
  const opens = openPeriodsBetween(calendar, midnight - DAY, end).find(({ from }) => from >= midnight)?.from
  if (opens === undefined) return null
  const plainTime = new Temporal.PlainTime(Math.floor((minutes ?? 0) / 60), (minutes ?? 0) % 60)
  const at =
    minutes === undefined ? opens : day.toZonedDateTime({ timeZone: calendar.timeZone, plainTime }).epochMilliseconds
  return at <= now ? { date, at } : null
}

/** A member of a pool with more than they should have: at the cap, or with much more than the others. */
export interface Overload {
  rep: string
  open: number
  cap: number | undefined
  median: number
}

// So much more than the middle of the pool, and not of a pool that has hardly any.
const TIMES = 2
const AT_LEAST = 5

/** Who of a pool has too much in hand: the cap of open leads, or more than twice the pool's median, and five at least. */
export function overloaded(members: readonly { rep: string; open: number }[], cap: number | undefined): Overload[] {
  const sorted = members.map(({ open }) => open).sort((a, b) => a - b)
  const middle = sorted.length / 2
  const median = ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2
  return members
    .filter(({ open }) => (cap !== undefined && open >= cap) || (open >= AT_LEAST && open > TIMES * median))
    .map((one) => ({ ...one, cap, median }))
    .sort((a, b) => b.open - a.open)
}
