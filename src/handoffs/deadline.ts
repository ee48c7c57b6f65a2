import { addBusinessDays, addBusinessTime, type Calendar, type OpenPeriod } from './business-time.ts'
import type { Duration, HandoffKind } from './kinds.ts'

const DAY = 24 * 60 * 60_000

/** When a duration from an instant is over; business days in this calendar, or as days of 24 hours without one. */
export function untilWhen(within: Duration, from: number, calendar: Calendar | undefined): number {
  if ('ms' in within) return from + within.ms
  return (calendar && addBusinessDays(calendar, from, within.businessDays)) ?? from + within.businessDays * DAY
}

/** When a clock that starts at an instant is due, and the open periods that it counts; without a calendar every hour counts. */
export function dueAfter(
  kind: Pick<HandoffKind, 'hours'>,
  calendar: Calendar | undefined,
  start: number,
  duration: Duration,
): { at: number; counted: OpenPeriod[] } {
  if ('businessDays' in duration) return { at: untilWhen(duration, start, calendar), counted: [] }
  const result = kind.hours === 'business' && calendar ? addBusinessTime(calendar, start, duration.ms) : null
  // A calendar without open time is refused by the config check; elapsed time keeps the clock running all the same.
  return result ? { at: result.due, counted: result.counted } : { at: start + duration.ms, counted: [] }
}
