import { createLoader } from './batches.ts'
import { rowsById, type Search, type SearchRow } from './search.ts'

// Searches are few, so that many companies share one.
const GATHER = { quiet: 20, busy: 250, busyCrowd: 250 }

/** Finds the contacts whose primary company is a company. Companies that are asked for at about the same time share searches. */
export function createCompanyContacts(search: (type: 'contacts', asked: Search) => Promise<SearchRow[]>) {
  const contacts = createLoader<string, string[]>(GATHER, async (companyIds) => {
    const found = new Map<string, string[]>()
    const filters = [{ propertyName: 'associatedcompanyid', operator: 'IN' as const, values: [...companyIds] }]
    const asked = { filters, properties: ['associatedcompanyid'] }
    for await (const rows of rowsById((page) => search('contacts', page), asked)) {
      for (const { id, properties } of rows) {
        const companyId = properties.associatedcompanyid ?? ''
        const ids = found.get(companyId)
        if (ids) ids.push(id)
        else found.set(companyId, [id])
      }
    }
    return found
  })
  return async (companyId: string, last?: boolean): Promise<string[]> => (await contacts.load(companyId, last)) ?? []
}
