import type { ConfigSource } from '../config/watch.ts'
import type { HubSpot } from '../hubspot/client.ts'
import type { Clock } from '../platform/clock.ts'
import { addGauge, type Metrics } from '../platform/metrics.ts'
import type { HandoffLists } from '../store/handoffs.ts'
import { HANDOFF_LISTS, type Store, UNDELIVERED } from '../store/partitions.ts'
import type { UnreachableReps } from '../store/unreachable.ts'

// So long an alert may be on its way: Slack's pace lets many wait for their turn.
const ON_ITS_WAY = 60_000

/** Adds what Prometheus hears about the state that all processes share, read at every scrape, and about the config. */
export function addStateMetrics(
  metrics: Metrics,
  parts: {
    clock: Clock
    handoffs: HandoffLists
    hubspot: HubSpot
    store: Store
    unreachable: UnreachableReps
    config: Pick<ConfigSource, 'current' | 'refusal'>
    /** How many reports have been due for too long. */
    overdue: () => Promise<number>
    /** How many leads wait for each pool, and for how many seconds the first of them has. */
    waiting: () => Promise<{ pool: string; count: number; oldest: number }[]>
  },
): void {
  addGauge(metrics, {
    name: 'baton_handoffs',
    help:
      'Handoffs by status; waiting: nobody is free to take the lead. breached is every one whose deadline passed without a ' +
      'response; it counts under open, responded or closed as well. The same in every process: use max()',
    labelNames: ['status'],
    read: async () => {
      const counts = await parts.handoffs.count()
      return HANDOFF_LISTS.map((status) => [counts[status], { status }])
    },
  })
  addGauge(metrics, {
    name: 'baton_waiting_leads',
    help: 'Leads that wait because nobody of a pool, or of its fallbacks, is free. The same in every process: use max()',
    labelNames: ['pool'],
    read: async () => (await parts.waiting()).map(({ pool, count }) => [count, { pool }]),
  })
  addGauge(metrics, {
    name: 'baton_waiting_oldest_seconds',
    help: 'Since when the lead waits that has waited longest for a pool; 0 when none does. The same in every process: use max()',
    labelNames: ['pool'],
    read: async () => (await parts.waiting()).map(({ pool, oldest }) => [oldest, { pool }]),
  })
  addGauge(metrics, {
    name: 'baton_undelivered_alerts',
    help:
      'Open handoffs of which Slack has not taken the alert to who holds the lead, for more than a minute. The same in ' +
      'every process: use max()',
    read: async () => [[await parts.store.count(UNDELIVERED, parts.clock.now() - ON_ITS_WAY)]],
  })
  addGauge(metrics, {
    name: 'baton_unreachable_reps',
    help: 'Reps whom Slack does not reach, so that they get no leads. The same in every process: use max()',
    read: async () => [[(await parts.unreachable.all()).length]],
  })
  addGauge(metrics, {
    name: 'baton_reports_overdue',
    help: 'Reports that have been due for more than an hour and were not sent. The same in every process: use max()',
    read: async () => [[await parts.overdue()]],
  })
  addGauge(metrics, {
    name: 'baton_hubspot_requests_left',
    help:
      'Calls to HubSpot that are left in the present second, of those that all processes share; 0 also while HubSpot ' +
      'has told Baton to wait. The same in every process: use min()',
    read: async () => [[await parts.hubspot.requestsLeft()]],
  })
  addGauge(metrics, {
    name: 'baton_config_info',
    help: 'Always 1: the version of the config by which this process decides',
    labelNames: ['version'],
    read: async () => [[1, { version: parts.config.current().version }]],
  })
  addGauge(metrics, {
    name: 'baton_config_refused',
    help: '1 while the config directory holds a config that this process refused, so that an older one goes on; else 0',
    read: async () => [[parts.config.refusal() === null ? 0 : 1]],
  })
}
