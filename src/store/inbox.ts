import { inSpan } from '../platform/tracing.ts'
import type { Store } from './partitions.ts'
import type { InboxItem } from './schema.ts'

/** One event or signal to be kept. `key` makes it idempotent for 48 hours. */
export interface Incoming {
  leadId: string
  key: string
  item: InboxItem
}

const SEEN_SECONDS = 48 * 60 * 60

// Many leads of a partition at once: KEYS are the index, then each lead's inbox and its events' keys; ARGV the instant, the
// seconds, then for each lead its id, the number of its events, and these.
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
  if new > 0 then redis.call('ZADD', KEYS[1], 'NX', ARGV[1], lead) end
  fresh[#fresh + 1] = new
  key, at = key + 1 + count, at + 2 + count
end
return fresh
`

/** Takes in what is said about leads, before it is acknowledged. */
export function createInbox({ redis, keys }: Store) {
  redis.defineCommand('batonIngest', { lua: INGEST })
  const run = redis as unknown as { batonIngest(keys: number, ...rest: (string | number)[]): Promise<number[]> }

  return {
    /**
     * Keeps events before they are acknowledged: an inbox entry and a place in the index, or nothing for one that
     * was seen in the last 48 hours. Resolves with the leads that have something new and the count of fresh events.
     */
    async ingest(incoming: Incoming[], now: number): Promise<{ leadIds: string[]; fresh: number }> {
      const byLead = Map.groupBy(incoming, (event) => event.leadId)
      const byIndex = Map.groupBy(byLead, ([leadId]) => keys.index(leadId, 'unread'))
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
      const leadIds = [...byLead.keys()].filter((leadId) => (freshOf.get(leadId) ?? 0) > 0)
      return { leadIds, fresh: [...freshOf.values()].reduce((sum, fresh) => sum + fresh, 0) }
    },

    /** Marks a lead as unread without an event, so that it is read, scored and routed again. */
    async markUnread(leadId: string, at: number): Promise<void> {
      await redis.zadd(keys.index(leadId, 'unread'), 'LT', at, leadId)
    },
  }
}
