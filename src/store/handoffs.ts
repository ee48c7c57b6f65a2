import type { Handoff } from '../handoffs/handoff.ts'
import { holderOf } from '../handoffs/handoff.ts'
import type { HistoryEntry } from '../leads/history.ts'
import type { LeadRecord } from '../leads/lead.ts'
import type { LeadStore } from './leads.ts'
import { type Command, leadOfHandoff, type Store } from './partitions.ts'
import type { Post } from './schema.ts'

/** What a change makes of a handoff; `lead` and `posts` only when they change too. Null leaves everything as it is. */
export interface HandoffChange {
  handoff: Handoff
  lead?: LeadRecord
  posts?: Post[]
  history?: HistoryEntry
  /** Only the messages changed: HubSpot has nothing new to hear. `behind` when one of them no longer shows what is true. */
  messagesOnly?: 'current' | 'behind'
}

/** Changes handoffs by compare-and-set. */
export type Handoffs = ReturnType<typeof createHandoffs>

/** Opens the handoffs. */
export function createHandoffs({ store, leads }: { store: Store; leads: LeadStore }) {
  return {
    /**
     * Reads a handoff and its lead, asks `decide` what becomes of them, and writes that unless somebody was faster;
     * then it reads and asks again. Assignments that are no longer held are given back to their pool.
     * Resolves with the change, or null when `decide` wants none or there is no such handoff.
     */
    async change(
      handoffId: string,
      now: number,
      decide: (handoff: Handoff, lead: LeadRecord) => HandoffChange | null | Promise<HandoffChange | null>,
    ): Promise<HandoffChange | null> {
      for (;;) {
        const { version, record: handoff } = await leads.readHandoff(handoffId)
        if (!handoff) {
          // It was erased: nothing may keep asking for it.
          const leadId = leadOfHandoff(handoffId)
          const entries = (['rungs', 'refresh'] as const).map(
            (index): Command => ['ZREM', store.keys.index(leadId, index), handoffId],
          )
          const dead = store.keys.index(leadId, 'dead')
          await store.commit([], [...entries, ['ZREM', dead, `rungs:${handoffId}`, `refresh:${handoffId}`]])
          return null
        }
        const { lead } = await leads.read(handoff.leadId)
        if (!lead.record) return null
        const change = await decide(handoff, lead.record)
        if (!change) return null
        const guards = [leads.guards.handoff(handoffId, version)]
        // What a message shows is compared with the lead as it was read.
        if (change.lead || change.messagesOnly) guards.push(leads.guards.lead(handoff.leadId, lead.version))
        const commands: Command[] = [
          ...(change.messagesOnly
            ? leads.writes.messages(change.handoff, version + 1, change.messagesOnly === 'behind' ? now : null)
            : leads.writes.handoff(change.handoff, version + 1, now)),
          ...(change.lead ? leads.writes.lead(change.lead, lead.version + 1, now) : []),
          ...(change.posts ?? []).flatMap((post) => leads.writes.post(post, now)),
          ...(change.history ? leads.writes.history(handoff.leadId, change.history) : []),
          ...releases(handoff, change.handoff).flatMap(({ pool, assignmentId }) =>
            leads.writes.release(handoff.leadId, pool, assignmentId, now),
          ),
        ]
        if (await store.commit(guards, commands)) return change
      }
    },
  }
}

/** The assignments that were held before and are not after: the old holder's, or the last one's when it has ended. */
export function releases(before: Handoff, after: Handoff): { pool: string; assignmentId: string }[] {
  const held = before.status === 'open' ? holderOf(before) : undefined
  const holds = after.status === 'open' ? holderOf(after) : undefined
  return held && held.assignmentId !== holds?.assignmentId ? [held] : []
}
