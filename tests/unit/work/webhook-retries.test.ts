import { expect, it } from 'vitest'
import { nextTry, pauseAfter } from '../../../src/work/webhook-retries.ts'

const NOW = Date.parse('2026-11-18T15:00:00Z')
const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000]

it('a webhook is tried for at least a day, ever more seldom, and then given up', () => {
  const waits: number[] = []
  let now = NOW
  for (let tries = 1; ; tries++) {
    const at = nextTry({ since: NOW, tries }, now)
    if (at === null) break
    waits.push(at - now)
    now = at
  }
  expect(waits.map((wait) => wait / SECOND)).toEqual([5, 60, 300, 900, 3_600, 7_200, 14_400, 21_600, 21_600, 21_600])
  expect(now - NOW).toBeGreaterThan(24 * HOUR)
})

it.each([
  ['shorter than our wait', SECOND, 5 * SECOND],
  ['longer', 10 * MINUTE, 10 * MINUTE],
  ['for ever', 1e12, 6 * HOUR],
])('an endpoint that asks to wait %s', (_, asked, waits) => {
  expect(nextTry({ since: NOW, tries: 1 }, NOW, asked)).toBe(NOW + waits)
})

it('an endpoint is left alone after three failures in a row, for five minutes at most', () => {
  expect([1, 2, 3, 4, 5, 20].map((failures) => pauseAfter(failures) / SECOND)).toEqual([0, 0, 15, 30, 60, 300])
})
