import { isFreeMail } from './free-mail.ts'
import { type AttributeMapping, observeDomain, type Properties } from './observe.ts'

/** The company of a lead as it was found by its domain: whose it is, in HubSpot's owner id. */
export interface Account {
  domain: string
  owner: string
}

// Under a country's letters these are no companies but what companies are registered under, as in acme.co.uk.
const SECOND_LEVEL = new Set('ac co com edu gen go gob gouv gov ltd mil ne net nom or org plc sch'.split(' '))
// A name of more labels is no company's.
const MOST_LABELS = 8

/**
 * The domains by which HubSpot may know the company of a contact, the best first: that of its address, then that of its
 * website, each followed by what it is a part of (eu.acme.example, acme.example). What people of many companies share, a free
 * mail provider, is none.
 */
export function accountDomains(mapping: AttributeMapping, contact: Properties): string[] {
  const attributes = observeDomain(mapping, contact, null)
  const mail = attributes['email.free']?.value === true ? '' : String(attributes['email.domain']?.value ?? '')
  const domains = [mail, hostOf(contact.website ?? '')].flatMap(withParents)
  return [...new Set(domains)].filter((domain) => !isFreeMail(domain, mapping.freeMail))
}

/**
 * The account among the companies that have one of the domains: the best domain that has an owner. Of several companies the
 * oldest counts that belongs to somebody who gets leads (`isRep`), else the oldest that belongs to anybody.
 */
export function accountAmong(
  domains: readonly string[],
  companies: readonly { id: string; properties: Properties }[],
  isRep: (owner: string) => boolean,
): Account | null {
  const byAge = companies.toSorted((a, b) => Number(a.id) - Number(b.id))
  for (const domain of domains) {
    const owners = byAge.flatMap(({ properties }) =>
      properties.domain?.toLowerCase() === domain ? (properties.hubspot_owner_id ?? []) : [],
    )
    const owner = owners.find(isRep) ?? owners.find((id) => id !== '')
    if (owner) return { domain, owner }
  }
  return null
}

function withParents(host: string): string[] {
  const labels = host.toLowerCase().replace(/\.+$/, '').split('.')
  if (labels.length > MOST_LABELS || labels.some((label) => label === '')) return []
  return labels.map((_, index) => labels.slice(index)).flatMap((rest) => (isRegistrable(rest) ? [rest.join('.')] : []))
}

function isRegistrable([first = '', ...rest]: string[]): boolean {
  if (rest.length !== 1) return rest.length > 1
  return !(rest[0]?.length === 2 && SECOND_LEVEL.has(first))
}

/** The host of a web address as people write it, without `www.`; empty for what is none. */
function hostOf(website: string): string {
  const host = /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:[^@/?#\s]*@)?([a-z0-9.-]+)(?::\d+)?(?:[/?#].*)?$/i.exec(
    website.trim(),
  )?.[1]
  return (host ?? '').toLowerCase().replace(/^www\./, '')
}
