import type { Logger } from '../platform/log.ts'

const ADOPT_EVERY = 1_000

/** What a worker does of its own accord, again and again. */
interface Recurring {
  sweep: () => Promise<unknown>
  poll: () => Promise<unknown>
  adoption: { run: () => Promise<unknown> }
}

/**
 * Sweeps, adopts and polls from now on, every so many milliseconds; 0 is never, and adoption goes with the sweep. What waited
 * while nobody ran is done at once. What fails is tried again at the next time. Returns what stops it.
 */
export function startTimers(
  work: Recurring,
  { log, sweepEvery, pollEvery }: { log: Logger; sweepEvery: number; pollEvery: number },
): () => void {
  const sweep = () => {
    work.sweep().catch((error) => log.warn({ err: error }, 'the sweep failed and is tried again'))
  }
  const adopt = () => {
    work.adoption.run().catch((error) => log.warn({ err: error }, 'contacts could not be looked for: tried again soon'))
  }
  const poll = () => {
    work.poll().catch((error) => log.debug({ err: error }, 'the poll was cut off and is tried again'))
  }
  const timers = [
    ...(sweepEvery > 0 ? [setInterval(sweep, sweepEvery), setInterval(adopt, ADOPT_EVERY)] : []),
    ...(pollEvery > 0 ? [setInterval(poll, pollEvery)] : []),
  ]
  if (sweepEvery > 0) sweep()
  return () => {
    for (const timer of timers) clearInterval(timer)
  }
}
