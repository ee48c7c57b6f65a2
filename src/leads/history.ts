import { z } from 'zod'
import { CHOSEN_BY } from '../handoffs/choice.ts'
import { HandoffEvent } from '../handoffs/handoff.ts'
import { Candidate } from '../handoffs/rotation.ts'
import { Attribute, Attributes, Signal } from '../rules/attributes.ts'
import type { ScoringConfig } from '../rules/score.ts'
import { STAGE_NAMES } from '../rules/stages.ts'
import { ACTIONS, type Decision, type Standing } from './decision.ts'
import { Destination, type LeadRecord, Sampled } from './lead.ts'

/*
 * The history keeps enough to compute a decision again: its config version, what stood, and what changed. Attributes
 * are kept once, on the record; each decision says what the ones that it changed were before (`was`). A signal says
 * which decision was the first to know it. Decisions that route a lead are kept whole besides, for longer.
 */

/**
 * Who was considered for a lead, pool by pool. `owner` says that the rep stayed with the lead as its owner, `why` by which rule
 * they were chosen; older records lack it.
 */
export const RepChoice = z.object({
  rep: z.string().nullable(),
  pool: z.string(),
  owner: z.boolean(),
  why: z.enum(CHOSEN_BY).optional(),
  candidates: z.array(z.object({ pool: z.string(), members: z.array(Candidate) })),
})
export type RepChoice = z.output<typeof RepChoice>

const StoredStanding = z.object({
  withSales: z.boolean(),
  comesBack: z.boolean().optional(),
  rejected: z.boolean(),
  resting: z.boolean().optional(),
  restsIn: z.string().optional(),
  adopted: z.object({ band: z.string() }).optional(),
  archived: z.boolean().optional(),
  stage: z.object({ name: z.enum(STAGE_NAMES), keeps: z.literal(true).optional() }).optional(),
  returning: z.literal(true).optional(),
  quietSince: z.number().optional(),
}) satisfies z.ZodType<Standing>

const Decided = {
  at: z.number(),
  number: z.number(),
  config: z.string(),
  route: z.string(),
  to: Destination,
  action: z.enum(ACTIONS),
  score: z.number(),
  fit: z.number(),
  engagement: z.number(),
  band: z.string(),
  /** What stood before it and had to be respected. */
  standing: StoredStanding,
  /** It went to sales as one of the sample of its route. */
  sampled: Sampled.optional(),
}

/** A decision as the history keeps it. `at` is epoch milliseconds; `number` counts the lead's decisions from 1. */
export const DecisionEntry = z.object({
  what: z.literal('decided'),
  ...Decided,
  /** What the attributes that changed were before this decision; null: unknown. */
  was: z.record(z.string(), Attribute.nullable()),
  choice: RepChoice.optional(),
})
export type DecisionEntry = z.output<typeof DecisionEntry>

/** Something else that happened to a lead: a step of its ladder, somebody's click, its return to nurture. */
const OtherEntry = z.object({
  what: z.string(),
  at: z.number(),
  /** Slack user id of the person who did it. */
  by: z.string().optional(),
  /** The rule that did it, by its name in the config. */
  rule: z.string().optional(),
  reason: z.string().optional(),
  steps: z.array(HandoffEvent).optional(),
})

/** A line of a lead's history. */
export const HistoryEntry = z.union([DecisionEntry, OtherEntry])
export type HistoryEntry = z.output<typeof HistoryEntry>

/**
 * A decision that routed a lead, kept whole: what what-if and calibration judge other rules by, as of that time.
 * `probability` is the chance with which its route takes a lead like this one, 1 unless it samples.
 */
export const KeptDecision = z.object({
  ...Decided,
  attributes: Attributes,
  signals: z.array(Signal.omit({ decision: true })),
  rep: z.string().nullable(),
  probability: z.number(),
})
export type KeptDecision = z.output<typeof KeptDecision>

/** Whether a line of the history is a decision. */
export function isDecision(entry: HistoryEntry): entry is DecisionEntry {
  return entry.what === 'decided'
}

/** Whether a decision says anything that the record did not say before; only then it makes a line of the history. */
export function isNews(previous: LeadRecord | null, record: LeadRecord): boolean {
  if (!previous) return true
  const told = ({ score, route, handoffs, configVersion, attributes }: LeadRecord) =>
    JSON.stringify([
      score.total,
      score.fit,
      score.engagement,
      route.name,
      route.to,
      handoffs,
      configVersion,
      Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)),
    ])
  return record.signals.some((signal) => signal.decision === undefined) || told(previous) !== told(record)
}

/** Whether a decision routed the lead: its first, one that looked for a rep, and one after which it stands elsewhere. */
export function isRouting(previous: LeadRecord | null, record: LeadRecord, decision: Decision): boolean {
  if (decision.action === 'stay-adopted') return false
  if (!previous) return true
  // One that goes on waiting for a rep is no news.
  if (decision.action === 'assign' && record.decisions !== previous.decisions) return true
  return previous.score.band !== record.score.band || previous.route.name !== record.route.name
}

/** The line of the history for a decision that was news; `choice` when a rep was looked for. */
export function decisionEntry(
  previous: LeadRecord | null,
  record: LeadRecord,
  decision: Decision,
  standing: Standing,
  choice: RepChoice | undefined,
): DecisionEntry {
  const entry: DecisionEntry = {
    what: 'decided',
    ...decided(record, decision, standing),
    was: changedFrom(previous?.attributes ?? {}, record.attributes),
  }
  if (!choice) return entry
  const { rep, pool, owner, why, candidates } = choice
  return { ...entry, choice: { rep, pool, owner, ...(why ? { why } : {}), candidates } }
}

/** The decision with everything that it was made from. */
export function keptDecision(
  { signals: rules }: ScoringConfig['engagement'],
  record: LeadRecord,
  decision: Decision,
  standing: Standing,
  rep: string | null,
): KeptDecision {
  const signals = record.signals.map(({ decision: _, ...signal }) => {
    const by = Object.hasOwn(rules, signal.type) ? rules[signal.type]?.by : undefined
    return by === undefined ? signal : { ...signal, by }
  })
  return {
    ...decided(record, decision, standing),
    attributes: record.attributes,
    signals,
    rep,
    probability: decision.route.probability ?? 1,
  }
}

function decided(record: LeadRecord, { route, action }: Decision, standing: Standing) {
  const { total, fit, engagement, band, at } = record.score
  return {
    at,
    number: record.decisions,
    config: record.configVersion,
    route: route.route,
    to: route.to,
    action,
    score: total,
    fit,
    engagement,
    band,
    standing,
    ...(route.sampled ? { sampled: route.sampled } : {}),
  }
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

/** What the attributes that differ were before; null: unknown. */
export function changedFrom(before: Attributes, after: Attributes): Record<string, Attribute | null> {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  const changed = [...names].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
  return Object.fromEntries(changed.map((name) => [name, before[name] ?? null]))
}
