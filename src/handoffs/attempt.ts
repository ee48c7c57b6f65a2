import { z } from 'zod'
import { addBusinessDays, type Calendar } from './business-time.ts'
import type { Duration } from './kinds.ts'

/**
 * One attempt. `seen`: HubSpot shows it (`id`: as one of its activities, which was written down at `loggedAt`); `said`:
 * somebody says so, in Slack (`by`) or by a status. The same attempt may be both.
 */
export const Attempt = z.object({
  at: z.number(),
  how: z.enum(['seen', 'said']),
  what: z.enum(['calls', 'emails', 'meetings', 'communications']).optional(),
  id: z.string().optional(),
  loggedAt: z.number().optional(),
  by: z.string().optional(),
})
export type Attempt = z.output<typeof Attempt>

/** What is kept of the attempts of a handoff. Instants are epoch milliseconds. */
export const AttemptsMade = z.object({
  until: z.number(),
  count: z.number(),
  nurture: z.string(),
  /** The first response is one of them. Absent in older records. */
  made: z.array(Attempt).optional(),
  /** By how much HubSpot's counters had risen when all of it was explained last. */
  risen: z.number().optional(),
  /** When the rep is reminded, unless enough were made; `remindedAt`: they were, or need not be. */
  remindAt: z.number().optional(),
  remindedAt: z.number().optional(),
})
export type AttemptsMade = z.output<typeof AttemptsMade>

const DAY = 24 * 60 * 60_000

/** The first response as an attempt. */
export function firstAttempt({ at, by }: { at: number; by?: string | undefined }): Attempt {
  return { at, how: 'said', ...(by === undefined ? {} : { by }) }
}

/** When to remind somebody whose time began at `from` and ends at `until`; undefined when that is shorter than the reminder. */
export function remindAt(
  before: Duration | undefined,
  from: number,
  until: number,
  calendar: Calendar | undefined,
): number | undefined {
  if (!before) return undefined
  const at = 'ms' in before ? until - before.ms : closeBefore(before.businessDays, from, until, calendar)
  return at !== undefined && at > from ? at : undefined
}

// The last close of a business day after which that many business days are left.
function closeBefore(days: number, from: number, until: number, calendar: Calendar | undefined): number | undefined {
  if (!calendar) return until - days * DAY
  let last: number | undefined
  for (let day = 1; ; day++) {
    const close = addBusinessDays(calendar, from, day)
    const left = close === null ? null : addBusinessDays(calendar, close, days)
    if (close === null || left === null || left > until) return last
    last = close
  }
}
