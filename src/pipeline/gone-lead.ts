import type { Handoffs } from '../adapters/handoffs.ts'
import { releases } from '../adapters/handoffs.ts'
import type { LeadStore } from '../adapters/lead-store.ts'
import type { PoolLedger } from '../adapters/pool-ledger.ts'
import type { Slack } from '../adapters/slack.ts'
import type { Store } from '../adapters/store.ts'
import type { Clock } from '../clock.ts'
import { endHandoff, holderOf } from '../domain/handoff.ts'
import { OutsideError } from '../errors.ts'
import { followUps } from '../queue/follow-ups.ts'
import type { JobRequest } from '../queue/jobs.ts'
import { RunLater } from '../queue/worker.ts'
import type { Logger } from '../telemetry.ts'

// A contact that was created a moment ago may not be readable yet.
const SETTLING = 60_000
const LOOK_AGAIN = 5_000
const CHANGED_MEANWHILE = 50
const ERASED = 'This lead was deleted on request.'

/**
 * What becomes of a lead whose contact HubSpot no longer has. Deleted: its handoff closes, and it can be restored.
 * Deleted for privacy: nothing is kept, and its Slack messages lose their content.
 */
export function createGoneLead(parts: {
  clock: Clock
  store: Store
  leads: LeadStore
  handoffs: Handoffs
  pools: PoolLedger
  slack: Slack
  log: Logger
  kick: (jobs: JobRequest[]) => void
}) {
  const { leads, store, clock } = parts

  return async function goneLead(leadId: string): Promise<void> {
    const { lead, inbox, handoff } = await leads.read(leadId)
    if (inbox.items.some((item) => item.kind === 'hint' && item.event === 'privacyDeletion')) return erase(leadId)
    const now = clock.now()
    const justCreated = inbox.items.some(
      (item) => item.kind === 'hint' && item.event === 'creation' && now - item.at < SETTLING,
    )
    if (!lead.record && justCreated) throw new RunLater(LOOK_AGAIN)
    const signals = inbox.items.filter((item) => item.kind === 'signal').length
    if (signals > 0) parts.log.warn({ lead: leadId, signals }, 'signals of a contact that HubSpot does not have')
    const current = handoff.record
    const ended = current ? endHandoff(current, { at: now, how: 'contact-gone' }, undefined) : null
    const released = current && ended ? releases(current, ended) : []
    const committed = await store.commit(
      [leads.guards.lead(leadId, lead.version), ...(ended ? [leads.guards.handoff(ended.id, handoff.version)] : [])],
      [
        ...leads.writes.readInbox(leadId, inbox.count),
        ...(lead.record
          ? leads.writes.lead({ ...lead.record, gone: true, lookAgainAt: null }, lead.version + 1, now)
          : []),
        ...(ended ? leads.writes.handoff(ended, handoff.version + 1, now) : []),
        ...released.flatMap(({ pool, assignmentId }) => leads.writes.release(leadId, pool, assignmentId, now)),
        // There is no contact left to write to.
        ['ZREM', store.keys.index(leadId, 'sync'), leadId],
      ],
    )
    if (!committed) throw new RunLater(CHANGED_MEANWHILE)
    if (ended)
      parts.kick(followUps(leadId, { handoff: ended, released }, now).filter((job) => job.name !== 'write-contact'))
  }

  async function erase(leadId: string): Promise<void> {
    const { lead } = await leads.read(leadId)
    for (let number = 1; number <= (lead.record?.handoffs ?? 0); number++) {
      const { record: handoff } = await leads.readHandoff(`${leadId}-${number}`)
      if (!handoff) continue
      for (const { channel, ts } of Object.values(handoff.messages)) await blank(channel, ts)
      if (handoff.status === 'open') await parts.pools.release(holderOf(handoff).pool, holderOf(handoff).assignmentId)
    }
    await leads.erase(leadId)
  }

  async function blank(channel: string, ts: string): Promise<void> {
    try {
      await parts.slack.update(channel, ts, {
        text: ERASED,
        blocks: [{ type: 'section', text: { type: 'plain_text', text: ERASED } }],
      })
    } catch (error) {
      // A message that is gone already holds nothing either.
      if (!(error instanceof OutsideError) || error.kind !== 'refused') throw error
    }
  }
}
