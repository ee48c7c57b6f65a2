import { expect, it } from 'vitest'
import { type Condition, evaluate, type Lookup } from '../../../src/rules/condition.ts'
import { whyOf } from '../../../src/rules/why.ts'

const DAY = 24 * 60 * 60_000
const lookup: Lookup = (name) =>
  ({
    'company.size': 900,
    jobTitle: 'VP Marketing',
    'company.techStack': ['crm', 'cms'],
    'signals.demo_requested': 1,
    quiet: 12 * DAY,
    'signals.weekly_usage': 60,
  })[name]
const test = (attribute: string, what: Extract<Condition, { kind: 'test' }>['test']): Condition => ({
  kind: 'test',
  attribute,
  test: what,
})

it.each<[string, Condition, string]>([
  [
    'a range that is missed',
    test('company.size', { between: [51, 500] }),
    'company.size is 900, not between 51 and 500',
  ],
  ['a range that is met', test('company.size', { atLeast: 500, atMost: 900 }), 'company.size is 900'],
  ['two bounds', test('company.size', { atLeast: 1, atMost: 9 }), 'company.size is 900, not at least 1 and at most 9'],
  ['a list', test('jobTitle', { in: ['CMO', 'CEO'] }), 'jobTitle is VP Marketing, not one of CMO, CEO'],
  ['globs', test('jobTitle', { matches: ['*cmo*', '*ceo*'] }), 'jobTitle is VP Marketing, not like *cmo* or *ceo*'],
  ['one value', test('company.techStack', { is: 'erp' }), 'company.techStack is crm, cms, not erp'],
  ['unknown', test('country', { is: 'Spain' }), 'country is unknown'],
  ['a silence', test('quiet', { atLeast: 60 * DAY }), 'quiet is 12 days, not at least 60 days'],
  [
    'a drop',
    test('signals.weekly_usage', { dropsBy: 70, over: 7 * DAY }),
    'signals.weekly_usage is down 60 % over 7 days, not down more than 70 % over 7 days',
  ],
  [
    'a sum',
    test('signals.weekly_usage', { sum: { atLeast: 100 }, within: 30 * DAY }),
    'sum of signals.weekly_usage in 30 days is 60, not at least 100',
  ],
  ['wanted known', test('country', { known: true }), 'country is unknown'],
  ['wanted unknown', test('jobTitle', { known: false }), 'jobTitle is VP Marketing, not unknown'],
  [
    'signals in a time',
    test('signals.demo_requested', { atLeast: 2, within: 30 * DAY }),
    'signals.demo_requested in 30 days is 1, not at least 2',
  ],
  [
    'all: only what failed',
    { kind: 'all', of: [test('company.size', { atLeast: 1 }), test('jobTitle', { is: 'CMO' })] },
    'jobTitle is VP Marketing, not CMO',
  ],
  [
    'all: only what is unknown, when nothing failed',
    { kind: 'all', of: [test('company.size', { atLeast: 1 }), test('country', { is: 'Spain' })] },
    'country is unknown',
  ],
  [
    'any: only what held',
    { kind: 'any', of: [test('company.size', { atMost: 1 }), test('jobTitle', { is: 'VP Marketing' })] },
    'jobTitle is VP Marketing',
  ],
  ['not: what held inside', { kind: 'not', of: test('jobTitle', { is: 'VP Marketing' }) }, 'jobTitle is VP Marketing'],
  ['nothing', { kind: 'all', of: [] }, 'no condition'],
])('%s', (_, condition, words) => {
  expect(whyOf(evaluate(condition, lookup))).toBe(words)
})

it('leaves out in the short form what was wanted', () => {
  expect(whyOf(evaluate(test('company.size', { between: [51, 500] }), lookup), 'short')).toBe('company.size is 900')
})
