import { describe, expect, it } from 'vitest'
import { isShort } from '../../../src/handoffs/burst.ts'
import { morningOf, overloaded } from '../../../src/handoffs/digest.ts'
import { MINUTE, NEW_YORK, NOW, started } from '../../support/records.ts'

const at = (text: string) => Date.parse(text)

describe('the morning of a manager', () => {
  it.each([
    ['before it opens', '2026-11-18T13:59:59Z', undefined, null],
    ['when it opens', '2026-11-18T14:00:00Z', undefined, '2026-11-18T14:00:00Z'],
    ['at a time of their own', '2026-11-18T13:00:00Z', 8 * 60, '2026-11-18T13:00:00Z'],
    ['late in the day', '2026-11-19T03:00:00Z', undefined, '2026-11-18T14:00:00Z'],
    ['at the weekend', '2026-11-21T16:00:00Z', undefined, null],
    ['on a holiday, also at a time of their own', '2026-11-26T16:00:00Z', 8 * 60, null],
  ])('%s', (_, now, minutes, expected) => {
    expect(morningOf(NEW_YORK, minutes, at(now))?.at ?? null).toBe(expected === null ? null : at(expected))
  })
})

describe('who has too much', () => {
  const pool = (open: number[]) => open.map((some, index) => ({ rep: `r${index}`, open: some }))
  it.each([
    ['more than twice the middle', [11, 5, 5, 2], undefined, ['r0']],
    ['twice the middle is not more', [10, 5, 5, 2], undefined, []],
    ['of hardly any nobody has much', [4, 0, 0], undefined, []],
    ['whoever is at the cap', [3, 2], 3, ['r0']],
    ['nobody in an empty pool', [], 3, []],
  ])('%s', (_, open, cap, expected) => {
    expect(overloaded(pool(open), cap).map(({ rep }) => rep)).toEqual(expected)
  })
})

describe('a clock under fifteen minutes', () => {
  it.each([
    ['of an hour', { dueAt: NOW + 60 * MINUTE, counted: [] }, false],
    ['of ten minutes', { dueAt: NOW + 10 * MINUTE, counted: [] }, true],
    ['of ten open minutes, over a night', { dueAt: NOW + 900 * MINUTE, counted: [{ from: 0, to: 10 * MINUTE }] }, true],
    ['of fifteen', { dueAt: NOW + 15 * MINUTE, counted: [] }, false],
    ['of none', { dueAt: null, counted: [] }, false],
  ])('%s', (_, clock, expected) => {
    expect(isShort({ ...started(), ...clock })).toBe(expected)
  })
})
