import { type Calendar, openPeriodsBetween } from '../handoffs/business-time.ts'

/** The working time of a calendar over a span, so that many instants are placed in it quickly. */
export interface Workday {
  /** The open milliseconds of the whole span. */
  total: number
  /** How much open time has passed at an instant. */
  worked(at: number): number
  /** When so much open time has passed. */
  instant(worked: number): number
}

/** Lays out the working time of a calendar between two instants (epoch milliseconds). */
export function workdayOf(calendar: Calendar, from: number, to: number): Workday {
  const periods = openPeriodsBetween(calendar, from, to)
  const before: number[] = []
  let total = 0
  for (const period of periods) {
    before.push(total)
    total += period.to - period.from
  }
  return {
    total,
    worked(at) {
      const index = lastAtMost(periods.length, (one) => (periods[one]?.from ?? 0) <= at)
      const period = periods[index]
      return period ? (before[index] ?? 0) + Math.min(at, period.to) - period.from : 0
    },
    instant(worked) {
      const index = lastAtMost(periods.length, (one) => (before[one] ?? 0) < worked)
      const period = periods[Math.max(0, index)]
      if (!period) return to
      const at = period.from + worked - (before[Math.max(0, index)] ?? 0)
      return at <= period.to ? at : to + worked - total
    },
  }
}

/** The last index for which it holds, -1 when it holds for none; it holds for those before one for which it holds. */
function lastAtMost(length: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(middle)) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** A lead that a rep gets: when, and until when it has to be answered, in milliseconds of work or of the clock on the wall. */
export interface Arrival {
  at: number
  within: { ms: number; hours: 'business' | 'elapsed' } | null
}

/** How a rep's leads come out when each is answered after the one before, and takes `each` milliseconds of work. */
export interface Answers {
  late: number
  /** The most leads that waited for an answer at once. */
  waiting: number
}

/** Has one rep answer leads in order of time. */
export function answersOf(day: Workday, arrivals: readonly Arrival[], each: number): Answers {
  const done: number[] = []
  let [late, waiting, first] = [0, 0, 0]
  for (const { at, within } of arrivals) {
    const came = day.worked(at)
    const answered = Math.max(came, done.at(-1) ?? 0) + each
    done.push(answered)
    while ((done[first] ?? Number.POSITIVE_INFINITY) <= came) first += 1
    waiting = Math.max(waiting, done.length - first)
    if (within && (within.hours === 'business' ? answered - came : day.instant(answered) - at) > within.ms) late += 1
  }
  return { late, waiting }
}
