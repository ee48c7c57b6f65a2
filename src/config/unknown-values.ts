import type { UnknownValues } from '../leads/unknown-values.ts'
import { type Condition, holds, type Test, testsOf } from '../rules/condition.ts'

/**
 * The texts that count as unknown, but for those that a condition names: who asks whether a plan is `none` means a value. A list
 * that was given for an attribute alone stands.
 */
export function withoutNamed(values: UnknownValues, conditions: readonly Condition[]): UnknownValues {
  const { every = [] } = values
  const own: UnknownValues = {}
  for (const condition of conditions.flatMap((one) => testsOf(one)).filter(isOfTexts)) {
    const { attribute } = condition
    if (Object.hasOwn(values, attribute)) continue
    const left = (own[attribute] ?? every).filter((text) => !holds(condition, () => text))
    if (left.length < every.length) own[attribute] = left
  }
  return { ...values, ...own }
}

function isOfTexts({ test: { is, in: options, matches } }: Test): boolean {
  return typeof is === 'string' || options !== undefined || matches !== undefined
}
