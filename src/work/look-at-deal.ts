import type { DealContext } from '../handoffs/deal.ts'
import type { Deal } from '../hubspot/deals.ts'
import { isInHubSpot } from '../leads/lead.ts'
import { mirroredId } from '../leads/mirror.ts'
import type { Signal } from '../rules/attributes.ts'
import { createDealDigests, DEAL_READS } from '../store/digests.ts'
import type { Incoming } from '../store/inbox.ts'
import type { StoredLead } from '../store/leads.ts'
import { INDEX } from '../store/partitions.ts'
import { signalKey } from '../store/schema.ts'
import { createCarryAttribution } from './carry-attribution.ts'
import { createNoteDeal } from './note-deal.ts'
import type { Handler, Parts } from './parts.ts'

// Longer than HubSpot sends an event again, and than a service is down over a weekend.
const NEWS = 7 * 24 * 60 * 60_000
const GETS_CONTACTS = 15 * 60_000
const LOOK_AGAIN = 2 * 60_000

/**
 * Tells a deal how its contact came, and the contacts of a deal to which stages it went lately: signals of type `deal_stage_changed` (`detail`: the deal, `value`:
 * the stage), each told once. The stage that it is in now marks one contact, by whom a handoff about the deal begins. Where it stands, and its
 * amount, is noted for reports.
 */
export function createLookAtDeal(
  parts: Pick<Parts, 'clock' | 'config' | 'hubspot' | 'hurry' | 'inbox' | 'leads' | 'log' | 'store'>,
): Handler<{ dealId: string }> {
  const { clock, inbox, store } = parts
  const carryAttribution = createCarryAttribution(parts)
  const noteDeal = createNoteDeal(parts)

  const digests = createDealDigests(store)

  return async function lookAtDeal({ dealId }) {
    const deal = await parts.hubspot.readDeal(dealId, Object.keys(parts.config().hubspot.dealAttribution))
    const now = clock.now()
    const index = store.keys.index(dealId, INDEX.deals)
    if (!deal) return void (await store.commit([], [['ZREM', index, dealId]]))
    const contacts = await Promise.all(deal.contactIds.map((id) => parts.leads.read(id)))
    // Whoever stands for the deal first: where this is cut off, the others say that it was told.
    let isToBeRead = contacts.some((contact) => contact.inbox.length > 0)
    for (const some of newsOf(deal, contacts, now)) {
      const { leadIds, fresh } = await inbox.ingest(some, now)
      isToBeRead ||= fresh > 0
      parts.hurry(leadIds.map((id) => ({ index: INDEX.unread, id, at: now })))
    }
    await carryAttribution(deal)
    const isNoted = await noteDeal(deal, standsFor(contacts, dealId), contacts, now)
    if (contacts.length > 0) await digests.told(dealId, deal.properties, DEAL_READS, null)
    // A person who makes a deal gives it its contacts some moments later, of which no event of the deal tells.
    const isNew = contacts.length === 0 && now - (deal.stages[0]?.at ?? 0) < GETS_CONTACTS
    const isAgain = isNew || (!isNoted && isToBeRead)
    await store.commit([], [isAgain ? ['ZADD', index, now + LOOK_AGAIN, dealId] : ['ZREM', index, dealId]])
  }
}

function newsOf(deal: Deal, contacts: readonly StoredLead[], now: number): [main: Incoming[], others: Incoming[]] {
  const stages = deal.stages.filter(({ at }) => now - at < NEWS)
  const news = stages.flatMap(({ at, value }) => {
    const isPresent = at === deal.stages[0]?.at
    const closed = isPresent ? closedBy(deal) : undefined
    const id = `deal-${deal.id}-${at}`
    const main = isPresent ? mainContact(contacts, deal.id, id) : undefined
    return deal.contactIds.map((leadId): Incoming => {
      const isMain = leadId === main
      const about = { ...(closed ? { closed } : {}), ...(isMain ? { main: true as const } : {}) }
      const signal = {
        ...{ id, type: 'deal_stage_changed', at: Math.min(at, now), detail: deal.id, value, by: 'sales' as const },
        ...(Object.keys(about).length > 0 ? { deal: about } : {}),
      }
      const context = isMain ? { deal: contextOf(deal) } : {}
      return { leadId, key: signalKey(id), item: { kind: 'signal', signal, receivedAt: now, ...context } }
    })
  })
  const isMain = ({ item }: Incoming) => item.kind === 'signal' && item.deal !== undefined
  return [news.filter(isMain), news.filter((one) => !isMain(one))]
}

// Pipelines name their stages as they like; HubSpot says which of them closes a deal.
function closedBy({ isClosed, isWon }: Deal): 'closedwon' | 'closedlost' | undefined {
  return isWon ? 'closedwon' : isClosed ? 'closedlost' : undefined
}

/** The contact that a stage of the deal marks. None when one of them has heard of the stage before: whoever was chosen then stands for it. */
function mainContact(contacts: readonly StoredLead[], dealId: string, signalId: string): string | undefined {
  const ids = [signalId, mirroredId(signalId)]
  if (contacts.some((contact) => signalsOf(contact).some(({ id }) => ids.includes(id)))) return undefined
  return standsFor(contacts, dealId)
}

/** The contact that stands for the deal: the one that did before, else the first in HubSpot's order that Baton knows, else the first. */
function standsFor(contacts: readonly StoredLead[], dealId: string): string | undefined {
  const before = contacts.find(
    (contact) =>
      Object.values(contact.handoffs).some(({ about }) => about === dealId) ||
      signalsOf(contact).some(({ detail, deal }) => detail === dealId && deal?.main),
  )
  const known = contacts.find(({ lead }) => lead && isInHubSpot(lead))
  return (before ?? known ?? contacts[0])?.id
}

// Those that wait to be read as well.
function signalsOf({ lead, inbox }: StoredLead): Signal[] {
  return [...(lead?.signals ?? []), ...inbox.flatMap((item) => (item.kind === 'signal' ? [item.signal] : []))]
}

function contextOf({ name, amount, currency, closesAt, ownerId }: Deal): DealContext {
  return {
    ...(name === undefined ? {} : { name: name.slice(0, 150) }),
    ...(amount === undefined ? {} : { amount }),
    ...(currency === undefined ? {} : { currency }),
    ...(closesAt === undefined ? {} : { closesAt }),
    ...(ownerId === undefined ? {} : { soldBy: ownerId }),
  }
}
