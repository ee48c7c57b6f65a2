import type { Config } from '../config/config.ts'
import type { Enrichment } from '../enrichment/chain.ts'
import { settleHandoff } from '../handoffs/attempts.ts'
import { type Handoff, holderOf } from '../handoffs/handoff.ts'
import type { HubSpot } from '../hubspot/client.ts'
import { decide } from '../leads/decision.ts'
import { decisionEntry } from '../leads/history.ts'
import { isResting, nextRecord } from '../leads/next-record.ts'
import type { Clock } from '../platform/clock.ts'
import type { Metrics } from '../platform/metrics.ts'
import { isRedisAway } from '../platform/redis.ts'
import { releases } from '../store/handoffs.ts'
import type { Inbox, LeadState, LeadStore } from '../store/leads.ts'
import type { Store } from '../store/partitions.ts'
import type { PoolLedger } from '../store/pools.ts'
import { assignLead } from './assign-lead.ts'
import { followOwner } from './follow-owner.ts'
import { followUps } from './follow-ups.ts'
import { postsForLead, repAlert } from './posts.ts'
import { hasResponded, readLead } from './read-lead.ts'
import type { JobRequest } from './table.ts'
import { RunLater } from './worker.ts'

/** What processing a lead uses. */
export interface ProcessLeadParts {
  config: () => Config
  clock: Clock
  store: Store
  leads: LeadStore
  pools: PoolLedger
  hubspot: HubSpot
  enrichment: Enrichment
  metrics: Metrics
  kick: (jobs: JobRequest[]) => void
  goneLead: (leadId: string, state: LeadState) => Promise<void>
  eraseLead: (leadId: string) => Promise<void>
}

const CHANGED_MEANWHILE = 50

/** The main job: read the lead, enrich, score, route, assign, and commit all of it or nothing. */
export function createProcessLead(parts: ProcessLeadParts) {
  const { clock, leads, store, hubspot } = parts

  return async function processLead({ leadId }: { leadId: string }): Promise<void> {
    const config = parts.config()
    // The inbox first: what comes in after it was read is not taken off it, even if HubSpot's answer is older.
    const state = await leads.read(leadId).catch(async (error) => {
      // What cannot be read can still be erased.
      if (isRedisAway(error) || !(await leads.isToBeErased(leadId))) throw error
      return null
    })
    if (state === null || state.inbox.items.some((item) => item.kind === 'hint' && item.event === 'privacyDeletion')) {
      return parts.eraseLead(leadId)
    }
    const contact = await hubspot.readContact(leadId)
    if (!contact) return parts.goneLead(leadId, state)
    const previous = state.lead.record
    const { reading, late } = await readLead(
      { config, enrichment: parts.enrichment },
      contact,
      previous,
      state.inbox,
      clock.now(),
    )
    const now = clock.now()

    const standing = state.handoff.record
    const responded = standing !== null && (await hasResponded({ config, hubspot }, contact, standing))
    const ended = responded ? settleHandoff(config, standing, { at: now, how: 'seen-in-hubspot' }) : null
    const moved = standing && !ended ? await followOwner(config, leads, contact, standing, now) : null
    const current = ended ?? moved ?? standing
    const before = {
      withSales: current !== null && current.status !== 'closed',
      rejected: previous?.rejected !== undefined,
      resting: isResting(previous, reading.signals),
    }
    const decision = decide(config, reading, before, now)
    const assignment = await assignLead(parts.pools, config, contact, decision, previous?.handoffs ?? 0, now)
    const started = assignment?.handoff ?? null

    const waiting = assignment !== null && started === null
    const record = nextRecord(
      previous,
      reading,
      decision,
      { handoffId: started?.id, waiting, configVersion: config.version, scoringVersion: config.scoringVersion },
      now,
    )
    const posts = [
      ...postsForLead(record, previous, started, current, firstReceived(state.inbox)),
      ...(moved ? [repAlert(moved)] : []),
    ]
    const changed = started ?? ended ?? moved
    const changedVersion = started ? 0 : state.handoff.version
    const released = standing && current ? releases(standing, current) : []
    const committed = await store.commit(
      [
        leads.guards.lead(leadId, state.lead.version),
        ...(changed ? [leads.guards.handoff(changed.id, changedVersion)] : []),
      ],
      [
        ...leads.writes.lead(record, state.lead.version + 1, now),
        ...leads.writes.readInbox(leadId, state.inbox.count),
        ...(changed ? leads.writes.handoff(changed, changedVersion + 1, now) : leads.writes.refresh(current, now)),
        ...posts.flatMap((post) => leads.writes.post(post, now)),
        ...(record.decisions !== previous?.decisions
          ? leads.writes.history(leadId, decisionEntry(previous, record, decision, before, assignment?.choice))
          : []),
        ...(ended ? leads.writes.history(leadId, { at: now, what: 'seen-in-hubspot' }) : []),
        ...(moved ? leads.writes.history(leadId, { at: now, what: 'owner-changed', reason: holderOf(moved).rep }) : []),
        ...released.flatMap(({ pool, assignmentId }) => leads.writes.release(leadId, pool, assignmentId, now)),
      ],
    )
    // Somebody changed the lead meanwhile, for example by a click: decide again on what is true now.
    if (!committed) {
      if (started) await giveBackUnlessHeld(started)
      throw new RunLater(CHANGED_MEANWHILE)
    }
    parts.metrics.decisions.inc({ route: decision.route.route, action: decision.action })
    parts.kick(
      followUps(
        leadId,
        { postIds: posts.map((post) => post.id), handoff: changed ?? current, isNew: started !== null, released },
        now,
      ),
    )
    late?.then((arrived) => (arrived ? lookAgain(leadId) : undefined)).catch(() => undefined)
  }

  async function giveBackUnlessHeld(started: Handoff): Promise<void> {
    const { pool, assignmentId } = holderOf(started)
    if ((await leads.readHandoff(started.id)).record === null) await parts.pools.release(pool, assignmentId)
  }

  async function lookAgain(leadId: string): Promise<void> {
    await leads.markUnread(leadId, clock.now())
    parts.kick([{ name: 'process-lead', payload: { leadId } }])
  }
}

function firstReceived({ items }: Inbox): number | undefined {
  const received = items.flatMap(({ receivedAt }) => receivedAt ?? [])
  return received.length > 0 ? Math.min(...received) : undefined
}
