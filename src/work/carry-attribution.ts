import type { Deal } from '../hubspot/deals.ts'
import { withEarlier } from '../leads/attribution.ts'
import { type DealContact, dealChanges } from '../leads/deal-attribution.ts'
import { observeAttributes } from '../leads/observe.ts'
import { OutsideError } from '../platform/errors.ts'
import type { Parts } from './parts.ts'

// A deal of more people than that is not about who they were.
const MOST_CONTACTS = 50

/** Writes to a deal how its contact came, as far as nobody else has said so. */
export function createCarryAttribution(parts: Pick<Parts, 'config' | 'hubspot' | 'leads' | 'log'>) {
  const { hubspot, log } = parts
  const said = new Set<string>()

  function sayOnce(what: string, advice: string): void {
    if (!said.has(what)) log.warn({ what }, `deals are not told how their contacts came: ${advice}`)
    said.add(what)
  }

  async function contactOf(id: string): Promise<DealContact[]> {
    const found = await hubspot.readContact(id, true)
    const contact = found && 'movedTo' in found ? await hubspot.readContact(found.movedTo, true) : found
    if (!contact || 'movedTo' in contact) return []
    const config = parts.config()
    const { lead } = await parts.leads.get(contact.id)
    const observed = observeAttributes(config.hubspot, contact.properties, null, config.reads.raw)
    return [{ createdAt: contact.createdAt, attributes: withEarlier(lead?.attributes, observed) }]
  }

  /** `deal` was read with the properties that `dealAttribution` names, and their history. */
  return async function carry(deal: Deal): Promise<void> {
    const mapping = parts.config().hubspot.dealAttribution
    if (hubspot.readOnly || Object.keys(mapping).length === 0) return
    const contacts = await Promise.all(deal.contactIds.slice(0, MOST_CONTACTS).map(contactOf))
    const changes = dealChanges(mapping, contacts.flat(), deal, await hubspot.ownApp())
    if (Object.keys(changes).length === 0) return
    try {
      const refused = await hubspot.writeDeal(deal.id, changes)
      for (const { property, code } of refused)
        sayOnce(
          `${property} ${code}`,
          `HubSpot does not take ${property} (${code}); run: npm run baton -- hubspot setup`,
        )
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error
      // What is refused for good is news for whoever runs Baton, and no reason to try for ever.
      if (error.code === '403') sayOnce('403', 'the app lacks the scope crm.objects.deals.write')
      else if (error.kind === 'refused') sayOnce(error.code, `HubSpot refuses it (${error.code})`)
      else throw error
    }
  }
}
