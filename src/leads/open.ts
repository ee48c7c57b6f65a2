import { holderOf } from '../handoffs/handoff.ts'
import type { Team } from '../handoffs/team.ts'
import type { Change, LeadState, NextConfig } from './change.ts'
import { draftOf } from './draft.ts'
import { isInHubSpot, type LeadRecord } from './lead.ts'
import type { Because, Told } from './marks.ts'
import { slackIdOf } from './recipients.ts'

/*
 * A button in a message that tells of a lead: it opens a handoff of a kind, once, whoever clicks first.
 */

/** Whether a handoff of a kind is open already, or about to begin. */
export function isOpen({ lead, handoffs }: Pick<LeadState, 'lead' | 'handoffs'>, kind: string): boolean {
  const isLive = Object.values(handoffs).some((handoff) => handoff.kind === kind && handoff.state !== 'ended')
  return isLive || (lead?.toOpen ?? []).some((opening) => opening.kind === kind)
}

/**
 * Whether a Slack user may open a handoff of a kind for a lead: whoever was told of it with that button, the members of a pool
 * that was told or has the lead, and every manager.
 */
export function mayOpen(
  team: Team,
  { lead, handoffs }: Pick<LeadState, 'lead' | 'handoffs'>,
  kind: string,
  user: string,
): boolean {
  const told = offering(lead, kind).map(([, { to }]) => to)
  const pools = Object.values(handoffs).flatMap((one) => [
    one.pool,
    ...(holderOf(one) ? [holderOf(one)?.pool ?? ''] : []),
  ])
  const members = [...told, ...pools].flatMap((pool) => team.pools[pool]?.members.map(({ rep }) => rep) ?? [])
  const allowed = [...told, ...members, ...Object.keys(team.managers)]
  return allowed.some((who) => slackIdOf(team, who) === user)
}

/** Somebody opens a handoff by a button; it begins when the contact is read, at once. Null when one is open already. */
export function onOpen(
  config: NextConfig,
  state: LeadState,
  { kind, by }: { kind: string; by: string },
  now: number,
): Change | null {
  const { lead } = state
  if (!lead || !isInHubSpot(lead)) return null
  if (!config.handoffs.kinds[kind] || isOpen(state, kind)) return null
  const draft = draftOf(config, state)
  const offers = offering(lead, kind)
  const because: Because = offers.at(-1)?.[1].because[0] ?? { what: 'handoff', name: kind }
  const opened = offers.map(([id, told]) => [id, { ...told, opened: [...(told.opened ?? []), { kind, by, at: now }] }])
  draft.note({ at: now, what: 'opened', by, reason: kind })
  return draft.change({
    ...lead,
    told: { ...lead.told, ...Object.fromEntries(opened) },
    toOpen: [...(lead.toOpen ?? []), { kind, by: { what: because.what, name: because.name }, at: now }],
  })
}

function offering(lead: LeadRecord | null, kind: string): [string, Told][] {
  return Object.entries(lead?.told ?? {}).filter(([, { opens }]) => opens.some(({ open }) => open === kind))
}
