import { type JobsOptions, Queue, type Telemetry } from 'bullmq'
import { OutsideError, withDeadline } from '../platform/errors.ts'
import type { RedisConnection } from '../platform/redis.ts'
import { JOBS, type JobRequest, OWN_ATTEMPTS, QUEUES, type QueueName } from './table.ts'

/** Adds jobs. Fails fast: whoever adds has the work in an index already, so a sweep makes up for it. */
export type Producers = ReturnType<typeof createProducers>

const DEADLINE = 2_000

/** The prefix of a queue's keys; its hash tag keeps them on one node of a cluster. */
export function queuePrefix(prefix: string, queue: QueueName): string {
  return `{${prefix}-${queue}}`
}

/** Opens every queue for adding on a fail-fast connection. */
export function createProducers(options: {
  connection: RedisConnection
  prefix: string
  onError: (error: Error) => void
  telemetry?: Telemetry | undefined
}) {
  const queues = Object.fromEntries(
    QUEUES.map((name) => {
      const queue = new Queue(name, {
        connection: options.connection,
        prefix: queuePrefix(options.prefix, name),
        ...(options.telemetry ? { telemetry: options.telemetry } : {}),
      })
      queue.on('error', options.onError)
      return [name, queue]
    }),
  ) as Record<QueueName, Queue>

  return {
    queues,

    /** Adds jobs, those of a queue in one round trip. Rejects with `OutsideError` when Redis does not confirm in time. */
    async add(requests: JobRequest[]): Promise<void> {
      const byQueue = Map.groupBy(requests, (request) => JOBS[request.name].queue)
      const added = Promise.all(
        [...byQueue].map(([queue, jobs]) =>
          queues[queue].addBulk(jobs.map((job) => ({ name: job.name, data: job.payload, opts: optionsOf(job) }))),
        ),
      )
      await withDeadline(added, DEADLINE, () => new OutsideError('redis', 'unavailable', 'deadline'))
    },

    /** Runs a delayed job now, when it is still there; for the sweep, when an instant has come. */
    async hurry(request: JobRequest): Promise<void> {
      const job = await queues[JOBS[request.name].queue].getJob(idOf(request))
      if (job && (await job.isDelayed())) await job.promote()
    },

    /** Closes the queues. */
    async close(): Promise<void> {
      await Promise.all(Object.values(queues).map((queue) => queue.close()))
    },
  }
}

function idOf(request: JobRequest): string {
  // The union of names and payloads is told apart by the table itself.
  return (JOBS[request.name].id as (payload: unknown) => string)(request.payload)
}

function optionsOf(request: JobRequest): JobsOptions {
  const id = idOf(request)
  return {
    attempts: OWN_ATTEMPTS,
    backoff: { type: 'exponential', delay: 1_000, jitter: 0.5 },
    // The indexes remember what is left to do, so a finished job has nothing more to say, and must not block its id.
    removeOnComplete: true,
    removeOnFail: true,
    stackTraceLimit: 3,
    ...(request.trace ? { telemetry: { metadata: request.trace } } : {}),
    // A timer begins a trace of its own: one that goes on for hours is of no use.
    ...(request.delay && request.delay > 0 ? { delay: request.delay, telemetry: { omitContext: true } } : {}),
    ...(JOBS[request.name].fold === 'latest' ? { deduplication: { id, keepLastIfActive: true } } : { jobId: id }),
  }
}
