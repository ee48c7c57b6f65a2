import type { Calendar } from './business-time.ts'
import type { Handoff, Holder } from './handoff.ts'
import type { HandoffKind } from './kinds.ts'
import { startHandoff } from './start.ts'

/*
 * A handoff that waited, was answered or has ended begins anew, by a person's word: with a new clock and a new ladder.
 */

/**
 * The handoff with a clock that starts now, for `holder` and in their calendar. One that had begun before keeps its course, and what
 * counts as a response is from then on a change from what the contact shows when it is read next.
 */
export function beginAnew(
  handoff: Handoff,
  kind: Pick<HandoffKind, 'respondWithin' | 'hours' | 'ladder' | 'steps'>,
  holder: Omit<Holder, 'since'>,
  calendar: { name: string; calendar: Calendar } | undefined,
  now: number,
): Handoff {
  const begun = startHandoff(handoff, kind, holder, calendar, now)
  if (handoff.state === 'waiting') return { ...begun, baselineStale: true }
  const { answered: _, attempts: __, ended: ___, breachedAt: ____, undo: _____, wantsReason: ______, ...rest } = handoff
  const { startedAt, dueAt, calendar: hours, counted, ladder } = begun
  const { rep, how, by } = holder
  const event = {
    at: now,
    what: how === 'reopened' ? how : 'assigned',
    rep,
    ...(by === undefined ? {} : { by }),
  } as const
  return {
    ...rest,
    ...{ state: 'open', startedAt, dueAt, calendar: hours, counted, ladder },
    holders: [...handoff.holders, ...begun.holders],
    baselineStale: true,
    events: [...handoff.events, event],
  }
}
