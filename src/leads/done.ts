import type { Handoff } from '../handoffs/handoff.ts'
import type { HandoffKind } from '../handoffs/kinds.ts'
import type { Attributes, Signal } from '../rules/attributes.ts'
import { holds, type Lookup } from '../rules/condition.ts'
import { fullLookup, scoreLead } from '../rules/score.ts'
import type { NextConfig } from './change.ts'

/*
 * What shows in HubSpot that a handoff was answered: `done` of its kind, at each look at the contact and before each rung.
 */

/** What a lead's conditions can ask about. */
export function lookupOf(
  config: NextConfig,
  lead: { attributes: Attributes; signals: readonly Signal[] },
  now: number,
): Lookup {
  return fullLookup(lead.attributes, lead.signals, scoreLead(config, lead.attributes, lead.signals, now), now)
}

/** Whether what shows that a handoff of a kind is done is there. */
export function isDone(kind: Pick<HandoffKind, 'done'> | undefined, lookup: Lookup): boolean {
  return kind?.done !== undefined && holds(kind.done, lookup)
}

/**
 * A handoff after a look: `done` when what shows it is there, and was not when it began. The same one when nothing is new.
 */
export function lookedDone(config: Pick<NextConfig, 'handoffs'>, handoff: Handoff, lookup: Lookup): Handoff | 'done' {
  const kind = config.handoffs.kinds[handoff.kind]
  if (handoff.state !== 'open' || kind?.done === undefined) return handoff
  const isThere = isDone(kind, lookup)
  if (!handoff.doneBefore) return isThere ? 'done' : handoff
  if (isThere) return handoff
  const { doneBefore: _, ...rest } = handoff
  return rest
}
