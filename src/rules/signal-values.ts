import type { Signal } from './attributes.ts'

/*
 * The numbers that come with signals. One without a number, or with a text that is none, counts as unknown, never as zero.
 */

// A report that is due every week comes some hours sooner or later.
const EARLIER_BY = 0.1
// What is older says nothing of the time before.
const LONGEST = 2

/** The sum of the values of signals; undefined when none has any. */
export function sumOf(signals: readonly Signal[]): number | undefined {
  const values = signals.flatMap((signal) => amountOf(signal) ?? [])
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0)
}

/**
 * By how many per cent the newest value is below the newest of about `over` milliseconds before it; negative when it has
 * risen. Undefined when there is none of then, when that was zero, or when the newest is itself older than that.
 */
export function dropOf(signals: readonly Signal[], over: number, now: number): number | undefined {
  const values = signals
    .flatMap((signal) => {
      const value = amountOf(signal)
      return value === undefined ? [] : [{ at: signal.at, value }]
    })
    .sort((a, b) => a.at - b.at)
  const newest = values.at(-1)
  if (!newest || now - newest.at >= over) return undefined
  const before = values.findLast(({ at }) => newest.at - at >= over * (1 - EARLIER_BY))
  if (!before || newest.at - before.at > over * LONGEST || !(before.value > 0)) return undefined
  return Math.round(((before.value - newest.value) / before.value) * 1e8) / 1e6
}

/** The number that a signal came to; undefined when it has none. */
export function amountOf({ value }: Pick<Signal, 'value'>): number | undefined {
  const number = value === undefined || value.trim() === '' ? Number.NaN : Number(value)
  return Number.isFinite(number) ? number : undefined
}
