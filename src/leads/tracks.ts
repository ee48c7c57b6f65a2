import { type Handoff, isHeld } from '../handoffs/handoff.ts'
import type { Signal } from '../rules/attributes.ts'
import type { LeadRecord } from './lead.ts'
import type { LeadMarks } from './marks.ts'

/*
 * The nurture track of a lead: one at a time. The base is what its route says; an enrolment by a rule takes over until its end,
 * then the base is back. A pause empties the base and whatever was enrolled before it; what is enrolled with it or later shows,
 * so that a rule can pause marketing's track and enrol in another one in the same breath, in either order. `resume` lifts it.
 * While sales has the lead the base is empty, and an enrolment shows: rules that enrol know whom they speak of. A lead that is
 * out or archived is in no track.
 */

/** Where a lead's track comes from. */
export interface Track {
  /** Empty: in none. */
  name: string
  by: 'route' | 'enrolment' | 'nobody'
}

/** The track that a lead is in. Whether it may be, by its consent, is for `consent.ts`. */
export function trackOf(
  {
    route,
    rejected,
    archived,
    tracks,
  }: Pick<LeadRecord, 'rejected' | 'archived' | 'tracks'> & {
    route: Pick<LeadRecord['route'], 'to'>
  },
  sales: Handoff | undefined,
): Track {
  const none: Track = { name: '', by: 'nobody' }
  if (rejected || archived || 'disqualify' in route.to) return none
  const { enrolled, paused } = tracks ?? {}
  if (enrolled && (!paused || enrolled.at >= paused.at)) return { name: enrolled.track, by: 'enrolment' }
  if (paused || !('nurture' in route.to) || (sales && isHeld(sales))) return none
  return { name: route.to.nurture, by: 'route' }
}

/** When an enrolment ends by itself, in epoch milliseconds; null when it does not. */
export function nextTrackChange({ tracks }: Pick<LeadMarks, 'tracks'>): number | null {
  return tracks?.enrolled?.until ?? null
}

/**
 * The marks without an enrolment that is over: its time is up, or its signal has come since. A signal of the same instant ends it
 * when it was not known by then.
 */
export function withoutEndedTrack(marks: LeadMarks, signals: readonly Signal[], now: number): LeadMarks {
  const { enrolled, ...tracks } = marks.tracks ?? {}
  if (!enrolled) return marks
  const { until, signal: awaited, at } = enrolled
  const isTimeUp = until !== undefined && until <= now
  const hasCome = signals.some(
    ({ type, at: came, decision }) => type === awaited && (came > at || (came === at && decision === undefined)),
  )
  return isTimeUp || hasCome ? { ...marks, tracks } : marks
}
