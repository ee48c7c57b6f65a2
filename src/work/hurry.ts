import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/log.ts'
import { inTrace, presentTrace, type Trace } from '../platform/tracing.ts'
import type { Waiting } from '../store/commit.ts'
import type { StoredLead } from '../store/leads.ts'
import type { Queues } from './queues.ts'
import type { Runner } from './run.ts'
import type { WorkName, WorkTable } from './table.ts'

const AT_ONCE = 100
const MOST_WAITING = 5_000

interface Job {
  name: WorkName
  id: string
  last?: boolean | undefined
  trace: Trace
}

/**
 * Has what a commit left to do done soon: at once in this process where it does such work, else by a job for a worker; what
 * is due later by a timer. Nobody waits for it, and all of it stands in the indexes: what cannot be added, or comes
 * faster than it can be added, is left to the sweep.
 */
export function createHurry(options: {
  table: WorkTable
  queues: Pick<Queues, 'add' | 'setTimers'>
  clock: Clock
  log: Logger
  /** Runs work here; null in a process that does none. */
  runner: Pick<Runner, 'run' | 'busy'> | null
}) {
  const { table, queues, clock, log, runner } = options
  const rowOfIndex = new Map(
    Object.entries(table).flatMap(([name, { index }]) => (index ? [[index, name as WorkName] as const] : [])),
  )
  // What one request left to do travels in one job, under its trace.
  const jobs = createBuffer<Job>(async (some) => {
    const byTrace = Map.groupBy(some, ({ trace }) => trace)
    await Promise.all([...byTrace].map(([trace, items]) => inTrace(trace, () => queues.add(items))))
  })
  const timers = createBuffer<{ name: WorkName; id: string; at: number }>((some) => queues.setTimers(some, clock.now()))

  /** Hands on a hundred at a time, one call to Redis at a time: what comes meanwhile leaves together. */
  function createBuffer<T>(handOn: (some: T[]) => Promise<void>) {
    const waiting: T[] = []
    let lost = 0
    let busy = false
    async function drain(): Promise<void> {
      busy = true
      while (waiting.length > 0) {
        const some = waiting.splice(0, AT_ONCE)
        await handOn(some).catch((error) => {
          log.warn({ err: error, work: some.length }, 'work could not be hurried: the sweep will')
        })
      }
      busy = false
      if (lost > 0) log.warn({ work: lost }, 'work came faster than it could be hurried: the sweep will')
      lost = 0
    }
    return function add(one: T): void {
      if (waiting.length >= MOST_WAITING) lost += 1
      else waiting.push(one)
      if (!busy) queueMicrotask(() => void (busy || drain()))
    }
  }

  return function hurry(waiting: Waiting[], { known, delay = 0 }: { known?: StoredLead; delay?: number } = {}): void {
    const trace = presentTrace()
    const start = () => {
      const now = clock.now()
      for (const { index, id, at, last } of waiting) {
        const name = rowOfIndex.get(index)
        if (!name) continue
        if (at > now) {
          if (table[name]?.timer) timers({ name, id, at })
        } else if (runner) void runner.run({ name, id, last }, known)
        else jobs({ name, id, last, trace })
      }
    }
    if (delay > 0) setTimeout(start, delay).unref()
    else start()
  }
}
