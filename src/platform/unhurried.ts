import { setTimeout as wait } from 'node:timers/promises'

// Whoever holds a lease meanwhile keeps it.
const LONGEST_REST = 5_000

/**
 * The portions of something large, for work that has time: after each it rests for `rests` times as long as that took, 5 s at most, so
 * that it takes no more than its share of the process: a fifth by four rests. What else there is to do makes a portion take longer,
 * and so the rest.
 */
export async function* unhurried<T>(portions: AsyncIterable<T> | Iterable<T>, rests = 4): AsyncGenerator<T> {
  let since = performance.now()
  for await (const portion of portions) {
    yield portion
    await wait(Math.min(LONGEST_REST, rests * (performance.now() - since)))
    since = performance.now()
  }
}
