import { answerer, type Condition, type Evaluation, evaluate, type Lookup, type Truth } from './condition.ts'
import { roundHalfUp } from './rounding.ts'

/** The fit rules: points for who the lead is (`config/scoring.yaml`, `fit`). */
export interface FitConfig {
  max: number
  /** `label`: what people read of a rule; without one they read its condition. */
  rules: { id: string; points: number; label?: string | undefined; when: Condition }[]
}

/**
 * One fit rule's outcome. `points` is what it added: its points when it fired, else 0. `explain` tells every test of it: few
 * ask, so it is worked out for them.
 */
export interface FitContribution {
  rule: string
  points: number
  worth: number
  truth: Truth
  explain: () => Evaluation
}

/** Fit with its breakdown; every rule is listed, also those that did not fire. */
export interface FitResult {
  points: number
  contributions: FitContribution[]
}

/** Fit = min(max, sum of the rules that fired), rounded half up once; it may be negative. */
export function scoreFit(config: FitConfig, lookup: Lookup): FitResult {
  let sum = 0
  const contributions = readyRules(config.rules).map(({ id, worth, when, answer }): FitContribution => {
    const truth = answer(lookup)
    const points = truth === 'true' ? worth : 0
    sum += points
    return { rule: id, points, worth, truth, explain: () => evaluate(when, lookup) }
  })
  return { points: roundHalfUp(Math.min(config.max, sum)), contributions }
}

type ReadyRule = { id: string; worth: number; when: Condition; answer: (lookup: Lookup) => Truth }

// Once for the rules of a config, which stay as they are.
const ready = new WeakMap<FitConfig['rules'], ReadyRule[]>()

function readyRules(rules: FitConfig['rules']): ReadyRule[] {
  const known =
    ready.get(rules) ?? rules.map(({ id, points, when }) => ({ id, worth: points, when, answer: answerer(when) }))
  ready.set(rules, known)
  return known
}
