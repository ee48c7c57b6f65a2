import type { HubSpotMapping, Properties } from './observe.ts'
import { readInstant } from './observe.ts'

/** When a step of a counter came about, and when the others did of which something is known; in epoch milliseconds. */
interface Step {
  at: number | undefined
  /** What else HubSpot said then. */
  value: (property: string) => string | null | undefined
}

/**
 * Whether a machine made a step: programs that look for harm, or fetch pictures beforehand, open a mail as soon as it arrives,
 * and all of it at once. `date` is the property that dates the steps; `before` are the values of the last look.
 */
export function isMachineMade(
  { notWithin = {} }: Pick<HubSpotMapping['signals'][number], 'notWithin'>,
  date: string | undefined,
  { at, value }: Step,
  steps: readonly Step[],
  before: Properties | null,
): boolean {
  if (at === undefined) return false
  return Object.entries(notWithin).some(([name, span]) => {
    const isWithin = (since: number | undefined) => since !== undefined && at - since < span
    if (name !== date) {
      const since = readInstant(value(name))
      return since !== undefined && since <= at && isWithin(since)
    }
    const others = [...steps.map((step) => step.at), readInstant(before?.[name])]
    return others.some((since) => since !== undefined && since < at && isWithin(since))
  })
}
