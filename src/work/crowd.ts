import { setImmediate, setTimeout } from 'node:timers/promises'
import PQueue from 'p-queue'

// However much urgent work comes, one of the crowd goes on after so many milliseconds.
const LONGEST_WAIT = 50
const LOOK = 5

/**
 * One event loop does all work of a process: a hundred leads whose answer has just come would hold up an urgent one at each
 * of its steps. So the crowd has turns, one at a time: between two of them everything else goes on, and while something
 * urgent is at work they are few.
 */
export function createCrowd() {
  const turns = new PQueue({ concurrency: 1 })
  let urgent = 0
  return {
    /** Does urgent work. */
    async ahead(work: () => Promise<void>): Promise<void> {
      urgent += 1
      await work().finally(() => {
        urgent -= 1
      })
    },

    /** Resolves when it is the turn of one of the crowd. */
    turn: (): Promise<void> =>
      turns.add(async () => {
        await setImmediate()
        const until = performance.now() + LONGEST_WAIT
        while (urgent > 0 && performance.now() < until) await setTimeout(LOOK)
      }),
  }
}
