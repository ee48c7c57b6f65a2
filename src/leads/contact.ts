import { reasonNamed, withCredit } from '../handoffs/credit.ts'
import { endHandoff, type Handoff, takenOverBy } from '../handoffs/handoff.ts'
import { nextDue } from '../handoffs/ladder.ts'
import type { Notice } from '../handoffs/notice.ts'
import { hotAlert, type Post, startPosts, waitingPost } from '../handoffs/posts.ts'
import type { Signal } from '../rules/attributes.ts'
import { fullLookup } from '../rules/score.ts'
import { type Stage, stageOfLifecycle } from '../rules/stages.ts'
import { adoptionOf } from './adoption.ts'
import { isBroughtBack, unarchived } from './archive.ts'
import { isOwnedOutside, ownerElsewhere, type Reserved } from './assign.ts'
import { type ContactInput, otherHandoffs, toSales } from './begin.ts'
import type { Gathered, LeadState, Next, NextConfig } from './change.ts'
import { conclude } from './conclude.ts'
import { type Decision, decide, type Standing, standingAttributes, standingRoute } from './decision.ts'
import { lookedDone, lookupOf } from './done.ts'
import { type Draft, draftOf } from './draft.ts'
import { answersAfterRead } from './forms.ts'
import { decisionEntry, isRouting, keptDecision } from './history.ts'
import type { LeadRecord } from './lead.ts'
import { isBeingDeleted, onBeingDeleted } from './leaving.ts'
import { type LeadMarks, marksOf, withoutOpened } from './marks.ts'
import { meetingHost } from './meetings.ts'
import { united, withoutHeard } from './merge.ts'
import { type Move, movedOn, moveOf, withStageShown } from './moved-on.ts'
import { notesByRules } from './outcome-notes.ts'
import { joined, type Opening } from './outcomes.ts'
import { noteOwner } from './owners.ts'
import {
  afterPeople,
  doneInHubSpot,
  liveHandoffs,
  type PersonsWord,
  personalDisqualification,
  takenOut,
} from './people.ts'
import {
  cameBack,
  choiceOf,
  leadsWord,
  noticeOfReturn,
  readingWithWord,
  rejectionBy,
  standingAfterWord,
} from './persons-word.ts'
import { followPlans, nextPlannedAt, started } from './plans.ts'
import { readingOf } from './reading.ts'
import { decidedRecord, withOutcome } from './record.ts'
import { followDisqualified } from './recycled.ts'
import { stillReleased } from './release.ts'
import type { Looked } from './responses.ts'
import { restored } from './restore.ts'
import { quietForRoutes } from './silence.ts'
import { setBackSoFar, stageSetBack } from './stage.ts'
import { endedByStage, reaches, stageAfter, stageBefore, stageMoved, stageSoFar, withMove } from './stage-moves.ts'
import {
  comesBackRecycled,
  raisedHandSince,
  restingTrack,
  salesHandoff,
  standingOf,
  stillReturning,
} from './standing.ts'
import { movedBy, startingOf, startsByDisqualification, statusSet } from './starts.ts'
import { tagged } from './tags.ts'
import { newsAt } from './tell.ts'
import { withoutEndedTrack } from './tracks.ts'
import { contactLookup, isLeftAlone, triggersOf } from './trigger-look.ts'

const DAY = 24 * 60 * 60_000

/**
 * A contact was read: what people did meanwhile, then score, route and action, then the handoffs that follow. Everything
 * that came in for the lead is dealt with by it.
 */
export function onContact(
  config: NextConfig,
  given: LeadState,
  gathered: Gathered,
  reserved: Reserved,
  now: number,
): Next {
  if (isBeingDeleted(given, now)) return onBeingDeleted(config, given, now)
  const begunWith = restored(config, given, gathered.contact, gathered.merging, gathered.history)
  const state = united(config, begunWith, gathered, now)
  const previous = state.lead
  const draft = draftOf(config, state, gathered.contact)
  const input: ContactInput = {
    config,
    state,
    contact: gathered.contact,
    company: gathered.company,
    account: gathered.account,
    deals: gathered.deals,
    reserved,
    draft,
    now,
  }
  for (const handoff of Object.values(state.handoffs)) {
    if (given.handoffs[handoff.id] !== handoff) draft.put(handoff)
  }

  const isRebuilt = begunWith !== given
  if (isRebuilt) draft.note({ at: now, what: 'rebuilt', reason: 'from what HubSpot shows: its record was lost' })

  const seen = readingOf(config, state, gathered, now)
  const { word, outcomes: heard } = byPeople(input, gathered, leadsWord(config, previous, seen.signals))

  const read = readingWithWord(config, previous, seen)
  const { reading, overruledStatus, overruled } = read
  const rejected = word
    ? read.rejected
    : followDisqualified(config, draft, previous, read.rejected, gathered.contact.properties, now)
  const done = followDone(input, reading, heard)
  expireUnheard(input, reading.signals)
  const isBack = isBroughtBack(config, state, gathered, reading, now)
  if (isBack) draft.note({ at: now, what: 'back-from-archive' })
  const archived = isBack ? undefined : previous?.archived
  const adopted = isBack ? undefined : adoptionOf(config, state, gathered.contact, now)
  const isMerge = gathered.merging !== undefined
  const fresh = withoutHeard(reading.signals, gathered.merging)
  const news = {
    signals: newsOf(fresh, adopted),
    status: isMerge ? undefined : statusSet(previous, reading.attributes),
    out: previous && word?.by === 'person' ? { unexplained: word.reason === undefined } : undefined,
  }
  const cameFrom = stageBefore(state, gathered.contact.properties.lifecyclestage ?? '').name
  const outcomes = followMove(input, reading, moveOf(config, cameFrom, news, now), done.outcomes)
  const overBefore = stillEnded(input, lastEnding(draft, state) ?? (isBack ? undefined : previous?.ended))
  const marked = isBack ? unarchived(marksOf(previous)) : marksOf(previous)
  const marksBefore = withMove(withoutEndedTrack(marked, reading.signals, now), cameFrom, movedBy(config, news), now)
  const basis = {
    ...marksBefore,
    attributes: reading.attributes,
    signals: reading.signals,
    rejected: word ? { by: '', reason: '', at: now } : rejected,
    ended: overBefore,
    stageSetBack: setBackSoFar(state, gathered, reading.signals, now),
    adopted: previous?.adopted,
    outcomes,
  }
  const soFar = stageSoFar(state, basis, draft.handoffs(), gathered.contact, now, isMerge)
  const standsEnded = endedByStage(overBefore, cameFrom, soFar, draft.handoffs())
  const stood = word
    ? standingAfterWord(config, reading, now)
    : standingOf(config, { ended: standsEnded, rejected, adopted }, draft.handoffs(), reading.signals)
  const returning = overruled ? { at: now } : stillReturning(previous, basis)
  const stoodIn: Standing = {
    ...stood,
    ...(archived ? { archived: true } : {}),
    ...quietForRoutes(config, reading, previous, now),
    ...(stood.resting && soFar.name === 'recycled' ? { restsIn: restingTrack(config, draft.handoffs()) } : {}),
    stage: { name: soFar.name, ...(basis.stageSetBack ? { keeps: true } : {}) },
    ...(returning || comesBackRecycled(config, soFar, standsEnded, reading.signals) ? { returning: true } : {}),
  }
  const decided = decide(config, reading, stoodIn, now)
  const elsewhere = heldElsewhere(input, decided)
  const ended = elsewhere?.ended ?? standsEnded
  const standing = elsewhere ? { ...stoodIn, withSales: true, rejected: false } : stoodIn
  const decision = elsewhere ? decide(config, reading, standing, now) : decided

  const beside = standingAttributes(standing, decision.score)
  const followed = conclude(config, state.handoffs, draft.handoffs(), marksBefore, now)
  const setBack = stageSetBack(state, gathered, decision, reading.signals, now)
  const stageBy = (marks: LeadMarks) => {
    const after = {
      ...basis,
      ...marks,
      stageSetBack: setBack,
      adopted: decision.action === 'stay-adopted' ? adopted : undefined,
      score: decision.score,
      route: standingRoute(decision, previous?.route, now),
    }
    return stageAfter(state, after, draft.handoffs(), gathered.contact, now, isMerge)
  }
  // In which stage an older contact is seen first is no news.
  const isNew = !previous && now - gathered.contact.createdAt <= DAY
  const starting = (stage: { name: Stage }, marks: LeadMarks, openings: readonly Opening[]) =>
    startingOf(
      config,
      { ...news, stage: isNew || reaches(cameFrom, stage, previous, marks) ? stage.name : undefined },
      openings,
    )
  const before = Object.fromEntries(draft.handoffs().map((one) => [one.id, one]))
  // What HubSpot shows goes before what the score says: nobody is alerted twice.
  const isTakenOn = starting(stageBy(followed.marks), followed.marks, previous?.toOpen ?? []).some(
    ({ kind, takesOver }) => takesOver && config.handoffs.kinds[kind]?.withSales,
  )
  const lookup = fullLookup(reading.attributes, reading.signals, decision.score, now, beside)
  const host = meetingHost(reading.signals, now)
  const sales = isTakenOn ? undefined : toSales({ ...input, host }, decision, lookup)
  if (sales && 'wanted' in sales) return sales
  const look = {
    state,
    reading,
    decision,
    beside: { ...beside, withSales: standing.withSales || decision.action === 'assign' },
    handoffs: draft.handoffs(),
    marks: followed.marks,
    fresh: decision.action === 'stay-adopted' ? [] : fresh,
    isRebuilt,
  }
  const triggered = isLeftAlone(decision, marksBefore) ? null : triggersOf(config, look, now)
  const planLook = {
    signals: fresh,
    lookup: contactLookup(config, look, now)(),
    marks: triggered?.result.marks ?? followed.marks,
  }
  const planned = followPlans(config, draft, planLook, now)
  const stage = stageBy(planned.marks)
  if (stage.name !== cameFrom) draft.note(stageMoved(cameFrom, stage))
  const openings = [
    ...(previous?.toOpen ?? []),
    ...(triggered?.result.opens ?? []),
    ...planned.opens,
    ...followed.opens,
  ]
  const others = otherHandoffs(input, starting(stage, planned.marks, openings), lookup)
  if ('wanted' in others) return others
  const later = conclude(config, before, draft.handoffs(), planned.marks, now)
  const anew = sales?.anew ? (overruled ? cameBack(sales.handoff, overruled) : sales.handoff) : undefined
  if (anew) draft.put(anew)
  const begun = [...(anew ? [anew] : []), ...others.begun]
  const beginning = started(config, begun, later.marks, now)
  const ruled = joined([followed, ...(triggered ? [triggered.result] : []), planned, later, beginning], later.marks)
  const toOpen = [...later.opens, ...beginning.opens].map((opening) => ({ ...opening, at: now }))

  const set = tagged(ruled.marks, { written: state.written, ...gathered.contact }, lookup)
  draft.shows(set.shown)
  if (set.kept.length > 0)
    draft.note({ at: now, what: 'not-set', reason: `${set.kept.join(', ')}: another value stands` })
  const record = decidedRecord(
    previous,
    reading,
    decision,
    {
      pseudonym: state.freshPseudonym,
      begun,
      marks: { ...withoutOpened(set.marks), ...(toOpen.length > 0 ? { toOpen } : {}) },
      triggersDueAt: triggered?.dueAt(set.marks) ?? null,
      nextPlannedAt: nextPlannedAt(draft.handoffs()),
      waiting: draft.handoffs().some((handoff) => handoff.state === 'waiting'),
      rejected: word ? rejectionBy(word, decision, now) : rejected,
      overruledStatus,
      ended:
        word || others.begun.some(({ byRoute }) => byRoute)
          ? undefined
          : endedByStage(ended, cameFrom, stage, draft.handoffs()),
      adoptedAt: adopted?.at,
      outcomes,
      ownerReleased: anew ? undefined : stillReleased(state, gathered.contact),
      stageSetBack: setBack,
      stage,
      returning,
      answers: isMerge ? previous?.answers : answersAfterRead(previous, given.written),
      version: config.version,
      rulesVersion: config.rulesVersion,
    },
    now,
  )
  for (const note of triggered?.notes ?? []) draft.note(note)
  for (const note of notesByRules(given.id, ruled.notes, lookup, now)) draft.crmNote(note)
  draft.tell([...ruled.tells, ...others.tells], {
    now,
    newsAt: newsAt(state, reading.signals, now),
    company: gathered.company,
    dealOwner: gathered.deals?.at(-1)?.ownerId,
  })
  const notices = [
    ...others.notices,
    ...(elsewhere?.notice ? [elsewhere.notice] : []),
    ...(anew && overruled ? noticeOfReturn(config.team, anew, overruled, now) : []),
  ]
  const choice = sales?.choice
  const isNumbered = record.decisions !== (previous?.decisions ?? 0)
  if (isNumbered) draft.note(decisionEntry(previous, record, decision, standing, choice))
  draft.post(...startsOf(begun, state, record), ...turnedHot(state, record, draft.handoffs(), begun))
  return draft.change(record, {
    inboxDone: true,
    ...(notices.length > 0 ? { notices } : {}),
    decision: { route: decision.route.route, action: decision.action, standing, full: decision },
    ...(isRouting(previous, record, decision)
      ? { kept: keptDecision(config.scoring.engagement, record, decision, standing, choice?.rep ?? null) }
      : {}),
    ...(gathered.merging ? { messages: state.messages } : {}),
    ...(gathered.merging || isRebuilt ? { written: state.written } : {}),
    ...(isRebuilt ? { rebuilt: begunWith } : {}),
  })
}

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
function followMove(
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

/** The signals by which something can begin: of a lead that was there before Baton came, those of the day before and since. */
function newsOf(signals: readonly Signal[], adopted: LeadRecord['adopted']): readonly Signal[] {
  return signals.filter(({ decision, at }) => decision === undefined && (!adopted || at > adopted.at - DAY))
}

/**
 * A route would give the lead to a rep, but somebody whom Baton does not know owns it: it is theirs as long as they do. The
 * manager hears of it once; of one that waited they have heard already.
 */
function heldElsewhere(
  { config, contact, draft, now }: ContactInput,
  { action, route }: Decision,
): { ended: LeadRecord['ended']; notice?: Notice } | undefined {
  const owner = action === 'assign' ? ownerElsewhere(config, contact) : undefined
  if (owner === undefined || !('pool' in route.to)) return undefined
  const ending = { at: now, how: 'taken-over' } as const
  draft.note({ at: now, what: 'taken-over', reason: `owner ${owner}` })
  const live = salesHandoff(draft.handoffs())
  if (live) {
    draft.put(endHandoff(live, { ...ending, reason: takenOverBy(owner) }) ?? live)
    return { ended: ending }
  }
  return { ended: ending, notice: { what: 'owned-elsewhere', lead: contact.id, pool: route.to.pool, owner, at: now } }
}

/** Ends what nobody answered in all the time of its ladder, when the lead calls again: it is handed over anew. */
function expireUnheard({ config, draft, now }: ContactInput, signals: readonly Signal[]): void {
  for (const handoff of draft.handoffs()) {
    const isOver = handoff.state === 'open' && handoff.breachedAt !== undefined && nextDue(handoff) === null
    const since = Math.max(handoff.startedAt, ...handoff.events.map(({ at }) => at))
    if (isOver && callsAgain(config, handoff, signals, since))
      draft.put(endHandoff(handoff, { at: now, how: 'expired' }) ?? handoff)
  }
}

function callsAgain(config: NextConfig, { kind }: Handoff, signals: readonly Signal[], since: number): boolean {
  const starts = config.handoffs.kinds[kind]?.starts ?? []
  if (starts.length === 0) return raisedHandSince(config, signals, since)
  return signals.some(
    ({ type, at }) => at > since && starts.some((start) => 'signal' in start && start.signal === type),
  )
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

// Somebody outside the team, or a rep who has left, has the lead only as long as they are its owner.
function stillEnded({ config, contact }: ContactInput, ended: LeadRecord['ended']): LeadRecord['ended'] {
  return ended?.how === 'taken-over' && !isOwnedOutside(config, contact) ? undefined : ended
}

/** The messages of the handoffs that begin. */
function startsOf(begun: readonly Handoff[], { inbox }: LeadState, record: LeadRecord): Post[] {
  const received = inbox.flatMap(({ receivedAt }) => receivedAt ?? [])
  const since = received.length > 0 ? Math.min(...received) : undefined
  return begun.flatMap((handoff) => {
    if (handoff.state === 'waiting') return [waitingPost(handoff)]
    return startPosts(handoff, handoff.byRoute && record.score.band === 'hot', since)
  })
}

/** The extra alert for a lead that has become hot while a rep had it, once a handoff. One that has just `begun` has its own. */
export function turnedHot(
  state: LeadState,
  record: LeadRecord,
  handoffs: readonly Handoff[],
  begun: readonly Handoff[],
): Post[] {
  const sales = salesHandoff(handoffs)
  const turnsHot = record.score.band === 'hot' && state.lead?.score.band !== 'hot'
  if (!turnsHot || sales?.state !== 'open' || begun.includes(sales)) return []
  const isTold = ({ handoffId, kind }: LeadState['messages'][string]) => handoffId === sales.id && kind === 'hot-alert'
  return Object.values(state.messages).some(isTold) ? [] : [hotAlert(sales)]
}
