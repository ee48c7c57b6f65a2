import type { Client } from '@hubspot/api-client'
import type { FilterOperatorEnum } from '@hubspot/api-client/lib/codegen/crm/contacts/models/Filter.js'
import { RateLimiterMemory, RateLimiterQueue, RateLimiterRedis } from 'rate-limiter-flexible'
import type { Properties } from '../leads/observe.ts'
import { OutsideError } from '../platform/errors.ts'
import type { RedisConnection } from '../platform/redis.ts'
import { resultsOf } from './answers.ts'

/** The most rows that HubSpot gives in one page of a search. */
export const SEARCH_PAGE = 200

/** A search: every filter holds; sorted rising by one property, which is how pages go past HubSpot's 10,000 results. */
export interface Search {
  filters: { propertyName: string; operator: `${FilterOperatorEnum}`; value?: string; values?: string[] }[]
  sortBy: string
  properties: readonly string[]
  /** At most 200, which is also what is given unless told. */
  limit?: number
}

/** A row that a search found, as the index had it: some seconds late. */
export interface SearchRow {
  id: string
  properties: Properties
}

type Call = <T>(operation: string, work: () => Promise<T>) => Promise<T>

// HubSpot allows 5 searches a second in an account; one less for the edges of the window.
const SEARCHES_A_SECOND = 4

/**
 * HubSpot's search, which has a limit of its own: all workers share it through Redis. What it finds is some seconds old,
 * so it says whom to look at, and the record is read anew.
 */
export function createSearches({
  client,
  call,
  limiter: { redis, prefix },
}: {
  client: Client
  call: Call
  limiter: { redis: RedisConnection | null; prefix: string }
}) {
  const rate = { keyPrefix: `${prefix}:search-rate`, points: SEARCHES_A_SECOND, duration: 1 }
  const limiter = redis ? new RateLimiterRedis({ storeClient: redis, ...rate }) : new RateLimiterMemory(rate)
  const turns = new RateLimiterQueue(limiter, { maxQueueSize: 1_000 })

  async function search(type: 'contacts' | 'companies', asked: Search): Promise<SearchRow[]> {
    await turns.removeTokens(1, 'hubspot').catch(() => {
      throw new OutsideError('redis', 'unavailable', 'rate-limit')
    })
    const api = client.crm[type].searchApi as Client['crm']['contacts']['searchApi']
    const answer = await call(`search ${type}`, () =>
      api.doSearch({
        filterGroups: [{ filters: asked.filters as never }],
        sorts: [{ propertyName: asked.sortBy, direction: 'ASCENDING' }] as never,
        properties: [...asked.properties],
        limit: asked.limit ?? SEARCH_PAGE,
        after: '0',
      }),
    )
    return resultsOf(answer).map(({ id, properties }) => ({ id, properties: properties as Properties }))
  }

  return { search }
}
