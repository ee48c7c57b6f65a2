import { quantile } from '../rules/quantile.ts'
import type { HandoffStory } from './lead-story.ts'

/*
 * How a handoff stands with its clock, and what handoffs come to.
 */

/**
 * `inTime` and `late` are the reps'; `service`: it was late because Slack had not told the rep; `running`: nobody has answered and it is not
 * due; `over`: it ended before it was answered or due, as when somebody outside the team had the lead.
 */
export type ClockState = 'inTime' | 'late' | 'service' | 'running' | 'over'

/** How a handoff stands, by all that is known now: one of Friday may be answered on Monday, and is in time then. */
export function clockState({ answered, breached, over }: HandoffStory): ClockState {
  if (breached) return breached.isService ? 'service' : 'late'
  if (answered || over?.how === 'accepted' || over?.how === 'rejected') return 'inTime'
  return over ? 'over' : 'running'
}

/** What handoffs come to. `routedIn` are seconds, `minutes` those of the clocks until the answer. */
export interface Tally extends Record<ClockState, number> {
  handoffs: number
  routed: number
  routedInTime: number
  minutes: number[]
}

/** No handoff yet. */
export function emptyTally(): Tally {
  return {
    ...{ handoffs: 0, routed: 0, routedInTime: 0, minutes: [] },
    ...{ inTime: 0, late: 0, service: 0, running: 0, over: 0 },
  }
}

/** Adds a handoff; `routeWithin` is in milliseconds. */
export function tallyHandoff(tally: Tally, handoff: HandoffStory, routeWithin: number): void {
  tally.handoffs += 1
  tally[clockState(handoff)] += 1
  if (handoff.answered?.minutes !== undefined) tally.minutes.push(handoff.answered.minutes)
  tallyRouted(tally, handoff, routeWithin)
}

function tallyRouted(tally: Tally, { routedIn }: HandoffStory, routeWithin: number): void {
  if (routedIn === undefined) return
  tally.routed += 1
  if (routedIn * 1_000 <= routeWithin) tally.routedInTime += 1
}

/**
 * How a handoff counts for a rep who had it: what was late before they got it, or after they had it no more, is not theirs. Routed to them
 * is what they had first.
 */
export function tallyForRep(tally: Tally, handoff: HandoffStory, rep: string, routeWithin: number): void {
  tally.handoffs += 1
  const { answered, breached } = handoff
  const isLast = handoff.holders.at(-1)?.rep === rep
  const hasAnswered = answered !== undefined && (answered.rep ?? handoff.holders.at(-1)?.rep) === rep
  const state = clockState(handoff)
  const isTheirs = breached ? breached.rep === rep : state === 'inTime' && answered ? hasAnswered : isLast
  if (isTheirs) tally[state] += 1
  // The clock ran while somebody else had it.
  const isFromStart = handoff.holders[0]?.rep === rep
  if (isFromStart) tallyRouted(tally, handoff, routeWithin)
  if (hasAnswered && isFromStart && answered.minutes !== undefined) tally.minutes.push(answered.minutes)
}

/** The median and the value below which 90 % of them lie; null of none. */
export function answerTimes(minutes: readonly number[]): { median: number | null; p90: number | null } {
  if (minutes.length === 0) return { median: null, p90: null }
  return { median: quantile(minutes, 0.5), p90: quantile(minutes, 0.9) }
}
