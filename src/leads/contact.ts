import { type Handoff, heldFor } from '../handoffs/handoff.ts'
import { hotAlert, type Post, startPosts } from '../handoffs/posts.ts'
import type { Reserved } from './assign.ts'
import type { Change, Gathered, LeadState, Next, NextConfig } from './change.ts'
import { type Consequences, consequencesOf } from './consequences.ts'
import { type Decided, decideContact } from './decide-contact.ts'
import { answersAfterRead } from './forms.ts'
import { decisionEntry, isRouting, keptDecision } from './history.ts'
import type { LeadRecord } from './lead.ts'
import { isBeingDeleted, onBeingDeleted } from './leaving.ts'
import { stillTakenBack } from './lifecycle-back.ts'
import { beginLook, type Heard, hear, type Look } from './look.ts'
import type { LeadMarks } from './marks.ts'
import { notesByRules } from './outcome-notes.ts'
import { noticeOfReturn, rejectionBy } from './persons-word.ts'
import { nextPlannedAt } from './plans.ts'
import { decidedRecord } from './record.ts'
import { releasedByPerson, stillReleased } from './release.ts'
import { withStageDates } from './stage-dates.ts'
import { endedByStage } from './stage-moves.ts'
import { salesHandoff } from './standing.ts'
import { tagged } from './tags.ts'
import { newsAt } from './tell.ts'

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
  const look = beginLook(config, given, gathered, reserved, now)
  const heard = hear(look)
  const decided = decideContact(look, heard)
  const consequences = consequencesOf(look, heard, decided)
  if ('wanted' in consequences) return consequences
  const { draft, state } = look
  const set = tagged(consequences.marks, { written: state.written, ...gathered.contact }, consequences.lookup)
  draft.shows(set.shown)
  if (set.kept.length > 0)
    draft.note({ at: now, what: 'not-set', reason: `${set.kept.join(', ')}: another value stands` })
  return changeOf(look, heard, decided, consequences, recordOf(look, heard, decided, consequences, set.marks))
}

/** The lead's record after all of it. */
function recordOf(
  { config, given, state, gathered, draft, isMerge, now }: Look,
  { reading, word, rejected, overruledStatus, adopted, outcomes }: Heard,
  { decision, cameFrom, ended, returning }: Decided,
  { anew, begun, handover, stage, stageSetBack, triggersDueAt }: Consequences,
  marks: LeadMarks,
): LeadRecord {
  const handoffs = draft.handoffs()
  const isRuledToSales = begun.some((one) => one !== anew && one.byRoute)
  const beside = {
    ...{ marks, begun, overruledStatus, stageSetBack, stage, returning },
    outcomes: withStageDates(outcomes, gathered.contact.properties, now),
    pseudonym: state.freshPseudonym,
    test: state.lead?.test ?? gathered.test,
    triggersDueAt: triggersDueAt(marks),
    nextPlannedAt: nextPlannedAt(handoffs),
    waiting: handoffs.some((handoff) => handoff.state === 'waiting' && heldFor(handoff).length === 0),
    held: handoffs.some((handoff) => heldFor(handoff).length > 0),
    rejected: word ? rejectionBy(word, decision, now) : rejected,
    ended: word || isRuledToSales ? undefined : endedByStage(ended, cameFrom, stage, handoffs),
    adopted,
    handover,
    ownerReleased: anew
      ? undefined
      : (releasedByPerson(config, state, gathered) ?? stillReleased(state, gathered.contact)),
    lifecycleTakenBack: stillTakenBack(state, gathered),
    answers: isMerge ? state.lead?.answers : answersAfterRead(state.lead, given.written),
    version: config.version,
    rulesVersion: config.rulesVersion,
  }
  return decidedRecord(state.lead, reading, decision, beside, now)
}

/** The change as a whole: the record with its history, and whom it is told. */
function changeOf(
  { config, given, begunWith, state, gathered, draft, isRebuilt, isMerge, now }: Look,
  { reading, overruled }: Heard,
  { decision, standing, notice }: Decided,
  { anew, choice, begun, handover, lookup, triggered, notes, tells, notices: others }: Consequences,
  record: LeadRecord,
): Change {
  const previous = state.lead
  for (const note of triggered) draft.note(note)
  for (const note of notesByRules(given.id, notes, lookup, now)) draft.crmNote(note)
  draft.tell(tells, {
    now,
    newsAt: newsAt(state, reading.signals, now),
    company: gathered.company,
    dealOwner: gathered.deals?.at(-1)?.ownerId,
  })
  const notices = [
    ...others,
    ...(notice ? [notice] : []),
    ...(anew && overruled ? noticeOfReturn(config.team, anew, overruled, now) : []),
  ]
  const isNumbered = record.decisions !== (previous?.decisions ?? 0)
  if (isNumbered) draft.note(decisionEntry(previous, record, decision, standing, choice))
  draft.post(...startsOf(begun, state, record), ...turnedHot(state, record, draft.handoffs(), begun))
  return draft.change(record, {
    inboxDone: true,
    ...(handover ? { observed: handover } : {}),
    ...(notices.length > 0 ? { notices } : {}),
    decision: { route: decision.route.route, action: decision.action, standing, full: decision },
    ...(isRouting(previous, record, decision)
      ? { kept: keptDecision(config.scoring.engagement, record, decision, standing, choice?.rep ?? null) }
      : {}),
    ...(isMerge ? { messages: state.messages } : {}),
    ...(isMerge || isRebuilt ? { written: state.written } : {}),
    ...(isRebuilt ? { rebuilt: begunWith } : {}),
  })
}

/** The messages of the handoffs that begin. */
function startsOf(begun: readonly Handoff[], { inbox }: LeadState, record: LeadRecord): Post[] {
  const received = inbox.flatMap(({ receivedAt }) => receivedAt ?? [])
  const since = received.length > 0 ? Math.min(...received) : undefined
  return begun.flatMap((handoff) => {
    // Who hears that it waits hears of all that do in one message.
    if (handoff.state === 'waiting') return []
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
