import PQueue from 'p-queue'
import { inOwnProcess } from '../platform/own-process.ts'
import type { ReportName } from '../reports/report.ts'
import { type Made, type ReportAsked, TooManyReports } from '../reports/run.ts'

// Many times as long as one takes.
const LONGEST = 10 * 60_000
const MOST_MEGABYTES = 1_024
const YOUNG_MEGABYTES = 128
const MOST_WAITING = 20

/** What such a process needs to know. */
export interface ReportTask {
  name: ReportName
  asked: ReportAsked
  redisUrls: string[]
  prefix: string
}

/**
 * Prepares processes that make reports beside the service, one at a time. Who asks for one that is waited for already gets the same. None
 * is kept: one takes a second, and what was kept could lack what became known since.
 */
export function createReportProcesses(own: Pick<ReportTask, 'redisUrls' | 'prefix'>) {
  const queue = new PQueue({ concurrency: 1 })
  const ending = new AbortController()
  const waitedFor = new Map<string, Promise<Made>>()

  function make(name: ReportName, asked: ReportAsked): Promise<Made> {
    const task: ReportTask = { name, asked, ...own }
    const file = new URL('./report-process.ts', import.meta.url)
    return queue.add(() =>
      inOwnProcess<Made>(
        {
          file,
          task,
          name: 'report',
          longest: LONGEST,
          megabytes: MOST_MEGABYTES,
          youngMegabytes: YOUNG_MEGABYTES,
        },
        ending.signal,
      ),
    )
  }

  return {
    /** Makes a report; throws TooManyReports. */
    async run(name: ReportName, asked: ReportAsked): Promise<Made> {
      const key = `${name} ${asked.period.name} ${JSON.stringify(asked.settings)} ${asked.reconcile ?? false}`
      const known = waitedFor.get(key)
      if (known) return known
      if (queue.size >= MOST_WAITING) throw new TooManyReports()
      const made = make(name, asked).finally(() => waitedFor.delete(key))
      waitedFor.set(key, made)
      return made
    },

    /** Ends what is under way. */
    close(): void {
      ending.abort()
    },
  }
}
