import type { Change } from '../leads/change.ts'
import { type Listed, listedAs, PLACES, type Place } from '../leads/listed.ts'
import type { StoredLead } from './leads.ts'
import { type Command, LEAD_BUCKETS, type Store } from './partitions.ts'
import { LIST_LEADS } from './scripts.ts'

/*
 * The index of leads for lists: what a lead is filtered by, in one short text. The texts stand in hashes by the four weeks in which
 * the lead was scored last, and by its id, so that Redis keeps them packed: about 55 bytes a lead, where a sorted set
 * takes twice as much. A page is looked for four weeks by four weeks, the newest first; Redis does the filtering.
 */

type Keys = Store['keys']

const PERIOD = 28 * 24 * 60 * 60_000
const AT_DIGITS = 8
const FIRST_PERIODS = 1
const MOST_PERIODS = 16

/** Which leads are wanted; what is absent does not matter. `since`: scored last at or after it, in epoch milliseconds. */
export interface LeadFilter {
  waiting?: boolean | undefined
  open?: boolean | undefined
  needsReview?: boolean | undefined
  rep?: string | undefined
  route?: string | undefined
  band?: string | undefined
  place?: Place | undefined
  track?: string | undefined
  since?: number | undefined
}

/** The place of a lead in a list: the following page begins behind it. */
export interface LeadCursor {
  at: number
  id: string
}

/** The text of a lead in the index. */
export function listedText({ at, waiting, open, needsReview, band, place, route, reps, track }: Listed): string {
  const flags = `${open ? 'o' : ''}${needsReview ? 'r' : ''}${waiting ? 'w' : ''}`
  const [ofBand, ofRoute, ofTrack] = [band, route, track].map(encodeURIComponent)
  // Names may hold anything; in this form none holds a stroke or a comma.
  return `${atText(at)}${flags}|${ofBand}|${PLACES.indexOf(place)}|${ofRoute}|,${reps.map(encodeURIComponent).join()},|${ofTrack}`
}

/** Brings the index up to a changed lead. */
export function listCommands(keys: Keys, before: StoredLead, change: Change): Command[] {
  const lead = change.lead ?? before.lead
  if (!lead || (!change.lead && change.handoffs.length === 0)) return []
  const { id } = before
  const handoffs = { ...before.handoffs, ...Object.fromEntries(change.handoffs.map((one) => [one.id, one])) }
  const was = before.lead && listedAs(before.lead, Object.values(before.handoffs))
  return listAs(keys, id, was, listedAs(lead, Object.values(handoffs)))
}

/** Lists a lead as it is now. `was`: how it was listed until now. */
export function listAs(keys: Keys, id: string, was: Listed | null, is: Listed | null): Command[] {
  const moved = was && periodOf(was.at) !== (is && periodOf(is.at))
  const text = is && listedText(is)
  if (text === (was && listedText(was))) return []
  return [
    ...(was && moved ? [['HDEL', keys.leadBucket(id, periodOf(was.at)), id] satisfies Command] : []),
    ...(is && text
      ? [
          ...(was && !moved ? [] : [['SADD', keys.list(id, 'periods'), periodOf(is.at)] satisfies Command]),
          ['HSET', keys.leadBucket(id, periodOf(is.at)), id, text] satisfies Command,
        ]
      : []),
  ]
}

/** Takes a lead off all periods of the index, of which these are known. */
export function unlistEverywhere(keys: Keys, id: string, periods: readonly string[]): Command[] {
  return periods.map((period): Command => ['HDEL', keys.leadBucket(id, Number(period)), id])
}

/** The pattern, in Lua's words, of the texts that a filter lets through. */
function patternOf({ waiting, open, needsReview, rep, route, band, place, track }: LeadFilter): string {
  const flag = (letter: string, wanted: boolean | undefined) =>
    wanted === undefined ? `${letter}?` : wanted ? letter : ''
  const text = (name: string | undefined) => (name === undefined ? '[^|]*' : escaped(encodeURIComponent(name)))
  const ofRep = rep === undefined ? '[^|]*' : `[^|]*,${text(rep)},[^|]*`
  const code = place === undefined ? '[^|]*' : String(PLACES.indexOf(place))
  return `^${flag('o', open)}${flag('r', needsReview)}${flag('w', waiting)}|${text(band)}|${code}|${text(route)}|${ofRep}|${text(track)}$`
}

/** The index of leads. */
export type LeadIndex = ReturnType<typeof createLeadIndex>

/** Opens it. */
export function createLeadIndex({ redis, keys, partitions }: Store) {
  redis.defineCommand('batonListLeads', { lua: LIST_LEADS })
  const run = redis as unknown as { batonListLeads(...rest: (string | number)[]): Promise<string[]> }

  async function periods(): Promise<number[]> {
    const found = await Promise.all(partitions.map((partition) => redis.smembers(keys.listIn(partition, 'periods'))))
    return [...new Set(found.flat().map(Number))].sort((a, b) => b - a)
  }

  async function within(some: number[], filter: LeadFilter, after: LeadCursor | null, limit: number) {
    const found = await Promise.all(
      partitions.map((partition) => {
        const buckets = some.flatMap((period) =>
          LEAD_BUCKETS.map((bucket) => keys.leadBucketIn(partition, period, bucket)),
        )
        const from = filter.since === undefined ? '' : atText(filter.since)
        return run.batonListLeads(
          buckets.length,
          ...buckets,
          patternOf(filter),
          from,
          after ? orderOf(after) : '~',
          limit,
        )
      }),
    )
    return found.flat().sort((a, b) => (a < b ? 1 : -1))
  }

  return {
    /**
     * The ids of the leads that a filter lets through, those that were scored last first, at most `limit`, behind `after`. `next` is the
     * place where the following page begins; null when there is none.
     */
    async page(
      filter: LeadFilter,
      after: LeadCursor | null,
      limit: number,
    ): Promise<{ ids: string[]; next: LeadCursor | null }> {
      const last = after ? periodOf(after.at) : Number.POSITIVE_INFINITY
      const first = filter.since === undefined ? 0 : periodOf(filter.since)
      const left = (await periods()).filter((period) => period <= last && period >= first)
      const found: string[] = []
      // What few leads pass is looked for in more of them at a time.
      for (let size = FIRST_PERIODS; left.length > 0 && found.length <= limit; size = Math.min(size * 2, MOST_PERIODS))
        found.push(...(await within(left.splice(0, size), filter, after, limit + 1)))
      const page = found.slice(0, limit).map(readOrder)
      return { ids: page.map(({ id }) => id), next: found.length > limit ? (page.at(-1) ?? null) : null }
    },
  }
}

function periodOf(at: number): number {
  return Math.floor(at / PERIOD)
}

// Eight digits to the base of 36 reach to 2059, and stand in their order.
function atText(at: number): string {
  return Math.max(0, Math.round(at)).toString(36).padStart(AT_DIGITS, '0').slice(-AT_DIGITS)
}

function orderOf({ at, id }: LeadCursor): string {
  return atText(at) + id
}

function readOrder(order: string): LeadCursor {
  return { at: Number.parseInt(order.slice(0, AT_DIGITS), 36), id: order.slice(AT_DIGITS) }
}

function escaped(text: string): string {
  return text.replaceAll(/[^\w]/g, '%$&')
}
