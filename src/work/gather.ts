import type { Config } from '../config/config.ts'
import { isAdoption } from '../leads/adoption.ts'
import type { Gathered, LeadState } from '../leads/change.ts'
import { type Contact, observeAttributes, type PropertyHistory } from '../leads/observe.ts'
import { historyNeeded } from '../leads/people.ts'
import { fromOutside } from '../leads/reading.ts'
import { carriedOver, restored, withoutMemory } from '../leads/restore.ts'
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
  read: Contact,
  now: number,
  last = false,
): Promise<{ gathered: Gathered; late: Promise<Record<string, string>> | null }> {
  const { contact, merging } = await withMerged(parts, config, state, read)
  const { properties } = contact
  const own = observeAttributes(config.hubspot, properties, null, config.reads.raw)
  const observe = (company: Parameters<typeof observeAttributes>[2]) => ({
    ...fromOutside(state.lead),
    ...(company ? observeAttributes(config.hubspot, properties, company, config.reads.raw) : own),
  })
  const known = { ...state, ...restored(config, state, contact, merging) }
  // What was there before Baton came is asked of nobody but HubSpot: that costs nothing.
  const isAdopted = known.lead?.adopted !== undefined || isAdoption(known, contact.createdAt, now)
  const [enriched, history] = await Promise.all([
    parts.enrichment.enrich(
      observe,
      isAdopted ? [] : config.routing.requiredForSales.filter((name) => PROVIDED.has(name)),
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
    historyOf(parts, config, known, contact),
  ])
  const { company, found, outcomes, late } = enriched
  return { gathered: { contact, company, found, outcomes, history, merging }, late }
}

/** The values that the properties had which `next` asks about. */
export async function historyOf(
  { hubspot }: Pick<Parts, 'hubspot'>,
  config: Config,
  state: LeadState,
  contact: Contact,
): Promise<PropertyHistory> {
  const asked = historyNeeded(config, state, contact)
  const versions = await Promise.all(asked.map((property) => hubspot.readHistory(contact.id, property)))
  return Object.fromEntries(asked.map((property, index) => [property, versions[index] ?? []]))
}

/** The contacts that were merged into this one, as they stood, by an event or by what it carries of theirs. */
async function withMerged(
  { hubspot, leads }: Pick<Parts, 'hubspot' | 'leads'>,
  config: Config,
  state: StoredLead,
  contact: Contact,
): Promise<{ contact: Contact; merging: StoredLead[] | undefined }> {
  const named = state.inbox.flatMap((item) => (item.kind === 'event' ? (item.merged ?? []) : []))
  const fresh = [...new Set(named)].filter((id) => id !== state.id && !state.lead?.merged?.includes(id))
  const carried = carriedOver(config, state, contact).filter((id) => !fresh.includes(id))
  const others = await Promise.all(carried.map((id) => hubspot.readContact(id)))
  // While that one lives, this is a copy of it, as an export and an import make.
  if (others.some((other) => other !== null && !('movedTo' in other)))
    return { contact: withoutMemory(config, contact), merging: await knownOf(leads, fresh, []) }
  return { contact, merging: await knownOf(leads, fresh, carried) }
}

async function knownOf(leads: Leads, told: string[], carried: string[]): Promise<StoredLead[] | undefined> {
  const untold = (await Promise.all(carried.map((id) => leads.read(id)))).filter(({ lead }) => lead !== null)
  const all = [...(await Promise.all(told.map((id) => leads.read(id)))), ...untold]
  return all.length > 0 ? all : undefined
}

function text(attributes: Attributes, name: string): string | undefined {
  const value = attributes[name]?.value
  return value === undefined ? undefined : String(value)
}
