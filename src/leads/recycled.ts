import { endHandoff, type Handoff } from '../handoffs/handoff.ts'
import type { NextConfig } from './change.ts'
import type { Draft } from './draft.ts'
import type { LeadRecord } from './lead.ts'
import type { Properties } from './observe.ts'
import { startsByDisqualification } from './starts.ts'

/*
 * The handoffs that are there because a person took the lead out: they know the reason as soon as HubSpot has it, and are over
 * when the lead is out no more.
 */

/**
 * Brings them up to what is known. Returns the person's word as it stands, with the reason that was asked for and that HubSpot
 * shows by now.
 */
export function followDisqualified(
  config: NextConfig,
  draft: Draft,
  previous: Pick<LeadRecord, 'rejected'> | null,
  rejected: LeadRecord['rejected'],
  properties: Properties,
  now: number,
): LeadRecord['rejected'] {
  const live = draft.handoffs().filter((one) => one.state !== 'ended' && startsByDisqualification(config, one.kind))
  if (live.length === 0) return rejected
  if (previous?.rejected && !rejected) {
    const reason = 'the lead is back'
    for (const handoff of live) draft.put(endHandoff(handoff, { at: now, how: 'released', reason }) ?? handoff)
    return undefined
  }
  const asking = live.filter(({ wantsReason }) => wantsReason)
  const reason = asking.length > 0 ? reasonShown(config, rejected, properties) : undefined
  if (!rejected || reason === undefined) return rejected
  for (const handoff of asking) draft.put(explained(handoff, reason, now))
  return { ...rejected, reason, explained: true }
}

function explained({ wantsReason: _, ...rest }: Handoff, reason: string, now: number): Handoff {
  return { ...rest, events: [...rest.events, { at: now, what: 'reason-given', detail: reason }] }
}

// The property that says why, of the rule by which the lead was taken out.
function reasonShown(
  { hubspot }: NextConfig,
  rejected: LeadRecord['rejected'],
  properties: Properties,
): string | undefined {
  const rule = hubspot.disqualified.find(
    (one) => one.reason !== undefined && (properties[one.changes] ?? '') === rejected?.status,
  )
  return (rule?.reason && properties[rule.reason]?.trim()) || undefined
}
