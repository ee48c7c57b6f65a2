import type { Config } from '../config/config.ts'
import type { LastKnownCompany } from '../enrichment/chain.ts'
import { isAdoption } from '../leads/adoption.ts'
import { movedCounters } from '../leads/attempts.ts'
import { mailBefore, mailHistory } from '../leads/bounces.ts'
import type { Gathered, LeadState } from '../leads/change.ts'
import { asksForDealOwner, dealOf } from '../leads/deal-owners.ts'
import { mayHaveBooked } from '../leads/meetings.ts'
import { united } from '../leads/merge.ts'
import { type Contact, observeAttributes, type Properties } from '../leads/observe.ts'
import { signalHistory } from '../leads/observe-signals.ts'
import { visitHistory } from '../leads/observe-visits.ts'
import { historyNeeded, liveHandoffs } from '../leads/people.ts'
import { changedCompany, lookAt, MERGED_IDS, stillFromOutside } from '../leads/reading.ts'
import { wantsActivities } from '../leads/responses.ts'
import { restored } from '../leads/restore.ts'
import { isWorthAsking } from '../leads/worth-asking.ts'
import { OutsideError } from '../platform/errors.ts'
import type { Attributes } from '../rules/attributes.ts'
import { withPlaces } from '../rules/places.ts'
import type { Leads, StoredLead } from '../store/leads.ts'
import type { Parts } from './parts.ts'

// For how long a lead waits for a company that cannot be read, in milliseconds.
const COMPANY_MAY_FAIL = 2 * 60_000

/** Gathers what `next` needs to know of a contact: company, enrichment, who changed what, and what was merged into it. */
export async function gatherContact(
  parts: Pick<Parts, 'enrichment' | 'hubspot' | 'leads' | 'portalId'>,
  config: Config,
  state: StoredLead,
  contact: Contact,
  now: number,
  last = false,
): Promise<{ gathered: Gathered; late: Promise<Record<string, string>> | null }> {
  const { properties } = contact
  const merging = await mergedContacts(parts.leads, state, contact)
  const known = restored(config, state, contact, merging)
  const lead = united(config, known, { contact, merging }, now)
  // What was there before Baton came is asked of nobody but HubSpot: that costs nothing.
  const isAdopted = known.lead?.adopted !== undefined || isAdoption(known, contact.createdAt, now)
  const own = observeAttributes(config.hubspot, properties, null, config.reads.raw)
  const observed = (company: Properties | null) =>
    company ? observeAttributes(config.hubspot, properties, company, config.reads.raw) : own
  const observe = (company: Properties | null) => {
    const seen = observed(company)
    return withPlaces(config.icp, { ...stillFromOutside(known.lead, contact, seen), ...seen })
  }
  const moved = changedCompany(known.lead, contact, own)
  const look = lookAt(lead, { contact, merging }, now)
  const ofSignals = [
    ...signalHistory(config.hubspot, properties, look),
    ...visitHistory(config.hubspot, properties, look),
  ]
  const ofMails = merging ? [] : mailHistory(mailBefore(lead.lead), contact)
  // Since when a lead was in its stage whose record was lost.
  const ofStage = known === state ? [] : [config.hubspot.properties.stage]
  const looking = lookedUp(
    parts,
    config,
    lead,
    contact,
    [...ofSignals, ...ofMails, ...ofStage],
    mayHaveBooked(known, { contact }, now),
  )
  const isWorth = async (company: Properties | null, found: Attributes) => {
    const gathered = { contact, portalId: parts.portalId(), company, found, outcomes: {}, ...(await looking), merging }
    return !isAdopted && isWorthAsking(config, state, gathered, now)
  }
  const [enriched, looked, deals] = await Promise.all([
    parts.enrichment.enrich(
      { observe, isWorthAsking: isWorth },
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
      moved ? { answers: {}, late: {} } : { answers: known.lead?.enrichment ?? {}, late: state.late },
      config.enrichment,
      now,
      lastKnownCompany(lead, contact, now),
    ),
    looking,
    dealsOf(parts, config, lead),
  ])
  const { company, found, outcomes, late } = enriched
  return {
    gathered: { contact, portalId: parts.portalId(), company, found, outcomes, ...looked, deals, merging },
    late,
  }
}

/** Whose the newest deal of a lead is, where a rule may ask for it and something came in that it may be about. */
async function dealsOf(
  { hubspot }: Pick<Parts, 'hubspot'>,
  config: Config,
  lead: LeadState,
): Promise<Gathered['deals']> {
  const id = lead.inbox.length > 0 && asksForDealOwner(config) ? dealOf(lead) : undefined
  if (id === undefined) return undefined
  try {
    const deal = await hubspot.readDeal(id)
    return deal ? [{ id, ...(deal.ownerId ? { ownerId: deal.ownerId } : {}) }] : undefined
  } catch (error) {
    // Without the scope it has no owner that Baton knows.
    if (error instanceof OutsideError && (error.kind === 'refused' || error.code === '403')) return undefined
    throw error
  }
}

/**
 * Who changed what and when, as far as `next` asks about it: the values that properties had, those of `more` as well, and
 * the activities. `booked`: the lead may have booked a meeting.
 */
export async function lookedUp(
  { hubspot }: Pick<Parts, 'hubspot'>,
  config: Config,
  state: LeadState,
  contact: Contact,
  more: readonly string[] = [],
  booked = false,
): Promise<Pick<Gathered, 'history' | 'activities'>> {
  const attemptsMoved = liveHandoffs(state).some((one) => movedCounters(config, one, contact).length > 0)
  const asked = [...new Set([...historyNeeded(config, state, contact), ...more])]
  const readable = async (property: string) => {
    try {
      return [[property, await hubspot.readHistory(contact.id, property)]]
    } catch (error) {
      // Where HubSpot gives no history of it, the values of now have to do.
      if (error instanceof OutsideError && (error.kind === 'refused' || error.code === '403')) return []
      throw error
    }
  }
  const [activities, ...versions] = await Promise.all([
    booked || attemptsMoved || wantsActivities(config, liveHandoffs(state), contact)
      ? hubspot.readActivities(contact.id)
      : undefined,
    ...asked.map(readable),
  ])
  return { history: Object.fromEntries(versions.flat()), activities }
}

// One row can fail while the rest of HubSpot answers; what is known of the same company is better than waiting for ever.
function lastKnownCompany({ lead, inbox }: LeadState, { properties }: Contact, now: number): LastKnownCompany {
  const isSame = (lead?.properties.associatedcompanyid ?? '') === (properties.associatedcompanyid ?? '')
  const since = Math.min(...inbox.flatMap(({ receivedAt }) => receivedAt ?? []), lead?.wakeAt ?? now, now)
  const failsOn = inbox.length === 0 && lead?.enrichment['hubspot-company']?.status === 'late'
  return { company: (isSame && lead?.company) || null, goOn: failsOn || now - since > COMPANY_MAY_FAIL }
}

// By an event, or by what HubSpot says of the contact itself: an event can be lost.
async function mergedContacts(
  leads: Leads,
  state: StoredLead,
  { properties }: Contact,
): Promise<StoredLead[] | undefined> {
  const named = state.inbox.flatMap((item) => (item.kind === 'event' ? (item.merged ?? []) : []))
  const before = state.lead?.counters ?? {}
  const earlier = listOf(before[MERGED_IDS])
  const listed = listOf(properties[MERGED_IDS]).filter((id) => !earlier.includes(id))
  const isNew = (id: string) => id !== state.id && !state.lead?.merged?.includes(id)
  const found = new Map<string, StoredLead>()
  for (const id of new Set([...named, ...listed].filter(isNew))) {
    const other = await survivorOf(leads, id)
    // What was merged before Baton looked at that list, or knew either, is nothing that happens now.
    if (isNew(other.id) && (named.includes(id) || other.lead || MERGED_IDS in before)) found.set(other.id, other)
  }
  return found.size > 0 ? [...found.values()] : undefined
}

function listOf(text: string | null | undefined): string[] {
  return (text ?? '').split(';').flatMap((id) => id.trim() || [])
}

// Another contact may have taken it in before.
async function survivorOf(leads: Leads, id: string): Promise<StoredLead> {
  const passed = new Set([id])
  let state = await leads.read(id)
  while (state.lead?.mergedInto !== undefined && !passed.has(state.lead.mergedInto)) {
    passed.add(state.lead.mergedInto)
    state = await leads.read(state.lead.mergedInto)
  }
  return state
}

function text(attributes: Attributes, name: string): string | undefined {
  const value = attributes[name]?.value
  return value === undefined ? undefined : String(value)
}
