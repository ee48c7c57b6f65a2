import { createHash } from 'node:crypto'
import { type JobsOptions, Queue, type Telemetry } from 'bullmq'
import { OutsideError, withDeadline } from '../platform/errors.ts'
import type { RedisConnection } from '../platform/redis.ts'
import { currentTrace } from '../platform/tracing.ts'
import { QUEUES, type QueueName, WORK, type WorkName } from './table.ts'

/** What a job says: ids by the name of their work. It hurries what stands in the indexes anyway. */
export type JobData = Partial<Record<WorkName, string[]>>

/** The queues, open for adding. Fails fast: whoever adds has the work in an index already, so a sweep makes up for it. */
export type Queues = ReturnType<typeof createQueues>

const DEADLINE = 2_000

/** The prefix of a queue's keys; its hash tag keeps them on one node of a cluster. */
export function queuePrefix(prefix: string, queue: QueueName): string {
  return `{${prefix}-${queue}}`
}

/** The id of the job that does work at an instant; a digest, for ids of jobs may not hold every character. */
export function timerId(name: WorkName, id: string, at: number): string {
  return createHash('md5').update(`${name}:${id}:${at}`).digest('base64url')
}

/** Opens every queue for adding on a fail-fast connection. */
export function createQueues(options: {
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

    /** Adds one job for each queue that the items belong to, under the present trace. Rejects with `OutsideError` when Redis does not confirm in time. */
    async add(items: { name: WorkName; id: string; last?: boolean | undefined }[]): Promise<void> {
      const byQueue = Map.groupBy(items, ({ name, last }) =>
        last && WORK[name].queue === 'leads' ? 'bulk' : WORK[name].queue,
      )
      const added = [...byQueue].map(([queue, some]) => {
        const data: JobData = {}
        for (const { name, id } of some) data[name] = [...(data[name] ?? []), id]
        return queues[queue].add('work', data, { ...OPTIONS, ...traced() })
      })
      await withDeadline(Promise.all(added), DEADLINE, () => new OutsideError('redis', 'unavailable', 'deadline'))
    },

    /** Sets timers: each piece of work is done at its instant (epoch milliseconds), and set once for it. */
    async setTimers(timers: { name: WorkName; id: string; at: number }[], now: number): Promise<void> {
      const jobs = timers.map(({ name, id, at }) => ({
        name: 'work',
        data: { [name]: [id] },
        opts: {
          ...OPTIONS,
          jobId: timerId(name, id, at),
          delay: Math.max(0, at - now),
          // A timer begins a trace of its own: one that goes on for hours is of no use.
          telemetry: { omitContext: true },
        },
      }))
      await withDeadline(
        queues.timers.addBulk(jobs),
        DEADLINE,
        () => new OutsideError('redis', 'unavailable', 'deadline'),
      )
    },

    /** Takes timers off that nobody needs any more. */
    async dropTimers(timers: { name: WorkName; id: string; at: number }[]): Promise<void> {
      await Promise.all(timers.map(({ name, id, at }) => queues.timers.remove(timerId(name, id, at))))
    },

    /** Closes the queues. */
    async close(): Promise<void> {
      await Promise.all(Object.values(queues).map((queue) => queue.close()))
    },
  }
}

// The indexes remember what is left to do, so a job has nothing more to say once it was taken.
const OPTIONS: JobsOptions = { attempts: 1, removeOnComplete: true, removeOnFail: true, stackTraceLimit: 3 }

function traced(): JobsOptions {
  const trace = currentTrace()
  return trace ? { telemetry: { metadata: trace } } : {}
}
