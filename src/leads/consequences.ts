import type { RepRequest } from '../handoffs/choice.ts'
import type { Handoff } from '../handoffs/handoff.ts'
import type { Handover } from '../handoffs/handover.ts'
import type { Notice } from '../handoffs/notice.ts'
import type { Lookup } from '../rules/condition.ts'
import { fullLookup } from '../rules/score.ts'
import type { Stage } from '../rules/stages.ts'
import { otherHandoffs } from './begin.ts'
import { toObserve, toSales } from './begin-by-route.ts'
import type { Choice } from './change.ts'
import { conclude } from './conclude.ts'
import type { Decided } from './decide-contact.ts'
import { standingAttributes, standingRoute } from './decision.ts'
import type { HistoryEntry } from './history.ts'
import { isThrownOut } from './junk.ts'
import type { LeadRecord } from './lead.ts'
import type { Heard, Look } from './look.ts'
import { type LeadMarks, withoutOpened } from './marks.ts'
import { meetingHost } from './meetings.ts'
import { joined, type Opening, type Telling } from './outcomes.ts'
import { cameBack } from './persons-word.ts'
import { followPlans, started } from './plans.ts'
import { stageSetBack } from './stage.ts'
import { reaches, stageAfter, stageMoved } from './stage-moves.ts'
import { startingOf } from './starts.ts'
import { contactLookup, isLeftAlone, triggersOf } from './trigger-look.ts'

const DAY = 24 * 60 * 60_000

/** What follows from a decision about a contact that was read. */
export interface Consequences {
  stage: NonNullable<LeadRecord['stage']>
  stageSetBack: LeadRecord['stageSetBack']
  /** What conditions and texts could ask of it. */
  lookup: Lookup
  /** The handoff with sales that its route began, and who was considered for it, also where it goes on waiting. */
  anew: Handoff | undefined
  choice: Choice | undefined
  /** What a route that only observes would have begun. */
  handover: Handover | undefined
  /** All that began. */
  begun: Handoff[]
  marks: LeadMarks
  tells: Telling[]
  /** Texts of notes for the contact in HubSpot. */
  notes: string[]
  notices: Notice[]
  /** What the history says of triggers, and when they have to be looked at again. */
  triggered: HistoryEntry[]
  triggersDueAt: (marks: LeadMarks) => number | null
}

/**
 * What follows from a decision: the ends of handoffs, the one with sales, triggers, dated steps, then the handoffs that begin by
 * any of it. Asks for a rep first when none is reserved.
 */
export function consequencesOf(look: Look, heard: Heard, decided: Decided): Consequences | { wanted: RepRequest } {
  const { config, state, gathered, draft, now, isRebuilt, isMerge } = look
  const { reading, fresh, adopted, overruled } = heard
  const { decision, standing, cameFrom } = decided
  const { contact } = gathered
  const previous = state.lead
  const beside = standingAttributes(standing, decision.score)
  const followed = conclude(config, state.handoffs, draft.handoffs(), decided.marks, now)
  const setBack = stageSetBack(state, gathered, decision, reading.signals, now)
  const stageBy = (marks: LeadMarks) => {
    const after = {
      ...decided.basis,
      ...marks,
      stageSetBack: setBack,
      adopted: decision.action === 'stay-adopted' ? adopted : undefined,
      score: decision.score,
      route: standingRoute(decision, previous?.route, now),
    }
    return stageAfter(state, after, draft.handoffs(), contact, now, isMerge)
  }
  // In which stage an older contact is seen first is no news.
  const isNew = !previous && now - contact.createdAt <= DAY
  const isJunk = isThrownOut(decision, reading.attributes)
  const starting = (stage: { name: Stage }, marks: LeadMarks, openings: readonly Opening[]) =>
    isJunk
      ? []
      : startingOf(
          config,
          { ...heard.news, stage: isNew || reaches(cameFrom, stage, previous, marks) ? stage.name : undefined },
          openings,
        )
  const before = Object.fromEntries(draft.handoffs().map((one) => [one.id, one]))
  // What HubSpot shows goes before what the score says: nobody is alerted twice.
  const isTakenOn = starting(stageBy(followed.marks), followed.marks, previous?.toOpen ?? []).some(
    ({ kind, takesOver }) => takesOver && config.handoffs.kinds[kind]?.withSales,
  )
  const lookup = fullLookup(reading.attributes, reading.signals, decision.score, now, beside)
  const host = meetingHost(reading.signals, now)
  const sales = isTakenOn ? undefined : toSales({ ...look, host }, decision, lookup)
  if (sales && 'wanted' in sales) return sales
  const observed = toObserve({ ...look, host }, decision, reading.signals, lookup)
  if (observed && 'wanted' in observed) return observed

  const asked = {
    state,
    reading,
    decision,
    beside: { ...beside, withSales: standing.withSales || decision.action === 'assign' },
    handoffs: draft.handoffs(),
    marks: followed.marks,
    fresh: decision.action === 'stay-adopted' ? [] : fresh,
    isRebuilt,
  }
  const triggered = isJunk || isLeftAlone(decision, decided.marks) ? null : triggersOf(config, asked, now)
  const marks = triggered?.result.marks ?? followed.marks
  const planned = followPlans(
    config,
    draft,
    { signals: fresh, lookup: contactLookup(config, asked, now)(), marks },
    now,
  )
  const stage = stageBy(planned.marks)
  if (stage.name !== cameFrom) draft.note(stageMoved(cameFrom, stage))
  const openings = [
    ...(previous?.toOpen ?? []),
    ...(triggered?.result.opens ?? []),
    ...planned.opens,
    ...followed.opens,
  ]
  const others = otherHandoffs(look, starting(stage, planned.marks, openings), lookup)
  if ('wanted' in others) return others

  const later = conclude(config, before, draft.handoffs(), planned.marks, now)
  const anew = sales?.anew ? (overruled ? cameBack(sales.handoff, overruled) : sales.handoff) : undefined
  if (anew) draft.put(anew)
  const begun = [...(anew ? [anew] : []), ...others.begun]
  const beginning = started(config, begun, later.marks, now)
  const ruled = joined([followed, ...(triggered ? [triggered.result] : []), planned, later, beginning], later.marks)
  const toOpen = [...later.opens, ...beginning.opens].map((opening) => ({ ...opening, at: now }))
  return {
    ...{ stage, stageSetBack: setBack, lookup, anew, choice: sales?.choice ?? observed?.choice, begun },
    handover: observed?.handover,
    marks: { ...withoutOpened(ruled.marks), ...(toOpen.length > 0 ? { toOpen } : {}) },
    tells: [...ruled.tells, ...others.tells],
    notes: ruled.notes,
    notices: others.notices,
    triggered: triggered?.notes ?? [],
    triggersDueAt: (after) => triggered?.dueAt(after) ?? null,
  }
}
