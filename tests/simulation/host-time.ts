import { syncBuiltinESMExports } from 'node:module'
import timers from 'node:timers/promises'

/*
 * A process measures how long something took, and rests for a moment, by its host. While a history is played both go by the
 * clock and the turns of its world, so that it is the same each time.
 */

/** Puts a world's time in the place of the host's; returns what puts that back. */
export function holdHostTime(now: () => number, rest: () => Promise<void>): () => void {
  const { setTimeout } = timers
  const { performance } = globalThis
  const hostNow = performance.now
  const set = (wait: unknown, measure: () => number) => {
    Object.assign(timers, { setTimeout: wait })
    syncBuiltinESMExports()
    performance.now = measure
  }
  set(rest, now)
  return () => set(setTimeout, hostNow)
}
