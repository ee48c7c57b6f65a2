import type { Incoming } from '../store/inbox.ts'
import { INDEX } from '../store/partitions.ts'
import { signalKey } from '../store/schema.ts'
import { createCarryAttribution } from './carry-attribution.ts'
import type { Handler, Parts } from './parts.ts'

// Longer than HubSpot sends an event again, and than a service is down over a weekend.
const NEWS = 7 * 24 * 60 * 60_000

/** Tells a deal how its contact came, and the contacts of a deal to which stages it went lately: signals of type `deal_stage_changed` (`detail`: the deal, `value`: the stage), each told once. */
export function createLookAtDeal(
  parts: Pick<Parts, 'clock' | 'config' | 'hubspot' | 'hurry' | 'inbox' | 'leads' | 'log' | 'store'>,
): Handler<{ dealId: string }> {
  const { clock, inbox, store } = parts
  const carryAttribution = createCarryAttribution(parts)

  return async function lookAtDeal({ dealId }) {
    const deal = await parts.hubspot.readDeal(dealId, Object.keys(parts.config().hubspot.dealAttribution))
    const now = clock.now()
    const stages = (deal?.stages ?? []).filter(({ at }) => now - at < NEWS)
    const incoming = (deal?.contactIds ?? []).flatMap((leadId) =>
      stages.map(({ at, value }): Incoming => {
        const id = `deal-${dealId}-${at}`
        const about = { detail: dealId, value, by: 'sales' as const }
        const signal = { id, type: 'deal_stage_changed', at: Math.min(at, now), ...about }
        return { leadId, key: signalKey(id), item: { kind: 'signal', signal, receivedAt: now } }
      }),
    )
    const { leadIds } = await inbox.ingest(incoming, now)
    parts.hurry(leadIds.map((id) => ({ index: INDEX.unread, id, at: now })))
    if (deal) await carryAttribution(deal)
    await store.commit([], [['ZREM', store.keys.index(dealId, INDEX.deals), dealId]])
  }
}
