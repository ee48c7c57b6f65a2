import { endHandoff, takenOverBy } from '../handoffs/handoff.ts'
import type { Notice } from '../handoffs/notice.ts'
import type { Stage } from '../rules/stages.ts'
import { ownerElsewhere } from './assign.ts'
import type { ContactInput } from './begin.ts'
import { type Decision, decide, type Standing } from './decision.ts'
import type { LeadRecord } from './lead.ts'
import type { Heard, Look } from './look.ts'
import type { LeadMarks } from './marks.ts'
import { standingAfterWord } from './persons-word.ts'
import { quietForRoutes } from './silence.ts'
import { setBackSoFar } from './stage.ts'
import { endedByStage, stageBefore, stageSoFar, withMove } from './stage-moves.ts'
import type { StageBasis } from './stages.ts'
import { comesBackRecycled, restingTrack, salesHandoff, standingOf, stillReturning } from './standing.ts'
import { movedBy } from './starts.ts'
import { withoutEndedTrack } from './tracks.ts'

/** What was decided of a contact that was read, and by what. */
export interface Decided {
  decision: Decision
  standing: Standing
  /** The stage that it was in before. */
  cameFrom: Stage
  /** What rules have done to it, moves to another stage included. */
  marks: LeadMarks
  /** What its stage follows from, but for the score and the route. */
  basis: Omit<StageBasis, 'score' | 'route'>
  ended: LeadRecord['ended']
  returning: LeadRecord['returning']
  /** Its manager hears that somebody has it whom Baton does not know. */
  notice?: Notice | undefined
}

/** Decides about a contact that was read: what stands for the lead, then score, route and action. */
export function decideContact(look: Look, heard: Heard): Decided {
  const { config, state, gathered, draft, now, isMerge } = look
  const { reading, word, rejected, adopted, overruled } = heard
  const { contact } = gathered
  const previous = state.lead
  const cameFrom = stageBefore(state, contact.properties.lifecyclestage ?? '').name
  const onTrack = withoutEndedTrack(heard.marks, reading.signals, now)
  const marks = withMove(onTrack, cameFrom, movedBy(config, heard.news), now)
  const basis = {
    ...marks,
    attributes: reading.attributes,
    signals: reading.signals,
    rejected: word ? { by: '', reason: '', at: now } : rejected,
    ended: heard.ended,
    stageSetBack: setBackSoFar(state, gathered, reading.signals, now),
    adopted: previous?.adopted,
    outcomes: heard.outcomes,
  }
  const stage = stageSoFar(state, basis, draft.handoffs(), contact, now, isMerge)
  const ended = endedByStage(heard.ended, cameFrom, stage, draft.handoffs())
  const stood = word
    ? standingAfterWord(config, reading, now)
    : standingOf(config, { ended, rejected, adopted }, draft.handoffs(), reading.signals)
  const returning = overruled ? { at: now } : stillReturning(previous, basis)
  const standing: Standing = {
    ...stood,
    ...(marks.archived ? { archived: true } : {}),
    ...quietForRoutes(config, reading, previous, now),
    ...(stood.resting && stage.name === 'recycled' ? { restsIn: restingTrack(config, draft.handoffs()) } : {}),
    stage: { name: stage.name, ...(basis.stageSetBack ? { keeps: true } : {}) },
    ...(returning || comesBackRecycled(config, stage, ended, reading.signals) ? { returning: true } : {}),
  }
  const decision = decide(config, reading, standing, now)
  const about = { cameFrom, marks, basis, returning }
  const elsewhere = heldElsewhere(look, decision)
  if (!elsewhere) return { ...about, decision, standing, ended }
  const withThem: Standing = { ...standing, withSales: true, rejected: false }
  return { ...about, ...elsewhere, decision: decide(config, reading, withThem, now), standing: withThem }
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
