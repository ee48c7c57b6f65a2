import type { Config } from '../config/config.ts'
import type { Search, SearchRow } from '../hubspot/search.ts'
import { isNews } from '../leads/found.ts'
import { readInstant } from '../leads/observe.ts'
import { OutsideError } from '../platform/errors.ts'
import { createLease } from '../platform/lease.ts'
import { isRedisAway } from '../platform/redis.ts'
import { CROWD, hurryLeads } from '../store/crowd.ts'
import { companyEntry, createCompanyDigests, createDealDigests, DEAL_READS } from '../store/digests.ts'
import { INDEX } from '../store/partitions.ts'
import { createWatermarks, type Watermark } from '../store/watermarks.ts'
import { changesSince, startOf } from './changes.ts'
import type { Parts } from './parts.ts'

/*
 * HubSpot sends no webhook for what it calculates (a form that a known contact sent), and none for what happened while
 * nobody listened. So it is asked what has changed, by one process of an installation at a time; what is found goes the
 * same way as an event. Webhooks make Baton fast, this makes it complete.
 */

/** Where is looked for changes: the property that says when, and how often in milliseconds. */
export const SOURCES = {
  conversions: { type: 'contacts', date: 'recent_conversion_date', every: 20_000 },
  contacts: { type: 'contacts', date: 'lastmodifieddate', every: 120_000 },
  companies: { type: 'companies', date: 'hs_lastmodifieddate', every: 120_000 },
  deals: { type: 'deals', date: 'hs_lastmodifieddate', every: 120_000 },
} as const
/** The name of a source. */
export type SourceName = keyof typeof SOURCES
/** The names of all sources. */
export const SOURCE_NAMES = Object.keys(SOURCES) as SourceName[]

/** The properties that are asked for: those that Baton reads, and those that only it writes. */
interface Names {
  read: readonly string[]
  own: readonly string[]
}

/** Where a page of results belongs; `before` is how much news the pages before it held. */
interface Page {
  name: SourceName
  mark: Watermark
  names: Names
  before: number
}

// Longer than a search takes; when its holder is killed, another polls after it.
const LEASE = 15_000
// A look that failed is tried again after so long, or when HubSpot says.
const TRY_AGAIN = 20_000
// HubSpot takes 3,000 characters in a search; a property that is asked for takes three more than its name.
const MOST_NAMES = 2_500

/** Prepares the poll. */
export function createPoll(
  parts: Pick<Parts, 'clock' | 'config' | 'hubspot' | 'hurry' | 'inbox' | 'leads' | 'log' | 'metrics' | 'store'>,
) {
  const { clock, hubspot, inbox, leads, log, metrics, store } = parts
  const { redis, keys } = store
  const lease = createLease({ redis, key: keys.shared('poll:lease'), milliseconds: LEASE })
  const marks = createWatermarks(store)
  const digests = createCompanyDigests(store)
  const dealDigests = createDealDigests(store)
  const looking = new Map<SourceName, Promise<void>>()
  let closed = false

  /** Looks where it is time to, if it is this process that polls; resolves when these looks are through. */
  async function poll(): Promise<void> {
    if (closed || !(await lease.hold())) return
    const now = clock.now()
    await Promise.all(
      SOURCE_NAMES.map(async (name) => {
        const mark = await marks.read(name)
        if (!looking.has(name) && mark.askAt <= now && !closed)
          looking.set(
            name,
            look(name, mark, now).finally(() => looking.delete(name)),
          )
        await looking.get(name)
      }),
    )
  }

  async function look(name: SourceName, mark: Watermark, now: number): Promise<void> {
    try {
      if (!(await lookSince(name, mark, now))) return
      await marks.succeeded(name, now, now + SOURCES[name].every)
      if (mark.failing) log.info({ source: name }, 'HubSpot is polled again')
    } catch (error) {
      await failed(name, mark, error)
    }
  }

  /** False when the lease was lost on the way: somebody else goes on from the watermark. */
  async function lookSince(name: SourceName, mark: Watermark, now: number): Promise<boolean> {
    const { type, date } = SOURCES[name]
    const names = namesOf(parts.config(), type)
    const properties = [...names.read, ...names.own, 'createdate']
    const find = (asked: Search) => hubspot.search(type, asked)
    const since = startOf(mark, now)
    let news = 0
    // What has never been polled begins here, also when nothing is found.
    if (mark.at === null) await marks.advance(name, since, now)
    for await (const { rows, latest } of changesSince(find, { date, properties }, since)) {
      metrics.pollFound.inc({ source: name }, rows.length)
      const fresh = await found[type](rows, { name, mark, names, before: news })
      metrics.pollNews.inc({ source: name }, fresh)
      news += fresh
      // A date that lies ahead would hide all that comes before it.
      if (latest !== undefined) await marks.advance(name, Math.min(latest, now), now)
      if (closed || !(await lease.hold())) return false
    }
    return true
  }

  async function contacts(rows: SearchRow[], { name, mark, names, before }: Page): Promise<number> {
    const now = clock.now()
    const states = await leads.readMany(rows.map(({ id }) => id))
    const incoming = rows.flatMap((row, at) => {
      const state = states[at]
      // The main job meets the same error and puts it among the dead letters.
      const known = state && !('unreadable' in state) ? state : undefined
      // Of a lead that was erased a moment ago, its number is left.
      if (known && !known.lead && known.version > 0) return []
      if (known && !isNews(known, row.properties, names)) return []
      const value = row.properties[SOURCES[name].date] ?? ''
      // Whoever was created since the last look is new, however long that was ago.
      const createdAt = readInstant(row.properties.createdate) ?? 0
      const isNew = mark.at !== null && createdAt > mark.at && !known?.lead
      const item = {
        kind: 'event' as const,
        event: isNew ? 'creation' : 'poll',
        at: Math.min((isNew ? createdAt : readInstant(value)) ?? now, now),
        receivedAt: now,
      }
      return [{ leadId: row.id, key: `poll|${name}|${value}`, item }]
    })
    const { leadIds, fresh } = await inbox.ingest(incoming, now)
    const crowd = before + leadIds.length >= CROWD
    await hurryLeads(parts, leadIds, () => crowd, now)
    return fresh
  }

  async function changedCompanies(rows: SearchRow[], { names, before }: Page): Promise<number> {
    const now = clock.now()
    const changed = await digests.changed(rows, names.read)
    await Promise.all(changed.map((id) => inbox.wait(INDEX.companies, companyEntry(id), now)))
    const last = before + changed.length >= CROWD ? { last: true as const } : {}
    parts.hurry(changed.map((id) => ({ index: INDEX.companies, id: companyEntry(id), at: now, ...last })))
    return changed.length
  }

  async function movedDeals(rows: SearchRow[], { names, before }: Page): Promise<number> {
    const now = clock.now()
    const moved = await dealDigests.changed(rows, names.read)
    await Promise.all(moved.map((id) => inbox.wait(INDEX.deals, id, now)))
    const last = before + moved.length >= CROWD ? { last: true as const } : {}
    parts.hurry(moved.map((id) => ({ index: INDEX.deals, id, at: now, ...last })))
    return moved.length
  }

  const found = { contacts, companies: changedCompanies, deals: movedDeals }

  async function failed(name: SourceName, mark: Watermark, error: unknown): Promise<void> {
    if (isRedisAway(error)) return
    const outside = error instanceof OutsideError ? error : undefined
    const why = outside ? `${outside.system} ${outside.kind} (${outside.code})` : (error as Error).name
    metrics.pollFailures.inc({ source: name, code: outside?.code ?? 'own' })
    // Once, and not at each of the looks that fail after it.
    if (!mark.failing)
      log.warn({ source: name, why, err: outside ? undefined : error }, 'HubSpot cannot be polled: tried again')
    const now = clock.now()
    // A missing scope stays missing until somebody grants it.
    const again = outside?.code === '403' ? SOURCES[name].every : TRY_AGAIN
    await marks.failed(name, now, why, now + Math.max(outside?.retryAfter ?? 0, again))
  }

  return {
    poll,

    /** Looks no more, lets the looks under way end at their next page, and leaves the polling to others. */
    async close(): Promise<void> {
      closed = true
      await Promise.allSettled(looking.values())
      await lease.release()
    },
  }
}

const NO_CONTACTS = {
  companies: ({ company }: Config['reads']) => company,
  deals: () => DEAL_READS,
}

// Where there are too many to ask for, nothing is compared, and everything that is found is looked at.
function namesOf({ reads, hubspot }: Config, type: keyof typeof NO_CONTACTS | 'contacts'): Names {
  const names =
    type === 'contacts'
      ? { read: reads.contact, own: Object.values(hubspot.properties) }
      : { read: NO_CONTACTS[type](reads), own: [] }
  const length = [...names.read, ...names.own].reduce((sum, name) => sum + name.length + 3, 0)
  return length > MOST_NAMES ? { read: [], own: [] } : names
}
