import { type Condition, type Evaluation, evaluate, type Lookup } from './condition.ts'
import { roundHalfUp } from './rounding.ts'

/** The fit rules: points for who the lead is (`config/scoring.yaml`, `fit`). */
export interface FitConfig {
  max: number
  /** `label`: what people read of a rule; without one they read its condition. */
  rules: { id: string; points: number; label?: string | undefined; when: Condition }[]
}

/** One fit rule's outcome. `points` is what it added: its points when it fired, else 0. */
export interface FitContribution {
  rule: string
  points: number
  worth: number
  evaluation: Evaluation
}

/** Fit with its breakdown; every rule is listed, also those that did not fire. */
export interface FitResult {
  points: number
  contributions: FitContribution[]
}

/** Fit = min(max, sum of the rules that fired), rounded half up once; it may be negative. */
export function scoreFit(config: FitConfig, lookup: Lookup): FitResult {
  let sum = 0
  const contributions = config.rules.map(({ id, points: worth, when }): FitContribution => {
    const evaluation = evaluate(when, lookup)
    const points = evaluation.truth === 'true' ? worth : 0
    sum += points
    return { rule: id, points, worth, evaluation }
  })
  return { points: roundHalfUp(Math.min(config.max, sum)), contributions }
}
