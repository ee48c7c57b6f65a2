import {
  changeOwner,
  clearOwner,
  endHandoff,
  type Handoff,
  type Holder,
  holderOf,
  isHeld,
  takenOverBy,
} from '../handoffs/handoff.ts'
import { repAlert } from '../handoffs/posts.ts'
import { repWithOwner } from '../handoffs/team.ts'
import type { Gathered, LeadState, NextConfig } from './change.ts'
import type { Draft } from './draft.ts'
import { type PropertyVersion, setByPerson } from './observe.ts'

/*
 * Whose word the owner in HubSpot is: a person's (or a workflow's) since the rep got the lead, or one from before that
 * Baton's own choice has not reached yet. Baton never overwrites the first.
 */

const OWNER = 'hubspot_owner_id'
/** The stages in which a contact is never taken from its owner, in HubSpot's words. */
const OWNERS_OWN: readonly string[] = ['opportunity', 'customer', 'evangelist']

/** Whether a contact is never taken from its owner, whatever the settings. */
export function staysWithOwner({ properties }: Gathered['contact']): boolean {
  return OWNERS_OWN.includes((properties.lifecyclestage ?? '').toLowerCase())
}

/** The owner that HubSpot shows by Baton's own choice: '' for none, undefined when nobody knows, for the rep has left. */
export function ownOwner(
  { team }: Pick<NextConfig, 'team'>,
  { written }: Pick<LeadState, 'written'>,
  holder: Holder,
): string | undefined {
  const who = holder.for ?? holder.rep
  const own = team.reps[who]?.hubspotOwnerId ?? team.people[who]?.hubspotOwnerId
  return holder.unowned ? '' : (own ?? written[OWNER])
}

/** Whether HubSpot shows another owner than Baton's choice, so that it has to be known who set it, and when. */
export function ownerInDoubt(
  config: NextConfig,
  state: Pick<LeadState, 'written'>,
  handoff: Handoff,
  contact: Gathered['contact'],
): boolean {
  const holder = holderOf(handoff)
  const ours = holder && ownOwner(config, state, holder)
  if (!isHeld(handoff) || !handoff.byRoute || ours === undefined) return false
  return (contact.properties[OWNER] ?? '') !== ours
}

/** The owner whom somebody gave the lead instead of Baton's choice, '' when it was taken from everybody; else undefined. */
export function ownerGiven(
  config: NextConfig,
  state: LeadState,
  handoff: Handoff,
  { contact, history }: Pick<Gathered, 'contact' | 'history'>,
): string | undefined {
  const holder = holderOf(handoff)
  const ours = holder && ownOwner(config, state, holder)
  if (!holder || ours === undefined || !ownerInDoubt(config, state, handoff, contact)) return undefined
  const shown = contact.properties[OWNER] ?? ''
  const [latest, ...earlier] = history[OWNER] ?? []
  // Without its history: until HubSpot has confirmed our own choice, the owner that it shows is the one from before.
  if (!latest) return state.written[OWNER] === ours ? shown : undefined
  // The history was read after the contact: our own choice has reached HubSpot meanwhile.
  if (latest.value === ours) return undefined
  if (isOwnWrite(config, state, latest) && !isByOther(latest, earlier, ours)) return undefined
  const sinceOurs = earlier.some(({ value, at }) => value === ours && at >= holder.since)
  const isNew = latest.value !== (state.lead?.properties[OWNER] ?? '')
  return latest.at > holder.since || sinceOurs || isNew ? latest.value : undefined
}

/** The handoff after somebody gave the lead to another owner, or took it from everybody, in HubSpot. */
export function afterOwner(config: NextConfig, handoff: Handoff, owner: string, now: number): Handoff {
  if (owner === '') {
    const reason = 'its owner was cleared in HubSpot'
    if (config.routing.ownerCleared === 'rest')
      return endHandoff(handoff, { at: now, how: 'recycled', reason }) ?? handoff
    return clearOwner(handoff, now)
  }
  // The lead is the new rep's, with the clock that runs; who is not at work here answers to nobody.
  const rep = repWithOwner(config.team, owner)
  if (rep?.active) return changeOwner(handoff, rep.id, now)
  return endHandoff(handoff, { at: now, how: 'taken-over', reason: takenOverBy(owner) }) ?? handoff
}

/** Notes what a change of owner did to a handoff, and alerts a rep who was given it. */
export function noteOwner(draft: Draft, before: Handoff, after: Handoff, now: number): void {
  const [had, has] = [holderOf(before), holderOf(after)]
  if (after.holders.length > before.holders.length) {
    draft.note({ at: now, what: 'owner-changed', reason: has?.rep ?? '' })
    if (after.state === 'open') draft.post(repAlert(after))
  }
  if (has?.unowned && !had?.unowned) draft.note({ at: now, what: 'owner-cleared' })
  const how = after.ended?.how
  if (how === 'taken-over' || how === 'recycled')
    draft.note({ at: now, what: how, ...(after.ended?.reason ? { reason: after.ended.reason } : {}) })
}

/**
 * Whether a rung leaves the lead with its holder: it is its owner, and a person made them that, or the contact's stage says
 * that it stays with its owner. `gathered` is null when HubSpot could not be asked.
 */
export function ownerStays(
  config: NextConfig,
  state: Pick<LeadState, 'written'>,
  handoff: Handoff,
  gathered: Pick<Gathered, 'contact' | 'history'> | null,
): boolean {
  const holder = holderOf(handoff)
  if (!handoff.byRoute || !holder || holder.for !== undefined || holder.unowned) return false
  if (!gathered) return holder.how === 'kept-owner' || holder.how === 'owner-changed'
  const { contact, history } = gathered
  if ((contact.properties[OWNER] ?? '') !== ownOwner(config, state, holder)) return false
  return staysWithOwner(contact) || setByPerson(history, OWNER)
}

// Another app than the one that wrote our choice: what comes late of our own has the same id.
function isByOther(latest: PropertyVersion, earlier: readonly PropertyVersion[], ours: string): boolean {
  const own = earlier.find(({ value, source }) => value === ours && source === latest.source)?.sourceId
  return own !== undefined && latest.sourceId !== undefined && latest.sourceId !== own
}

// What Baton wrote for somebody who held the lead before, carried out late or brought along by a merge.
function isOwnWrite({ team }: NextConfig, { handoffs, written }: LeadState, version: PropertyVersion): boolean {
  const { value, source } = version
  if (source !== 'INTEGRATION' && !source.startsWith('MERGE')) return false
  if (value === written[OWNER]) return true
  const holders = Object.values(handoffs).flatMap((handoff) => handoff.holders)
  return holders.some(({ rep }) => team.reps[rep]?.hubspotOwnerId === value)
}
