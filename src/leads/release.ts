import { type Handoff, holderOf } from '../handoffs/handoff.ts'
import type { Gathered, LeadState, NextConfig } from './change.ts'
import type { LeadRecord } from './lead.ts'
import { personSet } from './observe.ts'

/*
 * The owner of a lead that nobody reached, where they are not to go on as its owner: cleared in HubSpot once, and only where
 * Baton had set them.
 */

const OWNER = 'hubspot_owner_id'

/**
 * The owner whom HubSpot need not keep once nobody reached the lead: the holder, as far as Baton made them that and nobody has
 * changed it since. Undefined when it is a person's choice, or nobody can tell.
 */
export function ownOwnerShown(
  { team }: Pick<NextConfig, 'team'>,
  handoff: Handoff,
  { contact, history }: Pick<Gathered, 'contact' | 'history'>,
): string | undefined {
  const holder = holderOf(handoff)
  const ours = holder && !holder.for && !holder.unowned ? team.reps[holder.rep]?.hubspotOwnerId : undefined
  const latest = history[OWNER]?.[0]
  const isOurs = latest?.value === ours && latest?.source === 'INTEGRATION' && !personSet(latest)
  return isOurs && contact.properties[OWNER] === ours ? ours : undefined
}

/** Whether the owner of a lead that nobody reached still has to be cleared in HubSpot. */
export function clearsOwner({ ownerReleased, properties }: Pick<LeadRecord, 'ownerReleased' | 'properties'>): boolean {
  return ownerReleased !== undefined && properties[OWNER] === ownerReleased
}

/** The owner to clear in HubSpot after a read, of a lead that a person gave back; undefined where Baton had not set them. */
export function releasedByPerson(
  config: Pick<NextConfig, 'team'>,
  { lead, handoffs }: LeadState,
  gathered: Pick<Gathered, 'contact' | 'history'>,
): string | undefined {
  const handoff = handoffs[lead?.releasing ?? '']
  return handoff && ownOwnerShown(config, handoff, gathered)
}

/** What is left to be cleared after a read: once it was, whoever owns the contact is another's choice. */
export function stillReleased({ lead, written }: LeadState, { properties }: Gathered['contact']): string | undefined {
  const isDone = written[OWNER] === '' || properties[OWNER] !== lead?.ownerReleased
  return isDone ? undefined : lead?.ownerReleased
}
