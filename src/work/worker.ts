import { type Job, type Telemetry, Worker } from 'bullmq'
import { z } from 'zod'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/log.ts'
import type { RedisConnection } from '../platform/redis.ts'
import type { Store } from '../store/partitions.ts'
import { queuePrefix } from './queues.ts'
import type { Runner } from './run.ts'
import type { QueueName, WorkTable } from './table.ts'
import { workerBackend } from './worker-backend.ts'

/** How long taken work is left to whoever took it, in milliseconds; a killed worker's is free again after it. */
export const LEASE = 15_000

const Jobs = z.record(z.string(), z.array(z.string().min(1)))

// A job names many pieces of work, which share the lanes; a few jobs at once keep them full.
const JOBS_AT_ONCE: Record<QueueName, number> = {
  leads: 50,
  bulk: 2,
  timers: 200,
  slack: 20,
  hubspot: 20,
  webhooks: 20,
  maintenance: 10,
}

/**
 * Starts a worker for one queue. A job hurries what stands in the indexes: each of its pieces of work is taken there, unless
 * somebody else is at it, and run. What cannot be done now is the runner's business: the job has served.
 */
export function createWorker(
  queue: QueueName,
  options: {
    table: WorkTable
    runner: Runner
    store: Store
    clock: Clock
    connection: RedisConnection
    prefix: string
    log: Logger
    telemetry?: Telemetry | undefined
  },
): Worker {
  const { clock, log, runner, store, table } = options

  async function process(job: Job): Promise<void> {
    const data = Jobs.safeParse(job.data)
    if (!data.success) return log.error({ queue, job: job.id }, 'a job that is none of ours, or malformed: left out')
    await Promise.all(Object.entries(data.data).map(([name, ids]) => runSome(name, ids)))
  }

  async function runSome(name: string, ids: string[]): Promise<void> {
    const row = Object.hasOwn(table, name) ? table[name] : undefined
    // Of another version: its index, if any, is that version's to sweep.
    if (!row) return log.warn({ work: name, jobs: ids.length }, 'work that this version does not know: left out')
    const now = clock.now()
    // A timer fires at its instant, and looks itself whether it is due.
    const mine = row.index && !row.timer ? await store.claimNamed(row.index, ids, now, now + LEASE) : ids
    await Promise.all(mine.map((id) => runner.run({ name, id, last: queue === 'bulk' })))
  }

  const settings = {
    connection: options.connection,
    prefix: queuePrefix(options.prefix, queue),
    concurrency: JOBS_AT_ONCE[queue],
    // A killed worker's job runs again within 17 s instead of 60.
    lockDuration: 15_000,
    stalledInterval: 5_000,
    maxStalledCount: 25,
    ...(options.telemetry ? { telemetry: options.telemetry } : {}),
  }
  const worker = new Worker(queue, process, settings, workerBackend)
  worker.on('error', (error) => log.warn({ queue, err: error }, 'worker: connection trouble'))
  return worker
}
