import { SEARCH_PAGE, type Search } from '../hubspot/search.ts'
import { knowsOtherCompany } from '../leads/found.ts'
import type { Properties } from '../leads/observe.ts'
import { companyEntry, createCompanies } from '../store/companies.ts'
import { CROWD, hurryLeads } from '../store/crowd.ts'
import { INDEX } from '../store/partitions.ts'
import { INDEX_LAG, rowsById } from './changes.ts'
import type { Handler, Parts } from './parts.ts'

/**
 * A company is not what it was: its contacts whose record says otherwise are looked at again, page by page, and once more
 * when HubSpot's search shows whoever has become its contact just now. Those of a large one go last, like an import.
 */
export function createLookAtCompany(
  parts: Pick<Parts, 'clock' | 'config' | 'hubspot' | 'hurry' | 'inbox' | 'leads' | 'store'>,
): Handler<{ companyId: string }> {
  const { clock, hubspot, inbox, leads, store } = parts
  const companies = createCompanies(store)

  return async function lookAtCompany({ companyId }, _known, turn) {
    const names = parts.config().reads.company
    const company = await hubspot.readCompany(companyId, turn !== undefined)
    const properties = company ?? {}
    const now = clock.now()
    let next = await companies.lookAt(companyId, properties, names)
    if (next !== null && next <= now) {
      await lookAtContacts(companyId, company, turn)
      next = next === 0 ? now + INDEX_LAG : null
      await companies.told(companyId, properties, names, next)
    }
    // What it became meanwhile is found by the poll, if its event came just now.
    const entry = companyEntry(companyId)
    const index = store.keys.index(entry, INDEX.companies)
    await store.commit([], [next === null ? ['ZREM', index, entry] : ['ZADD', index, next, entry]])
  }

  async function lookAtContacts(companyId: string, company: Properties | null, turn?: () => Promise<void>) {
    const find = (asked: Search) => hubspot.search('contacts', asked)
    const filters = [{ propertyName: 'associatedcompanyid', operator: 'EQ' as const, value: companyId }]
    let crowd = turn !== undefined
    for await (const rows of rowsById(find, { filters, properties: [], last: true })) {
      crowd ||= rows.length === SEARCH_PAGE
      await turn?.()
      const ids = rows.map(({ id }) => id)
      await tell(companyId, company, ids, crowd)
    }
  }

  async function tell(companyId: string, company: Properties | null, ids: string[], crowd: boolean): Promise<void> {
    const now = clock.now()
    const names = parts.config().reads.company
    const behind = (await leads.readMany(ids)).flatMap((state) => {
      if ('unreadable' in state || !state.lead) return []
      return knowsOtherCompany(state.lead, company, names) ? [state.id] : []
    })
    const item = { kind: 'event' as const, event: 'company', at: now, receivedAt: now }
    const key = `company|${companyId}|${now}`
    const { leadIds } = await inbox.ingest(
      behind.map((leadId) => ({ leadId, key, item })),
      now,
    )
    const last = crowd || leadIds.length >= CROWD
    await hurryLeads(parts, leadIds, () => last, now)
  }
}
