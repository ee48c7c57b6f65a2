import { type Config, rawPropertiesInConditions } from '../config/config.ts'
import type { Enrichment } from '../enrichment/chain.ts'
import type { Handoff } from '../handoffs/handoff.ts'
import type { Contact, HubSpot } from '../hubspot/client.ts'
import type { LeadRecord } from '../leads/lead.ts'
import type { LeadReading } from '../leads/next-record.ts'
import { countersOf, observeAttributes, observeSignals, possibleResponses } from '../leads/observe.ts'
import type { Attributes, Signal } from '../rules/attributes.ts'
import { memoryOf } from '../rules/engagement.ts'
import { longestWithin } from '../rules/routing.ts'
import type { Inbox } from '../store/leads.ts'

const MOST_SIGNALS = 500

/** Puts together what is known of a lead: contact, company, enrichment, signals. */
export async function readLead(
  { config, enrichment }: { config: Config; enrichment: Enrichment },
  contact: Contact,
  previous: LeadRecord | null,
  inbox: Inbox,
  now: number,
): Promise<{ reading: LeadReading; late: Promise<boolean> | null }> {
  const raw = rawPropertiesInConditions(config)
  const own = observeAttributes(config.hubspot, contact.properties, null, raw)
  const answer = await enrichment.enrich(
    (company) => ({ ...fromOutside(previous), ...observeAttributes(config.hubspot, contact.properties, company, raw) }),
    config.routing.requiredForSales.filter((name) => PROVIDED.has(name)),
    {
      leadId: contact.id,
      companyId: contact.properties.associatedcompanyid ?? undefined,
      email: text(own, 'email'),
      firstName: text(own, 'firstName'),
      lastName: text(own, 'lastName'),
      domain: text(own, 'email.domain'),
      freeMail: own['email.free']?.value === true,
    },
    config.enrichment,
  )
  const found = observeSignals(config.hubspot, contact.properties, previous?.counters ?? null, contact.createdAt, now)
  const sent = inbox.items.flatMap((item) => (item.kind === 'signal' ? [item.signal] : []))
  const views = Number(contact.properties.hs_analytics_num_page_views ?? Number.NaN)
  const last = contact.properties.hs_analytics_last_url
  const reading: LeadReading = {
    id: contact.id,
    createdAt: contact.createdAt,
    portalId:
      inbox.items.flatMap((item) => (item.kind === 'hint' && item.portalId ? [item.portalId] : [])).at(-1) ??
      previous?.portalId,
    attributes: answer.attributes,
    signals: keepSignals([...(previous?.signals ?? []), ...found, ...sent], memoryFor(config), now),
    counters: countersOf(config.hubspot, contact.properties),
    pages: { ...(Number.isFinite(views) ? { views } : {}), ...(last ? { last: last.slice(0, 300) } : {}) },
    enrichment: {
      ...previous?.enrichment,
      ...Object.fromEntries(Object.entries(answer.outcomes).map(([name, status]) => [name, { status, at: now }])),
    },
    enrichmentFailed: Object.values(answer.outcomes).some((status) => status !== 'matched' && status !== 'not-found'),
  }
  return { reading, late: answer.late }
}

/** Whether HubSpot shows that somebody has contacted the lead since the handoff started. */
export async function hasResponded(
  { config, hubspot }: { config: Config; hubspot: Pick<HubSpot, 'changedByPerson'> },
  contact: Contact,
  handoff: Handoff,
): Promise<boolean> {
  if (handoff.status !== 'open') return false
  const possible = possibleResponses(config.hubspot, contact.properties, handoff.baseline)
  if (possible.some(({ byPerson }) => !byPerson)) return true
  for (const { property } of possible) if (await hubspot.changedByPerson(contact.id, property)) return true
  return false
}

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

// What HubSpot itself says is read anew each time; what others said before is kept.
function fromOutside(previous: LeadRecord | null): Attributes {
  const kept = Object.entries(previous?.attributes ?? {}).filter(
    ([, { source }]) => !/^(hubspot:|company:|list of)/.test(source),
  )
  return Object.fromEntries(kept)
}

// Routes may look further back than scoring does.
function memoryFor(config: Config): number | undefined {
  const memory = memoryOf(config.scoring.engagement)
  return memory === undefined ? undefined : Math.max(memory, longestWithin(config.routing.routes))
}

function keepSignals(signals: Signal[], memory: number | undefined, now: number): Signal[] {
  // What is known stands: the same signal told again changes nothing.
  const byId = new Map(signals.toReversed().map((signal) => [signal.id, signal]))
  const kept = [...byId.values()].filter((signal) => memory === undefined || now - signal.at <= memory)
  return kept.sort((a, b) => a.at - b.at).slice(-MOST_SIGNALS)
}

function text(attributes: Attributes, name: string): string | undefined {
  const value = attributes[name]?.value
  return value === undefined ? undefined : String(value)
}
