import type { ScoreInput } from './inputs.ts'
import { fitLogistic, type Row } from './logistic.ts'
import { draws, quantile } from './ranking.ts'

/**
 * What the data say of each input, in points of the config: the estimate, shrunk towards the present points, and its interval of
 * 95 %. `intervals`: from the fit without a penalty, or by a seeded bootstrap where that one has no answer.
 */
export interface Weights {
  /** Points that make one more unit of log-odds. */
  scale: number
  /** Whether the present points rank so little that the scale was set: 8 points double the odds. */
  scaleIsSet: boolean
  intervals: 'fit' | 'bootstrap'
  /** By input; null for one that was not fitted. */
  of: ({ points: number; low: number; high: number } | null)[]
}

// A weight lies within a doubling of the odds of its present value, as a matter of expectation.
const PENALTY = 1 / Math.LN2 ** 2
const SET_SCALE = 8 / Math.LN2
const SURELY = 1.959963984540054
const DRAWS = 200
const SEED = 20_260_101

/**
 * Fits the outcome on the units of the inputs `free`. The penalty pulls every coefficient to its present points by the scale, and the
 * scale is fitted with them: how many points double the odds is for the data to say. Null when nothing can be fitted.
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

  // The present score as a free column of its own: the others then hold how far each is from its present points.
  const withScore = own.map(({ at, of }, row) => ({
    at: [0, ...at.map((column) => column + 1)],
    of: [scores[row] ?? 0, ...of],
  }))
  const joint = fitLogistic(withScore, outcomes, { columns: free.length + 1, penalty: [0, ...penalty] })
  const slope = joint.coefficients[1] ?? 0
  const scaleIsSet = joint.state !== 'converged' || slope < SURELY * (joint.errors[1] ?? Number.POSITIVE_INFINITY)
  const scale = scaleIsSet ? SET_SCALE : 1 / slope

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

  const unpenalised = fitLogistic(own, outcomes, { columns: free.length })
  const byFit = unpenalised.state === 'converged'
  const drawn = byFit
    ? []
    : draws(rows.length, DRAWS, SEED).flatMap((counts) => {
        const fit = ridge(counts, shrunk.coefficients)
        return fit.state === 'converged' ? [inPoints(fit.coefficients)] : []
      })
  const interval = (column: number): [number, number] => {
    if (!byFit) {
      const values = drawn.map((one) => one[column] ?? Number.NaN)
      return [quantile(values, 0.025), quantile(values, 0.975)]
    }
    const [middle, error] = [unpenalised.coefficients[column + 1] ?? 0, unpenalised.errors[column + 1] ?? 0]
    return [scale * (middle - SURELY * error), scale * (middle + SURELY * error)]
  }
  const of = inputs.map((_, input) => {
    const column = free.indexOf(input)
    if (column < 0) return null
    const [low, high] = interval(column)
    return { points: estimates[column] ?? 0, low, high }
  })
  return { scale, scaleIsSet, intervals: byFit ? 'fit' : 'bootstrap', of }
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
