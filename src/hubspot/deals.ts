import type { Client } from '@hubspot/api-client'
import { type Properties, type PropertyHistory, type PropertyVersion, readInstant } from '../leads/observe.ts'
import { OutsideError } from '../platform/errors.ts'
import type { Call } from './call.ts'
import { type HistoryRow, versionsOf } from './history.ts'
import { type Refusal, updateBy, writeRows } from './write-rows.ts'

/** A deal as HubSpot has it now. What is not set is absent; instants are epoch milliseconds. */
export interface Deal {
  id: string
  name?: string
  amount?: number
  currency?: string
  /** The amount in the portal's own currency, where HubSpot says it; else as it stands. */
  worth?: number
  createdAt?: number
  /** When it closes, or was closed. */
  closesAt?: number
  ownerId?: string
  stage?: string
  pipeline?: string
  isClosed: boolean
  isWon: boolean
  /** The stages that it went through, newest first. */
  stages: readonly PropertyVersion[]
  /** The contacts that it is about, in HubSpot's order. */
  contactIds: string[]
  /** The properties as they were read, those that were asked for as well. */
  properties: Properties
  /** The values that the stage and the properties that were asked for had, newest first. */
  history: PropertyHistory
}

const READ = [
  ...['dealname', 'amount', 'closedate', 'hubspot_owner_id', 'dealstage', 'pipeline'],
  ...['deal_currency_code', 'amount_in_home_currency', 'createdate'],
  ...['hs_is_closed', 'hs_is_closed_won'],
]

/**
 * HubSpot's deals, as far as they are news of their contacts. `alone` makes a call whose refusal holds up nothing else: not
 * every app may write deals.
 */
export function createDeals({ client, call, alone }: { client: Client; call: Call; alone: Call }) {
  return {
    /** Reads a deal, with `more` properties and their history; null when there is none. */
    async readDeal(id: string, more: readonly string[] = []): Promise<Deal | null> {
      try {
        const deal = await call('read deal', () =>
          client.crm.deals.basicApi.getById(id, [...READ, ...more], ['dealstage', ...more], ['contacts']),
        )
        return dealOf(deal as DealRow, more)
      } catch (error) {
        if (error instanceof OutsideError && error.code === '404') return null
        throw error
      }
    },

    /** Writes properties of a deal; resolves with those of them that HubSpot does not take. */
    async writeDeal(id: string, properties: Record<string, string>): Promise<Refusal[]> {
      const update = updateBy(
        (work) => alone('write deal', work),
        (inputs) => client.crm.deals.batchApi.update({ inputs }),
      )
      const outcome = (await writeRows(update, [{ id, properties }])).get(id) ?? []
      if (outcome instanceof OutsideError) throw outcome
      return outcome
    },
  }
}

interface DealRow extends HistoryRow {
  id: string
  properties: Properties
  associations?: { contacts?: { results?: { id: string }[] } }
}

function dealOf(row: DealRow, more: readonly string[]): Deal {
  const { properties, associations } = row
  const { dealname, amount, deal_currency_code: currency, dealstage, pipeline } = properties
  const [closesAt, createdAt] = [readInstant(properties.closedate), readInstant(properties.createdate)]
  const own = numberOf(amount)
  const worth = numberOf(properties.amount_in_home_currency) ?? own
  const contacts = associations?.contacts?.results ?? []
  const history = Object.fromEntries(['dealstage', ...more].map((name) => [name, versionsOf(row, name)]))
  return {
    id: row.id,
    ...(dealname ? { name: dealname } : {}),
    ...(own === undefined ? {} : { amount: own }),
    ...(currency ? { currency } : {}),
    ...(worth === undefined ? {} : { worth }),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(closesAt === undefined ? {} : { closesAt }),
    ...(properties.hubspot_owner_id ? { ownerId: properties.hubspot_owner_id } : {}),
    ...(dealstage ? { stage: dealstage } : {}),
    ...(pipeline ? { pipeline } : {}),
    isClosed: properties.hs_is_closed === 'true',
    isWon: properties.hs_is_closed_won === 'true',
    stages: history.dealstage ?? [],
    contactIds: [...new Set(contacts.map((contact) => contact.id))],
    properties,
    history,
  }
}

function numberOf(text: string | null | undefined): number | undefined {
  return text && Number.isFinite(Number(text)) ? Number(text) : undefined
}
