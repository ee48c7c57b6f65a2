import type { AttributeValue } from './attributes.ts'
import { domainGlob, domainKey, domainOf, withParents } from './domains.ts'
import { compilePatterns, isGlob } from './matching.ts'
import { type Counted, numberFor, readAmount } from './numbers.ts'
import { countryKey, languageKey } from './places.ts'
import { otherNumber } from './plain-number.ts'
import { keyOf, remembered } from './texts.ts'

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

/** A test made ready for the values of an attribute; undefined is an attribute that is unknown. */
export type ValueTest = (value: AttributeValue | undefined) => Truth

type Single = string | number | boolean
type SingleTest = (value: Single) => Truth

// How the values of an attribute are read where it is not a text like any other.
type Kind = 'country' | 'language' | 'domain' | 'answer' | Counted | 'text'

function kindOf(attribute: string): Kind {
  if (attribute === 'country' || attribute === 'language') return attribute
  if (attribute === 'company.size') return 'people'
  if (attribute === 'company.revenue') return 'money'
  if (attribute.startsWith('hubspot.')) return 'answer'
  return attribute.endsWith('.domain') ? 'domain' : 'text'
}

// A test belongs to a config, and mostly to one attribute of it.
const compiled = new WeakMap<AttributeTest, Map<Kind, ValueTest>>()

/** The test made ready for an attribute; done once for each test of a config. */
export function compileTest(attribute: string, test: AttributeTest): ValueTest {
  const kind = kindOf(attribute)
  const ready = compiled.get(test) ?? new Map<Kind, ValueTest>()
  compiled.set(test, ready)
  const known = ready.get(kind) ?? compile(test, kind)
  ready.set(kind, known)
  return known
}

function compile(test: AttributeTest, kind: Kind): ValueTest {
  const { known, not } = test
  const tests = singleTests(test, kind)
  const isForbidden = not === undefined ? undefined : finderFor(not, kind)
  const asksForValue = tests.length > 0 || isForbidden !== undefined
  const single = all(tests)
  function ofValue(value: AttributeValue): Truth {
    if (known === false) return 'false'
    if (!asksForValue) return 'true'
    if (isForbidden && entriesOf(value).some((entry) => isForbidden(String(entry)))) return 'false'
    const isOne = typeof value === 'string' ? !value.includes(';') : !Array.isArray(value)
    return isOne ? single(value as Single) : anyOf(entriesOf(value), single)
  }
  const ofText: (text: string) => Truth = remembered(ofValue, 500)
  const ofNothing: Truth = known === true ? 'false' : asksForValue ? 'unknown' : 'true'
  return (value) => (value === undefined ? ofNothing : typeof value === 'string' ? ofText(value) : ofValue(value))
}

/**
 * The values that a value stands for. A text with ; may be what HubSpot makes of several choices, and may be a title: it is
 * read both ways.
 */
function entriesOf(value: AttributeValue): Single[] {
  if (Array.isArray(value)) return value
  if (typeof value !== 'string' || !value.includes(';')) return [value]
  const choices = value.split(';').flatMap((choice) => choice.trim() || [])
  return [...choices, value]
}

// The last entry is the whole text, which says nothing that its choices do not, unless it holds.
function anyOf(entries: readonly Single[], single: SingleTest): Truth {
  let truth: Truth = 'false'
  for (const [index, entry] of entries.entries()) {
    const one = single(entry)
    if (one === 'true') return one
    if (one === 'unknown' && (index < entries.length - 1 || index === 0)) truth = one
  }
  return truth
}

function all(tests: readonly SingleTest[]): SingleTest {
  const [only] = tests
  if (only && tests.length === 1) return only
  return (value) => {
    let truth: Truth = 'true'
    for (const test of tests) {
      const one = test(value)
      if (one === 'false') return one
      if (one === 'unknown') truth = one
    }
    return truth
  }
}

function singleTests(test: AttributeTest, kind: Kind): SingleTest[] {
  const { is, in: options, matches, sum, dropsBy } = test
  const tests: SingleTest[] = []
  if (is !== undefined) tests.push(oneOf([is].flat(), kind))
  if (options !== undefined) tests.push(oneOf(options.flat(), kind))
  const numbers = [test, sum].flatMap((one) => (one === undefined ? [] : (numberTest(one) ?? [])))
  if (dropsBy !== undefined) numbers.push((number) => number > dropsBy)
  for (const passes of numbers) tests.push(onNumber(passes, kind))
  if (matches !== undefined) {
    const finds = finderFor(matches, kind)
    tests.push((value) => truthOf(finds(String(value))))
  }
  return tests
}

function truthOf(holds: boolean): Truth {
  return holds ? 'true' : 'false'
}

function numberTest({ atLeast, atMost, between }: NumberTest): ((number: number) => boolean) | undefined {
  if (atLeast === undefined && atMost === undefined && between === undefined) return undefined
  const lowest = Math.max(atLeast ?? -Infinity, between?.[0] ?? -Infinity)
  const highest = Math.min(atMost ?? Infinity, between?.[1] ?? Infinity)
  return (number) => number >= lowest && number <= highest
}

function onNumber(passes: (number: number) => boolean, kind: Kind): SingleTest {
  const counted = kind === 'people' || kind === 'money' ? kind : undefined
  return (value) => {
    if (typeof value === 'number') return truthOf(passes(value))
    const amount = typeof value === 'string' ? readAmount(value, counted) : undefined
    const other = kind === 'answer' ? otherNumber(String(value)) : undefined
    if (amount && other !== undefined && passes(numberFor(amount)) !== passes(other)) return 'unknown'
    return amount ? truthOf(passes(numberFor(amount))) : 'unknown'
  }
}

// What makes two values the same.
const KEYS: Record<Kind, (text: string) => string> = {
  country: remembered(countryKey),
  language: languageKey,
  domain: domainKey,
  // HubSpot has true and false where its forms say yes and no.
  answer: (text) => YES_AND_NO[keyOf(text)] ?? keyOf(text),
  people: keyOf,
  money: keyOf,
  text: keyOf,
}
// A lead's few domains are looked at by test after test.
const parentsOf = remembered((text) => withParents(domainKey(text)))
const namesOf = remembered((text) => withParents(domainOf(text) ?? text))
const YES_AND_NO: Record<string, string | undefined> = { yes: 'true', no: 'false' }

function oneOf(options: readonly Single[], kind: Kind): SingleTest {
  const key = KEYS[kind]
  const wanted = new Set(options.map((option) => key(String(option))))
  if (kind === 'domain') return (value) => truthOf(parentsOf(String(value)).some((domain) => wanted.has(domain)))
  return (value) => truthOf(wanted.has(key(typeof value === 'string' ? value : String(value))))
}

function finderFor(patterns: readonly string[], kind: Kind): (text: string) => boolean {
  if (kind !== 'domain') return compilePatterns(patterns)
  // A name with a point stands for that domain and its parts; a word alone is looked for, and a glob is for the domain or a parent.
  const isDomain = (pattern: string) => !isGlob(pattern) && pattern.includes('.')
  const domains = new Set(patterns.filter(isDomain).map(domainKey))
  const finds = compilePatterns(
    patterns.filter((pattern) => !isDomain(pattern)).map((one) => (isGlob(one) ? domainGlob(one) : one)),
  )
  return (text) => {
    const names = namesOf(text)
    return names.some((name) => domains.has(name)) || names.some(finds)
  }
}
