import { SEARCH_PAGE } from '../hubspot/search.ts'
import { knowsOtherCompany } from '../leads/found.ts'
import { companyEntry, createCompanies } from '../store/companies.ts'
import { CROWD, hurryLeads } from '../store/crowd.ts'
import { INDEX } from '../store/partitions.ts'
import { rowsById } from './changes.ts'
import type { Handler, Parts } from './parts.ts'

/**
 * A company is not what it was: its contacts whose record says otherwise are looked at again, page by page. Those of a
 * large one go last, like an import.
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
    if ((await companies.changed([{ id: companyId, properties }], names)).length > 0) {
      const filters = [{ propertyName: 'associatedcompanyid', operator: 'EQ' as const, value: companyId }]
      const find = (asked: Parameters<typeof hubspot.search>[1]) => hubspot.search('contacts', asked)
      let crowd = turn !== undefined
      for await (const rows of rowsById(find, { filters, properties: [], last: true })) {
        crowd ||= rows.length === SEARCH_PAGE
        await turn?.()
        await tell(
          companyId,
          company,
          rows.map(({ id }) => id),
          crowd,
        )
      }
      await companies.told(companyId, properties, names)
    }
    // What it became meanwhile is found by the poll, if its event came just now.
    const entry = companyEntry(companyId)
    await store.commit([], [['ZREM', store.keys.index(entry, INDEX.companies), entry]])
  }

  async function tell(
    companyId: string,
    company: Record<string, string | null | undefined> | null,
    ids: string[],
    crowd: boolean,
  ): Promise<void> {
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
