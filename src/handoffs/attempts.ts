import { type Attempt, firstAttempt } from './attempt.ts'
import type { Handoff, HandoffEvent } from './handoff.ts'

/*
 * The attempts to reach a lead, once its rep has answered: how many were made, by what HubSpot shows and what people say in
 * Slack, and when the rep is reminded that the time runs out.
 */

const MINUTE = 60_000
// So close together a click and what HubSpot shows are one attempt.
const SAME_WITHIN = 15 * MINUTE
// A second click that comes so soon says nothing new.
const DOUBLE_CLICK = MINUTE

/** The attempts that were made, oldest first: what was said and what HubSpot shows of the same moment is one. */
export function attemptsMade({
  made,
  answered,
}: {
  made?: Attempt[] | undefined
  answered?: Handoff['answered']
}): Attempt[] {
  const all = made ?? (answered ? [firstAttempt(answered)] : [])
  const seen = all.filter(({ how }) => how === 'seen')
  const said = all.filter(({ how }) => how === 'said').sort((a, b) => a.at - b.at)
  const pairs = said
    .flatMap((word) => seen.map((act) => ({ word, act, apart: apart(word.at, act) })))
    .filter((pair) => pair.apart <= SAME_WITHIN)
    .sort((a, b) => a.apart - b.apart)
  const taken = new Map<Attempt, Attempt>()
  for (const { word, act } of pairs) {
    if (!taken.has(word) && ![...taken.values()].includes(act)) taken.set(word, act)
  }
  return [...seen, ...said.filter((word) => !taken.has(word))].sort((a, b) => a.at - b.at)
}

function apart(at: number, act: Attempt): number {
  return Math.min(Math.abs(at - act.at), Math.abs(at - (act.loggedAt ?? act.at)))
}

/** How many attempts a handoff has seen; 0 where none are asked for. */
export function countAttempts({ attempts, answered }: Handoff): number {
  return attempts ? attemptsMade({ made: attempts.made, answered }).length : 0
}

/** The handoff after somebody says in Slack that they tried; null when no attempt is asked for, or that one is known. */
export function sayAttempt(handoff: Handoff, by: string, now: number): Handoff | null {
  const { attempts, answered } = handoff
  if (handoff.state !== 'answered' || !attempts || !answered) return null
  const made = attempts.made ?? [firstAttempt(answered)]
  const isDouble = made.some(({ at, how }) => how === 'said' && Math.abs(now - at) < DOUBLE_CLICK)
  const after: Handoff = { ...handoff, attempts: { ...attempts, made: [...made, { at: now, how: 'said', by }] } }
  return isDouble || countAttempts(after) === countAttempts(handoff) ? null : after
}

/** Whether the lead itself has answered: by a meeting that it booked, or by anything else since the rep's first attempt. */
export function hasLeadAnswered({ answered, events }: Handoff): boolean {
  return leadsAnswer({ answered, events }) !== undefined
}

/** What the lead answered with; undefined while it has not. */
export function leadsAnswer({ answered, events }: Pick<Handoff, 'answered' | 'events'>): HandoffEvent | undefined {
  return events.find(
    ({ what, at, detail }) => what === 'lead-acted' && answered && (detail === 'meeting' || at > answered.at),
  )
}

/** When something is to be done about the attempts next: the rep is reminded while too few were made, then the time is over. */
export function nextOfAttempts(handoff: Handoff): number | null {
  const { attempts } = handoff
  if (!attempts) return null
  const reminds = isReminderDue(handoff, Number.POSITIVE_INFINITY)
  return Math.min(attempts.until, (reminds ? attempts.remindAt : undefined) ?? attempts.until)
}

/** Whether the rep is to be reminded at `now`: too few attempts were made, and the lead has not answered. */
export function isReminderDue(handoff: Handoff, now: number): boolean {
  const { remindAt, remindedAt, count } = handoff.attempts ?? {}
  if (remindAt === undefined || remindedAt !== undefined || count === undefined) return false
  return remindAt <= now && countAttempts(handoff) < count && !hasLeadAnswered(handoff)
}
