import { describe, expect, it } from 'vitest'
import { businessTimeBetween } from '../../../src/handoffs/business-time.ts'
import { answersOf, workdayOf } from '../../../src/what-if/workday.ts'
import { HOUR, MINUTE, NEW_YORK, NOW } from '../../support/records.ts'

const FROM = NOW - 3 * 24 * HOUR
const day = workdayOf(NEW_YORK, FROM, NOW + 10 * 24 * HOUR)

describe('the working time of a span', () => {
  it('is what the clock of handoffs counts, at every instant', () => {
    for (let at = FROM; at < NOW + 9 * 24 * HOUR; at += 47 * MINUTE) {
      const open = businessTimeBetween(NEW_YORK, FROM, at)
      expect(day.worked(at)).toBe(open)
      expect(day.worked(day.instant(open + MINUTE))).toBe(open + MINUTE)
    }
  })
})

describe('how answers come out', () => {
  const business = (ms: number) => ({ ms, hours: 'business' as const })
  it.each([
    // Ten at once, each an hour of work: the first is done after one hour, the last after ten.
    [Array.from({ length: 10 }, () => NOW), business(3 * HOUR), HOUR, { late: 7, waiting: 10 }],
    [[NOW, NOW + HOUR, NOW + 2 * HOUR], business(HOUR), HOUR, { late: 0, waiting: 1 }],
    [[NOW, NOW], business(HOUR), HOUR, { late: 1, waiting: 2 }],
    // Lunch is no work, and counts on the wall: 11:30 in New York, an hour of work is over at 13:30.
    [[NOW + 90 * MINUTE], business(HOUR), HOUR, { late: 0, waiting: 1 }],
    [[NOW + 90 * MINUTE], { ms: HOUR, hours: 'elapsed' as const }, HOUR, { late: 1, waiting: 1 }],
    [[NOW], null, 100 * HOUR, { late: 0, waiting: 1 }],
    [[], business(HOUR), HOUR, { late: 0, waiting: 0 }],
  ])('%j within %j, each %i: %j', (instants, within, each, answers) => {
    expect(
      answersOf(
        day,
        instants.map((at) => ({ at, within })),
        each,
      ),
    ).toEqual(answers)
  })
})
