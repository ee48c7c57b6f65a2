import type { Party } from '../rules/outcomes.ts'
import type { WantedReps } from '../rules/rep-filter.ts'
import type { Calendar } from './business-time.ts'
import { dueAfter } from './deadline.ts'
import type { DealContext } from './deal.ts'
import type { Handoff, Holder } from './handoff.ts'
import type { HandoffKind } from './kinds.ts'
import { planOf } from './plan.ts'

/** What a handoff is begun with. */
export interface HandoffOrder {
  id: string
  leadId: string
  kind: string
  byRoute: boolean
  ruled?: true
  route: string
  pool: string
  /** What it wants of a rep. */
  reps?: WantedReps | undefined
  /** Whose company it is, in HubSpot's owner id. */
  account?: string | undefined
  manager?: string
  to?: Party
  about?: string
  deal?: DealContext
  doneBefore?: true
  /** What the lead lacks, for which it waits. */
  lacks?: string[]
  baseline: Record<string, string | null>
}

/** A handoff that nobody can take yet: it is in sight, and its clock starts when somebody takes it. */
export function waitingHandoff(order: HandoffOrder, now: number): Handoff {
  return {
    v: 2,
    ...order,
    state: 'waiting',
    startedAt: now,
    dueAt: null,
    calendar: null,
    counted: [],
    ladder: [],
    holders: [],
    events: [{ at: now, what: 'waiting', ...(order.lacks ? { detail: order.lacks.join(', ') } : {}) }],
  }
}

/**
 * Starts the clock: fixes the deadline, every rung and every dated step in the calendar of who takes the lead; without one, in
 * elapsed time. A reassignment or a change of config never moves them.
 */
export function startHandoff(
  order: HandoffOrder,
  kind: Pick<HandoffKind, 'respondWithin' | 'hours' | 'ladder' | 'steps'>,
  holder: Omit<Holder, 'since'>,
  calendar: { name: string; calendar: Calendar } | undefined,
  now: number,
): Handoff {
  const due = dueAfter(kind, calendar?.calendar, now, kind.respondWithin)
  const { lacks: _, ...full } = order
  const waiting = waitingHandoff(full, now)
  return {
    ...waiting,
    state: 'open',
    dueAt: due.at,
    calendar: kind.hours === 'business' ? (calendar?.name ?? null) : null,
    counted: due.counted,
    ladder: kind.ladder.map(({ at, do: action, tell, end }) => ({
      do: action,
      dueAt: dueAfter(kind, calendar?.calendar, now, at).at,
      ...(tell === undefined ? {} : { tell }),
      ...(end === undefined ? {} : { end }),
    })),
    ...(kind.steps ? { plan: planOf(kind.steps, now, calendar?.calendar) } : {}),
    holders: [{ ...holder, since: now }],
    events: [{ at: now, what: 'started', rep: holder.rep }],
  }
}
