import type { Handoff } from '../handoffs/handoff.ts'
import { duration } from '../rules/words.ts'

const MINUTE = 60_000

/** By how much an answer came late, in the clock's own time: `, 20 min late`; empty for one in time. */
export function lateWords({ answered, dueAt, startedAt, calendar, counted }: Handoff): string {
  if (!answered || dueAt === null || answered.at <= dueAt) return ''
  // Of a clock in open hours its periods up to the deadline are what was allowed.
  const open = counted.reduce((sum, { from, to }) => sum + Math.max(0, Math.min(to, dueAt) - from), 0)
  const late =
    calendar !== null && open > 0 ? answered.minutes * MINUTE - open : answered.at - Math.max(dueAt, startedAt)
  return late < MINUTE ? ', less than 1 min late' : `, ${duration(late)} late`
}
