import type { AttributeValue } from '../../rules/attributes.ts'
import { type AttributeTest, makeCheck, type NumberTest, type Truth } from '../../rules/condition.ts'
import type { Domain } from './domains.ts'

// What a star may stand for, and what no config names.
const SOMETHING = '\u2603'

/** A value that a lead may have; undefined: it is not known. */
export type Candidate = AttributeValue | undefined

/** The values of an attribute that its tests tell apart: those that they name, and some on either side of each number. */
export function candidatesOf(domain: Domain, tests: readonly AttributeTest[]): AttributeValue[] {
  if (domain.kind === 'closed') return [...domain.values]
  const numbers = tests.flatMap((test) => numbersIn(test).flatMap((one) => around(one, domain.whole)))
  if (domain.kind === 'number') {
    const [from, to] = domain.range
    const named = tests.flatMap(namedIn).flatMap((one) => (typeof one === 'string' ? [Number(one)] : one))
    const ends = [from, to].filter(Number.isFinite)
    const all = [...numbers, ...named.filter((one) => typeof one === 'number'), ...ends, 0, 1]
    const inside = all.filter((one) => one >= from && one <= to && (!domain.whole || Number.isInteger(one)))
    // A size may stand there in words that nobody can read.
    return domain.whole ? [...new Set(inside)] : [...new Set(inside), SOMETHING]
  }
  const texts = tests.flatMap((test) => [...namedIn(test), ...(test.matches ?? []).flatMap(examplesOf)])
  return [...new Set([...texts, SOMETHING, ...(domain.kind === 'anything' ? [...numbers, true, false] : [])])]
}

/** Texts that a pattern may find. */
function examplesOf(pattern: string): string[] {
  const filled = pattern.replaceAll('*', SOMETHING)
  return [filled, `${SOMETHING} ${filled} ${SOMETHING}`]
}

function namedIn({ is, in: options }: AttributeTest): (string | number | boolean)[] {
  return [is ?? [], options ?? []].flat(2)
}

/** Whether a test looks for patterns, which find more texts than can be listed. */
export function isOpen({ matches, not }: AttributeTest): boolean {
  return matches !== undefined || not !== undefined
}

/** The numbers that a test compares with. */
function numbersIn(test: AttributeTest): number[] {
  const own = (one: NumberTest) => [one.atLeast ?? [], one.atMost ?? [], one.between ?? []].flat()
  return [...own(test), ...(test.sum ? own(test.sum) : []), ...(test.dropsBy === undefined ? [] : [test.dropsBy])]
}

function around(value: number, whole: boolean): number[] {
  const near = [value - 1, value, value + 1]
  return whole ? near.flatMap((one) => [Math.floor(one), Math.ceil(one)]) : [...near, value - 0.001, value + 0.001]
}

/** What a test says of a value. */
export function truthOf(attribute: string, test: AttributeTest, value: Candidate): Truth {
  return makeCheck(attribute, test, () => value).truth
}
