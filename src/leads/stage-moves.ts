import { type Handoff, isHeld } from '../handoffs/handoff.ts'
import { type Stage, stageOfLifecycle } from '../rules/stages.ts'
import type { Change, LeadState, NextConfig } from './change.ts'
import type { HistoryEntry } from './history.ts'
import { isInHubSpot, type LeadRecord, stageOf } from './lead.ts'
import type { LeadMarks } from './marks.ts'
import type { Contact } from './observe.ts'
import type { Opening } from './outcomes.ts'
import { withStageReached } from './record.ts'
import { furthest, newsOf, nextStage, type StageBasis, stageByRecord } from './stages.ts'
import { salesHandoff } from './standing.ts'

/*
 * When a lead comes into another stage by a change, and what begins by it.
 */

/** What was known of a lead's stage before a change: its name, and since when, if that is known. */
export function stageBefore({ lead }: Pick<LeadState, 'lead'>, shown: string): { name: Stage; since?: number } {
  if (lead?.stage) return lead.stage
  // Of a lead that is seen for the first time HubSpot's stage stood before.
  return { name: lead ? stageByRecord(lead) : (stageOfLifecycle(shown) ?? 'lead') }
}

/**
 * The stage of a lead after a change, and since when. With a contact that was just read, what moved in HubSpot counts as well.
 * `isMerge`: other contacts were merged into it, so that nobody has moved anything.
 */
export function stageAfter(
  state: Pick<LeadState, 'lead' | 'written'>,
  after: StageBasis,
  handoffs: readonly Handoff[],
  contact: Pick<Contact, 'properties'> | undefined,
  now: number,
  isMerge = false,
): NonNullable<LeadRecord['stage']> {
  const { lead, written } = state
  const known = written.lifecyclestage ?? (lead && lead.readBy !== null ? stageOf(lead.attributes) : undefined)
  const shown = (
    contact?.properties.lifecyclestage ??
    (contact ? '' : known) ??
    stageOf(after.attributes)
  ).toLowerCase()
  const before = stageBefore(state, shown)
  const news = newsOf(after, newlyGiven(lead, after), shown, lead && !isMerge ? known?.toLowerCase() : undefined, {
    gaveBack: gaveBack(after, handoffs, before.since ?? 0),
  })
  const name = nextStage(before.name, news)
  return name === before.name && before.since !== undefined ? { name, since: before.since } : { name, since: now }
}

// The stage that a rule has given since.
function newlyGiven(before: Pick<LeadRecord, 'stageGiven'> | null, { stageGiven }: Pick<LeadRecord, 'stageGiven'>) {
  const { at, name } = before?.stageGiven ?? {}
  return stageGiven?.at === at && stageGiven?.name === name ? undefined : stageGiven?.name
}

/** Whether a lead has reached a stage by a change: it moved there, or a rule gave it again, as when sales takes it on anew. */
export function reaches(
  cameFrom: Stage,
  { name }: Pick<NonNullable<LeadRecord['stage']>, 'name'>,
  ...marks: Parameters<typeof newlyGiven>
): boolean {
  return name !== cameFrom || newlyGiven(...marks) === name
}

// Sales has given a lead back when its handoff ended so since it came into its stage, and nobody goes on with it.
function gaveBack({ ended, toOpen = [] }: StageBasis, handoffs: readonly Handoff[], since: number): boolean {
  const isBack = ended && ['returned', 'recycled', 'rejected'].includes(ended.how) && ended.at >= since
  const goesOn = handoffs.some((handoff) => handoff.byRoute && (isHeld(handoff) || handoff.state === 'waiting'))
  return Boolean(isBack) && !goesOn && toOpen.length === 0
}

/** The stage of a lead before its score and the rules that route it count: what conditions ask about. */
export function stageSoFar(
  state: Parameters<typeof stageAfter>[0],
  after: Omit<StageBasis, 'score' | 'route'>,
  ...rest: DropTwo<Parameters<typeof stageAfter>>
): NonNullable<LeadRecord['stage']> {
  return stageAfter(state, { ...after, score: { mql: false }, route: { to: { nurture: '' } } }, ...rest)
}

type DropTwo<T extends unknown[]> = T extends [unknown, unknown, ...infer Rest] ? Rest : never

/** The marks once a rule of `stages.yaml` moves a lead of this stage; the same ones when that is no way forwards. */
export function withMove(marks: LeadMarks, stage: Stage, to: Stage | undefined, now: number): LeadMarks {
  const isMove = to === 'recycled' || to === 'disqualified' || (to && furthest(stage, to) !== stage)
  if (!to || !isMove) return marks
  return { ...marks, stageGiven: { name: to, by: { what: 'trigger', name: 'stages.yaml' }, at: now } }
}

/** How a lead's time with sales ended: one that has just been recycled rests, whatever was before. */
export function endedByStage(
  ended: LeadRecord['ended'],
  cameFrom: Stage,
  { name, since }: NonNullable<LeadRecord['stage']>,
  handoffs: readonly Handoff[],
): LeadRecord['ended'] {
  const isRecycled = name === 'recycled' && cameFrom !== 'recycled' && cameFrom !== 'disqualified'
  return isRecycled && !salesHandoff(handoffs) ? { how: 'recycled', at: since } : ended
}

/** The handoffs that begin because a lead has reached a stage. */
export function openedByStage({ handoffs }: Pick<NextConfig, 'handoffs'>, stage: Stage): Opening[] {
  const kinds = Object.entries(handoffs.kinds).filter(([, { starts }]) =>
    starts.some((start) => 'stage' in start && start.stage === stage),
  )
  return kinds.map(([kind]) => ({ kind, by: { what: 'handoff', name: stage } }))
}

/**
 * A change with the stage that the lead has by it: a click, a step or another score may have moved it. The handoffs that begin
 * by the stage begin when the contact is read. `contact`: as it was read, if it was.
 */
export function withStage(
  config: Pick<NextConfig, 'handoffs'>,
  state: LeadState,
  change: Change,
  now: number,
  contact?: Pick<Contact, 'properties'>,
): Change {
  const { lead } = change
  if (!lead || !state.lead) return change
  const handoffs = { ...state.handoffs, ...Object.fromEntries(change.handoffs.map((one) => [one.id, one])) }
  const before = stageBefore(state, '')
  const stage = stageAfter(state, lead, Object.values(handoffs), contact, now)
  const outcomes = withStageReached(lead.outcomes, stage, '', now)
  const ended = endedByStage(lead.ended, before.name, stage, Object.values(handoffs))
  const staged = { ...change, lead: { ...lead, stage, outcomes, ...(ended ? { ended } : {}) } }
  if (!reaches(before.name, stage, state.lead, lead)) return staged
  const opens = openedByStage(config, stage.name).map(({ kind, by }) => ({ kind, by, at: now }))
  // In which track it rests is said when the contact is read.
  const isToNurture = stage.name === 'recycled' && !('nurture' in lead.route.to)
  const isThere = isInHubSpot(lead)
  return {
    ...staged,
    history: [...change.history, ...(stage.name === before.name ? [] : [stageMoved(before.name, stage)])],
    ...(isThere ? { toWrite: true } : {}),
    ...(isThere && opens.length > 0 ? { lead: { ...staged.lead, toOpen: [...(lead.toOpen ?? []), ...opens] } } : {}),
    ...(isThere && (opens.length > 0 || isToNurture) ? { refresh: true } : {}),
  }
}

/** The line of the history about another stage. */
export function stageMoved(from: Stage, { name, since }: NonNullable<LeadRecord['stage']>): HistoryEntry {
  return { at: since, what: 'stage', reason: `${from} to ${name}` }
}
