import { describe, expect, it } from 'vitest'
import {
  type Limits,
  overLimits,
  percent,
  readAmount,
  readGrowth,
  readLoad,
  readShare,
  readSince,
} from '../../../src/what-if/limits.ts'
import { result } from './result.ts'

const DAY = 24 * 60 * 60_000

describe('values of limits', () => {
  it.each([
    [readAmount, '5%', { percent: 5 }],
    [readAmount, ' 2.5 % ', { percent: 2.5 }],
    [readAmount, '200', { leads: 200 }],
    [readLoad, '25/day', { leads: 25, per: 'day' }],
    [readLoad, '120 / week', { leads: 120, per: 'week' }],
    [readGrowth, '+20%', 20],
    [readGrowth, '150%', 150],
    [readShare, '95%', 95],
    [readSince, '30d', 30 * DAY],
    [readSince, '12h', DAY / 2],
    [readSince, '8w', 56 * DAY],
  ] as const)('%o reads %s', (read, text, value) => {
    expect(read(text)).toEqual(value)
  })

  it.each([
    [readAmount, '', 'neither a share'],
    [readAmount, '101%', 'neither a share'],
    [readAmount, '2.5', 'neither a share'],
    [readAmount, '-5%', 'neither a share'],
    [readAmount, 'five', 'neither a share'],
    [readLoad, '25', '25/day or 100/week'],
    [readLoad, '25/month', '25/day or 100/week'],
    [readGrowth, '20', '+20%'],
    [readGrowth, '-20%', '+20%'],
    [readShare, '95', '95%'],
    [readSince, '0d', '30d'],
    [readSince, '30', '30d'],
    [readSince, '1y', '30d'],
  ] as const)('%o does not read "%s"', (read, text, said) => {
    expect(() => read(text)).toThrow(said)
  })
})

describe('what is over a limit', () => {
  const rep = (before: number, after: number, more = {}) => ({
    ...result().reps[0],
    rep: 'sdr-1',
    leads: { before, after },
    ...more,
  })
  it.each([
    [{ moved: { percent: 5 } }, { moved: 5 }, []],
    [{ moved: { percent: 5 } }, { moved: 6 }, ['6 leads move (6 %), allowed 5 %']],
    [{ moved: { leads: 5 } }, { moved: 6 }, ['6 leads move (6 %), allowed 5']],
    [{ moved: { leads: 0 } }, { moved: 0 }, []],
  ] as [Limits, object, string[]][])('%o: %o → %o', (limits, changes, failed) => {
    expect(overLimits(result({ changes: { ...result().changes, ...changes } }), limits)).toEqual(failed)
  })

  it('by day, by week and by growth, each rep alone', () => {
    const busy = rep(10, 20, { busiestDay: { before: 3, after: 26, cap: null }, busiestWeek: { before: 5, after: 90 } })
    const calm = { ...rep(4, 4), rep: 'sdr-2' }
    const reps = [busy, calm] as never
    expect(overLimits(result({ reps }), { load: { leads: 25, per: 'day' } })).toEqual([
      'sdr-1 gets 26 leads in a day, allowed 25',
    ])
    expect(overLimits(result({ reps }), { load: { leads: 90, per: 'week' } })).toEqual([])
    expect(overLimits(result({ reps }), { rep: 20 })).toEqual(['sdr-1 gets +100 % leads (10 → 20), allowed +20 %'])
    expect(overLimits(result({ reps }), { rep: 100 })).toEqual([])
    expect(overLimits(result({ reps: [rep(0, 1)] as never }), { rep: 20 })).toHaveLength(1)
  })

  it('of a sample, whose counts stand for all leads', () => {
    const leads = { stored: 1_000, sampled: 100, compared: 100 }
    const changes = { ...result().changes, moved: 6 }
    expect(overLimits(result({ leads, changes }), { moved: { leads: 60 } })).toEqual([])
    expect(overLimits(result({ leads, changes }), { moved: { leads: 59 } })).toEqual([
      '60 leads move (6 %), allowed 59',
    ])
    // The loads of reps are counted up already, the leads to sales are not.
    const reps = [rep(100, 100, { late: { before: 0, after: 10 } })] as never
    const sampled = { leads, reps, sales: { ...result().sales, after: 10 }, answers: { minutes: 12, known: 40 } }
    expect(overLimits(result(sampled), { late: { percent: 10 } })).toEqual([])
  })

  it('late answers, and that nothing is known of them', () => {
    const reps = [rep(10, 10, { late: { before: 0, after: 2 } })] as never
    const answers = { minutes: 12, known: 40 }
    expect(overLimits(result({ reps, answers }), { late: { percent: 20 } })).toEqual([])
    expect(overLimits(result({ reps, answers }), { late: { percent: 10 } })).toEqual([
      '2 leads are answered too late (20 %), allowed 10 %',
    ])
    expect(overLimits(result({ answers: { minutes: null, known: 0 } }), { late: { percent: 10 } })).toEqual([
      'no answer is known: whether more than 10 % would be too late cannot be said',
    ])
  })

  it('decisions that are not reproduced', () => {
    const decisions = { found: 100, reproduced: 94, notReproduced: [] }
    expect(overLimits(result({ decisions }), { reproduced: 95 })).toEqual([
      '94 % of the decisions are reproduced, 95 % asked for',
    ])
    expect(overLimits(result({ decisions }), { reproduced: 94 })).toEqual([])
  })
})

it.each([
  [0, 0, '0 %'],
  [1, 1_000, '0.1 %'],
  [5, 100, '5 %'],
  [2, 3, '67 %'],
])('%i of %i are %s', (number, of, text) => {
  expect(percent(number, of)).toBe(text)
})
