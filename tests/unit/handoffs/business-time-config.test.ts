import { describe, expect, test } from 'vitest'
import { expandWeekdays, parseShift } from '../../../src/handoffs/business-time.ts'

describe('parseShift', () => {
  test.each([
    ['09:00-12:00', 540, 720],
    ['22:00-02:00', 1320, 120],
    ['00:00-24:00', 0, 1440],
    ['18:00-24:00', 1080, 1440],
    ['22:00-00:00', 1320, 0],
    ['23:59-00:01', 1439, 1],
    ['09:00-09:00', 540, 540],
  ])('%s', (text, open, close) => {
    expect(parseShift(text)).toEqual({ open, close })
  })

  test.each([
    ['09:00-24:01', /closes too late/],
    ['09:00-25:00', /closes too late/],
    ['24:00-02:00', /opens too late/],
    ['99:00-02:00', /opens too late/],
    ['09:60-12:00', /is not a shift/],
    ['9:00-12:00', /is not a shift/],
    ['09:00 - 12:00', /is not a shift/],
    ['09:00', /is not a shift/],
    ['09:00-12:00-13:00', /is not a shift/],
    ['-09:00-12:00', /is not a shift/],
    ['09:00-12:00\n', /is not a shift/],
    ['', /is not a shift/],
  ])('refuses %j', (text, message) => {
    expect(() => parseShift(text)).toThrow(RangeError)
    expect(() => parseShift(text)).toThrow(message)
  })
})

describe('expandWeekdays', () => {
  test.each([
    ['mon', ['mon']],
    ['mon-fri', ['mon', 'tue', 'wed', 'thu', 'fri']],
    ['sat-mon', ['sat', 'sun', 'mon']],
    ['tue-mon', ['tue', 'wed', 'thu', 'fri', 'sat', 'sun', 'mon']],
    ['sun-sun', ['sun']],
    ['mon,wed', ['mon', 'wed']],
    ['wed, mon', ['wed', 'mon']],
    ['mon-wed,tue-thu', ['mon', 'tue', 'wed', 'thu']],
  ])('%s', (text, days) => {
    expect(expandWeekdays(text)).toEqual(days)
  })

  test.each(['', 'monday', 'Mon', 'mon-', '-mon', 'mon-tue-wed', 'mon,', 'mon fri', '1'])('refuses %j', (text) => {
    expect(() => expandWeekdays(text)).toThrow(RangeError)
    expect(() => expandWeekdays(text)).toThrow(/is not a list of days/)
  })
})
