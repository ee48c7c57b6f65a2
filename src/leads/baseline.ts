import type { LeadState, NextConfig } from './change.ts'
import { type Contact, responseBaseline } from './observe.ts'

/** The state with what counts as a response measured from a contact that was just read, for handoffs whose clock began anew since. */
export function withFreshBaselines(
  { hubspot }: Pick<NextConfig, 'hubspot'>,
  state: LeadState,
  { properties }: Pick<Contact, 'properties'>,
): LeadState {
  const stale = Object.values(state.handoffs).filter(({ baselineStale }) => baselineStale)
  if (stale.length === 0) return state
  const fresh = stale.map(({ baselineStale: _, ...handoff }) => {
    return [handoff.id, { ...handoff, baseline: responseBaseline(hubspot, properties) }] as const
  })
  return { ...state, handoffs: { ...state.handoffs, ...Object.fromEntries(fresh) } }
}
