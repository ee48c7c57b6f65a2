import type { LeadRecord } from '../leads/lead.ts'

/** Where a person opens the contact. HubSpot redirects to the account's own region. */
export function contactUrl(lead: Pick<LeadRecord, 'id' | 'portalId'>): string {
  return lead.portalId
    ? `https://app.hubspot.com/contacts/${encodeURIComponent(lead.portalId)}/record/0-1/${encodeURIComponent(lead.id)}`
    : 'https://app.hubspot.com/contacts'
}
