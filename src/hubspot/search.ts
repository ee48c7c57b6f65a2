import type { Client } from '@hubspot/api-client'
import type { FilterOperatorEnum } from '@hubspot/api-client/lib/codegen/crm/contacts/models/Filter.js'
import type { Properties } from '../leads/observe.ts'
import { OutsideError } from '../platform/errors.ts'
import { resultsOf } from './answers.ts'
import type { Limit } from './search-pace.ts'

/** The most rows that HubSpot gives in one page of a search. */
export const SEARCH_PAGE = 200

/**
 * A search: every filter holds; sorted rising by one property, which is how pages go past HubSpot's 10,000 results. `query` is what a
 * person typed: it is looked for in names, addresses and numbers, and what fits best comes first where nothing is sorted by, ''.
 */
export interface Search {
  query?: string
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

type Call = <T>(operation: string, work: () => Promise<T>, limit: Limit) => Promise<T>

/**
 * HubSpot's search, which has a limit of its own: all workers share it through Redis. What it finds is some seconds old,
 * so it says whom to look at, and the record is read anew.
 */
export function createSearch({ client, call, pace }: { client: Client; call: Call; pace: Limit }) {
  return async function search(type: 'contacts' | 'companies' | 'deals', asked: Search): Promise<SearchRow[]> {
    const api = client.crm[type].searchApi as Client['crm']['contacts']['searchApi']
    const make = () =>
      api.doSearch({
        ...(asked.query === undefined ? {} : { query: asked.query }),
        filterGroups: asked.filters.length > 0 ? [{ filters: asked.filters as never }] : [],
        sorts: (asked.sortBy ? [{ propertyName: asked.sortBy, direction: 'ASCENDING' }] : []) as never,
        properties: [...asked.properties],
        limit: asked.limit ?? SEARCH_PAGE,
        after: '0',
      })
    const answer = await call(`search ${type}`, make, pace)
    return resultsOf(answer).map(({ id, properties }) => ({ id, properties: properties as Properties }))
  }
}

/** How many contacts there are of which all filters hold: the total that comes with a search, also where it is beyond 10,000. */
export function createCount({ client, call, pace }: { client: Client; call: Call; pace: Limit }) {
  return async function count(filters: Search['filters']): Promise<number> {
    const make = () =>
      client.crm.contacts.searchApi.doSearch({
        filterGroups: [{ filters: filters as never }],
        sorts: [],
        properties: [],
        limit: 1,
        after: '0',
      })
    const { total } = await call('search contacts', make, pace)
    if (typeof total !== 'number') throw new OutsideError('hubspot', 'unavailable', 'not-an-answer')
    return total
  }
}

/** All rows of a search, page by page, in the order of their ids. */
export async function* rowsById(
  search: (asked: Search) => Promise<SearchRow[]>,
  asked: Omit<Search, 'sortBy'>,
): AsyncGenerator<SearchRow[]> {
  let after = '0'
  for (;;) {
    const filters = [...asked.filters, { propertyName: 'hs_object_id', operator: 'GT' as const, value: after }]
    const page = await search({ ...asked, filters, sortBy: 'hs_object_id' })
    yield page
    if (page.length < SEARCH_PAGE) return
    after = page.at(-1)?.id ?? after
  }
}
