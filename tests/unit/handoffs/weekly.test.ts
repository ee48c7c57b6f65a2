import { expect, it } from 'vitest'
import { lastWeekly } from '../../../src/handoffs/weekly.ts'

const NINE = 9 * 60

it.each([
  // Weekday, now, the date and the instant of the last time, in New York.
  ['mon', '2026-11-23T14:00Z', '2026-11-23', '2026-11-23T14:00Z'],
  ['mon', '2026-11-23T13:59Z', '2026-11-16', '2026-11-16T14:00Z'],
  ['sun', '2026-11-23T14:00Z', '2026-11-22', '2026-11-22T14:00Z'],
  ['tue', '2026-11-23T14:00Z', '2026-11-17', '2026-11-17T14:00Z'],
  // The day in New York counts, and its hour after the clocks have changed.
  ['mon', '2026-11-24T04:00Z', '2026-11-23', '2026-11-23T14:00Z'],
  ['mon', '2026-11-02T13:59Z', '2026-10-26', '2026-10-26T13:00Z'],
])('on %s at %s it was last time %s', (on, now, date, at) =>
  expect(lastWeekly('America/New_York', { on, at: NINE }, Date.parse(now))).toEqual({ date, at: Date.parse(at) }),
)
