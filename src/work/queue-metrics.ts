import type { Queue } from 'bullmq'
import { hostNow } from '../platform/clock.ts'
import { addGauge, type Metrics } from '../platform/metrics.ts'
import type { QueueName } from './table.ts'

const STATES = ['waiting', 'delayed', 'active'] as const

/** Adds what Prometheus hears about the queues, read from Redis at every scrape and so the same in every process. */
export function addQueueMetrics(metrics: Metrics, queues: Record<QueueName, Queue>): void {
  const all = Object.values(queues)
  addGauge(metrics, {
    name: 'baton_queue_jobs',
    help: 'Jobs by queue and state; delayed are timers and retries. The same in every process: use max()',
    labelNames: ['queue', 'state'],
    read: async () => {
      const counts = await Promise.all(all.map((queue) => queue.getJobCounts(...STATES)))
      return all.flatMap(({ name }, at) =>
        STATES.map((state): [number, { queue: string; state: string }] => [
          counts[at]?.[state] ?? 0,
          { queue: name, state },
        ]),
      )
    },
  })
  addGauge(metrics, {
    name: 'baton_queue_oldest_job_seconds',
    help:
      'Age of the job that waits longest, by queue: since it was added, or since its timer was due; 0 when none waits. ' +
      'The same in every process: use max()',
    labelNames: ['queue'],
    read: async () => {
      const ages = await Promise.all(all.map(oldestAge))
      return all.map(({ name }, at) => [ages[at] ?? 0, { queue: name }])
    },
  })
}

async function oldestAge(queue: Queue): Promise<number> {
  const [job] = await queue.getWaiting(0, 0)
  // BullMQ stamps jobs with the host's clock.
  return job ? Math.max(0, hostNow() - job.timestamp - (job.opts.delay ?? 0)) / 1_000 : 0
}
