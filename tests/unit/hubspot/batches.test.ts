import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { BATCH, createGather } from '../../../src/hubspot/batches.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** Lets keys come and says when each batch left, in milliseconds from the start, as a loader would schedule it. */
function gathering() {
  const gather = createGather({ quiet: 20, busy: 250 })
  const start = performance.now()
  const left: [at: number, size: number][] = []
  let open = 0
  return {
    left,
    come(count = 1): void {
      for (let one = 0; one < count; one++) {
        gather.count()
        if (open === BATCH) open = 0
        open += 1
        if (open > 1) continue
        gather.schedule(() => {
          left.push([performance.now() - start, Math.min(open, BATCH)])
          open = 0
        })
      }
    },
  }
}

it('one that comes alone leaves after a moment', () => {
  const { come, left } = gathering()
  come()
  vi.advanceTimersByTime(1_000)
  expect(left).toEqual([[20, 1]])
})

it('waits while more come, and for the longest time when they never stop', () => {
  const { come, left } = gathering()
  for (let at = 0; at < 300; at += 15) {
    come()
    vi.advanceTimersByTime(15)
  }
  expect(left[0]?.[0]).toBeGreaterThanOrEqual(250)
  expect(left[0]?.[0]).toBeLessThan(275)
})

it('a full batch leaves at its next look, though more come', () => {
  const { come, left } = gathering()
  come(BATCH)
  vi.advanceTimersByTime(10)
  come(5)
  vi.advanceTimersByTime(15)
  expect(left.map(([at]) => at)).toEqual([20])
})

it('after a batch of many the next one gathers for longer, after one of few it does not', () => {
  const { come, left } = gathering()
  come(40)
  vi.advanceTimersByTime(30)
  come(5)
  vi.advanceTimersByTime(400)
  come()
  vi.advanceTimersByTime(100)
  expect(left.map(([, size]) => size)).toEqual([40, 5, 1])
  expect((left[1]?.[0] ?? 0) - (left[0]?.[0] ?? 0)).toBeGreaterThanOrEqual(250)
  expect((left[2]?.[0] ?? 0) - 430).toBe(20)
})
