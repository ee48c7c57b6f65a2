import { expect, test } from 'vitest'
import { lastDaily } from '../../../src/handoffs/daily.ts'

test.each([
  ['before the time of today', 'America/New_York', 8 * 60, '2026-11-18T12:59:00Z', '2026-11-17T13:00:00Z'],
  ['at the very time', 'America/New_York', 8 * 60, '2026-11-18T13:00:00Z', '2026-11-18T13:00:00Z'],
  [
    'where the day is another one than in UTC',
    'Pacific/Auckland',
    7 * 60,
    '2026-11-18T20:00:00Z',
    '2026-11-18T18:00:00Z',
  ],
  ['after the clocks went back', 'Europe/Berlin', 8 * 60, '2026-10-25T09:00:00Z', '2026-10-25T07:00:00Z'],
  ['in the hour that the clocks skip', 'Europe/Berlin', 2 * 60 + 30, '2026-03-29T12:00:00Z', '2026-03-29T01:30:00Z'],
])('a daily time was last reached %s', (_, zone, minutes, now, at) => {
  expect(new Date(lastDaily(zone, minutes, Date.parse(now))).toISOString()).toBe(at.replace('Z', '.000Z'))
})
