import type { Handoff } from './handoff.ts'

/** So many alerts have a message of their own, in so many milliseconds; what comes beyond stands in one list. */
export const BURST = { alone: 3, within: 2 * 60_000 } as const

const SHORT = 15 * 60_000

/** Whether the clock of a handoff is so short that its alert has a message of its own, however many there are. */
export function isShort({ startedAt, dueAt, counted }: Pick<Handoff, 'startedAt' | 'dueAt' | 'counted'>): boolean {
  if (dueAt === null) return false
  const hours = counted.reduce((sum, { from, to }) => sum + to - from, 0)
  return (counted.length > 0 ? hours : dueAt - startedAt) < SHORT
}
