import { quantile } from '../rules/quantile.ts'
import type { ScoreInput } from './inputs.ts'
import { type Fit, fitLogistic, type Row } from './logistic.ts'
import { draws } from './ranking.ts'

/**
 * What the data say of each input, in points of the config: the estimate, shrunk towards the present points, and its interval of
 * 95 %. `intervals`: from the fit without a penalty, or by a seeded bootstrap where that one has no answer. Both hold the uncertainty
 * of the scale, too.
 */
export interface Weights {
  /** Points that make one more unit of log-odds. */
  scale: number
  /** Whether the present points rank so little that the scale was set: 8 points double the odds. */
  scaleIsSet: boolean
  intervals: 'fit' | 'bootstrap'
  /** By input; null for one that was not fitted. One that all its leads have the same outcome with has no interval: it has no end. */
  of: ({ points: number; interval: { low: number; high: number } | null } | null)[]
}

// A weight lies within a doubling of the odds of its present value, as a matter of expectation.
const PENALTY = 1 / Math.LN2 ** 2
const SET_SCALE = 8 / Math.LN2
const SURELY = 1.959963984540054
const DRAWS = 200
const SEED = 20_260_101

/**
 * Fits the outcome on the units of the inputs `free`, with a penalty that pulls every coefficient to its present points by the scale.
 * Null when nothing can be fitted.
 */
export function fitWeights(
  inputs: readonly ScoreInput[],
  free: readonly number[],
  rows: readonly Row[],
  outcomes: readonly boolean[],
): Weights | null {
  const own = rows.map((row) => only(row, free))
  const typical = free.map((_, column) => typicalOf(own, column))
  const penalty = typical.map((units) => PENALTY * units * units)
  const present = free.map((column) => inputs[column]?.points ?? 0)
  const scores = own.map(({ at, of }) => at.reduce((sum, column, i) => sum + (present[column] ?? 0) * (of[i] ?? 0), 0))
  const { fit: unpenalised, columns: settled } = withoutCertain(own, outcomes, free.length)
  const byFit = unpenalised.state === 'converged'
  const coefficients = settled.map((column, place) => ({
    points: present[column] ?? 0,
    value: unpenalised.coefficients[place + 1] ?? 0,
    error: unpenalised.errors[place + 1] ?? 0,
  }))
  const found = scaleOf(scores, outcomes, byFit ? coefficients : [])
  const { scale, unsure } = found ?? { scale: SET_SCALE, unsure: 0 }

  const ridge = (counts?: readonly number[], start?: readonly number[]) =>
    fitLogistic(own, outcomes, {
      columns: free.length,
      penalty,
      offsets: scores.map((score) => score / scale),
      ...(counts ? { counts } : {}),
      ...(start ? { start } : {}),
    })
  const shrunk = ridge()
  if (shrunk.state !== 'converged') return null
  const inPoints = (coefficients: readonly number[]) =>
    free.map((_, column) => (present[column] ?? 0) + (coefficients[column + 1] ?? 0) * scale)
  const estimates = inPoints(shrunk.coefficients)

  const drawn = byFit
    ? []
    : draws(rows.length, DRAWS, SEED).flatMap((counts) => {
        const fit = ridge(counts, shrunk.coefficients)
        return fit.state === 'converged' ? [inPoints(fit.coefficients)] : []
      })
  const interval = (column: number) => {
    const place = settled.indexOf(column)
    if (place < 0) return null
    const values = drawn.map((one) => one[column] ?? Number.NaN)
    const { value = 0, error = 0 } = coefficients[place] ?? {}
    const middle = byFit ? scale * value : (estimates[column] ?? 0)
    const [below, above] = byFit
      ? [SURELY * scale * error, SURELY * scale * error]
      : [middle - quantile(values, 0.025), quantile(values, 0.975) - middle]
    // What is uncertain of the scale is uncertain of the points.
    const ofScale = SURELY * middle * unsure
    return { low: middle - Math.hypot(below, ofScale), high: middle + Math.hypot(above, ofScale) }
  }
  const of = inputs.map((_, input) => {
    const column = free.indexOf(input)
    if (column < 0) return null
    return { points: estimates[column] ?? 0, interval: interval(column) }
  })
  return { scale, scaleIsSet: found === null, intervals: byFit ? 'fit' : 'bootstrap', of }
}

/**
 * The fit without a penalty. A column whose leads all have the same outcome has no end; all others have the answer that they have
 * without it and its leads, so that one rare input does not cost the intervals of all.
 */
function withoutCertain(
  rows: readonly Row[],
  outcomes: readonly boolean[],
  size: number,
): { fit: Fit; columns: number[] } {
  const seen = Array.from({ length: size }, () => new Set<boolean>())
  for (const [index, { at }] of rows.entries()) for (const column of at) seen[column]?.add(outcomes[index] ?? false)
  const columns = seen.flatMap((outcomes, column) => (outcomes.size > 1 ? [column] : []))
  const kept = rows.map((_, index) => index).filter((index) => rows[index]?.at.every((at) => columns.includes(at)))
  const fit = fitLogistic(
    kept.map((index) => only(rows[index] ?? { at: [], of: [] }, columns)),
    kept.map((index) => outcomes[index] ?? false),
    { columns: columns.length },
  )
  return { fit, columns }
}

/**
 * How many points make one unit of log-odds: the scale by which the present points are the nearest to what the data say, in sum and
 * each by its own certainty. A few that are quite wrong do not bend it. `unsure` is its standard error as a share of it. Null when
 * the present score does not surely rank at all.
 */
function scaleOf(
  scores: readonly number[],
  outcomes: readonly boolean[],
  coefficients: readonly { points: number; value: number; error: number }[],
): { scale: number; unsure: number } | null {
  const alone = fitLogistic(
    scores.map((score) => ({ at: [0], of: [score] })),
    outcomes,
    { columns: 1 },
  )
  const [slope, error] = [alone.coefficients[1] ?? 0, alone.errors[1] ?? Number.POSITIVE_INFINITY]
  if (alone.state !== 'converged' || slope < SURELY * error) return null
  const ratios = coefficients
    .filter(({ points }) => points !== 0)
    .map(({ points, value, error }) => ({ ratio: value / points, weight: Math.abs(points) / error }))
  const median = weightedMedian(ratios)
  if (!(median > 0)) return { scale: 1 / slope, unsure: error / slope }
  // Those whose present points agree with it are what it rests on.
  const agreeing = ratios.filter(({ ratio, weight }) => Math.abs(ratio - median) * weight < SURELY)
  const certainty = agreeing.reduce((sum, { weight }) => sum + weight * weight, 0)
  return { scale: 1 / median, unsure: 1 / (median * Math.sqrt(certainty)) }
}

// The sum of distances, each by its weight, is the least there.
function weightedMedian(ratios: readonly { ratio: number; weight: number }[]): number {
  const ordered = ratios.toSorted((a, b) => a.ratio - b.ratio)
  let left = ordered.reduce((sum, { weight }) => sum + weight, 0) / 2
  for (const { ratio, weight } of ordered) {
    left -= weight
    if (left <= 0) return ratio
  }
  return Number.NaN
}

/** The row with these columns alone, numbered as they stand in the list. */
function only({ at, of }: Row, columns: readonly number[]): Row {
  const places = new Map(columns.map((column, place) => [column, place]))
  const kept = at.flatMap((column, i) => {
    const place = places.get(column)
    return place === undefined ? [] : [{ place, of: of[i] ?? 0 }]
  })
  return { at: kept.map(({ place }) => place), of: kept.map((one) => one.of) }
}

// How many units a lead that has any has as a rule, so that a count and a yes are pulled alike.
function typicalOf(rows: readonly Row[], column: number): number {
  const units = rows.flatMap(({ at, of }) => {
    const i = at.indexOf(column)
    return i < 0 ? [] : [Math.abs(of[i] ?? 0)]
  })
  return units.length > 0 ? units.reduce((sum, one) => sum + one, 0) / units.length : 1
}
