import { describe, expect, it } from 'vitest'
import { unhurried } from '../../../src/platform/unhurried.ts'

const WORK = 20

describe('portions of something large', () => {
  it('come one after the other, with a rest after each that is as many times as long as it took', async () => {
    const seen: number[] = []
    const rests: number[] = []
    let ended = performance.now()
    for await (const portion of unhurried([1, 2, 3], 4)) {
      rests.push(performance.now() - ended)
      seen.push(portion)
      const until = performance.now() + WORK
      while (performance.now() < until);
      ended = performance.now()
    }
    expect(seen).toEqual([1, 2, 3])
    // Never less: what is longer than that is the machine's.
    for (const rest of rests.slice(1)) expect(rest).toBeGreaterThan(3.9 * WORK)
  })

  it('are not read ahead', async () => {
    let read = 0
    async function* portions() {
      for (; read < 100; ) yield ++read
    }
    for await (const portion of unhurried(portions())) if (portion === 2) break
    expect(read).toBe(2)
  })
})
