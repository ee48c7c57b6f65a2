import type { RepRequest } from '../handoffs/choice.ts'
import { endHandoff, type Handoff } from '../handoffs/handoff.ts'
import { roundsFor } from '../handoffs/segments.ts'
import type { Signal } from '../rules/attributes.ts'
import type { Lookup } from '../rules/condition.ts'
import { wantedReps } from '../rules/rep-filter.ts'
import { accountOwner, preferencesFor, type Reserved, takeUp } from './assign.ts'
import type { Choice, Gathered, LeadState, NextConfig } from './change.ts'
import type { Decision } from './decision.ts'
import type { Draft } from './draft.ts'
import type { Contact, Properties } from './observe.ts'
import type { Opening } from './outcomes.ts'
import { salesHandoff } from './standing.ts'

/** What came in with a contact, and the draft of what becomes of it. `now` is epoch milliseconds. */
export interface ContactInput {
  config: NextConfig
  state: LeadState
  contact: Contact
  company: Properties | null
  account: Gathered['account']
  reserved: Reserved
  draft: Draft
  now: number
}

/** The same with what rules can ask about the lead. */
export type DecidedInput = ContactInput & { lookup: Lookup }

/** The handoff with sales that a decision calls for. */
export interface ToSales {
  handoff: Handoff
  choice: Choice
  /** It began, or somebody took it at last; one that goes on waiting is no news. */
  anew: boolean
}

/**
 * Begins the handoff that the decision calls for; undefined when it calls for none. One that waits is taken up, goes on
 * waiting, or is released. Asks for a rep first when none is reserved.
 */
export function toSales(
  input: DecidedInput,
  { action, route }: Decision,
): ToSales | { wanted: RepRequest } | undefined {
  const { config, state, contact, draft, reserved, now } = input
  const kind = route.handoff
  const live = salesHandoff(draft.handoffs())
  if (action !== 'assign' || !('pool' in route.to) || kind === undefined) {
    if (live?.state === 'waiting') draft.put(endHandoff(live, { at: now, how: 'released' }) ?? live)
    return undefined
  }
  const { pool } = route.to
  const { reps } = route
  const account = accountOwner(input)
  const order = {
    ...{ id: live?.id ?? nextId(state, draft), kind, byRoute: true, route: route.route, pool },
    ...(reps ? { reps } : {}),
    ...(account === undefined ? {} : { account }),
  }
  const isBack = state.lead?.ended !== undefined || state.lead?.rejected !== undefined
  const preferences = preferencesFor(config, input, pool, isBack, now)
  const rounds = roundsFor(config.team, pool, reps, () => input.lookup)
  const taken = takeUp(config, contact, order, reserved, now, { ...preferences, ...rounds })
  if ('wanted' in taken) return taken
  const stillWaits = live?.state === 'waiting' && taken.handoff.state === 'waiting'
  if (stillWaits && live.kind === kind && live.pool === pool) return { ...taken, handoff: live, anew: false }
  draft.put(taken.handoff)
  return { ...taken, anew: true }
}

/**
 * Begins the handoffs that new signals start and that rules open, beside whatever else the lead has: one of a kind at a time.
 * Asks for a rep first when none is reserved.
 */
export function otherHandoffs(
  input: DecidedInput,
  signals: readonly Signal[],
  openings: readonly Opening[],
): { begun: Handoff[] } | { wanted: RepRequest } {
  const { config, state, contact, draft, reserved, lookup, now } = input
  const begun: Handoff[] = []
  const fresh = new Set(signals.filter(({ decision }) => decision === undefined).map(({ type }) => type))
  for (const [kind, { starts, to: usual, withSales }] of Object.entries(config.handoffs.kinds)) {
    const opening = openings.find((one) => one.kind === kind)
    const start = starts.find((one) => 'signal' in one && fresh.has(one.signal))
    const live = draft.handoffs().find((handoff) => handoff.kind === kind && handoff.state !== 'ended')
    const begins = live ? live.state === 'waiting' && !live.byRoute : opening !== undefined || start !== undefined
    const to = opening?.to ?? usual
    if (!begins || !to || !('pool' in to)) continue
    const id = live?.id ?? nextId(state, draft)
    const route = live?.route ?? opening?.by.name ?? (start && 'signal' in start ? start.signal : kind)
    const reps = wantedReps(to.reps, lookup)
    const order = { id, kind, byRoute: withSales, route, pool: to.pool, ...(reps ? { reps } : {}) }
    const rounds = roundsFor(config.team, to.pool, reps, () => lookup)
    const taken = takeUp(config, contact, order, reserved, now, rounds)
    if ('wanted' in taken) return taken
    if (live && taken.handoff.state === 'waiting') continue
    draft.put(taken.handoff)
    begun.push(taken.handoff)
  }
  return { begun }
}

/** The id of the next handoff: those that this change has begun count as well. */
function nextId(state: LeadState, draft: Draft): string {
  const begun = draft.handoffs().filter(({ id }) => !state.handoffs[id]).length
  return `${state.id}-${(state.lead?.handoffCount ?? 0) + begun + 1}`
}
