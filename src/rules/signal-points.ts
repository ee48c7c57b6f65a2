import type { Signal } from './attributes.ts'
import { clamp } from './rounding.ts'
import { amountOf } from './signal-values.ts'

/**
 * What a signal of a type is worth: the same each time; by its amount (`of` points for each `per`, at most `atMost` up or
 * down); or the points of the highest step that its amount reaches.
 */
export type Points =
  | number
  | { per: number; of: number; atMost?: number | undefined }
  | { steps: { from: number; points: number }[] }

/** The points of a signal before it fades; undefined when they go by an amount that it does not have. */
export function worthOf(points: Points, signal: Pick<Signal, 'value'>): number | undefined {
  if (typeof points === 'number') return points
  const amount = amountOf(signal)
  if (amount === undefined) return undefined
  if ('steps' in points) return points.steps.findLast(({ from }) => amount >= from)?.points ?? 0
  const most = points.atMost ?? Number.POSITIVE_INFINITY
  return clamp((Math.max(0, amount) / points.per) * points.of, -most, most)
}

/** The most that a signal of this kind can be worth; what takes points away has the least. */
export function mostOf(points: Points): number {
  if (typeof points === 'number') return points
  if ('steps' in points) return points.steps.at(-1)?.points ?? 0
  return (points.atMost ?? Number.POSITIVE_INFINITY) * Math.sign(points.of)
}

/** What a signal is worth in words, such as `1 for each 10 minutes, at most 15`. */
export function pointsText(points: Points, unit = ''): string {
  if (typeof points === 'number') return String(points)
  const counted = (amount: number) => [amount, unit].filter((part) => part !== '').join(' ')
  if ('steps' in points) return points.steps.map(({ from, points: some }) => `${some} from ${counted(from)}`).join(', ')
  const { per, of, atMost } = points
  return `${of} for each ${counted(per)}${atMost === undefined ? '' : `, at most ${of < 0 ? -atMost : atMost}`}`
}
