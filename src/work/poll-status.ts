import type { Clock } from '../platform/clock.ts'
import { addGauge, type Metrics, type Sample } from '../platform/metrics.ts'
import type { Store } from '../store/partitions.ts'
import { createWatermarks, type Watermark } from '../store/watermarks.ts'
import { SOURCE_NAMES, SOURCES, type SourceName } from './poll.ts'

// After so long without a look nobody polls, or no look comes to its end.
const LATE = 10 * 60_000

/** How the poll is: for people, since the work goes on by webhooks. */
export interface PollStatus {
  status: 'ok' | 'degraded'
  detail: string
}

/** How the poll is, by what stands in Redis, and so the same in every process. Adds its age to the metrics. */
export function createPollStatus(parts: {
  metrics: Metrics
  clock: Clock
  store: Pick<Store, 'redis' | 'keys'>
}): () => Promise<PollStatus> {
  const { clock, metrics, store } = parts
  const marks = createWatermarks(store)
  const readAll = async () =>
    Promise.all(SOURCE_NAMES.map(async (name) => [name, await marks.read(name)] as [SourceName, Watermark]))

  addGauge(metrics, {
    name: 'baton_poll_age_seconds',
    help:
      'Seconds since HubSpot was last asked what changed, by where: conversions, contacts, companies, deals. The same in every ' +
      'process: use max()',
    labelNames: ['source'],
    read: async () => {
      const now = clock.now()
      return (await readAll()).flatMap(([source, { askedAt }]): Sample<'source'>[] =>
        askedAt === null ? [] : [[Math.max(0, now - askedAt) / 1_000, { source }]],
      )
    },
  })

  return () =>
    readAll().then(
      (all) => pollStatus(all, clock.now()),
      () => ({ status: 'degraded', detail: 'unknown: Redis did not answer' }),
    )
}

/** What the watermarks say of the poll at an instant. */
export function pollStatus(marks: readonly (readonly [SourceName, Watermark])[], now: number): PollStatus {
  const failing = marks.flatMap(([name, { failing, askedAt }]) =>
    failing ? [`${nameOf(name)} since ${iso(failing.since)}: ${failing.why}; last success ${iso(askedAt)}`] : [],
  )
  if (failing.length > 0) return { status: 'degraded', detail: `cannot be polled: ${failing.join('. ')}` }
  const asked = marks.flatMap(([, { askedAt }]) => askedAt ?? [])
  if (asked.length < marks.length) return { status: 'ok', detail: 'not polled yet' }
  const oldest = Math.min(...asked)
  if (now - oldest <= LATE) return { status: 'ok', detail: `last success ${iso(oldest)}` }
  return { status: 'degraded', detail: `nobody polls: is a worker running? Last success ${iso(oldest)}` }
}

function nameOf(name: SourceName): string {
  return `${SOURCES[name].type} by ${SOURCES[name].date}`
}

function iso(at: number | null): string {
  return at === null ? 'never' : new Date(at).toISOString()
}
