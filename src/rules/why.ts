import type { AttributeValue } from './attributes.ts'
import {
  type AttributeTest,
  type Check,
  type Condition,
  type Evaluation,
  type Lookup,
  makeCheck,
  truthOf,
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
  const truth = truthOf(condition, lookup)
  return condition.of.flatMap((part) => (truthOf(part, lookup) === truth ? decidingTests(part, lookup) : []))
}

function checkText({ from, ...check }: Check, form: 'full' | 'short'): string {
  return from === undefined ? testedText(check, form) : `${testedText(check, form)} (${from})`
}

function testedText({ attribute, test, value, truth }: Check, form: 'full' | 'short'): string {
  const name = `${test.sum ? 'sum of ' : ''}${attribute}${test.within === undefined ? '' : ` in ${duration(test.within)}`}`
  if (value === undefined) return `${name}${test.dropsBy === undefined ? '' : `, ${testText(test)},`} is unknown`
  const found = checkedValue(attribute, test, value)
  if (truth === 'true' || form === 'short') return `${name} is ${found}`
  return `${name} is ${found}, not ${testText(test, attribute)}${truth === 'unknown' ? ` (${isUnread(test, value) ? 'no number' : 'in no tier'})` : ''}`
}

// A text in which no number could be read.
function isUnread({ atLeast, atMost, between }: AttributeTest, value: AttributeValue): boolean {
  return typeof value !== 'number' && [atLeast, atMost, between].some((one) => one !== undefined)
}

/** A value that a test met, in words: a silence as a span of time, a drop in per cent. */
export function checkedValue(attribute: string, test: AttributeTest, value: AttributeValue): string {
  if (typeof value !== 'number') return valueText(value)
  if (test.dropsBy !== undefined && test.over !== undefined)
    return `${value < 0 ? 'up' : 'down'} ${Math.abs(Math.round(value * 10) / 10)} % over ${duration(test.over)}`
  return amount(attribute, value)
}

// A silence is kept in milliseconds.
function amount(attribute: string | undefined, value: number): string {
  return attribute === 'quiet' ? duration(value) : String(value)
}

/** A test as a phrase that follows "is": `between 51 and 500`, `at least 61`, `one of a, b`. */
export function testText(test: AttributeTest, attribute?: string): string {
  const number = (value: number) => amount(attribute, value)
  const { atLeast, atMost, between } = test.sum ?? test
  const parts: string[] = []
  if (test.known !== undefined) parts.push(test.known ? 'known' : 'unknown')
  if (test.is !== undefined) parts.push(valueText(test.is))
  if (test.in !== undefined) parts.push(`one of ${test.in.map(valueText).join(', ')}`)
  if (atLeast !== undefined) parts.push(`at least ${number(atLeast)}`)
  if (atMost !== undefined) parts.push(`at most ${number(atMost)}`)
  if (between !== undefined) parts.push(`between ${between[0]} and ${between[1]}`)
  if (test.dropsBy !== undefined && test.over !== undefined)
    parts.push(`down more than ${test.dropsBy} % over ${duration(test.over)}`)
  if (test.matches !== undefined) parts.push(`like ${test.matches.join(' or ')}`)
  if (test.not !== undefined) parts.push(`without ${test.not.join(' or ')}`)
  return parts.join(' and ')
}

function valueText(value: AttributeValue): string {
  return Array.isArray(value) ? value.join(', ') : String(value)
}
