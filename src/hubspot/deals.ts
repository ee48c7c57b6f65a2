import type { Client } from '@hubspot/api-client'
import type { PropertyVersion } from '../leads/observe.ts'
import { OutsideError } from '../platform/errors.ts'
import { type HistoryRow, versionsOf } from './history.ts'

/** A deal: the stages that it went through, newest first, and the contacts that it is about. */
export interface Deal {
  stages: PropertyVersion[]
  contactIds: string[]
}

type Call = <T>(operation: string, work: () => Promise<T>) => Promise<T>

/** HubSpot's deals, as far as they are news of their contacts. */
export function createDeals({ client, call }: { client: Client; call: Call }) {
  return {
    /** Reads a deal; null when there is none. */
    async readDeal(id: string): Promise<Deal | null> {
      try {
        const deal = await call('read deal', () =>
          client.crm.deals.basicApi.getById(id, ['dealstage'], ['dealstage'], ['contacts']),
        )
        const contacts = deal.associations?.contacts?.results ?? []
        return {
          stages: versionsOf(deal as HistoryRow, 'dealstage'),
          contactIds: [...new Set(contacts.map((contact) => contact.id))],
        }
      } catch (error) {
        if (error instanceof OutsideError && error.code === '404') return null
        throw error
      }
    },
  }
}
