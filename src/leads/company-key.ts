import { emailAttributes, type HubSpotMapping, observeAttributes, type Properties } from './observe.ts'

/**
 * Which company a contact belongs to, so that its leads go to one rep: HubSpot's company, else the domain of its address. What
 * people of many companies share, a free mail provider, is none. Undefined when nobody can say.
 */
export function companyOf(
  mapping: Pick<HubSpotMapping, 'attributes'>,
  contact: Properties,
  company: Properties | null,
): string | undefined {
  const attributes = observeAttributes(mapping, contact, company, [])
  const id = contact.associatedcompanyid
  if (id) {
    const domain = company?.domain ?? ''
    const shared = emailAttributes({ value: `x@${domain}`, source: '' })['email.free']?.value === true
    return shared ? undefined : `company-${id}`
  }
  const domain = attributes['email.domain']?.value
  return domain === undefined || attributes['email.free']?.value === true ? undefined : `domain-${domain}`
}
