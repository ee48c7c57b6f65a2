import type { RepRequest } from '../handoffs/choice.ts'
import { endHandoff, type Handoff, heldFor } from '../handoffs/handoff.ts'
import { type Handover, handoverOf } from '../handoffs/handover.ts'
import { roundsFor } from '../handoffs/segments.ts'
import { waitingHandoff } from '../handoffs/start.ts'
import { repWithOwner } from '../handoffs/team.ts'
import type { Lookup } from '../rules/condition.ts'
import { accountOwner, preferencesFor, type Taken, takeUp } from './assign.ts'
import { type ContactInput, nextId } from './begin.ts'
import type { Choice } from './change.ts'
import type { Decision } from './decision.ts'
import type { LeadRecord } from './lead.ts'
import { responseBaseline } from './observe.ts'
import { isObservedAnew } from './observed.ts'
import { salesHandoff } from './standing.ts'

/** The handoff with sales that a decision calls for. */
export interface ToSales {
  handoff: Handoff
  /** Who was considered; absent where nobody was, for the lead is held. */
  choice?: Choice
  /** It began, or somebody took it at last; one that goes on waiting is no news. */
  anew: boolean
}

/**
 * Begins the handoff that the decision calls for; undefined when it calls for none. One that waits is taken up, goes on
 * waiting, or is released. Asks for a rep first when none is reserved.
 */
export function toSales(
  input: ContactInput,
  { action, route, missing }: Decision,
  lookup: Lookup,
): ToSales | { wanted: RepRequest } | undefined {
  const { state, draft, now } = input
  const kind = route.handoff
  const live = salesHandoff(draft.handoffs())
  // What a rule started, and waits, is not the route's to take up or to release.
  if (live && live.state === 'waiting' && live.ruled) return undefined
  if (action !== 'assign' || !('pool' in route.to) || kind === undefined) {
    if (live?.state === 'waiting') draft.put(endHandoff(live, { at: now, how: 'released' }) ?? live)
    return undefined
  }
  const { pool } = route.to
  if (isHeld(input, missing) && (!live || live.state === 'waiting')) {
    const held = { id: live?.id ?? nextId(state, draft), kind, pool, lacks: missing }
    const handoff = heldHandoff(input, route, held, live)
    const isSame = live !== undefined && sameWait(live, handoff)
    if (!isSame) draft.put(handoff)
    return { handoff: isSame ? live : handoff, anew: !isSame }
  }
  const taken = takenByRoute(input, route, { id: live?.id ?? nextId(state, draft), kind, pool }, lookup)
  if ('wanted' in taken) return taken
  const stillWaits = live?.state === 'waiting' && taken.handoff.state === 'waiting'
  if (stillWaits && sameWait(live, taken.handoff)) return { ...taken, handoff: live, anew: false }
  draft.put(taken.handoff)
  return { ...taken, anew: true }
}

// A rep's own lead is theirs already.
function isHeld({ config, contact }: ContactInput, missing: readonly string[]): boolean {
  const { team, routing } = config
  if (routing.missing !== 'hold' || missing.length === 0) return false
  const owner = contact.properties.hubspot_owner_id
  return !(owner && repWithOwner(team, owner)?.active)
}

/** The handoff of a lead that waits until what sales needs is known; since when it waits stays. */
function heldHandoff(
  { config, contact, now }: ContactInput,
  { route, reps }: Decision['route'],
  held: { id: string; kind: string; pool: string; lacks: string[] },
  live: Handoff | undefined,
): Handoff {
  const baseline = responseBaseline(config.hubspot, contact.properties)
  const order = { ...held, leadId: contact.id, byRoute: true, route, baseline, ...(reps ? { reps } : {}) }
  const handoff = waitingHandoff(order, now)
  return live ? { ...handoff, startedAt: live.startedAt } : handoff
}

function sameWait(live: Handoff, next: Handoff): boolean {
  const { kind, pool } = next
  return live.kind === kind && live.pool === pool && heldFor(live).join() === heldFor(next).join()
}

/**
 * What the handoff would have been that a route calls for which only observes; undefined when there is none, or it was observed
 * already. Asks for a rep first, of the ledger of what is only observed.
 */
export function toObserve(
  input: ContactInput,
  decision: Decision,
  signals: LeadRecord['signals'],
  lookup: Lookup,
): { handover: Handover; choice: Choice } | { wanted: RepRequest } | undefined {
  const { config, state, contact } = input
  const { route } = decision
  if (!isObservedAnew(config, state.lead, decision, signals) || !('pool' in route.to) || !route.handoff)
    return undefined
  const id = `${state.id}-o${(state.lead?.observed?.count ?? 0) + 1}`
  const taken = takenByRoute(input, route, { id, kind: route.handoff, pool: route.to.pool }, lookup)
  if ('wanted' in taken) return { wanted: { ...taken.wanted, observed: true } }
  return { handover: handoverOf(taken.handoff, contact.properties.hubspot_owner_id), choice: taken.choice }
}

/** The handoff with sales by a route, once somebody is reserved for it. */
function takenByRoute(
  input: ContactInput,
  { route, reps }: Decision['route'],
  { id, kind, pool }: { id: string; kind: string; pool: string },
  lookup: Lookup,
): Taken {
  const { config, state, contact, reserved, now } = input
  const account = accountOwner(config, input)
  const order = {
    ...{ id, kind, byRoute: true, route, pool },
    ...(reps ? { reps } : {}),
    ...(account === undefined ? {} : { account }),
  }
  const isBack = state.lead?.ended !== undefined || state.lead?.rejected !== undefined
  const preferences = preferencesFor(config, input, pool, isBack, now, input.host)
  const rounds = roundsFor(config.team, pool, reps, () => lookup)
  return takeUp(config, contact, order, reserved, now, { ...preferences, ...rounds })
}
