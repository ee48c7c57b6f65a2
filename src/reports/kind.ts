import type { FactType, KeptFact } from '../facts/fact.ts'
import type { Finding, Period, Report, ReportName } from './report.ts'
import type { ReportSettings } from './settings.ts'

/** What a report is made from besides facts. `before(count)` is the period of the same kind so many earlier. */
export interface ReportInput {
  period: Period
  before: (count: number) => Period
  settings: ReportSettings
  /** Epoch milliseconds. */
  now: number
  /** From when on there are facts at all, in epoch milliseconds: what was before is not known, and not nothing; null: there are none. */
  since: number | null
}

/** What a report says; the rest of a `Report` is the same for all. */
export type ReportBody = Pick<Report, 'sections' | 'charts'> & { findings: Finding[] }

/** Makes a report of facts, a lead at a time. */
export interface ReportFold {
  /** All facts of one lead from `reads` on, by time; those that a later fact took back are not among them. Some are about no lead. */
  add(facts: readonly KeptFact[]): void
  finish(): ReportBody
}

/** A kind of report. `reads`: from when on it needs facts, in epoch milliseconds. */
export interface ReportKind {
  name: ReportName
  title: string
  /** The period that it is about, unless somebody asks for another one. */
  every: Period['kind']
  reads: (input: Pick<ReportInput, 'period' | 'before'>) => number
  /** The types of facts that it folds, all unless told: what it does not need is not read. */
  types?: readonly FactType[]
  fold: (input: ReportInput) => ReportFold
}
