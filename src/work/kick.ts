import type { Logger } from '../platform/log.ts'
import { currentTrace } from '../platform/tracing.ts'
import type { Producers } from './producers.ts'
import type { JobRequest } from './table.ts'

const AT_ONCE = 100
const MOST_WAITING = 5_000

/**
 * Adds jobs without anybody waiting for it. The work stands in the indexes already, so what cannot be added, or comes
 * faster than it can be added, is left to the sweep. One call to Redis at a time: what comes meanwhile leaves together.
 */
export function createKick({ producers, log }: { producers: Pick<Producers, 'add'>; log: Logger }) {
  const waiting: JobRequest[] = []
  let adding = false

  async function addWaiting(): Promise<void> {
    adding = true
    while (waiting.length > 0) {
      const some = waiting.splice(0, AT_ONCE)
      await producers
        .add(some)
        .catch((error) => log.warn({ err: error, jobs: some.length }, 'jobs could not be added: the sweep will'))
    }
    adding = false
  }

  return function kick(jobs: JobRequest[]): void {
    const room = Math.max(0, MOST_WAITING - waiting.length)
    if (jobs.length > room) log.warn({ jobs: jobs.length - room }, 'too many jobs at once: the sweep will add them')
    // Jobs of several traces leave together, so each takes its own along.
    const trace = currentTrace()
    waiting.push(...jobs.slice(0, room).map((job) => (trace ? { ...job, trace } : job)))
    if (!adding) addWaiting()
  }
}
