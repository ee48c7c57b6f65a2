import type { InboxItem } from '../leads/change.ts'
import { inSpan } from '../platform/tracing.ts'
import { INDEX, type Store } from './partitions.ts'
import { EMAIL_KEY } from './schema.ts'

/** One event or signal to be kept. `key` makes it idempotent for 48 hours. */
export interface Incoming {
  leadId: string
  key: string
  item: InboxItem
}

/** Takes in what is said about leads. */
export type Inbox = ReturnType<typeof createInbox>

const SEEN_SECONDS = 48 * 60 * 60

// Many leads of a partition at once: KEYS are the index, then each lead's inbox and its events' keys; ARGV the instant, the
// seconds, then for each lead its id, the number of its events, and these. Answers how many were new; -1: none, but older
// ones wait.
const INGEST = `
local key, at, fresh = 1, 2, {}
while at < #ARGV do
  local lead, count, new = ARGV[at + 1], tonumber(ARGV[at + 2]), 0
  local inbox = KEYS[key + 1]
  for i = 1, count do
    if redis.call('SET', KEYS[key + 1 + i], '1', 'NX', 'EX', ARGV[2]) then
      redis.call('RPUSH', inbox, ARGV[at + 2 + i])
      new = new + 1
    end
  end
  if new > 0 then redis.call('ZADD', KEYS[1], 'NX', ARGV[1], lead)
  elseif redis.call('EXISTS', inbox) == 1 then new = -1 end
  fresh[#fresh + 1] = new
  key, at = key + 1 + count, at + 2 + count
end
return fresh
`

/** Takes in what is said about leads, before it is acknowledged. */
export function createInbox({ redis, keys, commit }: Store) {
  redis.defineCommand('batonIngest', { lua: INGEST })
  const run = redis as unknown as { batonIngest(keys: number, ...rest: (string | number)[]): Promise<number[]> }
  const indexOf = (leadId: string) => keys.index(leadId, leadId.startsWith(EMAIL_KEY) ? INDEX.addresses : INDEX.unread)

  return {
    /**
     * Keeps events before they are acknowledged: an inbox entry and a place in the index, or nothing for one that
     * was seen in the last 48 hours. Resolves with the leads that have something to be read, also when it came
     * before and nobody was told (an answer to HubSpot was lost), and the count of fresh events.
     */
    async ingest(incoming: Incoming[], now: number): Promise<{ leadIds: string[]; fresh: number }> {
      const byLead = Map.groupBy(incoming, (event) => event.leadId)
      const byIndex = Map.groupBy(byLead, ([leadId]) => indexOf(leadId))
      const freshOf = new Map<string, number>()
      const ingestSome = async ([index, leads]: [string, [string, Incoming[]][]]) => {
        const named = [index]
        const args: (string | number)[] = [now, SEEN_SECONDS]
        for (const [leadId, events] of leads) {
          named.push(keys.inbox(leadId), ...events.map((event) => keys.seen(leadId, event.key)))
          args.push(leadId, events.length, ...events.map((event) => JSON.stringify(event.item)))
        }
        const fresh = await run.batonIngest(named.length, ...named, ...args)
        for (const [position, [leadId]] of leads.entries()) freshOf.set(leadId, fresh[position] ?? 0)
      }
      const attributes = { 'baton.lead.ids': [...byLead.keys()].slice(0, 100) }
      await inSpan('redis ingest', attributes, () => Promise.all([...byIndex].map(ingestSome)))
      const leadIds = [...byLead.keys()].filter((leadId) => freshOf.get(leadId))
      return { leadIds, fresh: [...freshOf.values()].reduce((sum, fresh) => sum + Math.max(0, fresh), 0) }
    },

    /** Takes off what was read and is dealt with, and the place in the index unless more came in meanwhile. */
    async dropRead(leadId: string, count: number): Promise<void> {
      const inbox = keys.inbox(leadId)
      await commit(
        [],
        [
          ['LTRIM', inbox, count, -1],
          ['ZREMIFEMPTY', indexOf(leadId), inbox, leadId],
        ],
      )
    },

    /** Puts something into an index, so that it is done from then on; what is due earlier stays so. */
    async wait(index: string, id: string, at: number): Promise<void> {
      await redis.zadd(keys.index(id, index), 'LT', at, id)
    },

    /** Whether something stands in an index. */
    async isWaiting(index: string, id: string): Promise<boolean> {
      return (await redis.zscore(keys.index(id, index), id)) !== null
    },

    /** Which of these leads are hot or with sales: their news goes before an import. */
    async urgent(leadIds: string[]): Promise<Set<string>> {
      const byKey = Map.groupBy(leadIds, (leadId) => keys.list(leadId, 'urgent'))
      const found = await Promise.all(
        [...byKey].map(async ([key, ids]) => {
          const members = await redis.smismember(key, ...ids)
          return ids.filter((_, at) => members[at] === 1)
        }),
      )
      return new Set(found.flat())
    },
  }
}
