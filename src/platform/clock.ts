import type { Redis } from 'ioredis'

/** Where the time comes from; passed to everything that needs it, so that tests can move it. Epoch milliseconds. */
export interface Clock {
  now(): number
}

/** The real clock. */
export function createClock(_redis: Pick<Redis, 'time'>): Clock {
  return { now: () => Date.now() }
}
