import { type Handoff, holderOf } from './handoff.ts'

/*
 * A rep who is at it puts off their reminder, once: the deadline stays, and the other rungs come when they come.
 */

const MINUTE = 60_000
/** By so much a reminder is put off, in milliseconds. */
export const SNOOZE = 30 * MINUTE
// A clock that is shorter wants an answer, and no delay.
const SHORTEST_CLOCK = 15 * MINUTE
// What comes so soon is not worth putting off for.
const SOONEST = 5 * MINUTE

/** Whether the holder may be offered to put their reminder off, as far as that does not depend on the time. */
export function offersSnooze(handoff: Handoff): boolean {
  const { state, dueAt, startedAt, counted, passOn } = handoff
  const holder = holderOf(handoff)
  if (state !== 'open' || dueAt === null || passOn || !holder || holder.snoozed) return false
  return dueAt - (counted[0]?.from ?? startedAt) >= SHORTEST_CLOCK
}

/**
 * Until when the holder's reminder can be put off at `now`: half an hour, at most until the next rung that is no reminder. Undefined
 * where it makes no sense: that rung comes within minutes, the clock is short, or they have done so before.
 */
export function snoozeUntil(handoff: Handoff, now: number): number | undefined {
  if (!offersSnooze(handoff)) return undefined
  const others = handoff.ladder.filter((rung) => rung.doneAt === undefined && rung.do !== 'remind')
  const until = Math.min(now + SNOOZE, ...others.map((rung) => rung.dueAt))
  return until - now < SOONEST ? undefined : until
}

/** The handoff with its holder's reminder put off: those that would come before then come then, once, also where none was to come. */
export function snooze(handoff: Handoff, by: string, now: number): Handoff | null {
  const until = snoozeUntil(handoff, now)
  const holder = holderOf(handoff)
  if (until === undefined || !holder) return null
  const isPutOff = (rung: Handoff['ladder'][number]) =>
    rung.do === 'remind' && rung.doneAt === undefined && rung.dueAt <= until
  const rungs = [...handoff.ladder.filter((rung) => !isPutOff(rung)), { do: 'remind' as const, dueAt: until }]
  return {
    ...handoff,
    ladder: rungs.toSorted((a, b) => a.dueAt - b.dueAt),
    holders: [...handoff.holders.slice(0, -1), { ...holder, snoozed: { at: now, until } }],
    events: [...handoff.events, { at: now, what: 'snoozed', by, rep: holder.rep }],
  }
}
