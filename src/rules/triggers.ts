import { type AttributeTest, type Condition, testsOf } from './condition.ts'
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

const DAY = 24 * 60 * 60_000

/** The occasions that are a span of time, in milliseconds. */
export const PERIODS: Partial<Record<Occasion, number>> = { 'per day': DAY, 'per week': 7 * DAY, 'per month': 30 * DAY }

/** The types of signals that a condition asks for; what stands under `not` is not asked for. */
export function signalsNamed(condition: Condition): string[] {
  if (condition.kind === 'not') return []
  if (condition.kind !== 'test') return condition.of.flatMap(signalsNamed)
  const { attribute } = condition
  return attribute.startsWith('signals.') ? [attribute.slice('signals.'.length)] : []
}

/** What time alone changes about a condition: since when the lead is quiet, and when it sent which signals. */
export interface Dates {
  quietSince: number
  signals: readonly { type: string; at: number }[]
}

/**
 * The next instant after `now` (epoch milliseconds) at which a condition may come to hold although nothing happens: a silence
 * has lasted long enough, or signals are too old to be counted any more. Null when there is none.
 */
export function holdsNextAt(condition: Condition, { quietSince, signals }: Dates, now: number): number | null {
  const instants = tests(condition, false).flatMap(({ attribute, test, negated }) => {
    if (attribute === 'quiet')
      return [test.atLeast, test.atMost === undefined ? undefined : test.atMost + 1].flatMap((length) =>
        length === undefined ? [] : [quietSince + length],
      )
    const { within } = test
    if (within === undefined || !(negated || fallsInto(test))) return []
    const type = attribute.slice('signals.'.length)
    return signals.flatMap((signal) => (signal.type === type ? [signal.at + within + 1] : []))
  })
  const next = Math.min(...instants.filter((at) => at > now))
  return Number.isFinite(next) ? next : null
}

// A count that falls comes to pass such a test.
function fallsInto({ is, in: options, atMost, between, sum }: AttributeTest): boolean {
  return [is, options, atMost, between, sum?.atMost, sum?.between].some((one) => one !== undefined)
}

function tests(condition: Condition, negated: boolean): { attribute: string; test: AttributeTest; negated: boolean }[] {
  if (condition.kind === 'not') return tests(condition.of, !negated)
  if (condition.kind !== 'test') return condition.of.flatMap((part) => tests(part, negated))
  return [{ attribute: condition.attribute, test: condition.test, negated }]
}

/** How far back conditions look at signals, in milliseconds; a drop is seen against a value of up to twice its span before. */
export function lookBackOf(conditions: readonly Condition[]): number {
  const spans = conditions.flatMap((condition) =>
    testsOf(condition).map(({ test }) => Math.max(test.within ?? 0, 3 * (test.over ?? 0))),
  )
  return Math.max(0, ...spans)
}
