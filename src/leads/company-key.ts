import type { RepRequest } from '../handoffs/choice.ts'
import { isFreeMail } from './free-mail.ts'
import type { LeadRecord } from './lead.ts'
import { type AttributeMapping, observeDomain, type Properties } from './observe.ts'

/**
 * Which company a contact belongs to, so that its leads go to one rep: HubSpot's company, else the domain of its address. What
 * people of many companies share, a free mail provider, is none. Undefined when nobody can say. HubSpot ties contacts to
 * companies some time after they came: `like` is where a colleague's lead stands who is tied, or is not, `noted` where
 * such colleagues look.
 */
export function companyOf(
  mapping: AttributeMapping,
  contact: Properties,
  company: Properties | null,
): Omit<NonNullable<RepRequest['company']>, 'within'> | undefined {
  const attributes = observeDomain(mapping, contact, company)
  const own = attributes['email.free']?.value === true ? undefined : attributes['email.domain']?.value
  const id = contact.associatedcompanyid
  if (id) {
    if (isFreeMail(company?.domain ?? '', mapping.freeMail)) return undefined
    return own === undefined
      ? { key: `company-${id}` }
      : { key: `company-${id}`, like: `domain-${own}`, noted: `companies-of-${own}` }
  }
  return own === undefined ? undefined : { key: `domain-${own}`, like: `companies-of-${own}` }
}

/**
 * The account that a lead counts for in reports: the domain of its company, as HubSpot or its address tells it, so that it is the same before
 * HubSpot ties the contact to the company and after; else HubSpot's company. A free mail provider is none. Undefined when nobody can say.
 */
export function accountKey({
  attributes,
  properties,
}: Pick<LeadRecord, 'attributes' | 'properties'>): string | undefined {
  const own = attributes['email.domain']?.value
  const free = attributes['email.free']?.value
  const domains = [attributes['company.domain']?.value, own].filter((domain) => typeof domain === 'string')
  const domain = domains.find((one) => one !== '' && (one === own ? free !== true : !isFreeMail(one)))
  if (domain !== undefined) return `domain-${domain.toLowerCase()}`
  const id = properties.associatedcompanyid
  return id ? `company-${id}` : undefined
}
