import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AttributeValue } from '../../../src/rules/attributes.ts'
import { type AttributeTest, attributesOf, type Condition, evaluate, type Truth } from '../../../src/rules/condition.ts'
import { lookupIn, when } from '../../support/records.ts'

const DECIDED: Record<Truth, Condition> = {
  true: when('yes', { is: true }),
  false: when('yes', { is: false }),
  unknown: when('nothing', { is: true }),
}
const decided = (truths: Truth[]) => truths.map((truth) => DECIDED[truth])
const truthOf = (condition: Condition, values: Record<string, AttributeValue> = { yes: true }) =>
  evaluate(condition, lookupIn(values)).truth

describe('a test on one attribute', () => {
  it.each<[AttributeTest, AttributeValue | undefined, Truth]>([
    [{ is: 'Acme' }, 'aCME ', 'true'],
    [{ is: 'Acme' }, 'Acme Inc', 'false'],
    [{ is: 5 }, '5', 'true'],
    [{ is: false }, false, 'true'],
    [{ is: 0 }, undefined, 'unknown'],
    [{ in: ['Computer Software', 'internet'] }, 'computer software', 'true'],
    [{ in: ['computer software'] }, 'retail', 'false'],
    [{ in: ['computer software'] }, undefined, 'unknown'],
    [{ atLeast: 2 }, 2, 'true'],
    [{ atLeast: 2 }, 1, 'false'],
    [{ atLeast: 0 }, undefined, 'unknown'],
    [{ atMost: 4 }, 4, 'true'],
    [{ atMost: 4 }, 5, 'false'],
    [{ atMost: 4 }, undefined, 'unknown'],
    [{ atMost: 4 }, 'three', 'unknown'],
    [{ between: [51, 500] }, 51, 'true'],
    [{ between: [51, 500] }, 500, 'true'],
    [{ between: [51, 500] }, 50, 'false'],
    [{ between: [51, 500] }, 501, 'false'],
    [{ between: [51, 500] }, undefined, 'unknown'],
    [{ matches: ['*cmo*', 'vp*marketing*'] }, 'VP of Marketing', 'true'],
    [{ matches: ['*cmo*', 'vp*marketing*'] }, 'Interim CMO', 'true'],
    [{ matches: ['vp*marketing*'] }, 'Assistant to the VP Marketing', 'false'],
    [{ matches: ['*.edu'] }, 'cs.state.EDU', 'true'],
    [{ matches: ['*.edu'] }, 'xedu', 'false'],
    [{ matches: ['head of marketing'] }, ' Head \n of\tMarketing ', 'true'],
    [{ matches: ['*'] }, undefined, 'unknown'],
    [{ known: true }, 0, 'true'],
    [{ known: true }, undefined, 'false'],
    [{ known: false }, undefined, 'true'],
    [{ known: false }, 0, 'false'],
    [{ known: true, atLeast: 3 }, 2, 'false'],
    [{ known: true, atLeast: 3 }, undefined, 'false'],
    [{ is: 'HubSpot' }, ['Slack', 'hubspot'], 'true'],
    [{ matches: ['hub*'] }, ['Slack', 'HubSpot'], 'true'],
    [{ in: ['jira'] }, ['Slack', 'HubSpot'], 'false'],
    [{ atLeast: 2, atMost: 4 }, 5, 'false'],
    [{ atLeast: 2, atMost: 4 }, 3, 'true'],
    [{ sum: { atLeast: 100 }, within: 30 }, 100, 'true'],
    [{ sum: { between: [10, 20] } }, 21, 'false'],
    [{ sum: { atMost: 100 } }, undefined, 'unknown'],
    // More than half, not half.
    [{ dropsBy: 50, over: 7 }, 50, 'false'],
    [{ dropsBy: 50, over: 7 }, 50.1, 'true'],
    [{ dropsBy: 50, over: 7 }, -80, 'false'],
    [{ dropsBy: 50, over: 7 }, undefined, 'unknown'],
  ])('%j on %j is %s', (test, value, truth) => {
    expect(truthOf(when('it', test), value === undefined ? {} : { it: value })).toBe(truth)
  })

  it('hands the test to the lookup, and says what it found', () => {
    const asked: unknown[] = []
    const test = { atLeast: 2, within: 30 }
    const evaluation = evaluate(when('signals.x', test), (name, asking) => {
      asked.push([name, asking])
      return 2
    })
    expect(asked).toEqual([['signals.x', test]])
    expect(evaluation).toEqual({ truth: 'true', checks: [{ attribute: 'signals.x', test, value: 2, truth: 'true' }] })
  })

  it('leaves the value out of the explanation when it is unknown', () => {
    expect(evaluate(when('it', { is: 1 }), () => undefined).checks).toEqual([
      { attribute: 'it', test: { is: 1 }, truth: 'unknown' },
    ])
  })
})

describe('combinations', () => {
  it.each<[Truth, Truth]>([
    ['true', 'false'],
    ['false', 'true'],
    ['unknown', 'unknown'],
  ])('not %s is %s', (inner, truth) => {
    expect(truthOf({ kind: 'not', of: DECIDED[inner] })).toBe(truth)
  })

  it.each<[Truth[], Truth, Truth]>([
    [['true', 'true'], 'true', 'true'],
    [['true', 'false'], 'false', 'true'],
    [['false', 'false'], 'false', 'false'],
    [['true', 'unknown'], 'unknown', 'true'],
    [['false', 'unknown'], 'false', 'unknown'],
    [['unknown', 'unknown'], 'unknown', 'unknown'],
    [['unknown', 'true', 'false'], 'false', 'true'],
  ])('of %j: all is %s, any is %s', (truths, all, any) => {
    for (const parts of [decided(truths), decided(truths.toReversed())]) {
      expect(truthOf({ kind: 'all', of: parts })).toBe(all)
      expect(truthOf({ kind: 'any', of: parts })).toBe(any)
    }
  })

  it('makes every test, also after the answer is clear', () => {
    const of = decided(['false', 'true', 'unknown'])
    const nested: Condition = {
      kind: 'any',
      of: [
        { kind: 'all', of },
        { kind: 'not', of: DECIDED.true },
      ],
    }
    expect(evaluate(nested, lookupIn({ yes: true })).checks.map((check) => check.truth)).toEqual([
      'false',
      'true',
      'unknown',
      'true',
    ])
    expect(attributesOf(nested)).toEqual(['yes', 'yes', 'nothing', 'yes'])
  })
})

const names = ['a', 'b', 'c']
const values = fc.dictionary(fc.constantFrom(...names), fc.integer({ min: 0, max: 5 }))
const { tree } = fc.letrec<{ tree: Condition }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc
      .tuple(fc.constantFrom(...names), fc.constantFrom<AttributeTest>({ atLeast: 2 }, { is: 3 }, { in: [0, 5] }))
      .map(([name, test]) => when(name, test)),
    fc.record({ kind: fc.constantFrom('all', 'any'), of: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ kind: fc.constant('not' as const), of: tie('tree') }),
  ),
}))

describe('properties', () => {
  it('an answer that is not unknown stays when more becomes known', () => {
    fc.assert(
      fc.property(tree, values, values, (condition, known, more) => {
        const before = truthOf(condition, known)
        if (before !== 'unknown') expect(truthOf(condition, { ...more, ...known })).toBe(before)
      }),
    )
  })

  it('is never unknown when everything is known', () => {
    fc.assert(
      fc.property(tree, fc.integer({ min: 0, max: 5 }), (condition, value) => {
        expect(truthOf(condition, { a: value, b: value, c: value })).not.toBe('unknown')
      }),
    )
  })

  it('keeps the laws of logic: not not, and not all = any not', () => {
    fc.assert(
      fc.property(tree, tree, values, (one, two, known) => {
        const not = (of: Condition): Condition => ({ kind: 'not', of })
        expect(truthOf(not(not(one)), known)).toBe(truthOf(one, known))
        expect(truthOf(not({ kind: 'all', of: [one, two] }), known)).toBe(
          truthOf({ kind: 'any', of: [not(one), not(two)] }, known),
        )
      }),
    )
  })
})
