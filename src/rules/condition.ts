import type { AttributeValue } from './attributes.ts'
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

/** A condition of a config made ready to be asked: for the answer with every test on the way to it, or for the answer alone. */
interface Compiled {
  evaluate: (lookup: Lookup) => Evaluation
  truth: (lookup: Lookup) => Truth
}

// A condition belongs to a config, which stays as it is.
const compiled = new WeakMap<Condition, Compiled>()

/** Evaluates a condition. Pure; every test is made, so that the explanation is complete. */
export function evaluate(condition: Condition, lookup: Lookup): Evaluation {
  return compile(condition).evaluate(lookup)
}

/** Whether a condition holds, without what explains it. */
export function holds(condition: Condition, lookup: Lookup): boolean {
  return compile(condition).truth(lookup) === 'true'
}

/** The condition made ready, once for each of a config. */
export function compile(condition: Condition): Compiled {
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
      return {
        truth: (lookup) => passes(lookup(attribute, test)),
        evaluate: (lookup) => {
          const check = checkOf(attribute, test, passes, lookup)
          return { truth: check.truth, checks: lookup.behind?.(check) ?? [check] }
        },
      }
    }
    case 'not': {
      const inner = compile(condition.of)
      return {
        truth: (lookup) => negated(inner.truth(lookup)),
        evaluate: (lookup) => {
          const { truth, checks } = inner.evaluate(lookup)
          return { truth: negated(truth), checks }
        },
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
      let truth: Truth = neutral
      for (const part of parts) {
        const one = part.truth(lookup)
        if (one === decisive) return one
        if (one === 'unknown') truth = one
      }
      return truth
    },
    evaluate(lookup) {
      let truth: Truth = neutral
      const checks: Check[] = []
      for (const part of parts) {
        const inner = part.evaluate(lookup)
        checks.push(...inner.checks)
        if (inner.truth === decisive || (inner.truth === 'unknown' && truth !== decisive)) truth = inner.truth
      }
      return { truth, checks }
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

function checkOf(attribute: string, test: AttributeTest, passes: ValueTest, lookup: Lookup): Check {
  const value = lookup(attribute, test)
  return value === undefined
    ? { attribute, test, truth: passes(value) }
    : { attribute, test, value, truth: passes(value) }
}

/** Every attribute that a condition asks for, for validation. */
export function attributesOf(condition: Condition): string[] {
  if (condition.kind === 'test') return [condition.attribute]
  if (condition.kind === 'not') return attributesOf(condition.of)
  return condition.of.flatMap(attributesOf)
}
