import type { Signal } from './attributes.ts'
import { clamp, roundHalfUp } from './rounding.ts'

/** At most `count` signals of a type count in any rolling period of `per` milliseconds; the newest are kept. */
export interface Cap {
  count: number
  per: number
}

/**
 * The engagement rules: points for what the lead did, and how they fade (`config/scoring.yaml`, `engagement`).
 * `window`, `halfLife` and `every` are milliseconds. Signals' points are never negative and inactivity's never
 * positive: that is why a score can only fall while nothing happens.
 */
export interface EngagementConfig {
  max: number
  window?: number | undefined
  /** `by` says whose act it is when it is not the lead's: it counts the same, but says nothing of the lead's interest. */
  signals: Record<
    string,
    { points: number; cap?: Cap | undefined; halfLife?: number | undefined; by?: 'sales' | undefined }
  >
  inactivity?: { points: number; every: number } | undefined
}

/** Why a signal counted or not. */
export type SignalReason = 'counted' | 'older than the window' | 'over the cap' | 'no points for this signal'

/** One signal's outcome. `points` is exact, before rounding; `age` is milliseconds. */
export interface SignalContribution {
  signal: Signal
  age: number
  points: number
  reason: SignalReason
}

/** Engagement with its breakdown; `inactivity` is absent when there has been no signal or no step yet. */
export interface EngagementResult {
  points: number
  exact: number
  contributions: SignalContribution[]
  inactivity?: { since: number; periods: number; points: number }
}

/**
 * Engagement = clamp(sum of signals + inactivity, 0, max), rounded half up once.
 * The order of `signals` does not matter: they are put in order of time, then id, before anything is added up.
 * A signal from the future counts as one of this moment, so that a wrong clock elsewhere cannot make a score rise later.
 */
export function scoreEngagement(config: EngagementConfig, signals: readonly Signal[], now: number): EngagementResult {
  const ordered = inOrder(config, signals)
  const capped = overTheCap(ordered)
  const contributions = ordered.map(({ signal, rule }): SignalContribution => {
    const age = Math.max(0, now - signal.at)
    if (!rule) return { signal, age, points: 0, reason: 'no points for this signal' }
    if (isTooOld(config, age)) return { signal, age, points: 0, reason: 'older than the window' }
    if (capped.has(signal)) return { signal, age, points: 0, reason: 'over the cap' }
    return { signal, age, points: faded(rule, age), reason: 'counted' }
  })
  const inactivity = inactivityOf(config, lastOf(ordered), now)
  const sum = contributions.reduce((total, contribution) => total + contribution.points, 0) + (inactivity?.points ?? 0)
  const exact = clamp(sum, 0, config.max)
  const result: EngagementResult = { points: roundHalfUp(exact), exact, contributions }
  if (inactivity && inactivity.periods > 0) result.inactivity = inactivity
  return result
}

/**
 * The same engagement, rounded, as a function of the instant (epoch milliseconds): for looking ahead at many instants.
 * What does not depend on the instant is done once.
 */
export function engagementOverTime(config: EngagementConfig, signals: readonly Signal[]): (now: number) => number {
  const ordered = inOrder(config, signals)
  const capped = overTheCap(ordered)
  const counting = ordered.flatMap(({ signal, rule }) => (rule && !capped.has(signal) ? [{ at: signal.at, rule }] : []))
  const last = lastOf(ordered)
  return (now) => {
    let sum = inactivityOf(config, last, now)?.points ?? 0
    for (const { at, rule } of counting) {
      const age = Math.max(0, now - at)
      if (!isTooOld(config, age)) sum += faded(rule, age)
    }
    return roundHalfUp(clamp(sum, 0, config.max))
  }
}

/** How long a signal can matter, in milliseconds: its window plus the longest cap period. Undefined: for ever. */
export function memoryOf(config: EngagementConfig): number | undefined {
  if (config.window === undefined) return undefined
  const periods = Object.values(config.signals).map((rule) => rule.cap?.per ?? 0)
  return config.window + Math.max(0, ...periods)
}

/** The signals that are over the cap of their type, and so count nothing. */
export function cappedSignals(config: EngagementConfig, signals: readonly Signal[]): ReadonlySet<Signal> {
  return overTheCap(inOrder(config, signals))
}

/** A signal with what it is worth; without a rule it is worth nothing. */
interface RuledSignal {
  signal: Signal
  rule: EngagementConfig['signals'][string] | undefined
}

function inOrder({ signals: rules }: EngagementConfig, signals: readonly Signal[]): RuledSignal[] {
  return [...signals].sort(byTime).map((signal) => {
    // Its type comes from outside: one that is called `constructor` has no points.
    return { signal, rule: Object.hasOwn(rules, signal.type) ? rules[signal.type] : undefined }
  })
}

// From the newest back: which signals are kept then never depends on what is old enough to be forgotten.
function overTheCap(ordered: readonly RuledSignal[]): Set<Signal> {
  const over = new Set<Signal>()
  const kept = new Map<string, number[]>()
  for (const { signal, rule } of ordered.toReversed()) {
    const cap = rule?.cap
    if (!cap) continue
    const times = kept.get(signal.type) ?? []
    if (times.filter((time) => time - signal.at < cap.per).length >= cap.count) over.add(signal)
    else kept.set(signal.type, [...times, signal.at])
  }
  return over
}

function isTooOld(config: EngagementConfig, age: number): boolean {
  return config.window !== undefined && age > config.window
}

function faded(rule: { points: number; halfLife?: number | undefined }, age: number): number {
  return rule.halfLife === undefined ? rule.points : rule.points * 2 ** (-age / rule.halfLife)
}

function lastOf(ordered: readonly RuledSignal[]): Signal | undefined {
  return ordered.findLast(({ rule }) => rule)?.signal
}

function inactivityOf(config: EngagementConfig, last: Signal | undefined, now: number) {
  if (!config.inactivity || !last) return undefined
  const periods = Math.max(0, Math.floor((now - last.at) / config.inactivity.every))
  return { since: last.at, periods, points: periods === 0 ? 0 : periods * config.inactivity.points }
}

function byTime(a: Signal, b: Signal): number {
  return a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}
