import { reasonNamed, withCredit } from '../handoffs/credit.ts'
import type { Handoff } from '../handoffs/handoff.ts'
import { stageOfLifecycle } from '../rules/stages.ts'
import type { ContactInput } from './begin.ts'
import type { LeadState } from './change.ts'
import { lookedDone, lookupOf } from './done.ts'
import type { Draft } from './draft.ts'
import type { LeadRecord } from './lead.ts'
import { type Move, movedOn, withStageShown } from './moved-on.ts'
import { noteOwner } from './owners.ts'
import {
  afterPeople,
  doneInHubSpot,
  liveHandoffs,
  type PersonsWord,
  personalDisqualification,
  takenOut,
} from './people.ts'
import { choiceOf } from './persons-word.ts'
import { withOutcome } from './record.ts'
import type { Looked } from './responses.ts'
import { startsByDisqualification } from './starts.ts'

/*
 * The handoffs of a lead brought up to what people did in HubSpot, in the draft of its change: at each look at the contact, and
 * before each step.
 */

/** What is needed to follow what people did. */
type FollowInput = Pick<ContactInput, 'config' | 'state' | 'draft' | 'now'>

/**
 * Brings the handoffs up to what people did in HubSpot. Returns the lead's outcomes with it, and the word by which the lead
 * is out: that of HubSpot, else what it said itself (`own`).
 */
export function byPeople(
  input: FollowInput,
  gathered: Looked,
  own?: PersonsWord,
): { word: PersonsWord | undefined; outcomes: LeadRecord['outcomes'] } {
  const word = personalDisqualification(input.config, input.state, gathered) ?? own
  return { word, outcomes: word ? takeOut(input, word, gathered) : followPeople(input, gathered) }
}

/**
 * Ends every handoff by the word that the lead is out; of a customer only what sales has: whoever looks after them still does.
 * Returns the lead's outcomes with it.
 */
function takeOut(
  { config, state, draft, now }: FollowInput,
  word: PersonsWord,
  gathered: Looked,
): LeadRecord['outcomes'] {
  let outcomes = outcomesOf(state)
  const stays = isCustomer(state, gathered)
  for (const handoff of liveHandoffs(state)) {
    if (startsByDisqualification(config, handoff.kind) || (stays && !handoff.byRoute)) continue
    const after = takenOut(config, handoff, word, gathered, now)
    if (!after) continue
    draft.put(withCredit(after, reasonNamed(word.reason), config.routing.credit))
    outcomes = noteAnswer(draft, handoff, after, outcomes, now)
  }
  return withOutcome(outcomes, 'disqualified', { at: now, reason: choiceOf(word) })
}

function isCustomer({ lead }: LeadState, { contact }: Looked): boolean {
  const shown = stageOfLifecycle(contact.properties.lifecyclestage ?? '')
  return [lead?.stage?.name, shown].some((stage) => stage === 'customer' || stage === 'evangelist')
}

/** Stops the clocks that people have answered and follows the owners whom they changed. Returns the lead's outcomes with it. */
function followPeople({ config, state, draft, now }: FollowInput, gathered: Looked): LeadRecord['outcomes'] {
  let outcomes = outcomesOf(state)
  for (const handoff of liveHandoffs(state)) {
    const after = afterPeople(config, state, handoff, gathered, now)
    if (after === handoff) continue
    draft.put(after)
    outcomes = noteAnswer(draft, handoff, after, outcomes, now)
    noteOwner(draft, handoff, after, now)
  }
  return outcomes
}

/** What HubSpot shows as done, by the conditions of the kinds. Returns the lead's outcomes with it. */
export function followDone(
  { config, draft, now }: FollowInput,
  lead: Pick<LeadRecord, 'attributes' | 'signals'>,
  outcomes: LeadRecord['outcomes'],
): { outcomes: LeadRecord['outcomes'] } {
  const asked = draft.handoffs().filter(({ kind, state }) => state === 'open' && config.handoffs.kinds[kind]?.done)
  if (asked.length === 0) return { outcomes }
  const lookup = lookupOf(config, lead, now)
  let after = outcomes
  for (const handoff of asked) {
    const looked = lookedDone(config, handoff, lookup)
    const next = looked === 'done' ? doneInHubSpot(config, handoff, now) : looked
    if (!next || next === handoff) continue
    draft.put(next)
    after = noteAnswer(draft, handoff, next, after, now)
  }
  return { outcomes: after }
}

/** What our own people move the lead to, as by a deal. Returns the lead's outcomes with it. */
export function followMove(
  input: FollowInput,
  lead: Pick<LeadRecord, 'attributes' | 'signals'>,
  move: Move | undefined,
  outcomes: LeadRecord['outcomes'],
): LeadRecord['outcomes'] {
  if (!move) return outcomes
  const { config, draft, now } = input
  let after = outcomes
  for (const handoff of draft.handoffs()) {
    const next = movedOn(config, handoff, move, now)
    if (next === handoff) continue
    draft.put(next)
    after = noteAnswer(draft, handoff, next, after, now)
  }
  return followDone(input, { ...lead, attributes: withStageShown(lead.attributes, move) }, after).outcomes
}

function outcomesOf({ lead }: LeadState): LeadRecord['outcomes'] {
  return lead?.outcomes ?? {}
}

function noteAnswer(
  draft: Draft,
  before: Handoff,
  after: Handoff,
  outcomes: LeadRecord['outcomes'],
  now: number,
): LeadRecord['outcomes'] {
  if (!after.answered || before.answered) return outcomes
  draft.note({ at: now, what: 'seen-in-hubspot' })
  const { at, minutes } = after.answered
  return after.byRoute ? withOutcome(outcomes, 'answered', { at, minutes }) : outcomes
}

/** How the handoff with sales has just ended; undefined when it has not. */
export function lastEnding(draft: Draft, state: LeadState): LeadRecord['ended'] {
  const ended = draft
    .handoffs()
    .find(({ id, byRoute, ended }) => byRoute && ended !== undefined && state.handoffs[id]?.state !== 'ended')?.ended
  return ended && { how: ended.how, at: ended.at }
}
