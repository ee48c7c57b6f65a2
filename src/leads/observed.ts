import { type Handover, handoverOf } from '../handoffs/handover.ts'
import type { Change, LeadState } from './change.ts'
import type { Decision } from './decision.ts'
import type { LeadRecord } from './lead.ts'
import type { ComesBackConfig } from './standing.ts'
import { raisedHandSince } from './standing.ts'

/*
 * What is only observed: a lead that would have been handed over, by a route that only observes, or by any while the whole of
 * Baton does. What would have been is kept, to be laid beside what happened.
 */

/** The handoffs that begin by a change, also those that wait, and those that somebody takes at last. */
export function handoversBegun(before: LeadState, { handoffs, lead }: Change): Handover[] {
  const begun = handoffs.filter((handoff) => {
    const was = before.handoffs[handoff.id]
    return !handoff.formerly && (!was || (was.state === 'waiting' && handoff.holders.length > 0))
  })
  const owner = (lead ?? before.lead)?.properties.hubspot_owner_id
  return begun.map((handoff) => handoverOf(handoff, owner))
}

/**
 * Whether a decision is the first by which a route that only observes would hand the lead over: one that stood so already
 * is observed again once it raises its hand, or after it was sent elsewhere.
 */
export function isObservedAnew(
  config: ComesBackConfig,
  lead: Pick<LeadRecord, 'observed'> | null,
  { action, route }: Decision,
  signals: LeadRecord['signals'],
): boolean {
  if (action !== 'stay-observed' || !('pool' in route.to)) return false
  const before = lead?.observed
  return before?.route !== route.route || raisedHandSince(config, signals, before.at)
}

/** What the record keeps of it. */
export function observedMark(
  before: LeadRecord['observed'],
  decision: Decision,
  handover: Handover | undefined,
): Pick<LeadRecord, 'observed'> {
  if (handover) return { observed: { route: handover.route, at: handover.at, count: (before?.count ?? 0) + 1 } }
  if (!before) return {}
  return { observed: decision.action === 'stay-observed' ? before : { ...before, route: '' } }
}

/**
 * The lead as it begins where it is live, of one that was observed before: like one that was there before Baton came. What it
 * did is known; its handoffs, tracks and stages never were.
 */
export function afterObserving(observed: LeadRecord): LeadRecord {
  const newest = Math.max(observed.score.at, ...observed.signals.map(({ at }) => at))
  return {
    ...{ v: observed.v, id: observed.id, pseudonym: observed.pseudonym, createdAt: observed.createdAt },
    ...(observed.portalId === undefined ? {} : { portalId: observed.portalId }),
    ...(observed.knownSince === undefined ? {} : { knownSince: observed.knownSince }),
    ...(observed.mail ? { mail: observed.mail } : {}),
    ...(observed.fired ? { fired: observed.fired } : {}),
    ...(observed.merged ? { merged: observed.merged } : {}),
    ...(observed.rejected ? { rejected: observed.rejected } : {}),
    ...(observed.overruledStatus === undefined ? {} : { overruledStatus: observed.overruledStatus }),
    attributes: observed.attributes,
    properties: observed.properties,
    company: observed.company,
    readBy: observed.readBy,
    counters: observed.counters,
    signals: observed.signals.map((signal) => ({ ...signal, decision: 0 })),
    pages: observed.pages,
    enrichment: observed.enrichment,
    missing: observed.missing,
    needsReview: false,
    score: observed.score,
    route: {
      name: 'adopted',
      to: { nurture: '' },
      reason: 'observed before: left alone until it does something new',
      at: newest,
    },
    wakeAt: null,
    handoffs: {},
    handoffCount: 0,
    adopted: { at: newest, band: 'hot', observed: true },
    outcomes: {},
    configVersion: observed.configVersion,
    // No rules have scored it where it is live.
    rulesVersion: 0,
    decisions: 0,
  }
}
