import type { Config } from '../config/config.ts'
import type { Enrichment } from '../enrichment/chain.ts'
import type { HubSpot } from '../hubspot/client.ts'
import type { HomeView } from '../messages/home-input.ts'
import type { Clock } from '../platform/clock.ts'
import type { Mode, ReadSecret } from '../platform/env.ts'
import type { Logger } from '../platform/log.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { Report, ReportName } from '../reports/report.ts'
import type { Slack } from '../slack/client.ts'
import type { Apply } from '../store/apply.ts'
import type { Waiting } from '../store/commit.ts'
import type { Configs } from '../store/configs.ts'
import type { Inbox } from '../store/inbox.ts'
import type { Leads, StoredLead } from '../store/leads.ts'
import type { Outbox } from '../store/outbox.ts'
import type { Store } from '../store/partitions.ts'
import type { Pools } from '../store/pools.ts'
import type { UnreachableReps } from '../store/unreachable.ts'
import type { Departed } from './departed.ts'

/** What work is done with; each handler names the parts that it uses. */
export interface Parts {
  config: () => Config
  clock: Clock
  store: Store
  leads: Leads
  inbox: Inbox
  apply: Apply
  pools: Pools
  outbox: Outbox
  configs: Configs
  departed: Departed
  /** Whom Slack does not reach. */
  unreachable: UnreachableReps
  hubspot: HubSpot
  /** Where Baton is reached from outside, where that is known. */
  publicUrl?: string | undefined
  /** Makes a report of a period by its name. */
  reports: { make: (name: ReportName, period: string) => Promise<Report> }
  /** The secrets that the config names. */
  secrets: ReadSecret
  /** What a Slack user sees in their App Home. */
  viewHome: (user: string) => Promise<HomeView>
  /** The portal that is ours, as far as it is known. */
  portalId: () => string | undefined
  slack: Slack
  mode: Mode
  /** The store of what is only observed; the same as `store` while all of it is. */
  apart: Store
  /** Slack for the daily report, which is told also by who tells nothing else. */
  spokenSlack: Slack
  enrichment: Enrichment
  metrics: Metrics
  log: Logger
  /** Takes timers off that nobody needs any more. */
  dropTimers: (timers: { name: 'take-steps'; id: string; at: number }[]) => Promise<void>
  /** Has what a commit left to do done soon; `known` is the lead as the commit left it. */
  hurry: (waiting: Waiting[], options?: { known?: StoredLead; delay?: number }) => void
}

/**
 * Does one piece of work. `known` is the lead as this process has just committed it, to spare reading it again. `turn` is
 * there when it belongs to the crowd, which lets everything else go first: to be awaited before long computing.
 */
export type Handler<P> = (payload: P, known?: StoredLead, turn?: () => Promise<void>) => Promise<void>

/** Thrown by a handler to be run again after some milliseconds; costs no try. */
export class RunLater extends Error {
  readonly delay: number
  constructor(delay: number) {
    super(`run again in ${delay} ms`)
    this.name = 'RunLater'
    this.delay = delay
  }
}

/** Thrown by a handler when its work can never be done; the reason stands with the dead letter. */
export class GivenUp extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'GivenUp'
  }
}

/** How long to wait, in milliseconds, before a lead that changed meanwhile is decided again. */
export const CHANGED_MEANWHILE = 50
