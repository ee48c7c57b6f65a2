import type { Condition } from '../rules/condition.ts'
import type { LeadRecord } from './lead.ts'
import {
  attributesOfRules,
  type Flaws,
  KNOWN,
  type Measure,
  type QualityConfig,
  SAYS_NOTHING,
  saysNothingOf,
} from './quality.ts'

/** A measure of all leads: how many are right, of how many. */
export interface Measured {
  measure: string
  right: number
  of: number
}

/** Counts the measures of the data over all leads, one at a time. `conditions`: those of all rules. */
export function createMeasures(config: QualityConfig, conditions: readonly Condition[]) {
  const attributes = attributesOfRules(config, conditions)
  const right = new Map<string, number>()
  let leads = 0
  const count = (measure: string, isRight: boolean) => {
    right.set(measure, (right.get(measure) ?? 0) + (isRight ? 1 : 0))
  }
  const counts = (measure: Exclude<Measure, 'duplicates' | 'lifecycleStage'>, isRight: boolean) =>
    count(measure, isRight)

  return {
    add(lead: LeadRecord, flaws: Flaws): void {
      leads += 1
      counts('validEmails', flaws.email === undefined)
      counts('requiredFields', flaws.complete)
      counts('leadSource', flaws.source === undefined)
      counts('stale', flaws.stale === undefined)
      for (const name of attributes) {
        count(KNOWN + name, lead.attributes[name] !== undefined)
        count(SAYS_NOTHING + name, saysNothingOf(config, lead, name))
      }
    },

    leads: () => leads,

    /** All of them. `twice`: how many leads stand there twice or more. */
    result(twice: number): Measured[] {
      const all = [...right, ['duplicates', leads - twice] as const]
      return all.map(([measure, many]) => ({ measure, right: many, of: leads }))
    },
  }
}
