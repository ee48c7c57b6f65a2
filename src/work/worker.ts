import { DelayedError, type Job, type Telemetry, UnrecoverableError, Worker } from 'bullmq'
import { hostNow } from '../platform/clock.ts'
import { OutsideError } from '../platform/errors.ts'
import type { Logger } from '../platform/log.ts'
import { isRedisAway, type RedisConnection } from '../platform/redis.ts'
import { nameIds } from '../platform/tracing.ts'
import { queuePrefix } from './producers.ts'
import { CONCURRENCY, JOBS, type JobName, OWN_ATTEMPTS, type Payload, type QueueName } from './table.ts'
import { workerBackend } from './worker-backend.ts'

/** What each job does. */
export type Handlers = { [N in JobName]: (payload: Payload<N>) => Promise<void> }

/** Thrown by a handler to be run again later; costs no attempt. */
export class RunLater extends Error {
  readonly delay: number
  constructor(delay: number) {
    super(`run again in ${delay} ms`)
    this.name = 'RunLater'
    this.delay = delay
  }
}

const LONGEST_WAIT = 60_000

/**
 * Starts a worker for one queue. An outside system that is down or limits us is waited for as long as it takes; an
 * error of our own has a budget of attempts, after which `onDead` is told, so that nothing ends in silence.
 */
export function createWorker(
  queue: QueueName,
  handlers: Handlers,
  options: {
    connection: RedisConnection
    prefix: string
    log: Logger
    retryDelay: number
    onDead: (name: JobName, payload: unknown, error: unknown) => Promise<void>
    telemetry?: Telemetry | undefined
  },
): Worker {
  const { log } = options

  async function run(job: Job, token: string | undefined): Promise<void> {
    const name = job.name as JobName
    const payload = Object.hasOwn(JOBS, name) ? JOBS[name].payload.safeParse(job.data) : undefined
    if (!payload?.success) {
      log.error({ job: job.name, id: job.id }, 'a job that is none of ours, or malformed: left out')
      throw new UnrecoverableError('not a job of this version')
    }
    nameIds(payload.data)
    try {
      // The table ties each name to its payload; TypeScript cannot follow that through a lookup.
      await (handlers[name] as (payload: unknown) => Promise<void>)(payload.data)
    } catch (thrown) {
      const error = isRedisAway(thrown) ? new OutsideError('redis', 'unavailable', 'away') : thrown
      const delay = delayFor(error, job.attemptsStarted, options.retryDelay)
      if (delay !== null) {
        if (error instanceof OutsideError)
          log.warn(
            { job: job.name, system: error.system, kind: error.kind, code: error.code, delay },
            'outside system: waiting',
          )
        // BullMQ wakes it by the host's clock.
        await job.moveToDelayed(hostNow() + delay, token)
        throw new DelayedError()
      }
      const last = error instanceof OutsideError || job.attemptsMade + 1 >= OWN_ATTEMPTS
      log.error({ job: job.name, id: job.id, err: error, last }, 'job failed')
      if (!last) throw error
      await options.onDead(name, payload.data, error)
      throw new UnrecoverableError('given up; see the dead-letter index')
    }
  }

  const settings = {
    connection: options.connection,
    prefix: queuePrefix(options.prefix, queue),
    concurrency: CONCURRENCY[queue],
    // A killed worker's job runs again within 17 s instead of 60.
    lockDuration: 15_000,
    stalledInterval: 5_000,
    maxStalledCount: 25,
    ...(options.telemetry ? { telemetry: options.telemetry } : {}),
  }
  const worker = new Worker(queue, run, settings, workerBackend)
  worker.on('error', (error) => log.warn({ queue, err: error }, 'worker: connection trouble'))
  return worker
}

function delayFor(error: unknown, started: number, base: number): number | null {
  if (error instanceof RunLater) return error.delay
  if (!(error instanceof OutsideError) || error.kind === 'refused') return null
  const growing = Math.min(LONGEST_WAIT, base * 2 ** Math.min(started, 10)) * (0.5 + Math.random() / 2)
  // What may have been carried out is looked up first, and shows in Slack's history only after a moment.
  const settling = error.kind === 'unknown-outcome' ? 5 * base : 0
  return Math.max(error.retryAfter ?? 0, settling, growing)
}
