import type { AttributeValue } from './attributes.ts'
import { compilePatterns, type Finder } from './matching.ts'
import { countryKey, languageKey } from './places.ts'

/**
 * Conditions decide tiers, personas, points and routes. They have three answers: an attribute that is unknown
 * makes a test `unknown`, not `false`, so that the breakdown can say what is missing. Only `true` counts as met.
 */
export type Truth = 'true' | 'false' | 'unknown'

/** Tests on a number; all that are given must hold. */
export interface NumberTest {
  atLeast?: number | undefined
  atMost?: number | undefined
  between?: [number, number] | undefined
}

/**
 * The tests on one attribute; all that are given must hold. `matches`: one of these words or globs is found; `not`: none of
 * these is, in no entry of a list. The last four are for signals: `within` (milliseconds) narrows
 * what is counted; `sum` adds up the values that came with them instead; `dropsBy` holds when the newest value is more than
 * so many per cent below one of about `over` milliseconds before.
 */
export interface AttributeTest extends NumberTest {
  is?: AttributeValue | undefined
  in?: AttributeValue[] | undefined
  matches?: string[] | undefined
  not?: string[] | undefined
  known?: boolean | undefined
  within?: number | undefined
  sum?: NumberTest | undefined
  dropsBy?: number | undefined
  over?: number | undefined
}

/** A condition as a tree: a test on an attribute, or a combination. */
export type Condition =
  | { kind: 'test'; attribute: string; test: AttributeTest }
  | { kind: 'all' | 'any'; of: Condition[] }
  | { kind: 'not'; of: Condition }

/**
 * One test as it was made, for the explanation. `value` is absent when the attribute was unknown. Truth `unknown` with a
 * value stands for a fact that is in no tier: what the profile works out of it is unknown.
 */
export interface Check {
  attribute: string
  test: AttributeTest
  value?: AttributeValue
  truth: Truth
  /** The fact that the value was read out of, in words. */
  from?: string
}

/** A condition's answer with every test that was made on the way to it. */
export interface Evaluation {
  truth: Truth
  checks: Check[]
}

/** Reads an attribute; of signals, what `test` asks about: their count, their sum, their drop. Undefined means unknown. */
export interface Lookup {
  (attribute: string, test?: AttributeTest): AttributeValue | undefined
  /** What explains a test better than the test itself: the tests on facts behind an attribute that was worked out. */
  behind?: (check: Check) => Check[]
}

/** Evaluates a condition. Pure; every test is made, so that the explanation is complete. */
export function evaluate(condition: Condition, lookup: Lookup): Evaluation {
  switch (condition.kind) {
    case 'test': {
      const check = makeCheck(condition.attribute, condition.test, lookup)
      return { truth: check.truth, checks: lookup.behind?.(check) ?? [check] }
    }
    case 'not': {
      const inner = evaluate(condition.of, lookup)
      const truth = inner.truth === 'unknown' ? 'unknown' : inner.truth === 'true' ? 'false' : 'true'
      return { truth, checks: inner.checks }
    }
    case 'all':
    case 'any': {
      const decisive: Truth = condition.kind === 'all' ? 'false' : 'true'
      let truth: Truth = condition.kind === 'all' ? 'true' : 'false'
      const checks: Check[] = []
      for (const part of condition.of) {
        const inner = evaluate(part, lookup)
        checks.push(...inner.checks)
        if (inner.truth === decisive || (inner.truth === 'unknown' && truth !== decisive)) truth = inner.truth
      }
      return { truth, checks }
    }
  }
}

/** What makes two texts the same value. */
type KeyOf = (value: AttributeValue) => string

// The same country or language may be written in many ways.
const KEYS: Record<string, KeyOf | undefined> = {
  country: (value) => countryKey(String(value)),
  language: (value) => languageKey(String(value)),
}

/** Makes one test on an attribute. */
export function makeCheck(attribute: string, test: AttributeTest, lookup: Lookup): Check {
  const value = lookup(attribute, test)
  const tested = attribute.endsWith('.domain') && typeof value === 'string' ? withParents(value) : value
  const check: Check = { attribute, test, truth: testValue(test, tested, KEYS[attribute]) }
  if (value !== undefined) check.value = value
  return check
}

// Whoever is at eu.rival.example is at rival.example; what all of .example share is nobody's.
function withParents(domain: string): string[] {
  const labels = domain.split('.')
  return labels.slice(0, Math.max(1, labels.length - 1)).map((_, index) => labels.slice(index).join('.'))
}

/** Every attribute that a condition asks for, for validation. */
export function attributesOf(condition: Condition): string[] {
  if (condition.kind === 'test') return [condition.attribute]
  if (condition.kind === 'not') return attributesOf(condition.of)
  return condition.of.flatMap(attributesOf)
}

/** Whether a value passes a test; undefined is an attribute that is unknown. `keyOf` says which texts are equal. */
export function testValue(test: AttributeTest, value: AttributeValue | undefined, keyOf: KeyOf = folded): Truth {
  if (test.known !== undefined && (value !== undefined) !== test.known) return 'false'
  if (!asksForValue(test)) return 'true'
  if (value === undefined) return 'unknown'
  const entries = [value].flat()
  if (test.not && entries.some((entry) => finderOf(test.not ?? [])(String(entry)))) return 'false'
  const holds = entries.some((entry) => passes(test, entry, keyOf))
  return holds ? 'true' : 'false'
}

// Whether it looks at the value itself, which must be known for it.
function asksForValue(test: AttributeTest): boolean {
  const { is, in: options, atLeast, atMost, between, matches, not, sum, dropsBy } = test
  const numbers = atLeast !== undefined || atMost !== undefined || between !== undefined || dropsBy !== undefined
  return numbers || [sum, is, options, matches, not].some((one) => one !== undefined)
}

function passes(test: AttributeTest, value: string | number | boolean, keyOf: KeyOf): boolean {
  const number = typeof value === 'number' ? value : Number.NaN
  if (test.is !== undefined && !same(test.is, value, keyOf)) return false
  if (test.in !== undefined && !isOneOf(test.in, value, keyOf)) return false
  if (!passesNumber(test, number) || (test.sum && !passesNumber(test.sum, number))) return false
  if (test.dropsBy !== undefined && !(number > test.dropsBy)) return false
  return test.matches === undefined || finderOf(test.matches)(String(value))
}

function passesNumber({ atLeast, atMost, between }: NumberTest, number: number): boolean {
  if (atLeast !== undefined && !(number >= atLeast)) return false
  if (atMost !== undefined && !(number <= atMost)) return false
  return between === undefined || (number >= between[0] && number <= between[1])
}

function same(expected: AttributeValue, value: string | number | boolean, keyOf: KeyOf): boolean {
  return expected === value || keyOf(expected) === keyOf(value)
}

// The lists of a config are long, and asked for every lead. A list stands in one test, so it has one kind of key.
const foldedLists = new WeakMap<AttributeValue[], Set<string>>()

function isOneOf(options: AttributeValue[], value: string | number | boolean, keyOf: KeyOf): boolean {
  const known = foldedLists.get(options) ?? new Set(options.map(keyOf))
  foldedLists.set(options, known)
  return known.has(keyOf(value))
}

// A list of patterns stands in one test, which is asked for every lead.
const finders = new WeakMap<string[], Finder>()

function finderOf(patterns: string[]): Finder {
  const known = finders.get(patterns) ?? compilePatterns(patterns)
  finders.set(patterns, known)
  return known
}

function folded(value: AttributeValue): string {
  return String(value).trim().toLowerCase()
}
