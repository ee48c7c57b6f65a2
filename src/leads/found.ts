import { DELIVERED, LAST_SENT } from './bounces.ts'
import { isInHubSpot, type LeadRecord } from './lead.ts'
import { type Properties, readInstant } from './observe.ts'

/** What is known of a lead, to compare what a search found with: its record, and what HubSpot is known to have been given. */
interface Known {
  lead: LeadRecord | null
  written: Readonly<Record<string, string>>
}

/**
 * Whether a contact that a search found is news: Baton does not know it, or it differs from what Baton last read there or
 * wrote. So Baton's own writes are none, and what a person did to them is. `names` are the properties that were asked for:
 * those that Baton reads, and those that only it writes; none when nothing can be compared.
 */
export function isNews(
  { lead, written }: Known,
  found: Properties,
  names: { read: readonly string[]; own: readonly string[] },
): boolean {
  if (!lead || lead.missingSince !== undefined) return true
  // The contact that took it in is found itself.
  if (lead.mergedInto !== undefined) return false
  if (names.read.length === 0) return true
  // A mail that got through is news of a lead from which the last ones came back, and each mailing changes the count and date of all.
  const asked = names.read.filter((name) => name !== LAST_SENT && (lead.mail?.inARow || name !== DELIVERED))
  const read = asked.some((name) => !isSame(written[name] ?? lead.properties[name], found[name]))
  return read || names.own.some((name) => written[name] !== undefined && !isSame(written[name], found[name]))
}

/** Whether the company of a lead, as it was last read, differs from what the company is now. */
export function knowsOtherCompany(lead: LeadRecord, company: Properties | null, names: readonly string[]): boolean {
  if (!isInHubSpot(lead)) return false
  if (lead.company === null || company === null) return lead.company !== company
  return names.some((name) => !isSame(lead.company?.[name], company[name]))
}

// HubSpot gives back numbers and instants as it likes to write them.
function isSame(known: string | null | undefined, found: string | null | undefined): boolean {
  const [a, b] = [known ?? '', found ?? '']
  if (a === b) return true
  if (a === '' || b === '') return false
  const [x, y] = [readInstant(a), readInstant(b)]
  return (x !== undefined && x === y) || Number(a) === Number(b)
}
