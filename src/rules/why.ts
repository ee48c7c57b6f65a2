import type { AttributeValue } from './attributes.ts'
import {
  type AttributeTest,
  type Check,
  type Condition,
  type Evaluation,
  evaluate,
  type Lookup,
  makeCheck,
} from './condition.ts'
import { duration } from './words.ts'

/**
 * Why a rule fired or not, in words: the tests that decided, such as `company.size is 900, not between 51 and 500`.
 * The short form leaves out what was wanted.
 */
export function whyOf({ truth, checks }: Evaluation, form: 'full' | 'short' = 'full'): string {
  if (checks.length === 0) return 'no condition'
  // A rule with `not` fires because of a test that does not hold, and the other way round.
  const decisive = checks.filter((check) => check.truth === truth)
  const texts = (decisive.length > 0 ? decisive : checks).map((check) => checkText(check, form))
  return texts.length > 1 ? [...new Set(texts)].join('; ') : (texts[0] ?? '')
}

/** The tests that made a condition what it is: those alone without which it would not be. */
export function decidingTests(condition: Condition, lookup: Lookup): Check[] {
  if (condition.kind === 'test') return [makeCheck(condition.attribute, condition.test, lookup)]
  if (condition.kind === 'not') return decidingTests(condition.of, lookup)
  const { truth } = evaluate(condition, lookup)
  return condition.of.flatMap((part) => (evaluate(part, lookup).truth === truth ? decidingTests(part, lookup) : []))
}

function checkText({ attribute, test, value, truth }: Check, form: 'full' | 'short'): string {
  const name = test.within === undefined ? attribute : `${attribute} in ${duration(test.within)}`
  if (value === undefined) return `${name} is unknown`
  if (truth === 'true' || form === 'short') return `${name} is ${valueText(value)}`
  return `${name} is ${valueText(value)}, not ${testText(test)}${truth === 'unknown' ? ' (in no tier)' : ''}`
}

/** A test as a phrase that follows "is": `between 51 and 500`, `at least 61`, `one of a, b`. */
export function testText(test: AttributeTest): string {
  const parts: string[] = []
  if (test.known !== undefined) parts.push(test.known ? 'known' : 'unknown')
  if (test.is !== undefined) parts.push(valueText(test.is))
  if (test.in !== undefined) parts.push(`one of ${test.in.map(valueText).join(', ')}`)
  if (test.atLeast !== undefined) parts.push(`at least ${test.atLeast}`)
  if (test.atMost !== undefined) parts.push(`at most ${test.atMost}`)
  if (test.between !== undefined) parts.push(`between ${test.between[0]} and ${test.between[1]}`)
  if (test.matches !== undefined) parts.push(`like ${test.matches.join(' or ')}`)
  return parts.join(' and ')
}

function valueText(value: AttributeValue): string {
  return Array.isArray(value) ? value.join(', ') : String(value)
}
