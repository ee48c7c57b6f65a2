import { createLoader } from './batches.ts'
import { rowsById, type Search, type SearchRow } from './search.ts'

// Searches are few, so that many domains share one.
const GATHER = { quiet: 20, busy: 250, busyCrowd: 250 }

/**
 * Finds the companies of domains, oldest first, with their owners. Domains that are asked for at about the same time share
 * searches; nothing is remembered after that, for an owner may change at any time.
 */
export function createCompanyDomains(search: (type: 'companies', asked: Search) => Promise<SearchRow[]>) {
  const companies = createLoader<string, SearchRow[]>(GATHER, async (domains) => {
    const found = new Map<string, SearchRow[]>()
    const filters = [{ propertyName: 'domain', operator: 'IN' as const, values: [...domains] }]
    const asked = { filters, properties: ['domain', 'hubspot_owner_id'] }
    for await (const rows of rowsById((page) => search('companies', page), asked)) {
      for (const row of rows) {
        const domain = row.properties.domain?.toLowerCase() ?? ''
        found.set(domain, [...(found.get(domain) ?? []), row])
      }
    }
    return found
  })
  return async (domains: readonly string[], last?: boolean): Promise<SearchRow[]> =>
    (await Promise.all(domains.map((domain) => companies.load(domain, last)))).flatMap((rows) => rows ?? [])
}
