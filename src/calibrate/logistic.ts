import { CholeskyDecomposition, Matrix } from 'ml-matrix'

/** A lead's inputs: the columns that are not 0, rising, and what they hold. */
export interface Row {
  at: readonly number[]
  of: readonly number[]
}

/**
 * How a fit is to be made. Columns without a `penalty` are free. `offsets`: log-odds that a row has already. `counts`: how often
 * each row is there, as a bootstrap draws it.
 */
export interface FitOptions {
  columns: number
  penalty?: readonly number[]
  offsets?: readonly number[] | undefined
  counts?: readonly number[]
  /** Where to begin, the intercept first; else at the log-odds of the base. */
  start?: readonly number[]
  steps?: number
}

/**
 * A logistic regression. `coefficients` and `errors` (standard errors) have the intercept first. Only what has `converged` may be
 * believed: `singular` when columns say the same, `separated` when some column tells the outcome without fail, so that its
 * coefficient has no end, `unfinished` when the steps were used up.
 */
export interface Fit {
  coefficients: number[]
  errors: number[]
  logLikelihood: number
  state: 'converged' | 'singular' | 'separated' | 'unfinished'
}

// What is left to gain, at which Newton's next step would only be rounding.
const NOTHING_LEFT = 1e-20
// Beyond these log-odds a probability is below one in a hundred million: no data of ours can say that.
const CERTAIN = 18
const LONGEST_STEP = 2

/**
 * Fits a logistic regression by Newton's method, with a ridge penalty where one is given. It begins at the base's log-odds, no step
 * changes any row's log-odds by more than 2, and none may lose: a plain Newton diverges at a small base without a word.
 */
export function fitLogistic(rows: readonly Row[], outcomes: readonly boolean[], options: FitOptions): Fit {
  const { penalty = [], offsets = [], counts, steps = 100 } = options
  const size = options.columns + 1
  const count = (row: number) => (counts ? (counts[row] ?? 0) : 1)
  const total = rows.reduce((sum, _, row) => sum + count(row), 0)
  const yes = outcomes.reduce((sum, outcome, row) => sum + (outcome ? count(row) : 0), 0)
  const base = Math.log((yes + 0.5) / (total - yes + 0.5))
  let coefficients = options.start ? [...options.start] : [base, ...Array<number>(options.columns).fill(0)]
  const penaltyOf = (column: number) => (column === 0 ? 0 : (penalty[column - 1] ?? 0))
  const lost = (of: readonly number[]) =>
    of.reduce((sum, one, column) => sum + (penaltyOf(column) * one * one) / 2, 0) - likelihood(of)

  function likelihood(of: readonly number[]): number {
    let sum = 0
    for (const [at, row] of rows.entries()) {
      const odds = logOdds(row, of) + (offsets[at] ?? 0)
      // log(1 + e^x) without overflow.
      sum -= count(at) * (Math.max(0, outcomes[at] ? -odds : odds) + Math.log1p(Math.exp(-Math.abs(odds))))
    }
    return sum
  }

  const ended = (state: Fit['state'], factor?: CholeskyDecomposition): Fit => {
    const inverse = factor?.solve(Matrix.eye(size))
    const errors = coefficients.map((_, at) => Math.sqrt(inverse?.get(at, at) ?? Number.NaN))
    return { coefficients, errors, logLikelihood: likelihood(coefficients), state }
  }

  for (let step = 0; ; step++) {
    const { gradient, hessian, extreme } = derivatives(rows, outcomes, coefficients, { count, penaltyOf, offsets })
    if (extreme > CERTAIN) return ended('separated')
    const factor = new CholeskyDecomposition(hessian)
    if (!isRegular(hessian, factor)) return ended('singular')
    const move = factor.solve(Matrix.columnVector(gradient)).to1DArray()
    // The gradient in the measure of the curvature: what this step can still gain.
    const gain = gradient.reduce((sum, one, at) => sum + one * (move[at] ?? 0), 0)
    if (gain < NOTHING_LEFT * Math.max(1, total)) {
      coefficients = coefficients.map((one, at) => one + (move[at] ?? 0))
      return ended('converged', factor)
    }
    if (step >= steps) return ended('unfinished', factor)
    const longest = rows.reduce((most, row) => Math.max(most, Math.abs(logOdds(row, move))), 0)
    let length = Math.min(1, LONGEST_STEP / longest)
    const before = lost(coefficients)
    const moved = () => coefficients.map((one, at) => one + length * (move[at] ?? 0))
    while (length > 1e-6 && lost(moved()) > before + 1e-12 * Math.abs(before)) length /= 2
    coefficients = moved()
  }
}

/** The log-odds that coefficients, the intercept first, give a row. */
export function logOdds({ at, of }: Row, coefficients: readonly number[]): number {
  let sum = coefficients[0] ?? 0
  for (let index = 0; index < at.length; index++) sum += (of[index] ?? 0) * (coefficients[(at[index] ?? 0) + 1] ?? 0)
  return sum
}

function derivatives(
  rows: readonly Row[],
  outcomes: readonly boolean[],
  coefficients: readonly number[],
  given: {
    count: (row: number) => number
    penaltyOf: (column: number) => number
    offsets: readonly number[]
  },
) {
  const { count, penaltyOf, offsets } = given
  const size = coefficients.length
  const gradient = coefficients.map((one, column) => -penaltyOf(column) * one)
  const sums = new Float64Array(size * size)
  let extreme = 0
  for (const [index, row] of rows.entries()) {
    const times = count(index)
    if (times === 0) continue
    const odds = logOdds(row, coefficients) + (offsets[index] ?? 0)
    extreme = Math.max(extreme, Math.abs(odds))
    const chance = 1 / (1 + Math.exp(-odds))
    const error = times * ((outcomes[index] ? 1 : 0) - chance)
    const weight = times * chance * (1 - chance)
    const { at, of } = row
    // Most inputs of a lead are 0: only the others meet. Column -1 is the intercept.
    for (let i = -1; i < at.length; i++) {
      const column = i < 0 ? 0 : (at[i] ?? 0) + 1
      const value = i < 0 ? 1 : (of[i] ?? 0)
      gradient[column] = (gradient[column] ?? 0) + error * value
      for (let j = -1; j <= i; j++) {
        const other = j < 0 ? 0 : (at[j] ?? 0) + 1
        const cell = column * size + other
        sums[cell] = (sums[cell] ?? 0) + weight * value * (j < 0 ? 1 : (of[j] ?? 0))
      }
    }
  }
  const hessian = new Matrix(size, size)
  for (let column = 0; column < size; column++) {
    for (let other = 0; other <= column; other++) {
      const value = (sums[column * size + other] ?? 0) + (column === other ? penaltyOf(column) : 0)
      hessian.set(column, other, value)
      hessian.set(other, column, value)
    }
  }
  return { gradient, hessian, extreme }
}

// What a column adds to those before it must be more than rounding.
function isRegular(hessian: Matrix, factor: CholeskyDecomposition): boolean {
  const { lowerTriangularMatrix: lower } = factor
  return (
    factor.isPositiveDefinite() &&
    Array.from({ length: hessian.rows }, (_, at) => at).every(
      (at) => lower.get(at, at) ** 2 > 1e-9 * hessian.get(at, at),
    )
  )
}
