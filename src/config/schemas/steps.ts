import { z } from 'zod'
import type { Steps } from '../../handoffs/kinds.ts'
import { duration } from '../../rules/words.ts'
import { conditionIn, SCOPES } from './conditions.ts'
import { OutcomesIn } from './outcomes.ts'
import { DurationText, Name } from './values.ts'

const DAY = 24 * 60 * 60_000

const Signals = z.union([Name, z.array(Name).min(1)]).transform((one) => [one].flat())

const StepIn = z
  .strictObject({
    name: Name.optional().describe('a handoff that runs knows the step by it; else by its day: day 3'),
    at: DurationText.describe('after the start of the handoff'),
    when: conditionIn(SCOPES.triggers).optional(),
    do: OutcomesIn.optional().describe('when the condition holds, or there is none'),
    else: OutcomesIn.optional().describe('when it does not'),
    skippedBy: Signals.optional().describe('signals after which it is needless'),
  })
  .refine((step) => step.do !== undefined || step.else !== undefined, 'needs something to do')
  .refine((step) => step.else === undefined || step.when !== undefined, {
    path: ['else'],
    error: 'needs a condition beside it: when',
  })

/** The dated steps of a kind, as `handoffs.yaml` has them. */
export const StepsIn = z.strictObject({
  list: z
    .array(StepIn)
    .min(1)
    .max(50)
    .refine(
      (list) => new Set(list.map(nameOf)).size === list.length,
      'two steps have the same name: give each its own',
    ),
  pausedBy: Signals.optional().describe('signals that pause the steps'),
  resumedBy: Signals.optional().describe('signals that go on with them: what is left moves by the length of the pause'),
  finishedBy: z
    .union([Signals, conditionIn(SCOPES.triggers)])
    .optional()
    .describe('signals, or a condition, that finish them early'),
})

/** The steps as handoffs use them. */
export function stepsOf({ list, pausedBy, resumedBy, finishedBy }: z.output<typeof StepsIn>): Steps {
  return {
    list: list.map((step) => ({
      ...step,
      name: nameOf(step),
      do: step.do ?? [],
      else: step.else ?? [],
      skippedBy: step.skippedBy ?? [],
    })),
    pausedBy: pausedBy ?? [],
    resumedBy: resumedBy ?? [],
    finishedBySignals: Array.isArray(finishedBy) ? finishedBy : [],
    finishedBy: Array.isArray(finishedBy) ? undefined : finishedBy,
  }
}

// It does not change with the steps before it.
function nameOf({ name, at }: Pick<z.output<typeof StepIn>, 'name' | 'at'>): string {
  if (name !== undefined) return name
  if ('businessDays' in at) return `business day ${at.businessDays}`
  return at.ms % DAY === 0 ? `day ${at.ms / DAY}` : `after ${duration(at.ms)}`
}
