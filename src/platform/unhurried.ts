import { setTimeout as wait } from 'node:timers/promises'

/**
 * The portions of something large, for work that has time: after each it rests for `rests` times as long as that took, so that of
 * the process it takes a fifth at most. What else there is to do makes a portion take longer, and so the rest.
 */
export async function* unhurried<T>(portions: AsyncIterable<T> | Iterable<T>, rests = 4): AsyncGenerator<T> {
  let since = performance.now()
  for await (const portion of portions) {
    yield portion
    await wait(rests * (performance.now() - since))
    since = performance.now()
  }
}
