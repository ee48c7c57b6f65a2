import type { Queue } from 'bullmq'
import { type Clock, hostNow } from '../platform/clock.ts'
import { addGauge, type Metrics } from '../platform/metrics.ts'
import type { Store } from '../store/partitions.ts'
import { type QueueName, WORK } from './table.ts'
import { LEASE } from './worker.ts'

const STATES = ['waiting', 'delayed', 'active'] as const

/**
 * Adds what Prometheus hears about the queues and the work that waits, read from Redis at every scrape and so the same in
 * every process.
 */
export function addQueueMetrics(
  metrics: Metrics,
  { queues, store, clock }: { queues: Record<QueueName, Queue>; store: Store; clock: Clock },
): void {
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
    name: 'baton_work_waiting',
    help:
      'Work by kind that is due, under way, or put off because a system did not answer, as it stands in the indexes. The ' +
      'same in every process: use max()',
    labelNames: ['work'],
    read: () => waiting(store, clock.now()),
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

// A row without a grace holds what is planned: of that only what is due waits, or what somebody has just taken.
function waiting(store: Store, now: number): Promise<[number, { work: string }][]> {
  const rows = Object.entries(WORK).flatMap(([work, { index, grace }]) => (index ? [{ work, index, grace }] : []))
  return Promise.all(
    rows.map(async ({ work, index, grace }) => [await store.count(index, grace > 0 ? '+inf' : now + LEASE), { work }]),
  )
}

async function oldestAge(queue: Queue): Promise<number> {
  const [job] = await queue.getWaiting(0, 0)
  // BullMQ stamps jobs with the host's clock.
  return job ? Math.max(0, hostNow() - job.timestamp - (job.opts.delay ?? 0)) / 1_000 : 0
}
