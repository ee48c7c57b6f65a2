import { type Condition, type Evaluation, evaluate, type Lookup } from './condition.ts'
import { roundHalfUp } from './rounding.ts'

/** The fit rules: points for who the lead is (`config/scoring.yaml`, `fit`). */
export interface FitConfig {
  max: number
  rules: { id: string; points: number; when: Condition }[]
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
  const contributions = config.rules.map((rule) => {
    const evaluation = evaluate(rule.when, lookup)
    return { rule: rule.id, points: evaluation.truth === 'true' ? rule.points : 0, worth: rule.points, evaluation }
  })
  const sum = contributions.reduce((total, contribution) => total + contribution.points, 0)
  return { points: roundHalfUp(Math.min(config.max, sum)), contributions }
}
