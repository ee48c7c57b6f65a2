import type { Signal } from './attributes.ts'
import { clamp, roundHalfUp } from './rounding.ts'
import { type Points, worthOf } from './signal-points.ts'

/** At most `count` signals of a type count in any rolling period of `per` milliseconds; the newest are kept. */
export interface Cap {
  count: number
  per: number
}

/**
 * What a type of signal is worth. `by` says whose act it is when it is not the lead's: it counts the same, but says nothing of
 * the lead's interest. `resets: false`: inactivity goes on counting through it.
 */
export interface SignalRule {
  points: Points
  cap?: Cap | undefined
  halfLife?: number | undefined
  by?: 'sales' | undefined
  resets?: boolean | undefined
}

/**
 * The engagement rules: points for what the lead did, and how they fade (`config/scoring.yaml`, `engagement`).
 * `window`, `halfLife` and `every` are milliseconds. Inactivity's points are never positive. `meanwhile`: what came while inactivity
 * took points away, and did not end it, is worth at most this together; without it there is no such limit.
 */
export interface EngagementConfig {
  max: number
  window?: number | undefined
  signals: Record<string, SignalRule>
  inactivity?: { points: number; every: number; meanwhile?: number | undefined } | undefined
}

/** Why a signal counted or not. */
export type SignalReason = (typeof SIGNAL_REASONS)[number]
export const SIGNAL_REASONS = [
  'counted',
  'older than the window',
  'over the cap',
  'over what counts during inactivity',
  'no points for this signal',
  'without an amount',
] as const

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
  const meanwhile = worthInSilence(config, ordered, capped)
  const contributions = ordered.map(({ signal, rule, worth }): SignalContribution => {
    const age = Math.max(0, now - signal.at)
    if (!rule) return { signal, age, points: 0, reason: 'no points for this signal' }
    if (isTooOld(config, age)) return { signal, age, points: 0, reason: 'older than the window' }
    if (capped.has(signal)) return { signal, age, points: 0, reason: 'over the cap' }
    if (worth === undefined) return { signal, age, points: 0, reason: 'without an amount' }
    const left = meanwhile?.get(signal)
    const reason = left === undefined ? 'counted' : 'over what counts during inactivity'
    return { signal, age, points: faded(left ?? worth, rule.halfLife, age), reason }
  })
  const inactivity = inactivityOf(config, silentSince(config, ordered, now), now)
  const sum = contributions.reduce((total, contribution) => total + contribution.points, 0) + (inactivity?.points ?? 0)
  const exact = clamp(sum, 0, config.max)
  const result: EngagementResult = { points: roundHalfUp(exact), exact, contributions }
  if (inactivity && inactivity.periods > 0) result.inactivity = inactivity
  return result
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

/** A signal with its rule and what it is worth before it fades; without a rule, or an amount that it wants, nothing. */
export interface RuledSignal {
  signal: Signal
  rule: SignalRule | undefined
  worth: number | undefined
}

/** The signals in order of time with what each is worth. */
export function inOrder({ signals: rules }: EngagementConfig, signals: readonly Signal[]): RuledSignal[] {
  const byType = rulesByType(rules)
  return sorted(signals).map((signal) => {
    const rule = byType.get(signal.type)
    return { signal, rule, worth: rule && worthOf(rule.points, signal) }
  })
}

// A type comes from outside, so one that is called `constructor` must find nothing; a map is also the quicker one to ask.
const types = new WeakMap<EngagementConfig['signals'], ReadonlyMap<string, SignalRule>>()

function rulesByType(rules: EngagementConfig['signals']): ReadonlyMap<string, SignalRule> {
  const known = types.get(rules) ?? new Map(Object.entries(rules))
  types.set(rules, known)
  return known
}

/**
 * The signals, in order of time, that do not count because newer ones of their type do. From the newest back: which are kept
 * then never depends on what is old enough to be forgotten.
 */
export function overTheCap(ordered: readonly RuledSignal[]): Set<Signal> {
  const over = new Set<Signal>()
  const kept = new Map<string, number[]>()
  for (let index = ordered.length - 1; index >= 0; index--) {
    const { signal, rule } = ordered[index] as RuledSignal
    const cap = rule?.cap
    if (!cap) continue
    const times = kept.get(signal.type) ?? []
    if (times.filter((time) => time - signal.at < cap.per).length >= cap.count) over.add(signal)
    else kept.set(signal.type, [...times, signal.at])
  }
  return over
}

/**
 * What signals are worth that came while inactivity took points away and did not end it, such as opened mails: together no more
 * than `meanwhile`, so that many of them do not make up for months of silence. The newest count first. Undefined: nothing is cut.
 */
export function worthInSilence(
  { inactivity }: Pick<EngagementConfig, 'inactivity'>,
  ordered: readonly RuledSignal[],
  capped: ReadonlySet<Signal>,
): ReadonlyMap<Signal, number> | undefined {
  if (!inactivity?.points || inactivity.meanwhile === undefined) return undefined
  const last = silenceFrom(ordered)
  if (!last || last === ordered.at(-1)) return undefined
  const worths = new Map<Signal, number>()
  let left = inactivity.meanwhile
  for (let index = ordered.length - 1; index >= 0; index--) {
    const { signal, worth = 0 } = ordered[index] as RuledSignal
    if (signal.at - last.signal.at < inactivity.every) break
    if (worth <= 0 || capped.has(signal)) continue
    if (worth > left) worths.set(signal, left)
    left -= Math.min(worth, left)
  }
  return worths
}

/** Whether a signal of that age, in milliseconds, has left the window. */
export function isTooOld(config: Pick<EngagementConfig, 'window'>, age: number): boolean {
  return config.window !== undefined && age > config.window
}

/** What is left of some points after that time. */
export function faded(points: number, halfLife: number | undefined, age: number): number {
  return halfLife === undefined ? points : points * 2 ** (-age / halfLife)
}

/**
 * Since when inactivity counts: from the newest signal of the window that ends it; where none does, such as for one who only
 * opened mails, from the first that counts at all. Undefined: nothing is known of it.
 */
export function silentSince(
  config: Pick<EngagementConfig, 'window'>,
  ordered: readonly RuledSignal[],
  now: number,
): number | undefined {
  let first: number | undefined
  for (let index = ordered.length - 1; index >= 0; index--) {
    const one = ordered[index] as RuledSignal
    if (!one.rule) continue
    if (first !== undefined && isTooOld(config, now - one.signal.at)) break
    first = one.signal.at
    if (resets(one)) break
  }
  return first
}

/** How many full periods of inactivity have passed, and what they take away. */
export function inactivityOf(
  { inactivity }: Pick<EngagementConfig, 'inactivity'>,
  since: number | undefined,
  now: number,
) {
  if (!inactivity || since === undefined) return undefined
  const periods = Math.max(0, Math.floor((now - since) / inactivity.every))
  return { since, periods, points: periods === 0 ? 0 : periods * inactivity.points }
}

/** Whether a signal ends inactivity. */
export function resets({ rule, worth }: RuledSignal): boolean {
  return rule?.resets !== false && (typeof rule?.points === 'number' || (worth ?? 0) > 0)
}

/** From which signal on a lead is silent: its newest that ends inactivity; where none does, the first that is worth something. */
export function beginOfSilence(config: EngagementConfig, signals: readonly Signal[]): Signal | undefined {
  return silenceFrom(inOrder(config, signals))?.signal
}

function silenceFrom(ordered: readonly RuledSignal[]): RuledSignal | undefined {
  return ordered.findLast(resets) ?? ordered.find(({ rule }) => rule)
}

// They mostly come in order, from the oldest or from the newest, and sorting costs more than all else.
function sorted(signals: readonly Signal[]): readonly Signal[] {
  if (isSorted(signals, 1)) return signals
  return isSorted(signals, -1) ? signals.toReversed() : signals.toSorted(byTime)
}

function isSorted(signals: readonly Signal[], direction: 1 | -1): boolean {
  for (let index = 1; index < signals.length; index++) {
    if (byTime(signals[index - 1] as Signal, signals[index] as Signal) * direction > 0) return false
  }
  return true
}

function byTime(a: Signal, b: Signal): number {
  return a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}
