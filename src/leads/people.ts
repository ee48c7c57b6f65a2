import { answerHandoff, changeOwner, endHandoff, type Handoff, holderOf, isHeld } from '../handoffs/handoff.ts'
import { repWithOwner } from './assign.ts'
import type { Gathered, LeadState, NextConfig } from './change.ts'
import { disqualifications, possibleResponses, setByPerson } from './observe.ts'
import { isSetBack } from './stage.ts'

/*
 * What people did in HubSpot since Baton last looked: they contacted the lead, gave it to somebody else, or took it out.
 */

/** The lead's handoffs that are not over, oldest first. */
export function liveHandoffs({ handoffs }: Pick<LeadState, 'handoffs'>): Handoff[] {
  return Object.values(handoffs)
    .filter(({ state }) => state !== 'ended')
    .sort((a, b) => a.startedAt - b.startedAt)
}

/** The properties whose earlier values `next` has to know before it can judge the contact. */
export function historyNeeded(config: NextConfig, state: LeadState, contact: Gathered['contact']): string[] {
  const responses = liveHandoffs(state)
    .filter(({ state }) => state === 'open')
    .flatMap(({ baseline }) => possibleResponses(config.hubspot, contact.properties, baseline))
  const sure = responses.some(({ byPerson }) => !byPerson)
  const words = state.lead ? disqualifications(config.hubspot, contact.properties, state.lead.counters) : []
  return [
    ...new Set([
      ...(sure ? [] : responses.map(({ property }) => property)),
      ...words.filter(({ by }) => by === 'person').map(({ changes }) => changes),
      ...(isSetBack(state, contact) ? ['lifecyclestage'] : []),
    ]),
  ]
}

/** A person took the lead out in HubSpot: the reason that they gave, and the status that they set. */
export interface PersonsWord {
  reason: string | undefined
  status: string
}

/** The word of a person who took the lead out in HubSpot since Baton last looked; undefined when nobody did. */
export function personalDisqualification(
  config: NextConfig,
  state: LeadState,
  { contact, history }: Pick<Gathered, 'contact' | 'history'>,
): PersonsWord | undefined {
  const before = state.lead?.counters ?? null
  const rule = disqualifications(config.hubspot, contact.properties, before).find(
    ({ by, changes }) => by !== 'person' || before === null || setByPerson(history, changes),
  )
  if (!rule) return undefined
  const reason = rule.reason ? contact.properties[rule.reason]?.trim() : undefined
  return { reason: reason || undefined, status: contact.properties[rule.changes] ?? '' }
}

/** Whether HubSpot shows that somebody has contacted the lead since the handoff started. */
export function hasResponded(
  config: NextConfig,
  handoff: Handoff,
  { contact, history }: Pick<Gathered, 'contact' | 'history'>,
): boolean {
  if (handoff.state !== 'open') return false
  return possibleResponses(config.hubspot, contact.properties, handoff.baseline).some(
    ({ property, byPerson }) => !byPerson || setByPerson(history, property),
  )
}

/** The handoff once the rep has contacted the lead; null when it is not open any more. */
export function answered(
  config: NextConfig,
  handoff: Handoff,
  answer: Parameters<typeof answerHandoff>[1],
): Handoff | null {
  const { calendars, reps } = config.team
  return answerHandoff(handoff, answer, config.handoffs.kinds[handoff.kind]?.attempts, {
    clock: calendars[handoff.calendar ?? ''],
    holder: calendars[reps[holderOf(handoff)?.rep ?? '']?.calendar ?? ''],
  })
}

/** The handoff once a person took the lead out; who says so has heard of the lead, so an open clock is answered by it. */
export function takenOut(config: NextConfig, handoff: Handoff, reason: string, now: number): Handoff | null {
  const ending = { at: now, how: 'disqualified', reason } as const
  const heard = handoff.state === 'open' ? answered(config, handoff, { at: now, how: 'seen-in-hubspot' }) : null
  if (!heard) return endHandoff(handoff, ending)
  // Of a kind without attempts the answer was the end already.
  const { ended: _, ...rest } = heard
  return endHandoff({ ...rest, state: 'answered' }, ending)
}

/** The owner in HubSpot to whom somebody gave the lead instead of the rep who holds it; undefined when nobody did. */
function newOwner(
  config: NextConfig,
  state: LeadState,
  handoff: Handoff,
  contact: Gathered['contact'],
): string | undefined {
  const owner = contact.properties.hubspot_owner_id
  const ours = config.team.reps[holderOf(handoff)?.rep ?? '']?.hubspotOwnerId
  if (!isHeld(handoff) || !handoff.byRoute || !owner || owner === ours) return undefined
  // Until HubSpot has confirmed our own choice, the owner that it shows is the one from before.
  return state.written.hubspot_owner_id === ours ? owner : undefined
}

/** The handoff after what people did in HubSpot; the same one when they did nothing. */
export function afterPeople(
  config: NextConfig,
  state: LeadState,
  handoff: Handoff,
  gathered: Pick<Gathered, 'contact' | 'history'>,
  now: number,
): Handoff {
  if (!isHeld(handoff)) return handoff
  if (hasResponded(config, handoff, gathered))
    return answered(config, handoff, { at: now, how: 'seen-in-hubspot' }) ?? handoff
  const owner = newOwner(config, state, handoff, gathered.contact)
  if (owner === undefined) return handoff
  // The lead is the new rep's, with the clock that runs; somebody who is not in team.yaml answers to nobody here.
  const rep = repWithOwner(config, owner)
  return rep ? changeOwner(handoff, rep, now) : (endHandoff(handoff, { at: now, how: 'taken-over' }) ?? handoff)
}
