import type { Handoff } from '../handoffs/handoff.ts'
import type { LeadState, NextConfig } from './change.ts'
import { type Contact, responseBaseline } from './observe.ts'

const STAGE = 'lifecyclestage'

/**
 * The state with what counts as a response measured from a contact that was just read, for handoffs whose clock began anew since; and
 * from the stage that was set back, where an answer was taken back that had moved it.
 */
export function withFreshBaselines(
  { hubspot }: Pick<NextConfig, 'hubspot'>,
  state: LeadState,
  { properties }: Pick<Contact, 'properties'>,
): LeadState {
  const back = state.lead?.lifecycleTakenBack
  const isSetBack = back && (properties[STAGE] ?? '') === back.was
  const fresh = Object.values(state.handoffs).flatMap(({ baselineStale, ...handoff }): Handoff[] => {
    if (baselineStale) return [{ ...handoff, baseline: responseBaseline(hubspot, properties) }]
    const isMeant = isSetBack && handoff.baseline[STAGE] === back.is
    return isMeant ? [{ ...handoff, baseline: { ...handoff.baseline, [STAGE]: properties[STAGE] ?? null } }] : []
  })
  if (fresh.length === 0) return state
  return { ...state, handoffs: { ...state.handoffs, ...Object.fromEntries(fresh.map((one) => [one.id, one])) } }
}

/** The handoff for which a stage that Baton itself has set in HubSpot is no response. */
export function unmovedBy(handoff: Handoff, stage: string): Handoff {
  return Object.hasOwn(handoff.baseline, STAGE)
    ? { ...handoff, baseline: { ...handoff.baseline, [STAGE]: stage } }
    : handoff
}
