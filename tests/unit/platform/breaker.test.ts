import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createBreaker } from '../../../src/platform/breaker.ts'
import { OutsideError } from '../../../src/platform/errors.ts'

const PAUSE = 1_000
// Longer than any pause between two tries.
const LATER = 5_000
let told: string[] = []

beforeEach(() => {
  told = []
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(() => void vi.useRealTimers())

function open() {
  const breaker = createBreaker('slack', {
    firstPause: PAUSE,
    onDown: () => told.push('down'),
    onUp: () => told.push('up'),
  })
  /** Makes calls one after another that end as told, and says how each ended. */
  async function call(...outcomes: (OutsideError | string)[]): Promise<string[]> {
    const ended: string[] = []
    for (const outcome of outcomes) {
      const work = async () => (typeof outcome === 'string' ? outcome : Promise.reject(outcome))
      ended.push(await breaker.call(work).catch((error: OutsideError) => error.code))
    }
    return ended
  }
  return { breaker, call }
}

const silent = new OutsideError('slack', 'unknown-outcome', 'internal_error')

describe('a breaker', () => {
  it('holds calls back after three in a row that were not answered', async () => {
    const { breaker, call } = open()
    expect(await call(silent, silent)).toEqual(['internal_error', 'internal_error'])
    expect(breaker.isDown()).toBe(false)
    expect(await call(silent, 'fine')).toEqual(['internal_error', 'down'])
    expect([breaker.isDown(), told]).toEqual([true, ['down']])
  })

  it.each([
    ['a good answer', 'fine'],
    ['a refusal', new OutsideError('slack', 'refused', 'channel_not_found')],
    ['a limit', new OutsideError('slack', 'rate-limited', 'ratelimited')],
  ])('begins to count anew with %s', async (_, answer) => {
    const { breaker, call } = open()
    await call(silent, silent, answer, silent, silent)
    expect(breaker.isDown()).toBe(false)
  })

  it('counts no call that Redis gave no turn', async () => {
    const { breaker, call } = open()
    const away = new OutsideError('redis', 'unavailable', 'rate-limit')
    await call(away, away, away)
    expect(breaker.isDown()).toBe(false)
  })

  it('lets one call try after the pause, which alone decides', async () => {
    const { breaker, call } = open()
    await call(silent, silent, silent)
    vi.setSystemTime(Date.now() + LATER)
    expect(await call(silent, 'fine')).toEqual(['internal_error', 'down'])
    vi.setSystemTime(Date.now() + LATER)
    expect(await call('fine')).toEqual(['fine'])
    expect([breaker.isDown(), told]).toEqual([false, ['down', 'down', 'up']])
  })
})
