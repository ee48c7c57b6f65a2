import { z } from 'zod'
import { displayName } from '../leads/lead.ts'
import { type Listed, listedAs, PLACES } from '../leads/listed.ts'
import { BANDS } from '../rules/score.ts'
import type { LeadCursor, LeadFilter, LeadIndex } from '../store/lead-index.ts'
import type { Leads, StoredLead } from '../store/leads.ts'
import { type LeadItem, leadItem } from './lead-item.ts'

/*
 * Lists of leads, for the API, the console, Slack and the command line.
 */

/** Which leads are listed. */
export const LeadQuery = z.object({
  waiting: z.boolean().optional(),
  open: z.boolean().optional(),
  needsReview: z.boolean().optional(),
  rep: z.string().min(1).max(200).optional(),
  route: z.string().min(1).max(200).optional(),
  band: z.enum(BANDS).optional(),
  place: z.enum(PLACES).optional(),
  track: z.string().min(1).max(200).optional(),
  since: z.number().optional(),
}) satisfies z.ZodType<LeadFilter>

/** A page of leads. `next`: where the following page begins; null: this is the last one. */
export interface LeadList {
  leads: LeadItem[]
  next: LeadCursor | null
}

/** Thrown when a search needs HubSpot and HubSpot does not answer; the message is for people. */
export class SearchAway extends Error {}

/** What is said where somebody wants a further page of what a search has found. */
export const ONE_PAGE = 'a search has one page, without a cursor: narrow it by filters, or raise the limit.'

/** The search of HubSpot, as far as lists need it. */
export interface ContactSearch {
  findContactByEmail(email: string): Promise<string | null>
  searchContacts(query: string): Promise<string[]>
}

const CONTACT_ID = /^\d{1,18}$/
const LINK = /\/(?:contact|record\/0-1)\/(\d{1,18})(?:[/?#]|$)/
const EMAIL = /^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$/

/** The contact that a text names by its id or by a link into HubSpot; undefined when it names none. */
export function contactIn(text: string): string | undefined {
  const trimmed = text.trim()
  return CONTACT_ID.test(trimmed) ? trimmed : LINK.exec(trimmed)?.[1]
}

/** Makes them; without HubSpot leads are found by their ids alone. */
export function createLeadLists(parts: { index: LeadIndex; leads: Leads; hubspot: ContactSearch | null }) {
  const { index, leads, hubspot } = parts

  /** Leads that a filter lets through, those that were scored last first, at most `limit`, from `after` on. */
  async function list(filter: LeadFilter, after: LeadCursor | null, limit: number): Promise<LeadList> {
    const { ids, next } = await index.page(filter, after, limit)
    return { leads: (await read(ids)).flatMap((state) => itemOf(state, filter) ?? []), next }
  }

  /**
   * Leads that somebody looks for by a text: a contact id, a link into HubSpot, an email address, a name, a company, a number. Of
   * what HubSpot finds those count that Baton knows; what fits best comes first. Throws `SearchAway`.
   */
  async function search(text: string, filter: LeadFilter, limit: number): Promise<LeadItem[]> {
    const named = contactIn(text)
    const known = named === undefined ? [] : await read([named])
    const found = known.length > 0 ? known : await read(await inHubSpot(text.trim(), named))
    const unique = found.filter(({ id }, at) => found.findIndex((one) => one.id === id) === at)
    return unique.flatMap((state) => itemOf(state, filter) ?? []).slice(0, limit)
  }

  // A number that is nobody's id may be a phone's.
  async function inHubSpot(text: string, named: string | undefined): Promise<string[]> {
    if (text === '' || (named !== undefined && named !== text)) return []
    if (!hubspot) throw new SearchAway('Only HubSpot knows leads by name and address: look for the contact id.')
    try {
      if (!EMAIL.test(text)) return await hubspot.searchContacts(text.slice(0, 200))
      const id = await hubspot.findContactByEmail(text)
      return id === null ? [] : [id]
    } catch (error) {
      throw new SearchAway(
        'HubSpot does not answer, and only it knows leads by name and address: try again, or look for the contact id.',
        { cause: error },
      )
    }
  }

  // One that was merged is found by the contact that lives on; one that is being erased is gone.
  async function read(ids: readonly string[]): Promise<StoredLead[]> {
    const states = await Promise.all(ids.map(follow))
    return states.flatMap((state) => state ?? [])
  }

  async function follow(id: string): Promise<StoredLead | null> {
    const [[state], erasing] = await Promise.all([leads.readMany([id]), leads.isToBeErased(id)])
    if (erasing || !state || 'unreadable' in state || !state.lead) return null
    const { mergedInto } = state.lead
    return mergedInto === undefined || mergedInto === id ? state : follow(mergedInto)
  }

  /** How leads are called that are known by their ids alone; those that are not known any more are left out. */
  async function named(ids: readonly string[]): Promise<Map<string, { name: string; company: string | undefined }>> {
    const found = await Promise.all([...new Set(ids)].map(async (id) => ({ id, state: await follow(id) })))
    return new Map(
      found.flatMap(({ id, state }) => {
        if (!state?.lead) return []
        const { attributes } = state.lead
        const company = attributes['company.name']?.value
        return [[id, { name: displayName(attributes), company: company === undefined ? undefined : String(company) }]]
      }),
    )
  }

  return { list, search, named }
}

/** Lists and finds leads. */
export type LeadLists = ReturnType<typeof createLeadLists>

// It may have changed since the index was asked.
function itemOf({ lead, handoffs }: StoredLead, filter: LeadFilter): LeadItem | null {
  if (!lead) return null
  const all = Object.values(handoffs)
  const listed = listedAs(lead, all)
  return listed && passes(listed, filter) ? leadItem(lead, all, listed) : null
}

/** Whether a filter lets a lead through. */
export function passes(listed: Listed, filter: LeadFilter): boolean {
  const { rep, since, ...same } = filter
  if (rep !== undefined && !listed.reps.includes(rep)) return false
  if (since !== undefined && listed.at < since) return false
  return Object.entries(same).every(
    ([name, value]) => value === undefined || listed[name as keyof typeof same] === value,
  )
}
