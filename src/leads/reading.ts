import type { Attributes, AttributeValue } from '../rules/attributes.ts'
import { withPlaces } from '../rules/places.ts'
import { earlierUtm } from './attribution.ts'
import { isWorthKeeping, mailAttributes, mailBefore, mailOf } from './bounces.ts'
import type { Gathered, LeadState, NextConfig } from './change.ts'
import { isOwnedByWish, wasWanted, withJunk } from './junk.ts'
import { keptSignals } from './kept-signals.ts'
import type { EnrichmentStatus, LeadRecord } from './lead.ts'
import { LAST_BOOKED, meetingsBooked } from './meetings.ts'
import { type Contact, observeAttributes, type Properties } from './observe.ts'
import { type Look, observeSignals } from './observe-signals.ts'
import { observeVisits } from './observe-visits.ts'
import { countersOf } from './signal-rules.ts'

const DAY = 24 * 60 * 60_000
/** The property in which HubSpot lists the contacts that were merged into one; kept among the counters. */
export const MERGED_IDS = 'hs_merged_object_ids'
/** How a provider may have answered without having failed. */
export const ANSWERS: ReadonlySet<EnrichmentStatus> = new Set([
  ...['matched', 'not-found', 'skipped', 'not-needed', 'over-budget', 'pending'],
] as EnrichmentStatus[])

/** What is known of a lead at this moment: from HubSpot, from enrichment, and from what was sent to us. */
export type LeadReading = Pick<
  LeadRecord,
  | 'id'
  | 'createdAt'
  | 'portalId'
  | 'attributes'
  | 'properties'
  | 'company'
  | 'readBy'
  | 'counters'
  | 'signals'
  | 'mail'
  | 'pages'
  | 'enrichment'
> & {
  /** Some provider could not answer: the lead is flagged, and looked at again later. */
  enrichmentFailed: boolean
  /** Some provider was asked as often as it may be in a day: the lead is looked at again on the next. */
  overBudget: boolean
  /** HubSpot could not tell of the company: what was known of it stands for a moment. */
  companyUnread: boolean
}

/** Puts together what is known of a lead: contact, company, enrichment, signals. */
export function readingOf(config: NextConfig, state: LeadState, gathered: Gathered, now: number): LeadReading {
  const { contact, company, found, outcomes } = gathered
  const { properties } = contact
  const previous = state.lead
  const look = lookAt(state, gathered, now)
  const observed = observeSignals(config.hubspot, properties, { ...look, history: gathered.history })
  const visits = observeVisits(config.hubspot, properties, { ...look, history: gathered.history })
  const sent = state.inbox.flatMap((item) => (item.kind === 'signal' ? [item.signal] : []))
  const portals = state.inbox.flatMap((item) => (item.kind === 'event' && item.portalId ? [item.portalId] : []))
  const portalId = gathered.portalId ?? portals.at(-1) ?? previous?.portalId
  const attributed = observeAttributes(config.hubspot, properties, company, config.reads.raw)
  const mail = mailOf(mailBefore(previous), contact, { history: gathered.history, merged: look.merged !== undefined })
  const views = Number(properties.hs_analytics_num_page_views ?? Number.NaN)
  const last = properties.hs_analytics_last_url
  const answers = Object.entries(outcomes).map(([name, status]) => [name, { status, at: now }] as const)
  return {
    id: contact.id,
    createdAt: contact.createdAt,
    ...(portalId === undefined ? {} : { portalId }),
    attributes: withJunk(
      config,
      withoutOverruled(
        previous,
        withPlaces(config.icp, {
          ...found,
          ...stillFromOutside(previous, contact, attributed),
          ...attributed,
          ...earlierUtm(previous?.attributes, attributed),
          ...mailAttributes(mail),
        }),
      ),
      isOwnedByWish(properties, gathered.history),
    ),
    properties: known(properties, config.reads.contact),
    company: company && known(company, config.reads.company),
    readBy: config.version,
    // What was merged together counts anew, for HubSpot has added up what each contact has done.
    counters: {
      ...countersOf(config.hubspot, properties, look.merged ? null : look.before),
      ...visits.counters,
      [MERGED_IDS]: properties[MERGED_IDS] ?? null,
      [LAST_BOOKED]: properties[LAST_BOOKED] ?? null,
    },
    signals: keptSignals(
      config,
      previous?.signals ?? [],
      [...observed, ...visits.found, ...meetingsBooked(state, gathered, now), ...sent],
      now,
    ),
    ...(isWorthKeeping(mail) ? { mail } : {}),
    pages: { ...(Number.isFinite(views) ? { views } : {}), ...(last ? { last: last.slice(0, 300) } : {}) },
    enrichment: {
      ...(changedCompany(previous, contact, attributed) ? {} : previous?.enrichment),
      ...Object.fromEntries(answers),
    },
    companyUnread: outcomes['hubspot-company'] === 'late',
    enrichmentFailed: Object.values(outcomes).some((status) => !ANSWERS.has(status)),
    overBudget: Object.values(outcomes).includes('over-budget'),
  }
}

/**
 * From when a contact's age counts: whoever was created since Baton listens is new, also when it hears of it days later, and
 * nothing that they did is a baseline.
 */
export function countedFrom(
  { lead, inbox }: Pick<LeadState, 'lead' | 'inbox'>,
  createdAt: number,
  now: number,
): number {
  const isNew = inbox.some((item) => item.kind === 'event' && item.event === 'creation' && item.at - createdAt < DAY)
  return !lead && isNew ? now : createdAt
}

/** What is known of a lead's counters when its contact was read. `state` has taken in what was merged into it. */
export function lookAt(
  state: LeadState,
  { contact, merging }: Pick<Gathered, 'contact' | 'merging'>,
  now: number,
): Look {
  const { lead } = state
  const look = { before: lead?.counters ?? null, createdAt: countedFrom(state, contact.createdAt, now), now }
  if (!merging || !lead) return look
  const seen = [lead, ...merging.map((other) => other.lead)].flatMap((one) => (one ? [one.counters] : []))
  // One that has no decision of its own is the other one's record under the survivor's id.
  const unknown = merging.some((other) => !other.lead) || (lead.decisions === 0 && merging.length === 1)
  return { ...look, merged: { seen, signals: lead.signals, unknown } }
}

/** What the kept values of a lead say under these rules, without asking anybody. */
export function attributesAgain(config: NextConfig, lead: LeadRecord): Attributes {
  if (lead.readBy === null) return lead.attributes
  const observed = observeAttributes(config.hubspot, lead.properties, lead.company, config.reads.raw)
  const again = {
    ...fromOutside(lead),
    ...observed,
    ...earlierUtm(lead.attributes, observed),
    ...mailAttributes(mailBefore(lead)),
  }
  return withJunk(config, withoutOverruled(lead, withPlaces(config.icp, again)), wasWanted(lead))
}

/** The same while the contact is at the company that they spoke of. `observed`: what HubSpot says of it now. */
export function stillFromOutside(
  lead: Pick<LeadRecord, 'attributes' | 'properties'> | null,
  contact: Pick<Contact, 'properties'>,
  observed: Attributes,
): Attributes {
  return changedCompany(lead, contact, observed) ? {} : fromOutside(lead)
}

/**
 * Whether a contact has come to another company since it was read: its address is of another company's domain, or HubSpot has
 * tied it to another company. An address of a free mail provider says nothing of a company.
 */
export function changedCompany(
  lead: Pick<LeadRecord, 'attributes' | 'properties'> | null,
  { properties }: Pick<Contact, 'properties'>,
  observed: Attributes,
): boolean {
  if (!lead) return false
  const spokenOf = fromOutside(lead)['company.domain']?.value
  const isOther = (domain: AttributeValue | undefined) =>
    domain !== undefined && (spokenOf === undefined || !isSameDomain(String(spokenOf), String(domain)))
  const [was, is] = [lead.attributes['email.domain']?.value, observed['email.domain']?.value]
  const isMoved = was !== undefined && is !== was && observed['email.free']?.value === false && isOther(is)
  const [tied, tiedNow] = [lead.properties.associatedcompanyid, properties.associatedcompanyid]
  return isMoved || (Boolean(tied && tiedNow) && tied !== tiedNow && isOther(observed['company.domain']?.value))
}

function isSameDomain(one: string, other: string): boolean {
  return one === other || one.endsWith(`.${other}`) || other.endsWith(`.${one}`)
}

/** What outside providers said before, which is kept; HubSpot itself is read anew each time. */
export function fromOutside(lead: Pick<LeadRecord, 'attributes'> | null): Attributes {
  const kept = Object.entries(lead?.attributes ?? {}).filter(
    ([, { source }]) => !/^(hubspot:|company:|list of)/.test(source),
  )
  return Object.fromEntries(kept)
}

/** The attributes without a lead status that the lead has overruled by coming back. */
export function withoutOverruled(lead: Pick<LeadRecord, 'overruledStatus'> | null, attributes: Attributes): Attributes {
  if (lead?.overruledStatus === undefined || attributes.leadStatus?.value !== lead.overruledStatus) return attributes
  const { leadStatus: _, ...rest } = attributes
  return rest
}

function known(properties: Properties, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = properties[name]
      return value === null || value === undefined || value === '' ? [] : [[name, value]]
    }),
  )
}
