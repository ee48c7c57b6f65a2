import type { KeptDecision } from '../leads/history.ts'
import type { LeadRecord, OutcomeName } from '../leads/lead.ts'
import { quantile } from '../rules/quantile.ts'
import { type JudgedRules, rowOf, type ScoreInput } from './inputs.ts'
import type { Row } from './logistic.ts'
import type { Judged } from './ranking.ts'

/** What a lead can have come to. Each includes those after it: a customer was accepted, too. */
export const TARGETS = ['accepted', 'sql', 'opportunity', 'customer'] as const
export type Target = (typeof TARGETS)[number]

const STAGE_OF: Record<Exclude<Target, 'accepted'>, OutcomeName> = {
  sql: 'salesqualifiedlead',
  opportunity: 'opportunity',
  customer: 'customer',
}
// What shows that somebody has worked a lead.
const WORKED: readonly OutcomeName[] = ['answered', 'disqualified', 'returned', ...Object.values(STAGE_OF)]

/** A lead as it is kept; `acceptedAt`: when sales took it as its own, by the facts. */
export interface KeptLead {
  outcomes: LeadRecord['outcomes']
  acceptedAt: number | undefined
  decisions: readonly KeptDecision[]
}

/**
 * A lead as calibration sees it, without anything by which it could be found: what it had at the decision that sent it to sales, or
 * at its last one when none did. `outcomeAt` is null while there is none; `share`: with which chance it was sent, below 1 for a
 * random sample.
 */
export interface Story {
  at: number
  row: Row
  unknown: readonly number[]
  sent: boolean
  share: number
  worked: boolean
  outcomeAt: number | null
  /** What attributes were known then, by name. */
  known: readonly string[]
}

/** What a kept lead comes to for a target; null when no decision of it is kept from `since` on. */
export function storyOf(
  rules: JudgedRules,
  inputs: readonly ScoreInput[],
  { outcomes, acceptedAt, decisions }: KeptLead,
  target: Target,
  since: number,
): Story | null {
  const handover = decisions.find(({ action }) => action === 'assign')
  const decision = handover ?? decisions.at(-1)
  if (!decision || decision.at < since) return null
  const reached = TARGETS.slice(TARGETS.indexOf(target)).flatMap(
    (name) => (name === 'accepted' ? acceptedAt : outcomes[STAGE_OF[name]]?.at) ?? [],
  )
  const acts = [acceptedAt, ...WORKED.map((name) => outcomes[name]?.at)].filter((at) => at !== undefined)
  return {
    at: decision.at,
    ...rowOf(rules, inputs, decision),
    sent: handover !== undefined,
    share: handover?.probability ?? 1,
    worked: acts.some((at) => at >= decision.at),
    outcomeAt: reached.length > 0 ? Math.min(...reached) : null,
    known: Object.keys(decision.attributes),
  }
}

/** A lead whose outcome is known. `weight`: how many leads it stands for, one of a random sample for those that were not drawn. */
export interface Case {
  at: number
  row: Row
  unknown: readonly number[]
  outcome: boolean
  weight: number
}

/** The leads whose outcome is known, from the oldest handover on, and those that say nothing. */
export interface Cases {
  cases: Case[]
  sampled: number
  /** Milliseconds within which four of five outcomes came; a lead that is younger says nothing yet. */
  patience: number
  leftOut: { neverSent: number; unworked: number; before: number; young: number; youngWithOutcome: number }
}

/**
 * Chooses the leads to learn from: those that sales worked, with the random sample. One that was never worked is unknown, and no
 * "no". A young one is left out whatever became of it: of the young only those that were fast have an outcome.
 */
export function casesOf(stories: readonly Story[], now: number): Cases {
  const sent = stories.filter(({ sent }) => sent)
  const fresh = sent.filter(({ at, outcomeAt }) => outcomeAt === null || outcomeAt >= at)
  const worked = fresh.filter((story) => story.worked)
  const waits = worked.flatMap(({ at, outcomeAt }) => (outcomeAt === null ? [] : [outcomeAt - at]))
  const patience = waits.length > 0 ? quantile(waits, 0.8) : 0
  const [old, young] = [worked.filter(({ at }) => now - at >= patience), worked.filter(({ at }) => now - at < patience)]
  const cases = old
    .map(({ at, row, unknown, outcomeAt, share }) => {
      return { at, row, unknown, outcome: outcomeAt !== null, weight: 1 / share }
    })
    .sort((a, b) => a.at - b.at)
  const youngWithOutcome = young.filter(({ outcomeAt }) => outcomeAt !== null).length
  return {
    cases,
    sampled: old.filter(({ share }) => share < 1).length,
    patience,
    leftOut: {
      neverSent: stories.length - sent.length,
      unworked: fresh.length - worked.length,
      before: sent.length - fresh.length,
      young: young.length - youngWithOutcome,
      youngWithOutcome,
    },
  }
}

/** How many units of an input a lead has. */
export function unitsOf({ row: { at, of } }: Pick<Case, 'row'>, column: number): number {
  const i = at.indexOf(column)
  return i < 0 ? 0 : (of[i] ?? 0)
}

/** How many leads there are, and how many of them have the outcome. */
export function counted(cases: readonly Case[]): { leads: number; converted: number } {
  return { leads: cases.length, converted: cases.filter(({ outcome }) => outcome).length }
}

/** The rows of leads. */
export const rowsOf = (cases: readonly Case[]) => cases.map(({ row }) => row)
/** Their outcomes. */
export const outcomesOf = (cases: readonly Case[]) => cases.map(({ outcome }) => outcome)
/** Leads that stand for themselves alone. */
export const unweighted = (cases: readonly Case[]): Judged => ({
  outcomes: outcomesOf(cases),
  weights: cases.map(() => 1),
})
/** Leads that stand for all that they were drawn from. */
export const judgedOf = (cases: readonly Case[]): Judged => {
  return { outcomes: outcomesOf(cases), weights: cases.map(({ weight }) => weight) }
}
