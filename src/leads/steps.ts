import { countAttempts, hasLeadAnswered, isReminderDue } from '../handoffs/attempts.ts'
import { isPools } from '../handoffs/credit.ts'
import { endHandoff, type Handoff, holderOf } from '../handoffs/handoff.ts'
import { nextDue, takeDueSteps, wantsAnotherRep } from '../handoffs/ladder.ts'
import { isHere } from '../handoffs/parties.ts'
import { stepsLeft } from '../handoffs/plan.ts'
import { stepPosts } from '../handoffs/posts.ts'
import type { MessageKind } from '../handoffs/rungs.ts'
import { roundsFor } from '../handoffs/segments.ts'
import type { Attributes } from '../rules/attributes.ts'
import { holds } from '../rules/condition.ts'
import { withPlaces } from '../rules/places.ts'
import { factLookup } from '../rules/score.ts'
import { companyWithin, type Reserved, requestFor } from './assign.ts'
import { noAnswerNote } from './attempts.ts'
import type { Change, LeadState, Next, NextConfig } from './change.ts'
import { concluded } from './conclude.ts'
import { decide } from './decision.ts'
import { lookupOf } from './done.ts'
import { type Draft, draftOf } from './draft.ts'
import { byPeople, followDone, lastEnding } from './follow-people.ts'
import { type LeadRecord, STAGES_OF_SALES, type StandingRoute, stageOf } from './lead.ts'
import { observeAttributes } from './observe.ts'
import { afterOwner, noteOwner, ownerGiven, ownerStays } from './owners.ts'
import { liveHandoffs } from './people.ts'
import { withOutcome } from './record.ts'
import { ownOwnerShown } from './release.ts'
import { type Looked, movedToSales } from './responses.ts'

/**
 * A step of a handoff is due: a rung, a wish to pass it on, or the end of the attempts. `gathered` is null when HubSpot
 * could not be asked: the ladder goes on, for a needless reminder is better than a lead that nobody hears of.
 */
export function onDue(
  config: NextConfig,
  state: LeadState,
  handoffId: string,
  gathered: Looked | null,
  reserved: Reserved,
  now: number,
): Next {
  const before = state.handoffs[handoffId]
  const due = before ? nextDue(before) : null
  if (!before || !state.lead || due === null || (due > now && !before.passOn)) return null
  if (before.attempts && !gathered) return null
  const draft = draftOf(config, state, gathered?.contact)
  const settled = before.passOn || !gathered ? null : settledByPeople(config, state, state.lead, gathered, draft, now)
  if (settled) return settled
  const handoff = draft.handoffs().find(({ id }) => id === handoffId) ?? before
  if (handoff.attempts && gathered) {
    const { until } = handoff.attempts
    if (until > now) return remindOfAttempts(config, handoff, gathered, draft, now)
    return endAttempts(config, state, state.lead, handoff, gathered, draft, now)
  }
  const owner = gathered && handoff.passOn ? ownerGiven(config, state, handoff, gathered) : undefined
  if (owner !== undefined) return ownerSeen(config, state, handoff, afterOwner(config, handoff, owner, now), draft, now)
  const assignmentId = `${handoff.id}-${handoff.holders.length + 1}`
  const choice = reserved[assignmentId]
  // Who cannot be reached still owns what a person gave them.
  const mayStay = !handoff.passOn || handoff.passOn.why === 'unreachable'
  const stays = mayStay && ownerStays(config, state, handoff, gathered)
  if (wantsAnotherRep(handoff, now) && !stays && !choice) {
    const hadIt = handoff.holders.map((holder) => holder.rep)
    const { lead } = state
    const { properties, company } = lead
    const rounds = roundsFor(config.team, handoff.pool, handoff.reps, () => lookupOf(config, lead, now))
    const request = { assignmentId, pool: handoff.pool, hadIt, ...rounds }
    const ofCompany = handoff.byRoute ? companyWithin(config, properties, company) : {}
    return { wanted: requestFor(config, { ...request, ...ofCompany }) }
  }
  const next = stays
    ? 'stays'
    : choice?.rep
      ? { rep: choice.rep, pool: choice.pool, assignmentId, ...(choice.turn ? { turn: choice.turn } : {}) }
      : null
  const { handoff: taken, messages, tells, ending } = takeDueSteps(handoff, now, next)
  const after = (ending && endHandoff(taken, { at: now, how: ending })) ?? taken
  draft.put(after)
  const steps = after.events.slice(handoff.events.length)
  draft.post(...stepPosts(after, withoutLeaver(config, handoff, messages, steps)))
  draft.note({ at: now, what: 'ladder', steps })
  const by = { what: 'handoff', name: handoff.kind } as const
  const told = tells.map((who) => ({ who, by, buttons: [] }))
  draft.tell(told, { now })
  const ended = ending && handoff.byRoute ? { ...state.lead, ended: { how: ending, at: now } } : undefined
  return concluded(config, state, draft, ended, now)
}

// Who has left and could hand on to nobody is not reminded, and of that the manager has heard: the last rung alone is news.
function withoutLeaver(
  { team }: NextConfig,
  before: Handoff,
  messages: MessageKind[],
  steps: Handoff['events'],
): MessageKind[] {
  const isTold = before.events.some(({ what }) => what === 'nobody-left')
  if (!isTold || isHere(team, holderOf(before)?.rep ?? '')) return messages
  const isNews = steps.some(({ what }) => what === 'manager-alerted')
  return messages.filter((kind) => kind !== 'reminder' && (kind !== 'manager-alert' || isNews))
}

/**
 * What people did in HubSpot, of which no event may have told: an answer, another owner, a word that the lead is out. Null
 * when none of it settles a handoff; what the lead did itself is in the draft then.
 */
function settledByPeople(
  config: NextConfig,
  state: LeadState,
  lead: LeadRecord,
  looked: Looked,
  draft: Draft,
  now: number,
): Change | null {
  const input = { config, state, draft, now }
  const heard = byPeople(input, looked).outcomes
  const attributes = observeAttributes(config.hubspot, looked.contact.properties, lead.company, config.reads.raw)
  const { outcomes } = followDone(input, { attributes, signals: lead.signals }, heard)
  const isSettled = draft.handoffs().some(({ id, state: now, holders, passOn }) => {
    const was = state.handoffs[id]
    return was?.state !== now || was.holders.length !== holders.length || was.passOn !== passOn
  })
  if (!isSettled) return null
  const ended = lastEnding(draft, state)
  // The contact is read as a whole: more may have changed.
  return concluded(config, state, draft, { ...lead, outcomes, ...(ended ? { ended } : {}) }, now, { refresh: true })
}

// Somebody gave the lead away in HubSpot: that comes before whatever was due.
function ownerSeen(
  config: NextConfig,
  state: LeadState,
  before: Handoff,
  after: Handoff,
  draft: Draft,
  now: number,
): Change {
  draft.put(after)
  noteOwner(draft, before, after, now)
  const { ended } = after
  const lead = ended && state.lead ? { ...state.lead, ended: { how: ended.how, at: ended.at } } : undefined
  return concluded(config, state, draft, lead, now)
}

/** A rep has left: what they hold with its clock running is to go to the next one. Null when they hold nothing. */
export function onLeft(config: NextConfig, state: LeadState, rep: string, now: number): Change | null {
  const draft = draftOf(config, state)
  for (const handoff of liveHandoffs(state)) {
    if (handoff.state !== 'open' || holderOf(handoff)?.rep !== rep || handoff.passOn) continue
    draft.put({ ...handoff, passOn: { at: now, why: 'handed-on' } })
    draft.note({ at: now, what: 'rep-left', reason: rep })
  }
  const change = draft.change(undefined)
  return change.handoffs.length > 0 ? change : null
}

/**
 * The rep hears that the time for reaching the lead runs out, when too few attempts were made and it was not reached; of a rep who
 * has left the manager does, who can give the lead to another owner.
 */
function remindOfAttempts(
  config: NextConfig,
  handoff: Handoff,
  { contact }: Looked,
  draft: Draft,
  now: number,
): Change {
  const { attempts } = handoff
  if (!attempts) return draft.change(undefined)
  const rep = holderOf(handoff)?.rep ?? ''
  const isDue = isReminderDue(handoff, now) && !isReached(config, handoff, contact)
  const tells = isDue && isHere(config.team, rep)
  const detail = `${countAttempts(handoff)} of ${attempts.count}`
  const after: Handoff = {
    ...handoff,
    attempts: { ...attempts, remindedAt: now },
    events: tells ? [...handoff.events, { at: now, what: 'attempts-reminded', rep, detail }] : handoff.events,
  }
  draft.put(after)
  if (tells) {
    draft.post(...stepPosts(after, ['attempts-reminder']))
    draft.note({ at: now, what: 'ladder', steps: after.events.slice(handoff.events.length) })
  } else if (isDue) {
    const by = { what: 'handoff', name: handoff.kind, step: `its rep has left, ${detail} attempts made` } as const
    draft.tell([{ who: 'manager', by, buttons: [] }], { now })
  }
  return draft.change(undefined)
}

// What HubSpot shows, without a stage of sales that was there when the handoff began: it says nothing of this time. Older handoffs
// do not know which that was.
function shownSince(config: NextConfig, handoff: Handoff, properties: Looked['contact']['properties']): Attributes {
  const attributes = observeAttributes(config.hubspot, properties, null, config.reads.raw)
  const { lifecycleStage: _, ...beside } = attributes
  const stage = stageOf(attributes)
  const stood = 'lifecyclestage' in handoff.baseline && STAGES_OF_SALES.includes(stage) && !movedToSales(handoff, stage)
  return stood ? beside : attributes
}

// What HubSpot shows of it, or what it did itself.
function isReached(config: NextConfig, handoff: Handoff, { properties }: Looked['contact']): boolean {
  const attributes = withPlaces(config.icp, shownSince(config, handoff, properties))
  const condition = config.handoffs.kinds[handoff.kind]?.attempts?.answered
  const isAnswered = condition !== undefined && holds(condition, factLookup(attributes))
  return isAnswered || STAGES_OF_SALES.includes(stageOf(attributes)) || hasLeadAnswered(handoff)
}

/** The time for reaching a lead is over: sales has it, it was reached, it said no meanwhile, or it goes back to nurture. */
function endAttempts(
  config: NextConfig,
  state: LeadState,
  lead: LeadRecord,
  handoff: Handoff,
  looked: Looked,
  draft: Draft,
  now: number,
): Change {
  const { contact } = looked
  const { attempts } = handoff
  const attributes = shownSince(config, handoff, contact.properties)
  const over = (after: LeadRecord) => concluded(config, state, draft, after, now)
  const finish = (ending: { how: 'qualified' | 'done' | 'returned' | 'disqualified'; reason?: string }) => {
    // Its dated steps go on until the last.
    const { attempts: _, ...reached } = handoff
    const goesOn = ending.how === 'done' && stepsLeft(handoff.plan).length > 0
    draft.put(goesOn ? reached : (endHandoff(handoff, { at: now, ...ending }) ?? handoff))
    return handoff.byRoute ? { ...lead, ended: { how: ending.how, at: now } } : lead
  }
  if (STAGES_OF_SALES.includes(stageOf(attributes))) return over(finish({ how: 'qualified' }))
  if (isReached(config, handoff, contact)) return over(finish({ how: 'done' }))
  const made = countAttempts(handoff)
  const reason = `no answer after ${made} of ${attempts?.count ?? made} attempts`
  draft.note({ at: now, what: 'returned', reason })
  const { route: wanted } = decide(config, lead, { withSales: false, rejected: false }, now)
  const note = (then: string) => draft.crmNote(noAnswerNote(config.team, lead, handoff, reason, then))
  if (!handoff.byRoute) {
    note(`The handoff ${handoff.kind} is over`)
    return over(finish({ how: 'returned', reason }))
  }
  // Who turned out to be wrong for us is not nurtured either.
  if ('disqualify' in wanted.to) {
    note(`Disqualified: ${wanted.to.disqualify}`)
    const out: StandingRoute = { name: wanted.route, to: wanted.to, reason: wanted.to.disqualify, at: now }
    return over({ ...finish({ how: 'disqualified', reason: wanted.to.disqualify }), route: out })
  }
  const track = attempts?.nurture ?? ''
  note(`Nurture track: ${track}`)
  const route: StandingRoute = { name: 'no-answer', to: { nurture: track }, reason, at: now }
  const outcomes = withOutcome(lead.outcomes, 'returned', { at: now })
  const standing = { ...finish({ how: 'returned', reason }), route, outcomes }
  return over({ ...standing, ...released(config, lead, handoff, looked) })
}

// Where it is configured, whoever was given the lead by Baton need not go on as its owner.
function released(config: NextConfig, { properties }: LeadRecord, handoff: Handoff, looked: Looked) {
  if (config.handoffs.kinds[handoff.kind]?.attempts?.owner !== 'release') return {}
  const owner = ownOwnerShown(config, handoff, looked)
  return owner === undefined ? {} : { ownerReleased: owner, properties: { ...properties, hubspot_owner_id: owner } }
}

/** The assignment by which a pool counts an open handoff: undefined when there is none, or a person or a rule chose the rep. */
export function heldAssignment(handoff: Handoff | undefined): { assignmentId: string; pool: string } | undefined {
  const holder = handoff?.state === 'open' ? holderOf(handoff) : undefined
  return isPools(holder) ? { assignmentId: holder.assignmentId, pool: holder.pool } : undefined
}
