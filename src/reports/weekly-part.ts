import type { LeadStory } from './lead-story.ts'
import type { Chart, Finding, Section } from './report.ts'
import { shareOf, wilson } from './statistics.ts'

/** What a part of the report says. `figures`: what is looked at for anomalies. */
export interface PartBody {
  findings?: Finding[]
  sections?: Section[]
  charts?: Chart[]
  figures?: Figure[]
}

/** A part of the report: it hears of every lead once, and then says what it found. */
export interface Part {
  add(lead: LeadStory): void
  finish(): PartBody
}

/** A figure by period, its own first: counts; shares as so many of so many; or medians in minutes, of so many answers. */
export type Figure = { name: string } & (
  | { unit: 'count'; values: number[] }
  | { unit: 'share'; values: { count: number; all: number }[] }
  | { unit: 'minutes'; values: { median: number | null; of: number }[] }
)

// 90 % to one side.
const ONE_SIDED = 1.2816
// Two cases are no finding.
const FEWEST = 3

/** Between which shares the true one lies by the lights of an alarm: with 90 % it is not below, and with 90 % not above. */
export function likely(count: number, all: number): { from: number; to: number } {
  return wilson(count, all, ONE_SIDED) ?? { from: 0, to: 1 }
}

/**
 * How a share stands against its target: `good` when it reaches it, `warn` when with 90 % chance alone does not explain that it is below,
 * `info` between, when there are too few cases to say.
 */
export function against(count: number, all: number, target: number): Finding['level'] {
  const share = shareOf(count, all)
  if (share === null) return 'info'
  if (share >= target) return 'good'
  return all >= FEWEST && likely(count, all).to < target ? 'warn' : 'info'
}
