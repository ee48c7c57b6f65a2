import { z } from 'zod'
import type { Calendar } from './business-time.ts'
import { untilWhen } from './deadline.ts'
import type { Steps } from './kinds.ts'

/*
 * The dated steps of a handoff: fixed at its start, taken on their days whether it was answered or not, until it ends. What
 * a step does stands in the config under its name. A pause stops their clock: what is left moves by its length.
 */

/** How a step went: its condition held or not, a signal made it needless, all were finished early, or the config lost it. */
export const STEP_RESULTS = ['yes', 'no', 'skipped', 'finished', 'gone'] as const
export type StepResult = (typeof STEP_RESULTS)[number]

/** A step with its instant; `doneAt` and `how` once it was taken or is needless. */
const PlannedStep = z.object({
  name: z.string(),
  dueAt: z.number(),
  doneAt: z.number().optional(),
  how: z.enum(STEP_RESULTS).optional(),
})
export type PlannedStep = z.output<typeof PlannedStep>

/** The steps of a handoff in order of time, and since when they are paused. */
export const Plan = z.object({ steps: z.array(PlannedStep), pausedAt: z.number().optional() })
export type Plan = z.output<typeof Plan>

/** Fixes the instants of the steps, counted from the start; business days count in the calendar. */
export function planOf({ list }: Pick<Steps, 'list'>, start: number, calendar: Calendar | undefined): Plan {
  const steps = list.map(({ name, at }) => ({ name, dueAt: untilWhen(at, start, calendar) }))
  return { steps: steps.sort((a, b) => a.dueAt - b.dueAt) }
}

/** The steps that are still to come. */
export function stepsLeft(plan: Plan | undefined): PlannedStep[] {
  return plan?.steps.filter(({ doneAt }) => doneAt === undefined) ?? []
}

/** When the next step of a handoff is due; null when none is left, they are paused, or it is not under way. */
export function nextStepAt({ plan, state }: { plan?: Plan | undefined; state: string }): number | null {
  if (!plan || plan.pausedAt !== undefined || (state !== 'open' && state !== 'answered')) return null
  return stepsLeft(plan)[0]?.dueAt ?? null
}
