import type { SimulatedHubSpot } from '../../simulators/hubspot/simulated-hubspot.ts'

/**
 * What becomes of a lead of the benchmark with the config that ships: to a rep, to nurture, or out. A `visitor` has done
 * nothing that HubSpot knows of.
 */
export type Kind = 'tier-1' | 'tier-2' | 'medium' | 'good-fit' | 'low' | 'competitor' | 'visitor'

/** The mix of leads, like the demo's: a third goes to a rep. */
export const MIX: Kind[] = ['tier-1', 'medium', 'low', 'tier-2', 'good-fit', 'competitor']

type Contact = Record<string, string>

const ASKS_FOR_A_DEMO = {
  num_conversion_events: '1',
  recent_conversion_event_name: 'Request a demo',
  hs_analytics_source_data_1: 'autumn campaign',
}

const KINDS: Record<Kind, { contact: Contact; company: Contact }> = {
  'tier-1': {
    contact: { jobtitle: 'VP Marketing', hs_email_click: '2', ...ASKS_FOR_A_DEMO },
    company: { numberofemployees: '240', industry: 'COMPUTER_SOFTWARE' },
  },
  'tier-2': {
    contact: { jobtitle: 'Head of Marketing', hs_email_click: '4', ...ASKS_FOR_A_DEMO },
    company: { numberofemployees: '30', industry: 'RETAIL' },
  },
  medium: {
    contact: {
      jobtitle: 'Analyst',
      num_conversion_events: '1',
      recent_conversion_event_name: 'Webinar: pricing in retail',
      hs_email_click: '2',
    },
    company: { numberofemployees: '40', industry: 'RETAIL' },
  },
  'good-fit': {
    contact: { jobtitle: 'CMO', hs_email_open: '1' },
    company: { numberofemployees: '200', industry: 'FINANCIAL_SERVICES' },
  },
  low: { contact: { jobtitle: 'Engineer', hs_email_open: '1' }, company: { numberofemployees: '900' } },
  visitor: { contact: { jobtitle: 'Engineer' }, company: { numberofemployees: '900', industry: 'RETAIL' } },
  competitor: { contact: { jobtitle: 'CMO', ...ASKS_FOR_A_DEMO }, company: { numberofemployees: '300' } },
}

/**
 * Puts a lead into HubSpot, with a company of its own and perhaps an owner. `number` makes it unlike the others. Returns the
 * contact's id.
 */
export function createLead(
  hubspot: SimulatedHubSpot,
  kind: Kind,
  number: number,
  { silent, owner }: { silent: boolean; owner?: string | undefined },
): string {
  const { contact, company } = KINDS[kind]
  const domain = kind === 'competitor' ? 'rival.example' : `company-${number}.example`
  const companyId = hubspot.createCompany({ name: `Company ${number}`, domain, ...company })
  const owned: Contact = owner === undefined ? {} : { hubspot_owner_id: owner }
  const person = { email: `lead-${number}@${domain}`, firstname: 'Dana', lastname: `Ruiz ${number}`, ...owned }
  return hubspot.createContact({ ...person, ...contact }, { companyId, by: 'form', silent })
}
