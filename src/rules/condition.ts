import { ATTRIBUTE_NAMES, type AttributeValue } from './attributes.ts'
import { type AttributeTest, compileTest, type Truth, type ValueTest } from './value-test.ts'

export type { AttributeTest, NumberTest, Truth } from './value-test.ts'

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
  /** What explains a test better than the test itself: the tests on facts behind an attribute that was worked out; else undefined. */
  behind?: (check: Check) => Check[] | undefined
  /** Nobody reads the explanation: no more is tested than the answer needs, and no test is told. */
  brief?: true
}

/** A condition of a config made ready to be asked: for the answer alone, or for the answer with every test on the way to it. */
interface Compiled {
  truth: (lookup: Lookup) => Truth
  explain: (lookup: Lookup, checks: Check[]) => Truth
}

// Only behind these, and what a job title says, stands something else.
const WORKED_OUT = new Set<string>(ATTRIBUTE_NAMES.icp)

// A condition belongs to a config, which stays as it is.
const compiled = new WeakMap<Condition, Compiled>()

// Of one that is asked in brief.
const ANSWERS: Record<Truth, Evaluation> = {
  true: { truth: 'true', checks: [] },
  false: { truth: 'false', checks: [] },
  unknown: { truth: 'unknown', checks: [] },
}

/** Evaluates a condition. Pure; every test is made, so that the explanation is complete, unless the lookup is brief. */
export function evaluate(condition: Condition, lookup: Lookup): Evaluation {
  if (lookup.brief) return ANSWERS[truthOf(condition, lookup)]
  const checks: Check[] = []
  return { truth: compile(condition).explain(lookup, checks), checks }
}

/** The answer alone, without what explains it. */
export function truthOf(condition: Condition, lookup: Lookup): Truth {
  return compile(condition).truth(lookup)
}

/** What gives the answer alone, for who asks it of lead after lead. */
export function answerer(condition: Condition): (lookup: Lookup) => Truth {
  return compile(condition).truth
}

/** Whether a condition holds, without what explains it. */
export function holds(condition: Condition, lookup: Lookup): boolean {
  return truthOf(condition, lookup) === 'true'
}

// Once for each condition of a config.
function compile(condition: Condition): Compiled {
  let ready = compiled.get(condition)
  if (!ready) {
    ready = prepare(condition)
    compiled.set(condition, ready)
  }
  return ready
}

function prepare(condition: Condition): Compiled {
  switch (condition.kind) {
    case 'test': {
      const { attribute, test } = condition
      const passes = compileTest(attribute, test)
      const isWorkedOut = WORKED_OUT.has(attribute) || attribute.startsWith('title.')
      return {
        truth: (lookup) => passes(lookup(attribute, test)),
        explain(lookup, checks) {
          const check = checkOf(attribute, test, passes, lookup)
          const behind = isWorkedOut ? lookup.behind?.(check) : undefined
          if (behind) checks.push(...behind)
          else checks.push(check)
          return check.truth
        },
      }
    }
    case 'not': {
      const inner = compile(condition.of)
      return {
        truth: (lookup) => negated(inner.truth(lookup)),
        explain: (lookup, checks) => negated(inner.explain(lookup, checks)),
      }
    }
    case 'all':
    case 'any':
      return prepareParts(condition.of.map(compile), condition.kind === 'all' ? 'false' : 'true')
  }
}

function prepareParts(parts: readonly Compiled[], decisive: Truth): Compiled {
  const neutral = negated(decisive)
  return {
    truth(lookup) {
      let truth = neutral
      for (const part of parts) {
        const one = part.truth(lookup)
        if (one === decisive) return one
        if (one === 'unknown') truth = one
      }
      return truth
    },
    explain(lookup, checks) {
      let truth = neutral
      for (const part of parts) {
        const one = part.explain(lookup, checks)
        if (one === decisive || (one === 'unknown' && truth !== decisive)) truth = one
      }
      return truth
    },
  }
}

function negated(truth: Truth): Truth {
  return truth === 'unknown' ? truth : truth === 'true' ? 'false' : 'true'
}

/** Makes one test on an attribute. */
export function makeCheck(attribute: string, test: AttributeTest, lookup: Lookup): Check {
  return checkOf(attribute, test, compileTest(attribute, test), lookup)
}

/** The same with the test made ready. */
export function checkOf(attribute: string, test: AttributeTest, passes: ValueTest, lookup: Lookup): Check {
  const value = lookup(attribute, test)
  return value === undefined
    ? { attribute, test, truth: passes(value) }
    : { attribute, test, value, truth: passes(value) }
}

/** One test on an attribute, as a condition holds it. */
export type Test = Extract<Condition, { kind: 'test' }>

type Tree<T extends Test> = T | { kind: 'all' | 'any'; of: Tree<T>[] } | { kind: 'not'; of: Tree<T> }

/** The tests of a condition in their order, whatever stands around them. */
export function testsOf<T extends Test = Test>(condition: Tree<T>): T[] {
  if (condition.kind === 'test') return [condition]
  return condition.kind === 'not' ? testsOf<T>(condition.of) : condition.of.flatMap((part) => testsOf<T>(part))
}

/** Every attribute that a condition asks for, for validation. */
export function attributesOf(condition: Condition): string[] {
  return testsOf(condition).map(({ attribute }) => attribute)
}
