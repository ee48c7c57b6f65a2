import type { LeadRecord } from '../leads/lead.ts'
import { contactUrl } from '../messages/contact-url.ts'
import type { Report, Section } from '../reports/report.ts'
import { leadsOfAccounts } from '../store/accounts.ts'
import type { Store } from '../store/partitions.ts'

// The column in which a report has accounts.
const ACCOUNT = 'account'

/** Puts into a report what its accounts are called, and where people open them (`url`). */
export type NameAccounts = (report: Report) => Promise<Report>

/**
 * Makes what does so: facts hold digests alone, and a lead of the account says the rest. An account of which no lead is there any more, such as one that
 * was erased, is left out.
 */
export function createAccountNames(store: Pick<Store, 'redis' | 'keys' | 'partitions'>): NameAccounts {
  return async function nameAccounts(report) {
    const digests = report.sections.filter(hasAccounts).flatMap(({ rows }) => rows.map((row) => String(row[ACCOUNT])))
    if (digests.length === 0) return report
    const leads = await leadsOfAccounts(store, [...new Set(digests)])
    const named = (section: Section): Section => {
      if (!hasAccounts(section)) return section
      const rows = section.rows.flatMap((row) => {
        const lead = leads.get(String(row[ACCOUNT]))
        return lead ? [{ ...row, [ACCOUNT]: nameOf(lead), url: companyUrl(lead) }] : []
      })
      return { ...section, columns: [...section.columns, { id: 'url', title: 'HubSpot', unit: 'text' }], rows }
    }
    return { ...report, sections: report.sections.map(named) }
  }
}

function hasAccounts({ columns }: Section): boolean {
  return columns.some(({ id }) => id === ACCOUNT)
}

function nameOf({ attributes }: LeadRecord): string {
  const [name] = ['company.name', 'company.domain', 'email.domain'].flatMap((one) => attributes[one]?.value ?? [])
  return String(name ?? 'company without a name')
}

/** Where a person opens the company; where HubSpot has tied none to the lead, the contact. */
function companyUrl(lead: LeadRecord): string {
  const id = lead.properties.associatedcompanyid
  return id && lead.portalId
    ? `https://app.hubspot.com/contacts/${encodeURIComponent(lead.portalId)}/record/0-2/${encodeURIComponent(id)}`
    : contactUrl(lead)
}
