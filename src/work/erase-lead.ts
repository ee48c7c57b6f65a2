import { holderOf } from '../handoffs/handoff.ts'
import { OutsideError } from '../platform/errors.ts'
import type { Slack } from '../slack/client.ts'
import type { LeadStore } from '../store/leads.ts'
import type { PoolLedger } from '../store/pools.ts'
import { ERASED } from './message-context.ts'

/** Erases a lead whatever HubSpot says: its Slack messages lose their content, and nothing of it is kept. */
export function createEraseLead(parts: { leads: LeadStore; pools: PoolLedger; slack: Slack }) {
  const { leads } = parts

  return async function eraseLead(leadId: string): Promise<void> {
    for (const id of await leads.handoffIds(leadId)) {
      const { record: handoff } = await leads.readHandoff(id)
      if (!handoff) continue
      for (const { channel, ts } of Object.values(handoff.messages)) await blank(channel, ts)
      if (handoff.status === 'open') await parts.pools.release(holderOf(handoff).pool, holderOf(handoff).assignmentId)
    }
    await leads.erase(leadId)
  }

  async function blank(channel: string, ts: string): Promise<void> {
    try {
      await parts.slack.update(channel, ts, ERASED)
    } catch (error) {
      // A message that is gone already holds nothing either.
      if (!(error instanceof OutsideError) || error.kind !== 'refused') throw error
    }
  }
}
