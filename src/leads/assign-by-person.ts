import type { Change, LeadState, NextConfig } from './change.ts'
import { draftOf } from './draft.ts'
import { isInHubSpot } from './lead.ts'

/*
 * A person gives a lead that nobody has to a rep: a handoff begins, with them, when the contact is read, which is at once.
 */

/** The kind of handoff by which a person gives a lead to a rep: its route's, else the first that is for routes; undefined for none. */
function kindToAssign({ routing, handoffs }: NextConfig, route: string): string | undefined {
  const own = routing.routes.find(({ name }) => name === route)?.handoff
  const forRoutes = Object.entries(handoffs.kinds).find(
    ([, { withSales, starts, to }]) => withSales && starts.length === 0 && to === undefined,
  )
  return own ?? forRoutes?.[0]
}

/** Somebody gives a lead to a rep. Null where it is not in HubSpot, or no kind of handoff is for it. */
export function onAssign(
  config: NextConfig,
  state: LeadState,
  { rep, by }: { rep: string; by: string },
  now: number,
): Change | null {
  const { lead } = state
  const kind = lead ? kindToAssign(config, lead.route.name) : undefined
  if (!lead || !isInHubSpot(lead) || kind === undefined || !config.team.reps[rep]?.active) return null
  const draft = draftOf(config, state)
  draft.note({ at: now, what: 'assigned', by, reason: rep })
  const opening = { kind, by: { what: 'handoff' as const, name: kind }, at: now, assigned: { rep, by } }
  return draft.change({ ...lead, toOpen: [...(lead.toOpen ?? []), opening] })
}
