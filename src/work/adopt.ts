import type { Search } from '../hubspot/search.ts'
import { SEARCH_PAGE } from '../hubspot/search.ts'
import { isRefused, OutsideError } from '../platform/errors.ts'
import { createLease } from '../platform/lease.ts'
import { counted } from '../rules/words.ts'
import { INDEX } from '../store/partitions.ts'
import type { Parts } from './parts.ts'

/*
 * A Redis that has not seen this portal yet: every contact is found by search and goes through the main job, behind
 * everything else. One that Baton knew before its Redis was lost is rebuilt there, the others are adopted.
 */

// With more leads unread than that the next page waits, so that it never takes more than a share of HubSpot's limit.
const MOST_UNREAD = 400
const LEASE = 30_000
const TELL_EVERY = 10_000
const AFTER_FAILURE = 30_000
const CLOCKS_SHOWN = ['waiting', 'running', 'breached', 'responded']

const LOST =
  'Redis was emptied, but HubSpot has contacts that Baton knew: scores, owners, clocks and handoffs are rebuilt from HubSpot. Lost are: whose turn it is, facts, histories and kept decisions, and the addresses of messages in Slack, which stay as they are'

/** How far the adoption is. Instants are epoch milliseconds. */
export interface AdoptionProgress {
  state: 'not begun' | 'under way' | 'done'
  /** Contacts that were found so far. */
  contacts: number
  /** Baton had been here before, and its Redis was lost. */
  afterLoss: boolean
  startedAt?: number
  doneAt?: number
  /** Why it does not go on. */
  trouble?: string
}

/** Reads how far the adoption is; any process may. */
export async function readAdoption({ redis, keys }: Parts['store']): Promise<AdoptionProgress> {
  const { startedAt, doneAt, contacts, afterLoss, trouble } = await redis.hgetall(keys.shared('adoption'))
  return {
    state: doneAt ? 'done' : startedAt ? 'under way' : 'not begun',
    contacts: Number(contacts ?? 0),
    afterLoss: afterLoss === 'yes',
    ...(startedAt ? { startedAt: Number(startedAt) } : {}),
    ...(doneAt ? { doneAt: Number(doneAt) } : {}),
    ...(trouble ? { trouble } : {}),
  }
}

/** How far the adoption is, for people. */
export function adoptionText({ state, contacts, afterLoss, trouble }: AdoptionProgress): string {
  if (state === 'not begun') return 'the contacts of this portal have not been looked through yet'
  const [doing, did] = afterLoss ? ['rebuilding from HubSpot', 'rebuilt from HubSpot'] : ['adopting', 'adopted']
  const count = counted(contacts, 'contact')
  if (state === 'done') return `${did}: ${count}`
  const lost = afterLoss ? '. Redis was emptied: turns, facts, histories and addresses of messages are lost' : ''
  return `${doing}: ${count} so far${lost}${trouble ? `. ${trouble}` : ''}`
}

/** Makes it; `step` and `run` are for workers, by a timer. One process at a time does it, and another takes over its place. */
export function createAdoption(
  parts: Pick<Parts, 'clock' | 'config' | 'hubspot' | 'hurry' | 'inbox' | 'log' | 'store'>,
) {
  const { clock, hubspot, inbox, log } = parts
  const { redis, keys, partitions } = parts.store
  const place = keys.shared('adoption')
  const lease = createLease({ redis, key: keys.shared('adoption:lease'), milliseconds: LEASE })
  let toldAt = 0
  let notBefore = 0
  let running: Promise<void> | null = null
  let closed = false

  /** Takes the next page. `waiting`: leads that came before it are not read yet, or another process is at it. */
  async function step(): Promise<'page' | 'waiting' | 'done'> {
    if (await redis.hexists(place, 'doneAt')) return 'done'
    if (clock.now() < notBefore || (await parts.store.count(INDEX.unread, clock.now())) >= MOST_UNREAD) return 'waiting'
    if (!(await lease.hold())) return 'waiting'
    try {
      const known = await redis.hgetall(place)
      return await page(known.startedAt ? known : await begin())
    } catch (error) {
      await failed(error)
      throw error
    } finally {
      await lease.release().catch(() => undefined)
    }
  }

  async function begin(): Promise<Record<string, string>> {
    const { scoredAt } = parts.config().hubspot.properties
    const scored = await Promise.all(partitions.map((partition) => redis.zcard(keys.listIn(partition, 'scored'))))
    const knew = scored.some((count) => count > 0) ? [] : await seenBefore(scoredAt)
    const afterLoss = knew.length > 0
    if (afterLoss) log.warn(LOST)
    else log.info('the contacts that the portal has are adopted: scored, and left alone until they do something new')
    // Who has a clock comes first.
    const begun = {
      startedAt: String(clock.now()),
      afterLoss: afterLoss ? 'yes' : 'no',
      of: afterLoss ? 'clocks' : 'all',
    }
    await redis.hset(place, { ...begun, cursor: '0' })
    return { ...begun, cursor: '0' }
  }

  // In a portal that was never set up HubSpot knows no such property.
  async function seenBefore(scoredAt: string): Promise<unknown[]> {
    const asked = search([{ propertyName: scoredAt, operator: 'HAS_PROPERTY' }], 1)
    return asked.catch((error) => {
      if (isRefused(error)) return []
      throw error
    })
  }

  async function page({ of, cursor = '0', startedAt = '' }: Record<string, string>): Promise<'page' | 'done'> {
    const { slaStatus } = parts.config().hubspot.properties
    const withClocks = { propertyName: slaStatus, operator: 'IN', values: CLOCKS_SHOWN } as const
    const later = { propertyName: 'hs_object_id', operator: 'GT', value: cursor } as const
    const ids = await search(of === 'clocks' ? [withClocks, later] : [later], SEARCH_PAGE)
    const there = await Promise.all(ids.map((id) => redis.exists(keys.lead(id))))
    const fresh = ids.filter((_, at) => there[at] === 0)
    const now = clock.now()
    const item = { kind: 'event', event: 'adopt', at: now } as const
    await inbox.ingest(
      fresh.map((leadId) => ({ leadId, key: `adopt-${startedAt}`, item })),
      now,
    )
    parts.hurry(fresh.map((id) => ({ index: INDEX.unread, id, at: now, last: true })))
    const isLast = ids.length < SEARCH_PAGE
    const next = isLast ? { of: 'all', cursor: '0' } : { of: of ?? 'all', cursor: ids.at(-1) ?? cursor }
    const isOver = isLast && of !== 'clocks'
    await redis.hdel(place, 'trouble')
    await redis.hset(place, { ...next, ...(isOver ? { doneAt: String(now) } : {}) })
    const contacts = await redis.hincrby(place, 'contacts', of === 'clocks' ? 0 : ids.length)
    if (isOver) log.info({ contacts }, 'every contact of the portal was found')
    else if (now - toldAt >= TELL_EVERY) {
      toldAt = now
      log.info({ contacts }, 'contacts of the portal found so far')
    }
    return isOver ? 'done' : 'page'
  }

  async function search(filters: Search['filters'], limit: number): Promise<string[]> {
    const rows = await hubspot.search('contacts', {
      filters,
      sortBy: 'hs_object_id',
      properties: ['hs_object_id'],
      limit,
    })
    return rows.map(({ id }) => id)
  }

  async function failed(error: unknown): Promise<void> {
    notBefore = clock.now() + AFTER_FAILURE
    if (!(error instanceof OutsideError) || error.system !== 'hubspot') return
    await redis.hset(place, 'trouble', `HubSpot does not answer the search: ${error.kind} (${error.code})`)
  }

  async function takePages(): Promise<void> {
    while (!closed && (await step()) === 'page');
  }

  return {
    step,
    /** Takes pages until leads have to be read first, or there is none left. One at a time: the lease is the process's. */
    run(): Promise<void> {
      running ??= takePages().finally(() => {
        running = null
      })
      return running
    },

    /** Takes no further page, and lets the one under way end; another process goes on from there. */
    async close(): Promise<void> {
      closed = true
      await running?.catch(() => undefined)
    },
  }
}
