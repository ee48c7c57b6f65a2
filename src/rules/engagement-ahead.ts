import type { Signal } from './attributes.ts'
import {
  type EngagementConfig,
  faded,
  inactivityOf,
  inOrder,
  overTheCap,
  type RuledSignal,
  resets,
  worthInSilence,
} from './engagement.ts'
import { clamp, roundHalfUp } from './rounding.ts'

/*
 * How engagement moves by itself while nothing happens. It falls by decay and inactivity, and rises as what takes points away
 * is forgotten, so its way is cut into stretches in which no signal begins or ends to count. In a stretch it is a sum of a
 * constant, the steps of inactivity, and one exponential for each half-life: between two instants its bounds are known, and a
 * span is halved only where they leave room for a change. So the first change is found, however the parts play together.
 */

/** A change of something that follows from engagement: the first instant at which it is another, and whether by a step. */
export interface FirstChange {
  at: number
  isStep: boolean
}

/** Engagement from an instant on. Instants are epoch milliseconds. */
export interface EngagementAhead {
  /**
   * The first instant after `now` at which what is `seen` of the rounded engagement is another; null: never. Between two engagements
   * of one value all must have it.
   */
  firstChange(seen: (engagement: number) => unknown): FirstChange | null
  /** The first such instant after `from` and up to `until` at which the value goes by a step. */
  firstStep(seen: (engagement: number) => unknown, from: number, until: number): number | null
}

// Where nothing is ever too old: longer than anybody waits.
const TEN_YEARS = 10 * 365 * 24 * 60 * 60_000

/** Looks ahead from `now`, as if no signal came any more. */
export function engagementAhead(config: EngagementConfig, signals: readonly Signal[], now: number): EngagementAhead {
  const way = wayAhead(config, signals, now)
  return {
    firstChange(seen) {
      const present = seen(way.first.at(now))
      for (let index = 0; ; index += 1) {
        const stretch = way.stretchAt(index)
        if (!stretch) return null
        const { from, to } = stretch
        if (seen(stretch.at(from)) !== present) return { at: from, isStep: true }
        const at = firstIn(stretch, from, to, seen, present)
        if (at !== null) return { at, isStep: stretch.steps(at - 1, at) }
      }
    },
    firstStep(seen, from, until) {
      for (let index = 0; ; index += 1) {
        const [before, stretch] = [way.stretchAt(index - 1), way.stretchAt(index)]
        if (!stretch || stretch.from > until) return null
        if (stretch.to <= from) continue
        const isOther = before && seen(before.at(before.to)) !== seen(stretch.at(stretch.from))
        if (isOther && stretch.from > from) return stretch.from
        for (let at = stretch.nextStep(Math.max(from, stretch.from)); at !== null; at = stretch.nextStep(at)) {
          if (at > until) return null
          if (seen(stretch.at(at - 1)) !== seen(stretch.at(at))) return at
        }
      }
    },
  }
}

/** A span of time, both ends included, in which the same signals count and inactivity counts from one instant. */
interface Stretch {
  from: number
  to: number
  /** The rounded engagement. */
  at(instant: number): number
  /** Rounded engagement lies between these from one instant to another. */
  bounds(from: number, to: number): [low: number, high: number]
  /** Whether it never turns between them. */
  isMonotone(from: number, to: number): boolean
  /** Whether inactivity takes a step between them. */
  steps(from: number, to: number): boolean
  /** The next step of inactivity after an instant, within the stretch. */
  nextStep(after: number): number | null
}

/** The first instant after `from`, where the value is still `present`, at which it is another; null: none up to `to`. */
function firstIn(
  stretch: Stretch,
  from: number,
  to: number,
  seen: (engagement: number) => unknown,
  present: unknown,
): number | null {
  if (from >= to || stretch.bounds(from, to).every((bound) => seen(bound) === present)) return null
  if (stretch.isMonotone(from, to) || to - from === 1) {
    if (seen(stretch.at(to)) === present) return null
    let [same, changed] = [from, to]
    while (changed - same > 1) {
      const middle = Math.floor((same + changed) / 2)
      if (seen(stretch.at(middle)) === present) same = middle
      else changed = middle
    }
    return changed
  }
  const middle = Math.floor((from + to) / 2)
  return firstIn(stretch, from, middle, seen, present) ?? firstIn(stretch, middle, to, seen, present)
}

/** A signal that counts from now on: its worth, from when it ages, and the first instant at which it is too old. */
interface Counting {
  signal: Signal
  worth: number
  halfLife: number | undefined
  begin: number
  end: number
}

/** The stretches from `now` on, each made when it is first asked for: the second look along the way costs little. */
function wayAhead(config: EngagementConfig, signals: readonly Signal[], now: number) {
  const ordered = inOrder(config, signals)
  const capped = overTheCap(ordered)
  const meanwhile = worthInSilence(config, ordered, capped)
  const endOf = ({ at }: Signal) =>
    config.window === undefined ? Number.POSITIVE_INFINITY : Math.floor(at + config.window) + 1
  const counting = ordered.flatMap(({ signal, rule, worth }): Counting[] => {
    const [begin, end] = [Math.ceil(signal.at), endOf(signal)]
    if (worth === undefined || capped.has(signal) || end <= now) return []
    return [{ signal, worth: meanwhile?.get(signal) ?? worth, halfLife: rule?.halfLife, begin, end }]
  })
  const ruled = ordered.filter(({ rule }) => rule)
  // One from the future begins to age then.
  const instants = ruled.flatMap(({ signal }) => [Math.ceil(signal.at), endOf(signal)])
  const cuts = [...new Set(instants)].filter((at) => at > now && at < Number.POSITIVE_INFINITY).sort((a, b) => a - b)
  const last = config.window === undefined ? Math.max(now, ...cuts) + TEN_YEARS : (cuts.at(-1) ?? now)
  const starts = [now, ...cuts]
  const sums = sumsFrom(counting, now)
  const newest = ruled.findLast(resets)?.signal
  let oldest = 0
  const since = (from: number): number | undefined => {
    if (!config.inactivity || (newest && endOf(newest) > from)) return newest?.at
    while (oldest < ruled.length && endOf((ruled[oldest] as RuledSignal).signal) <= from) oldest += 1
    return (ruled[oldest] ?? ruled.at(-1))?.signal.at
  }
  const made: Stretch[] = []
  const stretchAt = (index: number): Stretch | undefined => {
    const from = starts[index]
    if (from === undefined) return undefined
    made[index] ??= stretchOf(config, sums(from), since(from), from, (starts[index + 1] ?? last + 1) - 1)
    return made[index]
  }
  return { first: stretchAt(0) as Stretch, stretchAt }
}

/** What fades by one half-life: `points` at the stretch's beginning. */
interface Fading {
  halfLife: number
  points: number
}

/**
 * What counts at an instant: the points that do not fade, and the others by their half-life. To be asked for instants in order of
 * time: what begins to age is added and what is too old taken off, instead of all added up each time.
 */
function sumsFrom(counting: readonly Counting[], now: number) {
  let constant = { points: 0, count: 0 }
  const fading = new Map<number, { points: number; count: number }>()
  const steady = (worth: number, count: 1 | -1) => {
    constant = { points: constant.points + count * worth, count: constant.count + count }
  }
  const ageing = (halfLife: number, points: number, count: 1 | -1) => {
    const sum = fading.get(halfLife) ?? { points: 0, count: 0 }
    const left = sum.count + count
    fading.set(halfLife, { points: left === 0 ? 0 : sum.points + count * points, count: left })
  }
  const fades = (one: Counting, from: number) => one.halfLife !== undefined && one.begin <= from
  const leftOf = ({ worth, halfLife, signal }: Counting, at: number) => faded(worth, halfLife, at - signal.at)
  for (const one of counting) {
    if (one.halfLife !== undefined && fades(one, now)) ageing(one.halfLife, leftOf(one, now), 1)
    else steady(one.worth, 1)
  }
  const begins = counting.filter((one) => one.halfLife !== undefined && one.begin > now)
  const ends = counting.filter(({ end }) => end < Number.POSITIVE_INFINITY).sort((a, b) => a.end - b.end)
  let [begun, ended, before] = [0, 0, now]
  return (from: number): { constant: number; fading: Fading[] } => {
    for (const [halfLife, sum] of fading) sum.points = faded(sum.points, halfLife, from - before)
    before = from
    for (let one = begins[begun]; one && one.begin <= from; begun += 1, one = begins[begun]) {
      steady(one.worth, -1)
      ageing(one.halfLife as number, leftOf(one, from), 1)
    }
    for (let one = ends[ended]; one && one.end <= from; ended += 1, one = ends[ended]) {
      if (one.halfLife === undefined) steady(one.worth, -1)
      else ageing(one.halfLife, leftOf(one, from), -1)
    }
    const left = [...fading].flatMap(([halfLife, { points, count }]) =>
      count === 0 || points === 0 ? [] : [{ halfLife, points }],
    )
    return { constant: constant.count === 0 ? 0 : constant.points, fading: left }
  }
}

function stretchOf(
  config: EngagementConfig,
  { constant, fading }: { constant: number; fading: Fading[] },
  since: number | undefined,
  from: number,
  to: number,
): Stretch {
  const left = ({ points, halfLife }: Fading, at: number) => faded(points, halfLife, at - from)
  const rounded = (sum: number) => roundHalfUp(clamp(sum, 0, config.max))
  const idlePoints = (at: number) => inactivityOf(config, since, at)?.points ?? 0
  const isOneWay = fading.every(({ points }) => points > 0)
  const goesUp = fading.every(({ points }) => points < 0)
  const every = config.inactivity?.every ?? 0
  const steps = (a: number, b: number) => idlePoints(a) !== idlePoints(b)
  return {
    from,
    to,
    at: (at) => rounded(fading.reduce((sum, one) => sum + left(one, at), constant + idlePoints(at))),
    bounds(a, b) {
      let [low, high] = [constant + idlePoints(b), constant + idlePoints(a)]
      for (const one of fading) {
        const [then, later] = [left(one, a), left(one, b)]
        low += Math.min(then, later)
        high += Math.max(then, later)
      }
      return [rounded(low), rounded(high)]
    },
    isMonotone(a, b) {
      if (isOneWay) return true
      if (goesUp) return !steps(a, b)
      // How fast it falls, between these; inactivity only takes away.
      let [least, most] = [0, 0]
      for (const one of fading) {
        const speeds = [left(one, a) / one.halfLife, left(one, b) / one.halfLife]
        least += Math.min(...speeds)
        most += Math.max(...speeds)
      }
      return least >= 0 || (most <= 0 && !steps(a, b))
    },
    steps,
    nextStep(after) {
      if (since === undefined || !config.inactivity?.points) return null
      const next = Math.ceil(since + (Math.max(0, Math.floor((after - since) / every)) + 1) * every)
      return next <= to ? next : null
    },
  }
}
