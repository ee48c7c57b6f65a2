import type { HandoffEvent } from '../handoffs/handoff.ts'
import type { Candidate } from '../handoffs/rotation.ts'
import type { Attribute, Attributes, Signal } from '../rules/attributes.ts'
import type { Destination } from '../rules/routing.ts'
import type { Action, Decision, Standing } from './decision.ts'
import type { LeadRecord } from './lead.ts'

/*
 * The history keeps enough to compute a decision again: its config version, what stood, and what changed. Attributes
 * are kept once, on the record; each decision says what the ones that it changed were before (`was`). A signal says
 * which decision was the first to know it.
 */

/** Who was considered for a lead, pool by pool. `owner` says that the rep stayed with the lead as its owner. */
export interface RepChoice {
  rep: string | null
  pool: string
  owner: boolean
  candidates: { pool: string; members: Candidate[] }[]
}

/** A decision as the history keeps it. `at` is epoch milliseconds; `number` counts the lead's decisions from 1. */
export interface DecisionEntry {
  what: 'decided'
  at: number
  number: number
  config: string
  route: string
  to: Destination
  action: Action
  score: number
  fit: number
  engagement: number
  band: string
  /** What stood before it and had to be respected. */
  standing: Standing
  /** What the attributes that changed were before this decision; null: unknown. */
  was: Record<string, Attribute | null>
  choice?: RepChoice
}

/** Something else that happened to a lead: a step of its ladder, somebody's click, its return to nurture. */
export interface OtherEntry {
  what: string
  at: number
  /** Slack user id of the person who did it. */
  by?: string | undefined
  reason?: string | undefined
  steps?: HandoffEvent[] | undefined
}

/** A line of a lead's history. */
export type HistoryEntry = DecisionEntry | OtherEntry

/** Whether a line of the history is a decision. */
export function isDecision(entry: HistoryEntry): entry is DecisionEntry {
  return entry.what === 'decided'
}

/** Whether a decision says anything that the record did not say before; only then it makes a line of the history. */
export function isNews(previous: LeadRecord | null, record: LeadRecord): boolean {
  if (!previous) return true
  const told = ({ score, route, handoffId, waitingSince, configVersion, attributes }: LeadRecord) =>
    JSON.stringify([
      score.total,
      score.fit,
      score.engagement,
      route.name,
      route.to,
      handoffId,
      waitingSince,
      configVersion,
      Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)),
    ])
  return record.signals.some((signal) => signal.decision === undefined) || told(previous) !== told(record)
}

/** The line of the history for a decision that was news; `choice` when a rep was looked for. */
export function decisionEntry(
  previous: LeadRecord | null,
  record: LeadRecord,
  decision: Decision,
  standing: Standing,
  choice: RepChoice | undefined,
): DecisionEntry {
  const { total, fit, engagement, band, at } = record.score
  const entry: DecisionEntry = {
    what: 'decided',
    at,
    number: record.decisions,
    config: record.configVersion,
    route: decision.route.route,
    to: decision.route.to,
    action: decision.action,
    score: total,
    fit,
    engagement,
    band,
    standing,
    was: changedFrom(previous?.attributes ?? {}, record.attributes),
  }
  if (choice) {
    const { rep, pool, owner, candidates } = choice
    entry.choice = { rep, pool, owner, candidates }
  }
  return entry
}

/**
 * What a decision of the history was made from: the record's attributes with every later change undone, and the signals
 * that were known then. Signals that scoring has long forgotten are gone, so for a decision that is older than its
 * window the engagement may come out lower. Null when there is no such decision.
 */
export function inputsOf(
  record: Pick<LeadRecord, 'attributes' | 'signals'>,
  decisions: readonly DecisionEntry[],
  number: number,
): { attributes: Attributes; signals: Signal[] } | null {
  if (!decisions.some((entry) => entry.number === number)) return null
  const attributes = { ...record.attributes }
  for (const later of decisions.toSorted((a, b) => b.number - a.number)) {
    if (later.number <= number) break
    for (const [name, before] of Object.entries(later.was)) {
      if (before === null) delete attributes[name]
      else attributes[name] = before
    }
  }
  return { attributes, signals: record.signals.filter((signal) => (signal.decision ?? 0) <= number) }
}

function changedFrom(before: Attributes, after: Attributes): Record<string, Attribute | null> {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  const changed = [...names].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
  return Object.fromEntries(changed.map((name) => [name, before[name] ?? null]))
}
