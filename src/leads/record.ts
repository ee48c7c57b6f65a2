import type { Handoff } from '../handoffs/handoff.ts'
import type { Handover } from '../handoffs/handover.ts'
import { STAGES } from '../rules/stages.ts'
import { type Decision, scoreSummary, standingRoute } from './decision.ts'
import { changedFrom, isNews } from './history.ts'
import { type LeadRecord, OUTCOMES, type Outcome, type OutcomeName, stageOf } from './lead.ts'
import type { LeadMarks } from './marks.ts'
import { observedMark } from './observed.ts'
import type { LeadReading } from './reading.ts'
import { nextTrackChange } from './tracks.ts'

/** When a lead is looked at again, in milliseconds, because nobody was available or enrichment failed. */
export const TRY_AGAIN = {
  held: 60 * 60_000,
  nobodyAvailable: 60_000,
  companyUnread: 60_000,
  enrichmentFailed: 60 * 60_000,
}

// HubSpot fills a company's data some time after the contact; its changes send us no event.
const YOUNG_CONTACT = [2 * 60_000, 15 * 60_000, 2 * 60 * 60_000, 24 * 60 * 60_000]

/** What stands beside a decision and goes into the record with it. */
export interface Beside {
  pseudonym: string
  test?: LeadRecord['test']
  /** Handoffs that the decision started, or that wait anew. */
  begun: Handoff[]
  /** What rules have done to it, also those that fired just now. */
  marks: LeadMarks
  /** When its triggers have to be looked at although nothing happens. */
  triggersDueAt: number | null
  waiting: boolean
  /** One waits for what the lead lacks: an event tells of it, and the config may change. */
  held?: boolean
  /** When the next dated step of a handoff is due. */
  nextPlannedAt: number | null
  /** What a person said meanwhile, or what was said before and still stands. */
  rejected: LeadRecord['rejected']
  overruledStatus: string | undefined
  ended: LeadRecord['ended']
  /** Of one that was there before Baton came. */
  adopted: LeadRecord['adopted']
  /** What would have been handed over just now, by a route that only observes. */
  handover?: Handover | undefined
  outcomes: LeadRecord['outcomes']
  stageSetBack: LeadRecord['stageSetBack']
  ownerReleased?: LeadRecord['ownerReleased']
  lifecycleTakenBack?: LeadRecord['lifecycleTakenBack']
  stage: LeadRecord['stage']
  returning: LeadRecord['returning']
  answers: LeadRecord['answers']
  version: string
  rulesVersion: number
}

const DAY = 24 * 60 * 60_000

// The budget of enrichment is that of a day in UTC.
function nextDay(now: number): number {
  return (Math.floor(now / DAY) + 1) * DAY
}

/** The lead's record after it was read and decided. A decision that says anything new gets the next number. */
export function decidedRecord(
  previous: LeadRecord | null,
  reading: LeadReading,
  decision: Decision,
  beside: Beside,
  now: number,
): LeadRecord {
  const { enrichmentFailed, overBudget, companyUnread, ...read } = reading
  const forSales = decision.action === 'assign' || decision.action === 'stay-with-sales'
  const wakeAt = earliest([
    decision.wakeAt,
    beside.nextPlannedAt,
    beside.triggersDueAt,
    beside.waiting ? now + TRY_AGAIN.nobodyAvailable : null,
    beside.held ? now + TRY_AGAIN.held : null,
    companyUnread ? now + TRY_AGAIN.companyUnread : null,
    enrichmentFailed ? now + TRY_AGAIN.enrichmentFailed : null,
    overBudget ? nextDay(now) : null,
    nextTrackChange(beside.marks),
    decision.missing.length > 0
      ? (YOUNG_CONTACT.map((age) => reading.createdAt + age).find((at) => at > now) ?? null)
      : null,
  ])
  const ended = stillEnded(beside.ended, decision)
  const record: LeadRecord = {
    v: 2,
    ...read,
    pseudonym: previous?.pseudonym ?? beside.pseudonym,
    knownSince: previous?.knownSince ?? now,
    ...(beside.test ? { test: beside.test } : {}),
    ...lastChanged(previous, read, now),
    missing: decision.missing,
    needsReview: enrichmentFailed || (forSales && decision.missing.length > 0),
    score: scoreSummary(decision.score, now),
    route: standingRoute(decision, previous?.route, now),
    wakeAt: beside.marks.archived ? null : wakeAt,
    fadesAt: beside.marks.archived ? null : fadesBefore(decision.fadesAt, wakeAt),
    handoffs: handoffsOf(previous, beside.begun),
    handoffCount: (previous?.handoffCount ?? 0) + beside.begun.filter(({ id }) => !hasHandoff(previous, id)).length,
    ...(ended ? { ended } : {}),
    ...(beside.rejected ? { rejected: beside.rejected } : {}),
    ...adoption(beside.adopted, decision),
    ...(beside.overruledStatus === undefined ? {} : { overruledStatus: beside.overruledStatus }),
    ...(beside.stageSetBack ? { stageSetBack: beside.stageSetBack } : {}),
    ...(beside.ownerReleased ? { ownerReleased: beside.ownerReleased } : {}),
    ...(beside.lifecycleTakenBack ? { lifecycleTakenBack: beside.lifecycleTakenBack } : {}),
    ...(previous?.merged ? { merged: previous.merged } : {}),
    ...beside.marks,
    ...(beside.stage ? { stage: beside.stage } : {}),
    ...(beside.returning ? { returning: beside.returning } : {}),
    ...(beside.answers ? { answers: beside.answers } : {}),
    ...observedMark(previous?.observed, decision, beside.handover),
    outcomes: withStageReached(beside.outcomes, beside.stage, stageOf(reading.attributes), now),
    configVersion: beside.version,
    rulesVersion: beside.rulesVersion,
    decisions: previous?.decisions ?? 0,
  }
  return numbered(previous, record, beside.begun.length > 0)
}

/** The record of a lead that is rescored from what it holds. Nothing that was read changes; a planned look stays. */
export function rescoredRecord(
  previous: LeadRecord,
  attributes: LeadRecord['attributes'],
  decision: Decision,
  triggers: { marks: LeadMarks; dueAt: number | null },
  config: { version: string; rulesVersion: number },
  now: number,
): LeadRecord {
  const { ended: _, adopted, fired: __, ...kept } = previous
  const ended = stillEnded(previous.ended, decision)
  const wakeAt = earliest([decision.wakeAt, triggers.dueAt, previous.wakeAt])
  return {
    ...kept,
    ...(ended ? { ended } : {}),
    ...adoption(adopted, decision),
    ...triggers.marks,
    knownSince: previous.knownSince ?? now,
    attributes,
    missing: decision.missing,
    score: scoreSummary(decision.score, now),
    route: standingRoute(decision, previous.route, now),
    wakeAt,
    fadesAt: fadesBefore(decision.fadesAt, wakeAt),
    configVersion: config.version,
    rulesVersion: config.rulesVersion,
    decisions: previous.decisions + 1,
  }
}

/** Notes the first outcome of a kind; what is known already stands. */
export function withOutcome(
  outcomes: LeadRecord['outcomes'],
  name: OutcomeName,
  outcome: Outcome,
): LeadRecord['outcomes'] {
  return outcomes[name] ? outcomes : { ...outcomes, [name]: outcome }
}

/** Notes the stage that a lead has reached, by what sales said in Slack or by what HubSpot shows (`shown`), if it counts. */
export function withStageReached(
  outcomes: LeadRecord['outcomes'],
  stage: LeadRecord['stage'],
  shown: string,
  now: number,
): LeadRecord['outcomes'] {
  const words = [stage ? STAGES[stage.name] : null, shown]
  const names = OUTCOMES.filter((one) => words.includes(one))
  return names.reduce((known, name) => withOutcome(known, name, { at: now }), outcomes)
}

// How the last handoff ended is of no account any more once the lead is routed anew.
function stillEnded(ended: LeadRecord['ended'], { action, route }: Decision): LeadRecord['ended'] {
  if (action !== 'stay-with-sales' && action !== 'stay-in-nurture' && action !== 'stay-rejected') return undefined
  return ended?.how === 'done' && !('pool' in route.to) ? { ...ended, cooled: true } : ended
}

// Under another config other values are read of the same contact.
function lastChanged(
  previous: LeadRecord | null,
  { attributes, readBy }: Pick<LeadRecord, 'attributes' | 'readBy'>,
  now: number,
): Pick<LeadRecord, 'changedAt'> {
  if (previous && previous.readBy === readBy && Object.keys(changedFrom(previous.attributes, attributes)).length > 0)
    return { changedAt: now }
  return previous?.changedAt === undefined ? {} : { changedAt: previous.changedAt }
}

function adoption(adopted: LeadRecord['adopted'], { action, score }: Decision): Pick<LeadRecord, 'adopted'> {
  return adopted && action === 'stay-adopted' ? { adopted: { ...adopted, band: score.band } } : {}
}

function numbered(previous: LeadRecord | null, record: LeadRecord, begun: boolean): LeadRecord {
  if (!begun && previous && previous.decisions > 0 && !isNews(previous, record)) return record
  const decisions = record.decisions + 1
  return { ...record, decisions, signals: record.signals.map((signal) => ({ decision: decisions, ...signal })) }
}

function handoffsOf(previous: LeadRecord | null, begun: readonly Handoff[]): Record<string, string> {
  const ids = new Set(begun.map(({ id }) => id))
  // One that waits may change its kind with the route.
  const kept = Object.entries(previous?.handoffs ?? {}).filter(([, id]) => !ids.has(id))
  return { ...Object.fromEntries(kept), ...Object.fromEntries(begun.map(({ kind, id }) => [kind, id])) }
}

function hasHandoff(previous: LeadRecord | null, id: string): boolean {
  return Object.values(previous?.handoffs ?? {}).includes(id)
}

// A look at the lead computes its score as well.
function fadesBefore(fadesAt: number | null, wakeAt: number | null): number | null {
  return fadesAt !== null && wakeAt !== null && wakeAt <= fadesAt ? null : fadesAt
}

function earliest(instants: (number | null)[]): number | null {
  const known = instants.filter((at) => at !== null)
  return known.length > 0 ? Math.min(...known) : null
}
