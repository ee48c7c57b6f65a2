import { knowsOtherCompany } from '../leads/found.ts'
import type { Properties } from '../leads/observe.ts'
import { CROWD, hurryLeads } from '../store/crowd.ts'
import { companyEntry, createCompanyDigests } from '../store/digests.ts'
import { INDEX } from '../store/partitions.ts'
import { INDEX_LAG } from './changes.ts'
import type { Handler, Parts } from './parts.ts'

// Records that are compared in one go.
const AT_ONCE = 200

/**
 * A company is not what it was: its contacts whose record says otherwise are looked at again, page by page, and once more
 * when HubSpot's search shows whoever has become its contact just now. Those of a large one go last, like an import.
 */
export function createLookAtCompany(
  parts: Pick<Parts, 'clock' | 'config' | 'hubspot' | 'hurry' | 'inbox' | 'leads' | 'store'>,
): Handler<{ companyId: string }> {
  const { clock, hubspot, inbox, leads, store } = parts
  const digests = createCompanyDigests(store)

  return async function lookAtCompany({ companyId }, _known, turn) {
    const names = parts.config().reads.company
    const company = await hubspot.readCompany(companyId, turn !== undefined)
    const properties = company ?? {}
    const now = clock.now()
    let next = await digests.lookAt(companyId, properties, names)
    if (next !== null && next <= now) {
      await lookAtContacts(companyId, company, turn)
      next = next === 0 ? now + INDEX_LAG : null
      await digests.told(companyId, properties, names, next)
    }
    // What it became meanwhile is found by the poll, if its event came just now.
    const entry = companyEntry(companyId)
    const index = store.keys.index(entry, INDEX.companies)
    await store.commit([], [next === null ? ['ZREM', index, entry] : ['ZADD', index, next, entry]])
  }

  async function lookAtContacts(companyId: string, company: Properties | null, turn?: () => Promise<void>) {
    const ids = await hubspot.contactsOfCompany(companyId, turn !== undefined)
    const crowd = turn !== undefined || ids.length >= CROWD
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      await turn?.()
      await tell(companyId, company, ids.slice(at, at + AT_ONCE), crowd)
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
    await hurryLeads(parts, leadIds, () => crowd, now)
  }
}
