import type { Condition } from './condition.ts'
import type { Outcome } from './outcomes.ts'

/** How often a trigger may fire for one lead: once for all, once in so many days, once for each silence, each rise, each signal. */
export const OCCASIONS = ['ever', 'per day', 'per week', 'per month', 'per silence', 'per rise', 'per signal'] as const
export type Occasion = (typeof OCCASIONS)[number]

/**
 * A rule of `config/triggers.yaml`: every one that holds fires, once per occasion. `then`: what follows so many milliseconds
 * after it fired, unless a condition holds by then. `owner`: who answers for the rule.
 */
export interface Trigger {
  owner?: string | undefined
  when: Condition
  once: Occasion
  do: Outcome[]
  then?: { after: number; unless?: Condition | undefined; do: Outcome[] } | undefined
}
