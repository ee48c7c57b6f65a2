import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import manifest from '../../package.json' with { type: 'json' }
import { type FailureKind, type OutsideSystem, withDeadline } from './errors.ts'

/** The metrics of one running service, as Prometheus reads them. No label holds an id, an address or a name of a person. */
export type Metrics = ReturnType<typeof createMetrics>

// From an alert that nothing held up to one that waited out an outage.
const LATENCY_BUCKETS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 900, 1_800, 3_600]

// A counter that begins with its first event hides that event from rate(): what is watched for begins at 0.
const WATCHED_EVENTS = {
  request: ['signature-missing', 'signature-stale', 'signature-wrong', 'not-stored'],
  click: ['signature-missing', 'signature-stale', 'signature-wrong'],
  'contact.creation': ['kept'],
  'contact.propertyChange': ['kept', 'own-write'],
  signal: ['kept', 'duplicate', 'unknown'],
  any: ['duplicate'],
}

/** Makes a fresh set of metrics, so that several services in one process stay apart. */
export function createMetrics() {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  new Gauge({
    name: 'baton_info',
    help: 'Always 1: the versions of Baton, Node and the time zone database of this process',
    labelNames: ['version', 'node', 'tz'] as const,
    registers,
  }).set({ version: manifest.version, node: process.versions.node, tz: process.versions.tz ?? 'unknown' }, 1)
  const events = new Counter({
    name: 'baton_events_total',
    help:
      'What came in, by kind and what became of it. kept: waits for its lead; duplicate: seen in the last 48 hours (a ' +
      'webhook event is counted as kept as well); company, deal and erase: kept too, news of more than one lead or its ' +
      'privacy deletion; own-write: the echo of what Baton wrote; ignored, malformed, unknown and other-portal: of no ' +
      'use; signature-missing, -stale and -wrong: a request or click that was refused; signature-v1: a request taken by ' +
      'a signature that can be replayed; not-stored: a request answered 503',
    labelNames: ['kind', 'outcome'] as const,
    registers,
  })
  for (const [kind, outcomes] of Object.entries(WATCHED_EVENTS)) {
    for (const outcome of outcomes) events.inc({ kind, outcome }, 0)
  }
  const calls = new Counter({
    name: 'baton_outside_calls_total',
    help:
      'Calls to outside systems by system, operation and outcome: ok, rate-limited, unavailable (tried again), ' +
      'unknown-outcome (looked up before it is repeated), refused (not repeated)',
    labelNames: ['system', 'operation', 'outcome'] as const,
    registers,
  })
  const pollCounter = (name: string, help: string) =>
    new Counter({ name, help, labelNames: ['source'] as const, registers })
  const lastCalls = new Map<OutsideSystem, { outcome: FailureKind | 'ok'; code: string }>()
  return {
    registry,
    events,
    decisions: new Counter({
      name: 'baton_decisions_total',
      help: 'Decisions about leads, by the route that matched and the action that was taken',
      labelNames: ['route', 'action'] as const,
      registers,
    }),
    lacking: new Counter({
      name: 'baton_leads_lacking_total',
      help: 'Leads that were handed to sales, or held, without an attribute that sales needs (requiredForSales)',
      labelNames: ['attribute'] as const,
      registers,
    }),
    triggers: new Counter({
      name: 'baton_triggers_total',
      help: 'What triggers did, by trigger and outcome: triggered, followed-up, not-followed-up',
      labelNames: ['trigger', 'outcome'] as const,
      registers,
    }),
    calls,
    /** Counts a call to an outside system, and remembers how that system answered last. */
    countCall(system: OutsideSystem, operation: string, outcome: FailureKind | 'ok', code = ''): void {
      calls.inc({ system, operation, outcome })
      lastCalls.set(system, { outcome, code })
    },
    /** How each outside system that was called answered last; `code` is its own, such as an HTTP status. */
    lastCalls: lastCalls as ReadonlyMap<OutsideSystem, { outcome: FailureKind | 'ok'; code: string }>,
    pollFound: pollCounter(
      'baton_poll_found_total',
      'What the poll found that changed in HubSpot, also what Baton itself wrote and what was found before',
    ),
    pollNews: pollCounter('baton_poll_news_total', 'What the poll found that Baton did not know yet'),
    pollFailures: new Counter({
      name: 'baton_poll_failures_total',
      help: 'Looks of the poll that failed, by where it looked and the code of the answer',
      labelNames: ['source', 'code'] as const,
      registers,
    }),
    alertLatency: new Histogram({
      name: 'baton_alert_latency_seconds',
      help: 'Seconds from the moment Baton received what led to a handoff until Slack took the alert to the first rep',
      buckets: LATENCY_BUCKETS,
      registers,
    }),
    unreached: new Counter({
      name: 'baton_slack_unreached_total',
      help:
        "Messages that Slack did not take to whom they were for, by reader (rep, manager, named, pool) and Slack's code; the " +
        'next in line is told instead',
      labelNames: ['reader', 'code'] as const,
      registers,
    }),
    refusedProperties: new Counter({
      name: 'baton_hubspot_refused_properties_total',
      help: "Writes of a property that HubSpot did not take, by HubSpot's code; everything else of the contact was written",
      labelNames: ['property', 'code'] as const,
      registers,
    }),
    webhooks: new Counter({
      name: 'baton_webhooks_total',
      help:
        'Outgoing webhooks, by endpoint of webhooks.yaml and outcome: delivered; failed (tried again for a day); gone (it ' +
        'answered 410 and is switched off); unwanted (it is off, or no longer in the config); expired (given up 30 days ago)',
      labelNames: ['endpoint', 'outcome'] as const,
      registers,
    }),
    rescoreRemaining: new Gauge({
      name: 'baton_rescore_remaining',
      help: 'Leads that older rules scored and that still have to be scored again. Set by workers, 0 elsewhere: use max()',
      registers,
    }),
    mode: new Gauge({
      name: 'baton_mode',
      help: '1 for the mode that this process runs in: live, or observe, which writes and tells nothing',
      labelNames: ['mode'] as const,
      registers,
    }),
    deadLetters: new Gauge({
      name: 'baton_dead_letters',
      help: 'Leads and messages that could not be processed and wait for a person. Set by workers, 0 elsewhere: use max()',
      registers,
    }),
  }
}

/** One value of a gauge, with its labels when it has any. */
export type Sample<L extends string> = [value: number, labels?: Record<L, string>]

const READ_WITHIN = 1_000

/**
 * Adds a gauge whose values are read at every scrape. When that fails or takes longer than a second, the gauge is left
 * out of this scrape and nothing else is.
 */
export function addGauge<L extends string>(
  metrics: Metrics,
  options: { name: string; help: string; labelNames?: readonly L[]; read: () => Promise<Sample<L>[]> },
): void {
  const { name, help, labelNames = [], read } = options
  new Gauge<L>({
    name,
    help,
    labelNames,
    registers: [metrics.registry],
    async collect() {
      const samples = await withDeadline(read(), READ_WITHIN, () => new Error('deadline')).catch(() => [])
      this.reset()
      // Without labels a reset leaves a 0 behind, and a value that nobody could read is not 0.
      if (labelNames.length === 0) this.remove()
      for (const [value, labels] of samples) labels ? this.set(labels, value) : this.set(value)
    },
  })
}
