import { endHandoff } from '../handoffs/handoff.ts'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/log.ts'
import type { Signal } from '../rules/attributes.ts'
import { releases } from '../store/handoffs.ts'
import type { LeadState, LeadStore } from '../store/leads.ts'
import type { Store } from '../store/partitions.ts'
import { type InboxItem, signalKey } from '../store/schema.ts'
import { followUps } from './follow-ups.ts'
import type { JobRequest } from './table.ts'
import { RunLater } from './worker.ts'

// A contact that was created a moment ago may not be readable yet.
const SETTLING = 60_000
const LOOK_AGAIN = 5_000
const CHANGED_MEANWHILE = 50
const WAIT = 60_000
const GIVE_UP = 48 * 60 * 60_000

type WaitingSignal = Extract<InboxItem, { kind: 'signal' }>

/**
 * What becomes of a lead whose contact HubSpot no longer has, or does not have yet. Deleted: its handoff closes, and it
 * can be restored. Merged: its signals go to the contact that lives on. Not there yet: its signals wait.
 */
export function createGoneLead(parts: {
  clock: Clock
  store: Store
  leads: LeadStore
  log: Logger
  kick: (jobs: JobRequest[]) => void
}) {
  const { leads, store, clock } = parts

  return async function goneLead(leadId: string, { lead, inbox, handoff }: LeadState): Promise<void> {
    const now = clock.now()
    const hints = inbox.items.filter((item) => item.kind === 'hint')
    const signals = inbox.items.filter((item) => item.kind === 'signal')
    const justCreated = hints.some((hint) => hint.event === 'creation' && now - hint.at < SETTLING)
    if (!lead.record && justCreated) throw new RunLater(LOOK_AGAIN)
    const survivor = hints.findLast((hint) => hint.survivor !== undefined && hint.survivor !== leadId)?.survivor
    if (survivor) await moveSignals(survivor, lead.record?.signals ?? [], signals, now)
    else if (!lead.record && signals.length > 0) return keepWaiting(leadId, signals, now)
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

  // Somebody who is merged into another contact brings what they did along.
  async function moveSignals(survivor: string, known: Signal[], waiting: WaitingSignal[], now: number): Promise<void> {
    const all = [...known, ...waiting.map((item) => item.signal)]
    // Decisions of the old lead say nothing of the one that lives on.
    const items = all.map(({ decision: _, ...signal }) => ({ kind: 'signal' as const, signal, receivedAt: now }))
    await leads.ingest(
      items.map((item) => ({ leadId: survivor, key: `moved-${signalKey(item.signal.id)}`, item })),
      now,
    )
    parts.kick([{ name: 'process-lead', payload: { leadId: survivor } }])
  }

  // Signals can be faster than the contact that they are about; they are acknowledged, so they wait for it.
  async function keepWaiting(leadId: string, signals: WaitingSignal[], now: number): Promise<void> {
    const newest = Math.max(...signals.map((item) => item.receivedAt))
    const unread = store.keys.index(leadId, 'unread')
    if (now - newest < GIVE_UP) return void (await store.commit([], [['ZADD', unread, now + WAIT, leadId]]))
    parts.log.error({ lead: leadId, signals: signals.length }, 'signals of a contact that HubSpot does not have')
    const dead = store.keys.index(leadId, 'dead')
    await store.commit(
      [],
      [
        ['ZREM', unread, leadId],
        ['ZADD', dead, now, `unread:${leadId}`],
      ],
    )
  }
}
