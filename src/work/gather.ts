import type { Config } from '../config/config.ts'
import type { Gathered, LeadState } from '../leads/change.ts'
import { type Contact, observeAttributes } from '../leads/observe.ts'
import { historyNeeded, liveHandoffs } from '../leads/people.ts'
import { fromOutside } from '../leads/reading.ts'
import { wantsActivities } from '../leads/responses.ts'
import type { Attributes } from '../rules/attributes.ts'
import type { Leads, StoredLead } from '../store/leads.ts'
import type { Parts } from './parts.ts'

// What enrichment providers can tell; asking them for anything else is no use.
const PROVIDED = new Set([
  'jobTitle',
  'country',
  'company.name',
  'company.domain',
  'company.size',
  'company.industry',
  'company.revenue',
  'company.techStack',
])

/** Gathers what `next` needs to know of a contact: company, enrichment, who changed what, and what was merged into it. */
export async function gatherContact(
  parts: Pick<Parts, 'enrichment' | 'hubspot' | 'leads'>,
  config: Config,
  state: StoredLead,
  contact: Contact,
  now: number,
  last = false,
): Promise<{ gathered: Gathered; late: Promise<Record<string, string>> | null }> {
  const { properties } = contact
  const own = observeAttributes(config.hubspot, properties, null, config.reads.raw)
  const observe = (company: Parameters<typeof observeAttributes>[2]) => ({
    ...fromOutside(state.lead),
    ...(company ? observeAttributes(config.hubspot, properties, company, config.reads.raw) : own),
  })
  const [enriched, looked, merging] = await Promise.all([
    parts.enrichment.enrich(
      observe,
      config.routing.requiredForSales.filter((name) => PROVIDED.has(name)),
      {
        leadId: contact.id,
        companyId: properties.associatedcompanyid ?? undefined,
        email: text(own, 'email'),
        firstName: text(own, 'firstName'),
        lastName: text(own, 'lastName'),
        domain: text(own, 'email.domain'),
        freeMail: own['email.free']?.value === true,
        last,
      },
      { answers: state.lead?.enrichment ?? {}, late: state.late },
      config.enrichment,
      now,
    ),
    lookedUp(parts, config, state, contact),
    mergedContacts(parts.leads, state),
  ])
  const { company, found, outcomes, late } = enriched
  return { gathered: { contact, company, found, outcomes, ...looked, merging }, late }
}

/**
 * Who changed what and when, as far as `next` asks about it: the values that properties had, those of `more` as well, and
 * the activities.
 */
export async function lookedUp(
  { hubspot }: Pick<Parts, 'hubspot'>,
  config: Config,
  state: LeadState,
  contact: Contact,
  more: readonly string[] = [],
): Promise<Pick<Gathered, 'history' | 'activities'>> {
  const asked = [...new Set([...historyNeeded(config, state, contact), ...more])]
  const [activities, ...versions] = await Promise.all([
    wantsActivities(config, liveHandoffs(state), contact) ? hubspot.readActivities(contact.id) : undefined,
    ...asked.map((property) => hubspot.readHistory(contact.id, property)),
  ])
  const history = Object.fromEntries(asked.map((property, index) => [property, versions[index] ?? []]))
  return { history, activities }
}

async function mergedContacts(leads: Leads, state: StoredLead): Promise<StoredLead[] | undefined> {
  const named = state.inbox.flatMap((item) => (item.kind === 'event' ? (item.merged ?? []) : []))
  const fresh = [...new Set(named)].filter((id) => id !== state.id && !state.lead?.merged?.includes(id))
  return fresh.length > 0 ? Promise.all(fresh.map((id) => leads.read(id))) : undefined
}

function text(attributes: Attributes, name: string): string | undefined {
  const value = attributes[name]?.value
  return value === undefined ? undefined : String(value)
}
