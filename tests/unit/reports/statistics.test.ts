import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { differ, shareOf, wilson } from '../../../src/reports/statistics.ts'

describe('the interval of a share', () => {
  // 81 of 263 is the example that Newcombe published (1998), the others were computed apart.
  it.each([
    [0, 1, 0, 0.7935],
    [1, 1, 0.2065, 1],
    [3, 7, 0.1582, 0.7495],
    [8, 20, 0.2188, 0.6134],
    [0, 10, 0, 0.2775],
    [81, 263, 0.2553, 0.3662],
  ])('%d of %d: %d to %d', (count, all, from, to) => {
    const interval = wilson(count, all)
    expect(interval?.from).toBeCloseTo(from, 4)
    expect(interval?.to).toBeCloseTo(to, 4)
  })

  it('of nothing is none, and so is the share', () => {
    expect([wilson(0, 0), shareOf(0, 0), shareOf(0, 3)]).toEqual([null, null, 0])
  })

  it('holds the share, within 0 and 1, and is the narrower the more cases there are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.float({ min: 0, max: 1, noNaN: true }), (all, part) => {
        const count = Math.round(all * part)
        const { from, to } = wilson(count, all) ?? { from: 2, to: -1 }
        const more = wilson(count * 4, all * 4) ?? { from: 0, to: 1 }
        expect(from >= 0 && to <= 1 && from <= count / all + 1e-12 && to >= count / all - 1e-12).toBe(true)
        expect(more.to - more.from).toBeLessThan(to - from)
      }),
    )
  })
})

describe('whether shares differ', () => {
  it.each([
    ['3 of 4 and 1 of 4 may be chance', { count: 3, all: 4 }, { count: 1, all: 4 }, false],
    ['30 of 40 and 10 of 40 are not', { count: 30, all: 40 }, { count: 10, all: 40 }, true],
    ['whatever the order', { count: 10, all: 40 }, { count: 30, all: 40 }, true],
    ['nothing differs from a share of nothing', { count: 30, all: 40 }, { count: 0, all: 0 }, false],
  ])('%s', (_, a, b, expected) => {
    expect(differ(a, b)).toBe(expected)
  })
})
