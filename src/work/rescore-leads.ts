import type { Config } from '../config/config.ts'
import { decide } from '../leads/decision.ts'
import { decisionEntry } from '../leads/history.ts'
import { isResting, rescoredRecord } from '../leads/next-record.ts'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/log.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { LeadStore } from '../store/leads.ts'
import type { Command, Plan, Store } from '../store/partitions.ts'
import { followUps } from './follow-ups.ts'
import { postsForLead } from './posts.ts'
import type { JobRequest } from './table.ts'
import { RunLater } from './worker.ts'

// 500 leads, then half a second for everything else: at most 1,000 leads a second.
const BATCH = 500
const PAUSE = 500
const PORTION = 25
const AUTHORITY_SECONDS = 90

/**
 * Scores every lead again that other rules scored, from what is kept of it, without asking HubSpot. A lead that now wants
 * a rep goes through the main job instead.
 */
export function createRescoreLeads(parts: {
  config: () => Config
  clock: Clock
  store: Store
  leads: LeadStore
  metrics: Metrics
  log: Logger
  kick: (jobs: JobRequest[]) => void
}) {
  const { leads, store } = parts
  const authority = store.keys.shared('scoring-version')

  /** Makes this config's rules the ones that leads are scored again by. For a worker that takes a config over. */
  async function announce(config: Config): Promise<void> {
    await store.redis.set(authority, config.scoringVersion, 'EX', AUTHORITY_SECONDS)
  }

  /**
   * Keeps that word while a worker of this version lives, and takes it over when those of another version are gone: an
   * old worker that starts once more during a deployment must not have the last word. For every sweep.
   */
  async function keepAuthority(): Promise<void> {
    const own = String(parts.config().scoringVersion)
    const standing = await store.redis.get(authority)
    if (standing === own) await store.redis.expire(authority, AUTHORITY_SECONDS)
    else if (standing === null) await store.redis.set(authority, own, 'EX', AUTHORITY_SECONDS, 'NX')
  }

  /** Scores the next leads again; resolves with how many are left, by the rules of this config. */
  async function rescoreBatch(size = BATCH): Promise<number> {
    const config = parts.config()
    // While a deployment is under way another worker may have newer rules.
    if ((await store.redis.get(authority)) !== String(config.scoringVersion)) return 0
    const ids = await leads.scoredByOtherRules(config.scoringVersion, size)
    // In portions, so that Redis writes one while the next is decided.
    const portions = Array.from({ length: Math.ceil(ids.length / PORTION) }, (_, index) =>
      ids.slice(index * PORTION, (index + 1) * PORTION),
    )
    const jobs = (await Promise.all(portions.map((portion) => rescorePortion(config, portion)))).flat()
    if (jobs.length > 0) parts.kick(jobs)
    const left = await leads.countScoredByOtherRules(config.scoringVersion)
    parts.metrics.rescoreRemaining.set(left)
    if (ids.length > 0) parts.log.info({ rescored: ids.length, left, config: config.version }, 'leads scored again')
    return left
  }

  async function rescorePortion(config: Config, ids: string[]): Promise<JobRequest[]> {
    const now = parts.clock.now()
    const states = await leads.readMany(ids)
    const rescored = states.map((state, index) => rescore(config, ids[index] ?? '', state, now))
    // A lead that changed meanwhile is decided again in the next batch, unless the main job has done it by then.
    const done = await store.commitEach(rescored.map(({ plan }) => plan))
    return rescored.flatMap((one, index) => (done[index] ? one.jobs : []))
  }

  function rescore(
    config: Config,
    leadId: string,
    { version, record, handoff, unreadable }: Awaited<ReturnType<LeadStore['readMany']>>[number],
    now: number,
  ): { plan: Plan; jobs: JobRequest[] } {
    const scored = store.keys.list(leadId, 'scored')
    const passed: Command = ['ZADD', scored, config.scoringVersion, leadId]
    if (unreadable) {
      parts.log.error({ lead: leadId, err: unreadable }, 'a lead cannot be read: it is not scored again')
      const dead: Command = ['ZADD', store.keys.index(leadId, 'dead'), now, `unread:${leadId}`]
      return { plan: { guards: [], commands: [passed, dead] }, jobs: [] }
    }
    if (!record) return { plan: { guards: [], commands: [['ZREM', scored, leadId]] }, jobs: [] }
    const guards = [leads.guards.lead(leadId, version)]
    if (record.gone) return { plan: { guards, commands: [passed] }, jobs: [] }
    const standing = {
      withSales: handoff !== null && handoff.status !== 'closed',
      rejected: record.rejected !== undefined,
      resting: isResting(record, record.signals),
    }
    const decision = decide(config, record, standing, now)
    if (decision.action === 'assign') {
      // From here on it stands among the unread leads, so it is not forgotten.
      const unread: Command = ['ZADD', store.keys.index(leadId, 'unread'), 'LT', now, leadId]
      return { plan: { guards, commands: [passed, unread] }, jobs: [{ name: 'process-lead', payload: { leadId } }] }
    }
    const next = rescoredRecord(record, decision, config, now)
    const posts = postsForLead(next, record, null, handoff, undefined)
    const commands: Command[] = [
      ...leads.writes.lead(next, version + 1, now),
      ...leads.writes.history(leadId, decisionEntry(record, next, decision, standing, undefined)),
      ...leads.writes.refresh(handoff, now),
      ...posts.flatMap((post) => leads.writes.post(post, now)),
    ]
    return { plan: { guards, commands }, jobs: followUps(leadId, { handoff, postIds: posts.map(({ id }) => id) }, now) }
  }

  return {
    announce,
    keepAuthority,
    rescoreBatch,
    /** The job: one batch, and again after a pause while there are leads left. */
    async rescoreLeads(): Promise<void> {
      if ((await rescoreBatch()) > 0) throw new RunLater(PAUSE)
    },
  }
}
