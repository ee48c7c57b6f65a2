import {
  answerHandoff,
  byAge,
  endHandoff,
  type GivenAnswer,
  type Handoff,
  holderOf,
  isHeld,
} from '../handoffs/handoff.ts'
import { calendarFor } from '../handoffs/parties.ts'
import { followAttempts, leadActsOf, movedCounters } from './attempts.ts'
import type { Gathered, LeadState, NextConfig } from './change.ts'
import { historyOfJunk } from './junk.ts'
import { disqualifications, personSet, setByPerson } from './observe.ts'
import { afterOwner, ownerGiven, ownerInDoubt } from './owners.ts'
import { historyOfResponses, judge, type LeadAct, type Looked, type Response } from './responses.ts'
import { isSetBack } from './stage.ts'

/*
 * What people did in HubSpot since Baton last looked: they contacted the lead, gave it to somebody else, or took it out.
 */

/** The lead's handoffs that are not over, oldest first. */
export function liveHandoffs({ handoffs }: Pick<LeadState, 'handoffs'>): Handoff[] {
  return Object.values(handoffs)
    .filter(({ state }) => state !== 'ended')
    .sort(byAge)
}

/** The properties whose earlier values `next` has to know before it can judge the contact. */
export function historyNeeded(config: NextConfig, state: LeadState, contact: Gathered['contact']): string[] {
  const owner = liveHandoffs(state).some((handoff) => ownerInDoubt(config, state, handoff, contact))
  const words = state.lead ? disqualifications(config.hubspot, contact.properties, state.lead.counters) : []
  return [
    ...new Set([
      ...liveHandoffs(state).flatMap((handoff) => historyOfResponses(config, handoff, contact)),
      ...liveHandoffs(state).flatMap((handoff) => movedCounters(config, handoff, contact)),
      ...(owner || state.lead?.releasing ? ['hubspot_owner_id'] : []),
      ...(state.lead?.lifecycleTakenBack ? ['lifecyclestage'] : []),
      ...words.map(({ changes }) => changes),
      ...historyOfJunk(config, contact),
      ...(isSetBack(state, contact) ? ['lifecyclestage'] : []),
    ]),
  ]
}

/**
 * The lead was taken out: by whom (a workflow, an app or an import is no person; somebody: HubSpot does not tell), the reason
 * that they gave, and when, if that is known. Either the status that was set in HubSpot, or the signal of the lead itself.
 */
export interface PersonsWord {
  by: 'person' | 'workflow' | 'somebody' | 'lead'
  reason: string | undefined
  status?: string
  signal?: string
  at: number | undefined
}

/** The word by which the lead was taken out in HubSpot since Baton last looked; undefined when nobody did. */
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
  const set = history[rule.changes]?.[0]
  const by = set === undefined ? 'somebody' : personSet(set) ? 'person' : 'workflow'
  return { by, reason: reason || undefined, status: contact.properties[rule.changes] ?? '', at: set?.at }
}

/**
 * The handoff after what HubSpot shows: somebody has contacted the lead, or taken it on; or the lead did something itself,
 * which is told and no answer. The same one when nothing happened.
 */
function afterResponses(config: NextConfig, handoff: Handoff, looked: Looked, now: number): Handoff {
  if (handoff.state === 'answered')
    return followAttempts(config, withLeadActs(handoff, leadActsOf(handoff, looked)), looked, now)
  const { response, byLead } = judge(config, handoff, looked, now)
  const told = withLeadActs(handoff, byLead)
  const after = response && answered(config, told, answerBy(response))
  if (!after) return told
  if (response.takenOn) return endAnswered(after, { at: now, how: 'qualified' })
  return after.state === 'answered' ? afterResponses(config, after, looked, now) : after
}

function answerBy({ at, evidence }: Response): GivenAnswer {
  return { at, how: 'seen-in-hubspot', evidence }
}

/** Notes what the lead did itself, each act once. That it chats is said once, for a chat has no record of its own. */
function withLeadActs(handoff: Handoff, acts: readonly LeadAct[]): Handoff {
  const known = handoff.events.filter(({ what }) => what === 'lead-acted')
  const fresh = acts.filter(
    ({ at, what }) => !known.some((one) => one.detail === what && (what === 'chat' || one.at === at)),
  )
  if (fresh.length === 0) return handoff
  const events = fresh.map(({ at, what }) => ({ at, what: 'lead-acted' as const, detail: what }))
  return { ...handoff, events: [...handoff.events, ...events] }
}

/** Ends a handoff that was answered: of a kind without attempts the answer was the end already. */
export function endAnswered(handoff: Handoff, ending: Parameters<typeof endHandoff>[1]): Handoff {
  const { ended: _, ...rest } = handoff
  return endHandoff({ ...rest, state: 'answered' }, ending) ?? handoff
}

/** The handoff once the rep has contacted the lead; null when it is not open any more. */
export function answered(config: NextConfig, handoff: Handoff, answer: GivenAnswer): Handoff | null {
  const { calendars } = config.team
  const kind = config.handoffs.kinds[handoff.kind]
  return answerHandoff(handoff, answer, kind?.attempts, {
    clock: calendars[handoff.calendar ?? ''],
    holder: calendars[calendarFor(config.team, holderOf(handoff)?.rep, kind) ?? ''],
  })
}

/** The handoff once HubSpot shows what its kind asks for; null when it is not open any more. */
export function doneInHubSpot(config: NextConfig, handoff: Handoff, now: number): Handoff | null {
  return answered(config, handoff, { at: now, how: 'seen-in-hubspot', label: 'Done' })
}

/** The handoff once the lead was taken out. A person who says so has heard of the lead, so an open clock is answered by it. */
export function takenOut(
  config: NextConfig,
  handoff: Handoff,
  word: PersonsWord,
  looked: Looked,
  now: number,
): Handoff | null {
  const reason = word.by === 'lead' ? `${word.reason}, as the lead says itself` : (word.reason ?? 'unqualified')
  const ending = { at: now, how: 'disqualified', reason } as const
  const { response } = judge(config, handoff, looked, now)
  const said = Math.max(handoff.startedAt, Math.min(word.at ?? now, now))
  const bySaying = word.by === 'person' ? { at: said, how: 'seen-in-hubspot' as const } : undefined
  const answer = response ? answerBy(response) : bySaying
  const heard = answer ? answered(config, handoff, answer) : null
  return heard ? endAnswered(heard, ending) : endHandoff(handoff, ending)
}

/**
 * Whether a contact attempt is the answer that a handoff wants: who may accept or reject, or has something else to do, has not
 * done so by calling. What shows that stands in `done` of the kind.
 */
export function asksForContact({ handoffs }: Pick<NextConfig, 'handoffs'>, { kind, ruled }: Handoff): boolean {
  const buttons = handoffs.kinds[kind]?.buttons
  // Of a kind that the config has no longer, only those that routes started wanted contact for certain.
  return buttons === undefined ? !ruled : buttons.some(({ name }) => name === 'contacted')
}

/** The handoff after what people did in HubSpot; the same one when they did nothing. */
export function afterPeople(
  config: NextConfig,
  state: LeadState,
  handoff: Handoff,
  gathered: Looked,
  now: number,
): Handoff {
  if (!isHeld(handoff)) return handoff
  const heard = asksForContact(config, handoff) ? afterResponses(config, handoff, gathered, now) : handoff
  const owner = isHeld(heard) ? ownerGiven(config, state, heard, gathered) : undefined
  return owner === undefined ? heard : afterOwner(config, heard, owner, now)
}
