import type { UnknownValues } from '../leads/unknown-values.ts'
import { type Condition, evaluate } from '../rules/condition.ts'

/**
 * The texts that count as unknown, but for those that a condition names: who asks whether a plan is `none` means a value. A list
 * that was given for an attribute alone stands.
 */
export function withoutNamed(values: UnknownValues, conditions: readonly Condition[]): UnknownValues {
  const { every = [] } = values
  const own: UnknownValues = {}
  for (const condition of conditions.flatMap(testsOfTexts)) {
    const { attribute } = condition
    if (Object.hasOwn(values, attribute)) continue
    const left = (own[attribute] ?? every).filter((text) => evaluate(condition, () => text).truth !== 'true')
    if (left.length < every.length) own[attribute] = left
  }
  return { ...values, ...own }
}

type Test = Extract<Condition, { kind: 'test' }>

function testsOfTexts(condition: Condition): Test[] {
  if (condition.kind === 'not') return testsOfTexts(condition.of)
  if (condition.kind !== 'test') return condition.of.flatMap(testsOfTexts)
  const { is, in: list, matches } = condition.test
  return typeof is === 'string' || list || matches ? [condition] : []
}
