import { describe, expect, it } from 'vitest'
import type { Condition } from '../../../src/rules/condition.ts'
import { holdsNextAt, lookBackOf, signalsNamed } from '../../../src/rules/triggers.ts'
import { DAY, NOW, when } from '../../support/records.ts'

const quiet = when('quiet', { atLeast: 60 * DAY })
const none = when('signals.demo_requested', { atMost: 0, within: 30 * DAY })
const some = when('signals.demo_requested', { atLeast: 1, within: 30 * DAY })
const all = (...of: Condition[]): Condition => ({ kind: 'all', of })
const not = (of: Condition): Condition => ({ kind: 'not', of })

describe('the signals that a condition asks for', () => {
  it.each<[string, Condition, string[]]>([
    ['one', some, ['demo_requested']],
    ['of each part', all(some, when('signals.trial_started', { atLeast: 1 })), ['demo_requested', 'trial_started']],
    ['not what must not be', all(quiet, not(some)), []],
    ['none', when('score', { atLeast: 50 }), []],
  ])('%s', (_, condition, types) => expect(signalsNamed(condition)).toEqual(types))
})

describe('the instant at which time alone may make a condition hold', () => {
  const dates = { quietSince: NOW - 20 * DAY, signals: [{ type: 'demo_requested', at: NOW - 10 * DAY }] }

  it.each<[string, Condition, number | null]>([
    ['the end of a silence', quiet, NOW + 40 * DAY],
    ['of the next of several', all(quiet, when('quiet', { atLeast: 30 * DAY })), NOW + 10 * DAY],
    ['after one that is over', when('quiet', { atMost: 30 * DAY }), NOW + 10 * DAY + 1],
    ['none that is past', when('quiet', { atLeast: 20 * DAY }), null],
    ['a signal that is too old to be counted', none, NOW + 20 * DAY + 1],
    ['likewise under not', not(some), NOW + 20 * DAY + 1],
    ['none where a count only falls short by it', some, null],
    ['none for a score', when('score', { atLeast: 50 }), null],
  ])('%s', (_, condition, at) => expect(holdsNextAt(condition, dates, NOW)).toBe(at))
})

describe('how far back conditions look', () => {
  it('as far as they count, and for a drop as far as what it is measured against can lie', () => {
    const drop = when('signals.weekly_usage', { dropsBy: 50, over: 7 * DAY })
    expect(lookBackOf([quiet, all(some, not(none)), drop])).toBe(30 * DAY)
    expect(lookBackOf([drop])).toBe(21 * DAY)
    expect(lookBackOf([])).toBe(0)
  })
})
