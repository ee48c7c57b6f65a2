import { attributesOf } from '../rules/condition.ts'
import { adoptionOf } from './adoption.ts'
import type { Reserved } from './assign.ts'
import { onAssign } from './assign-by-person.ts'
import type { Change, Input, LeadState, Next, NextConfig } from './change.ts'
import { onContact, turnedHot } from './contact.ts'
import { decide, type Standing } from './decision.ts'
import { onDelivery } from './delivery.ts'
import { draftOf } from './draft.ts'
import {
  type DecisionEntry,
  decisionEntry,
  inputsOf,
  isNews,
  isRouting,
  type KeptDecision,
  keptDecision,
} from './history.ts'
import { isThrownOut } from './junk.ts'
import { isInHubSpot, type LeadRecord } from './lead.ts'
import { onErased, onMerged, onMissing } from './leaving.ts'
import { marksOf } from './marks.ts'
import { isObservedAnew } from './observed.ts'
import { onOpen } from './open.ts'
import { onClick } from './press.ts'
import { attributesAgain } from './reading.ts'
import { rescoredRecord } from './record.ts'
import { quietForRoutes } from './silence.ts'
import { stageSoFar, withStage } from './stage-moves.ts'
import { comesBackRecycled, standingOf } from './standing.ts'
import { onDue, onLeft } from './steps.ts'
import { onStuck } from './stuck.ts'
import { withUndo } from './take-back.ts'
import { isLeftAlone, movesTriggers, triggersUnderNewRules } from './trigger-look.ts'

/**
 * What becomes of a lead by an input, whatever the input is. Pure: the worker, clicks, due steps, rescoring, replay and
 * simulation all ask this function. A rep who is wanted has to be reserved first: it is asked again with `reserved`.
 * `now` is epoch milliseconds.
 */
export function next(config: NextConfig, state: LeadState, input: Input, now: number, reserved: Reserved = {}): Next {
  if (input.type === 'contact') return onContact(config, state, input.gathered, reserved, now)
  const result = withoutContact(config, state, input, now, reserved)
  if (!result || !('history' in result)) return result
  const contact = input.type === 'due' ? input.gathered?.contact : undefined
  // An answer that is taken back has moved nothing.
  const isUndo = input.type === 'click' && input.does === 'undo'
  const staged = isUndo ? result : withStage(config, state, result, now, contact)
  const change = input.type === 'click' ? withUndo(state, staged, input.handoffId, now) : staged
  // A trigger may wait for what became of a handoff: the contact is looked at for it.
  const isWaitedFor = ['click', 'due', 'left'].includes(input.type) && change.handoffs.length > 0
  return isWaitedFor && asksForHandoffs(config) ? { ...change, refresh: true } : change
}

function asksForHandoffs({ triggers }: NextConfig): boolean {
  return Object.values(triggers).some(({ when }) => attributesOf(when).some((name) => name.startsWith('handoff.')))
}

function withoutContact(
  config: NextConfig,
  state: LeadState,
  input: Exclude<Input, { type: 'contact' }>,
  now: number,
  reserved: Reserved,
): Next {
  switch (input.type) {
    case 'due':
      return onDue(config, state, input.handoffId, input.gathered, reserved, now)
    case 'click':
      return onClick(config, state, input, now, reserved)
    case 'assign':
      return onAssign(config, state, input, now)
    case 'delivery':
      return onDelivery(config, state, input, now)
    case 'open':
      return onOpen(config, state, input, now)
    case 'left':
      return onLeft(config, state, input.rep, now)
    case 'missing':
      return onMissing(config, state, input.movedTo, now)
    case 'merged':
      return onMerged(config, state, input.into, input.taken, now)
    case 'stuck':
      return onStuck(config, state, input, now)
    case 'rescore':
      return onRescore(config, state, input, now)
    case 'erase':
      return onErased(state, now)
  }
}

/**
 * The lead rescored: computed again from what is kept of it. One that now wants a rep goes through the main job instead. With
 * `standing` it is a decision of the past that is asked for, and only that.
 */
function onRescore(
  config: NextConfig,
  state: LeadState,
  input: Omit<Extract<Input, { type: 'rescore' }>, 'type'>,
  now: number,
): Change | null {
  const { lead } = state
  if (!lead || !isInHubSpot(lead)) return null
  if (input.standing) return decidedAgain(config, lead, input.standing, now, input.brief)
  if (lead.archived) return null
  const faded = input.faded && lead.rulesVersion === config.rulesVersion
  const handoffs = Object.values(state.handoffs)
  const attributes = attributesAgain(config, lead)
  const adopted = adoptionOf(config, state, lead, now)
  const soFar = stageSoFar(state, { ...lead, adopted }, handoffs, undefined, now)
  const isBack = lead.returning !== undefined || comesBackRecycled(config, soFar, lead.ended, lead.signals)
  const standing: Standing = {
    ...standingOf(config, { ...lead, adopted }, handoffs, lead.signals),
    stage: { name: soFar.name, ...(lead.stageSetBack ? { keeps: true } : {}) },
    ...(isBack ? { returning: true } : {}),
    ...quietForRoutes(config, lead, lead, now),
  }
  const decision = decide(config, { id: lead.id, attributes, signals: lead.signals }, standing, now)
  const draft = draftOf(config, state)
  if (decision.action === 'assign' || isObservedAnew(config, lead, decision, lead.signals))
    return draft.change(undefined, { refresh: true })
  const isAlone = isThrownOut(decision, attributes) || isLeftAlone(decision, lead)
  if (faded && !isAlone && movesTriggers(config, handoffs, lead, now)) return draft.change(undefined, { refresh: true })
  // By the same rules nothing is marked: what is due by time alone is planned already.
  const triggers =
    isAlone || faded ? { marks: marksOf(lead), dueAt: null } : triggersUnderNewRules(config, state, lead, now)
  const record = rescoredRecord(lead, attributes, decision, triggers, config, now)
  // Whatever else follows from a score than the number itself, the main job sees to.
  if (faded && movesMore(lead, record)) return draft.change(undefined, { refresh: true })
  if (faded && !isNews(lead, record)) return draft.change({ ...record, decisions: lead.decisions })
  draft.note(decisionEntry(lead, record, decision, standing, undefined))
  draft.post(...turnedHot(state, record, handoffs, []))
  return draft.change(record, {
    decision: { route: decision.route.route, action: decision.action, standing, full: decision },
    ...(isRouting(lead, record, decision)
      ? { kept: keptDecision(config.scoring.engagement, record, decision, standing, null) }
      : {}),
  })
}

/** A decision of the past, and nothing else: what was known then, and what stood then. */
function decidedAgain(config: NextConfig, lead: LeadRecord, standing: Standing, at: number, brief = false): Change {
  const known = { id: lead.id, attributes: attributesAgain(config, lead), signals: lead.signals }
  const full = decide(config, known, standing, at, brief)
  const decision = { route: full.route.route, action: full.action, standing, full }
  return { handoffs: [], posts: [], history: [], toWrite: false, decision }
}

function movesMore(before: LeadRecord, after: LeadRecord): boolean {
  const moved = ({ score, route }: LeadRecord) => JSON.stringify([score.band, score.mql, route.name, route.to])
  return moved(before) !== moved(after)
}

/**
 * A decision of the history, computed again from what it was made from, by the rules that are given. Null when the
 * history does not hold it.
 */
export function replay(
  config: NextConfig,
  lead: LeadRecord,
  decisions: readonly DecisionEntry[],
  entry: DecisionEntry,
): { decision: NonNullable<Change['decision']>['full']; inputs: Pick<LeadRecord, 'attributes' | 'signals'> } | null {
  const inputs = inputsOf(lead, decisions, entry.number)
  if (!inputs) return null
  const { missingSince: _, mergedInto: __, ...asItWas } = lead
  // Its attributes are those of then, not what the kept properties say.
  const decision = askAgain(config, { ...asItWas, ...inputs, readBy: null }, entry)
  return decision ? { decision, inputs } : null
}

/** A lead's decision, computed again from what is kept of it alone, by the rules that are given, without what explains it. */
export function replayKept(
  config: NextConfig,
  id: string,
  { attributes, signals, ...decided }: Pick<KeptDecision, 'at' | 'standing' | 'attributes' | 'signals'>,
): NonNullable<Change['decision']>['full'] | null {
  return askAgain(config, { ...NOTHING_KNOWN, id, attributes, signals }, decided, { brief: true })
}

function askAgain(
  config: NextConfig,
  lead: LeadRecord,
  { at, standing }: Pick<KeptDecision, 'at' | 'standing'>,
  options: { brief?: true } = {},
) {
  const state: LeadState = {
    id: lead.id,
    lead,
    handoffs: {},
    messages: {},
    inbox: [],
    written: {},
    freshPseudonym: lead.pseudonym,
  }
  const change = next(config, state, { type: 'rescore', standing, ...options }, at)
  return change && 'decision' in change && change.decision ? change.decision.full : null
}

// What a decision of the past does not ask about.
const NOTHING_KNOWN: LeadRecord = {
  v: 2,
  id: '',
  pseudonym: '',
  createdAt: 0,
  attributes: {},
  properties: {},
  company: null,
  readBy: null,
  counters: {},
  signals: [],
  pages: {},
  enrichment: {},
  missing: [],
  needsReview: false,
  score: { total: 0, fit: 0, engagement: 0, band: 'low', mql: false, at: 0, reasons: [] },
  route: { name: '', to: { nurture: '' }, reason: '', at: 0 },
  wakeAt: null,
  handoffs: {},
  handoffCount: 0,
  outcomes: {},
  configVersion: '',
  rulesVersion: 0,
  decisions: 0,
}
