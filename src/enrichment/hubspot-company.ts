import type { Properties } from '../leads/observe.ts'
import type { EnrichmentProvider } from './chain.ts'

/** The contact's primary company in HubSpot as an enrichment provider: always asked, since it is our own CRM. */
export function createHubSpotCompany(hubspot: {
  readCompany: (id: string, last?: boolean) => Promise<Properties | null>
}): EnrichmentProvider {
  return {
    name: 'hubspot-company',
    outside: false,
    async ask(query) {
      const company = query.companyId ? await hubspot.readCompany(query.companyId, query.last) : null
      return company
        ? { status: 'matched', personal: {}, shared: {}, company }
        : { status: 'not-found', personal: {}, shared: {} }
    },
  }
}
