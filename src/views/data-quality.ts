import { z } from 'zod'
import type { Config } from '../config/config.ts'
import { displayName, isInHubSpot, type LeadRecord } from '../leads/lead.ts'
import { FLAWS, type Flaw, flawsOf, isForSales, kindsOf, proposalsFor } from '../leads/quality.ts'
import { missingWords } from '../messages/attribute-words.ts'
import { contactUrl } from '../messages/contact-url.ts'
import { flawTexts, reviewTexts } from '../messages/flaws.ts'
import { companyName } from '../messages/names.ts'
import type { Clock } from '../platform/clock.ts'
import { iso } from '../rules/words.ts'
import type { Leads } from '../store/leads.ts'
import type { Store } from '../store/partitions.ts'
import { createQualityList, type QualityRow } from '../store/quality.ts'

/*
 * What is wrong with the data in HubSpot, lead by lead, for the API, the console, Slack and the command line. The last scan says which
 * leads; what is wrong with each is looked at again whenever it is shown, so that what was put right is gone at once.
 */

/** A lead that may be the same person. Baton merges nobody: a person does, in HubSpot. */
const Twin = z.object({
  id: z.string(),
  name: z.string(),
  company: z.string().optional(),
  url: z.string(),
  by: z.enum(['email', 'name']).describe('email: the same mailbox; name: the same name at the same company domain'),
})

/** A lead with which something is wrong. */
export const QualityItem = z.object({
  id: z.string().describe('the contact in HubSpot'),
  name: z.string(),
  company: z.string().optional(),
  kinds: z.array(z.enum(FLAWS)).describe('what is wrong, the worst first'),
  wrong: z.array(z.string()).describe('what is wrong, in words'),
  forSales: z.boolean().describe('it is for sales, or with sales'),
  email: z.string().optional().describe('why mail does not reach it'),
  missing: z.array(z.string()).describe('what HubSpot lacks, in words'),
  source: z.string().optional().describe('its lead source, which is off the list; empty: it has none'),
  duplicates: z.array(Twin),
  review: z.array(z.string()).describe('why it is flagged for review'),
  staleSince: z.iso.datetime().optional().describe('since when nothing has changed, and it has done nothing'),
  proposals: z
    .array(z.object({ attribute: z.string(), property: z.string(), value: z.string(), source: z.string() }))
    .describe('what HubSpot lacks and enrichment knows'),
  url: z.string().describe('the contact in HubSpot, for people'),
})
export type QualityItem = z.output<typeof QualityItem>

/** What the last scan found in numbers. `null`: none was made yet. */
export const QualityCounts = z.object({
  checkedAt: z.iso.datetime(),
  leads: z.number().describe('contacts that HubSpot has, which all counts are out of'),
  flawed: z.number().describe('with something wrong'),
  kinds: z.partialRecord(z.enum(FLAWS), z.number()),
})
export type QualityCounts = z.output<typeof QualityCounts>

/** Where a page of the list begins: behind this lead. */
export interface QualityCursor {
  at: number
  id: string
}

/** A page of the list. */
export interface QualityPage {
  summary: QualityCounts | null
  leads: QualityItem[]
  next: QualityCursor | null
}

const TWINS = 20
const AT_ONCE = 50

/** What shows the quality of the data. */
export type QualityViews = ReturnType<typeof createQualityViews>

/** Makes it. */
export function createQualityViews(parts: { config: () => Config; clock: Clock; store: Store; leads: Leads }) {
  const list = createQualityList(parts.store)

  /** The leads with something wrong, of one kind when it is given, the worst first: at most `limit`, from `after` on. */
  async function page(kind: Flaw | undefined, after: QualityCursor | null, limit: number): Promise<QualityPage> {
    const [found, all] = await Promise.all([list.summary(), list.rows()])
    const groups = groupsOf(all)
    const begins = after === null ? 0 : all.findIndex((row) => isBehind(row, after))
    const rows = begins < 0 ? [] : all.slice(begins).filter((row) => kind === undefined || row.kinds.includes(kind))
    const items: { row: QualityRow; item: QualityItem }[] = []
    let from = 0
    while (items.length <= limit && from < rows.length) {
      const some = rows.slice(from, from + AT_ONCE)
      from += AT_ONCE
      const made = await itemsOf(some, groups)
      items.push(...made.filter(({ item }) => (kind === undefined ? item.kinds.length > 0 : item.kinds.includes(kind))))
    }
    const last = items[limit - 1]?.row
    return {
      summary: found && {
        checkedAt: iso(found.at),
        leads: found.leads,
        flawed: found.flawed,
        kinds: found.kinds,
      },
      leads: items.slice(0, limit).map(({ item }) => item),
      next: items.length > limit && last ? { at: last.bad, id: last.leadId } : null,
    }
  }

  async function itemsOf(rows: readonly QualityRow[], groups: ReadonlyMap<string, string[]>) {
    const twins = rows.map(({ leadId, groups: own = [] }) =>
      own.flatMap((group) => {
        const some = (groups.get(group) ?? []).slice(0, TWINS + 1).filter((id) => id !== leadId)
        return some.map((id) => ({ id, by: group.startsWith('email') ? ('email' as const) : ('name' as const) }))
      }),
    )
    const ids = new Set([
      ...rows.map(({ leadId }) => leadId),
      ...twins.flatMap((some) => shown(some).map(({ id }) => id)),
    ])
    const leads = await read([...ids])
    const [config, now] = [parts.config(), parts.clock.now()]
    return rows.flatMap((row, at) => {
      const lead = leads.get(row.leadId)
      if (!lead) return []
      const duplicates = shown(twins[at] ?? []).flatMap(({ id, by }) => {
        const twin = leads.get(id)
        return twin ? [{ ...named(twin), by, url: contactUrl(twin) }] : []
      })
      return [{ row, item: itemOf(config, lead, duplicates, now) }]
    })
  }

  // Who is deleted or merged meanwhile is in no list any more.
  async function read(ids: string[]): Promise<Map<string, LeadRecord>> {
    const states = await parts.leads.readMany(ids)
    const there = states.flatMap((state) => ('unreadable' in state || !state.lead ? [] : [state.lead]))
    return new Map(there.filter(isInHubSpot).map((lead) => [lead.id, lead]))
  }

  return {
    page,
    /** Has all data checked again soon. */
    checkAgain: (): Promise<void> => list.want(),
  }
}

function itemOf(config: Config, lead: LeadRecord, duplicates: QualityItem['duplicates'], now: number): QualityItem {
  const flaws = flawsOf(config, lead, now)
  const { email, missing, source, stale } = flaws
  return {
    ...named(lead),
    kinds: kindsOf(flaws, duplicates.length > 0),
    wrong: flawTexts(
      flaws,
      duplicates.map(({ id }) => id),
    ),
    forSales: isForSales(lead),
    ...(email === undefined ? {} : { email }),
    missing: missing.map(missingWords),
    ...(source === undefined ? {} : { source }),
    duplicates,
    review: reviewTexts(flaws),
    ...(stale === undefined ? {} : { staleSince: iso(stale) }),
    proposals: proposalsFor(config, lead, missing),
    url: contactUrl(lead),
  }
}

function named(lead: LeadRecord): { id: string; name: string; company?: string } {
  const company = companyName(lead)
  return { id: lead.id, name: displayName(lead.attributes), ...(company === undefined ? {} : { company }) }
}

// The same two may be alike by both. A group may hold thousands: no more of them is looked at than is shown.
function shown<T extends { id: string }>(twins: readonly T[]): T[] {
  const found = new Map<string, T>()
  for (const twin of twins) {
    if (found.size === TWINS) break
    if (!found.has(twin.id)) found.set(twin.id, twin)
  }
  return [...found.values()]
}

function groupsOf(rows: readonly QualityRow[]): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const { leadId, groups: own = [] } of rows)
    for (const group of own) {
      const ids = groups.get(group)
      if (ids) ids.push(leadId)
      else groups.set(group, [leadId])
    }
  return groups
}

function isBehind({ bad, leadId }: QualityRow, { at, id }: QualityCursor): boolean {
  return bad < at || (bad === at && leadId > id)
}

/** The columns of the list as CSV. */
export const QUALITY_COLUMNS = [
  ...(['id', 'name', 'company', 'kinds', 'missing', 'email', 'source', 'duplicates', 'review', 'staleSince'] as const),
  'url',
] as const

/** A lead of the list as a row; of those that may be the same the ids. */
export function qualityRow(item: QualityItem): Record<string, unknown> {
  return { ...item, duplicates: item.duplicates.map(({ id }) => id) }
}
