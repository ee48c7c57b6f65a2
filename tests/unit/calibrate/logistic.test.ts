import { expect, test } from 'vitest'
import { fitLogistic, logOdds, type Row } from '../../../src/calibrate/logistic.ts'
import { createChance } from '../../support/generated-leads.ts'

/*
 * The data of Spector and Mazzeo (1980) as statsmodels ships them, datasets/spector/spector.csv: GPA, TUCE, PSI, GRADE. What
 * statsmodels holds against it, discrete/tests/results/results_glm_logit_constrained.py, gives the log-likelihood with all its
 * digits; its coefficients agree with the maximum only to some 1e-7, for the program that they come from stopped there.
 * So coefficients and errors are those of Newton's method with 50 digits (mpmath), which gives the same log-likelihood.
 */
const SPECTOR = `
2.66 20 0 0, 2.89 22 0 0, 3.28 24 0 0, 2.92 12 0 0, 4.00 21 0 1, 2.86 17 0 0, 2.76 17 0 0, 2.87 21 0 0, 3.03 25 0 0,
3.92 29 0 1, 2.63 20 0 0, 3.32 23 0 0, 3.57 23 0 0, 3.26 25 0 1, 3.53 26 0 0, 2.74 19 0 0, 2.75 25 0 0, 2.83 19 0 0,
3.12 23 1 0, 3.16 25 1 1, 2.06 22 1 0, 3.62 28 1 1, 2.89 14 1 0, 3.51 26 1 0, 3.54 24 1 1, 2.83 27 1 1, 3.39 17 1 1,
2.67 24 1 0, 3.65 21 1 1, 4.00 23 1 1, 3.10 21 1 0, 2.39 19 1 1`
const STATSMODELS = {
  logLikelihood: -12.88963422213144,
  coefficients: [-13.021345912635, 2.8261124216999, 0.09515765001172, 2.3786875040587],
  errors: [4.931323890811, 1.2629410221647, 0.141554201358, 1.0645642078703],
}
const EXACT = {
  coefficients: [-13.021346858115688, 2.82611259488932, 0.095157661317909, 2.378687655093354],
  errors: [4.931324213602758, 1.262941075629092, 0.141554205673694, 1.064564254497132],
}
// With a penalty of 2 on all but the intercept, by the same 50 digits.
const RIDGE = {
  coefficients: [-6.831683514750851, 0.818374597017322, 0.14371012726197, 0.820673200798848],
  errors: [2.978674125955215, 0.560681855581283, 0.119583512040045, 0.531682872896171],
}

const read = SPECTOR.trim()
  .split(/,\s*/)
  .map((line) => line.split(' ').map(Number))
const rows = read.map(([gpa = 0, tuce = 0, psi = 0]): Row => ({ at: [0, 1, 2], of: [gpa, tuce, psi] }))
const grades = read.map(([, , , grade]) => grade === 1)

function near(found: readonly number[], expected: readonly number[], by: number) {
  for (const [at, one] of expected.entries()) expect(Math.abs((found[at] ?? Number.NaN) - one)).toBeLessThan(by)
}

test('agrees with the reference of statsmodels to 1e-9', () => {
  const fit = fitLogistic(rows, grades, { columns: 3 })
  expect(fit.state).toBe('converged')
  near([fit.logLikelihood], [STATSMODELS.logLikelihood], 1e-9)
  near(fit.coefficients, EXACT.coefficients, 1e-9)
  near(fit.errors, EXACT.errors, 1e-9)
  // As far as the digits that statsmodels holds can tell.
  near(fit.coefficients, STATSMODELS.coefficients, 2e-6)
  near(fit.errors, STATSMODELS.errors, 1e-6)
})

test('agrees to 1e-9 with a penalty, too, and wherever it begins', () => {
  for (const start of [undefined, [0, 0, 0, 0], [5, 0, 0, 3]]) {
    const fit = fitLogistic(rows, grades, { columns: 3, penalty: [2, 2, 2], ...(start ? { start } : {}) })
    expect(fit.state).toBe('converged')
    near(fit.coefficients, RIDGE.coefficients, 1e-9)
    near(fit.errors, RIDGE.errors, 1e-9)
  }
})

test('a row that counts twice is as good as two rows, and one that counts never is not there', () => {
  const counts = rows.map((_, at) => at % 3)
  const doubled = rows.flatMap((row, at) => Array<Row>(at % 3).fill(row))
  const outcomes = grades.flatMap((grade, at) => Array<boolean>(at % 3).fill(grade))
  const [counted, written] = [
    fitLogistic(rows, grades, { columns: 3, counts, penalty: [1, 1, 1] }),
    fitLogistic(doubled, outcomes, { columns: 3, penalty: [1, 1, 1] }),
  ]
  near(counted.coefficients, written.coefficients, 1e-9)
  near(counted.errors, written.errors, 1e-9)
})

test('converges at a small base with rare and strong inputs, where a plain Newton goes astray', () => {
  const chance = createChance(5)
  const made = Array.from({ length: 3_000 }, () => {
    const of = [chance() < 0.02 ? 1 : 0, chance() < 0.5 ? 1 : 0, Math.floor(chance() * 30)]
    const odds = -6.5 + 4 * (of[0] ?? 0) + 1 * (of[1] ?? 0) + 0.12 * (of[2] ?? 0)
    return { row: { at: [0, 1, 2], of }, outcome: chance() < 1 / (1 + Math.exp(-odds)) }
  })
  const outcomes = made.map(({ outcome }) => outcome)
  const inputs = made.map(({ row }) => row)
  const fit = fitLogistic(inputs, outcomes, { columns: 3 })
  expect(fit.state).toBe('converged')
  near(fit.coefficients, [-6.5, 4, 1, 0.12], 1)
  // From a far start the first full step would leave all reason.
  const far = fitLogistic(inputs, outcomes, { columns: 3, start: [-12, 0, 0, 0] })
  expect(far.state).toBe('converged')
  near(far.coefficients, fit.coefficients, 1e-9)
  // What is left of the gradient is rounding.
  const left = [-1, 0, 1, 2].map((column) =>
    made.reduce((sum, { row, outcome }) => {
      const error = (outcome ? 1 : 0) - 1 / (1 + Math.exp(-logOdds(row, fit.coefficients)))
      return sum + error * (column < 0 ? 1 : (row.of[column] ?? 0))
    }, 0),
  )
  near(left, [0, 0, 0, 0], 1e-8)
})

test.each([
  ['a column that tells the outcome without fail', 'separated', grades.map((grade) => (grade ? 1 : 0))],
  ['a rare one that always converts', 'separated', grades.map((grade, at) => (grade && at % 2 ? 1 : 0))],
  ['one that says the same as another', 'singular', read.map(([, , psi]) => psi ?? 0)],
  ['one that says the same of everybody', 'singular', rows.map(() => 3)],
])('says that it has no answer: %s', (_, state, column) => {
  const wider = rows.map(({ at, of }, index): Row => ({ at: [...at, 3], of: [...of, column[index] ?? 0] }))
  expect(fitLogistic(wider, grades, { columns: 4 }).state).toBe(state)
  // A penalty gives it one.
  expect(fitLogistic(wider, grades, { columns: 4, penalty: [1, 1, 1, 1] }).state).toBe('converged')
})

test('says that it was not finished', () => {
  expect(fitLogistic(rows, grades, { columns: 3, steps: 1 }).state).toBe('unfinished')
})
