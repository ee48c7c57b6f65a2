import type { Attributes, Signal } from '../rules/attributes.ts'
import { type Decision, scoreSummary, standingRoute } from './decision.ts'
import { isNews } from './history.ts'
import type { LeadRecord } from './lead.ts'

/** What is known of a lead at this moment: from HubSpot, from enrichment, and from what was sent to us. */
export interface LeadReading {
  id: string
  createdAt: number
  portalId: string | undefined
  attributes: Attributes
  signals: Signal[]
  counters: Record<string, string | null>
  pages: LeadRecord['pages']
  enrichment: LeadRecord['enrichment']
  /** Some provider could not answer: the lead is flagged, and looked at again later. */
  enrichmentFailed: boolean
}

/** Whether a lead that nobody reached has done nothing since. */
export function isResting(previous: LeadRecord | null, signals: readonly Signal[]): boolean {
  const since = previous?.returned?.at
  return since !== undefined && signals.every((signal) => signal.at <= since)
}

/**
 * The record of a lead that other rules scored, decided anew from what it holds. Nothing that was read changes; a look
 * that was planned stays planned.
 */
export function rescoredRecord(
  previous: LeadRecord,
  decision: Decision,
  config: { version: string; scoringVersion: number },
  now: number,
): LeadRecord {
  // It wants no rep now, so it waits for none.
  const { waitingSince: _, ...kept } = previous
  const looks = [decision.lookAgainAt, previous.lookAgainAt].filter((at) => at !== null)
  return {
    ...kept,
    missing: decision.missing,
    score: scoreSummary(decision.score, now),
    route: standingRoute(decision, previous.route, now),
    lookAgainAt: looks.length > 0 ? Math.min(...looks) : null,
    configVersion: config.version,
    scoringVersion: config.scoringVersion,
    decisions: previous.decisions + 1,
  }
}

/** When a lead is looked at again, in milliseconds, because nobody was available or enrichment failed. */
export const TRY_AGAIN = { nobodyAvailable: 60_000, enrichmentFailed: 60 * 60_000 }

// HubSpot fills a company's data some time after the contact; its changes send us no event.
const YOUNG_CONTACT = [2 * 60_000, 15 * 60_000, 2 * 60 * 60_000, 24 * 60 * 60_000]

/**
 * The lead's record after a decision. `handoffId` is the handoff that the decision started, if any; `waiting` says
 * that a rep was wanted and nobody was available.
 */
export function nextRecord(
  previous: LeadRecord | null,
  reading: LeadReading,
  decision: Decision,
  outcome: { handoffId: string | undefined; waiting: boolean; configVersion: string; scoringVersion: number },
  now: number,
): LeadRecord {
  const forSales = decision.action === 'assign' || decision.action === 'stay-with-sales'
  const instants = [
    decision.lookAgainAt,
    outcome.waiting ? now + TRY_AGAIN.nobodyAvailable : null,
    reading.enrichmentFailed ? now + TRY_AGAIN.enrichmentFailed : null,
    decision.missing.length > 0
      ? (YOUNG_CONTACT.map((age) => reading.createdAt + age).find((at) => at > now) ?? null)
      : null,
  ].filter((at) => at !== null)
  const record: LeadRecord = {
    v: 1,
    id: reading.id,
    attributes: reading.attributes,
    counters: reading.counters,
    signals: reading.signals,
    pages: reading.pages,
    enrichment: reading.enrichment,
    missing: decision.missing,
    needsReview: reading.enrichmentFailed || (forSales && decision.missing.length > 0),
    score: scoreSummary(decision.score, now),
    route: standingRoute(decision, previous?.route, now),
    lookAgainAt: instants.length > 0 ? Math.min(...instants) : null,
    handoffs: (previous?.handoffs ?? 0) + (outcome.handoffId ? 1 : 0),
    configVersion: outcome.configVersion,
    scoringVersion: outcome.scoringVersion,
    decisions: previous?.decisions ?? 0,
  }
  const handoffId = outcome.handoffId ?? previous?.handoffId
  if (handoffId) record.handoffId = handoffId
  if (reading.portalId) record.portalId = reading.portalId
  if (previous?.rejected) record.rejected = previous.rejected
  if (previous?.returned && decision.action === 'stay-in-nurture') record.returned = previous.returned
  if (outcome.waiting) record.waitingSince = previous?.waitingSince ?? now
  if (!isNews(previous, record)) return record
  const decisions = record.decisions + 1
  return { ...record, decisions, signals: record.signals.map((signal) => ({ decision: decisions, ...signal })) }
}
