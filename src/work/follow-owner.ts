import type { Config } from '../config/config.ts'
import { changeOwner, type Handoff, holderOf } from '../handoffs/handoff.ts'
import type { Contact } from '../hubspot/client.ts'
import type { LeadStore } from '../store/leads.ts'

/**
 * Follows a person who gave the lead to another rep in HubSpot: the lead is that rep's then, with the clock that runs.
 * Null when nothing of the kind has happened, or the new owner is not in team.yaml.
 */
export async function followOwner(
  config: Config,
  leads: LeadStore,
  contact: Contact,
  handoff: Handoff,
  now: number,
): Promise<Handoff | null> {
  const owner = contact.properties.hubspot_owner_id
  const ours = config.team.reps[holderOf(handoff).rep]?.hubspotOwnerId
  if (handoff.status !== 'open' || !owner || owner === ours) return null
  // Until HubSpot has confirmed our own choice, the owner that it shows is the one from before.
  if ((await leads.readWritten(handoff.leadId)).hubspot_owner_id !== ours) return null
  const rep = Object.values(config.team.reps).find((candidate) => candidate.hubspotOwnerId === owner)
  return rep ? changeOwner(handoff, rep.id, now) : null
}
