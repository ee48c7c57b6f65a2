import type { Handoff } from '../domain/handoff.ts'
import type { HistoryEntry } from '../domain/history.ts'
import { nextDue } from '../domain/ladder.ts'
import type { LeadRecord } from '../domain/lead.ts'
import { inSpan } from '../tracing.ts'
import { InboxItem, type Post, parseHandoff, parseHistoryEntry, parseLead } from './lead-records.ts'
import { pack, unpack } from './packed.ts'
import type { Command, Guard, Store } from './store.ts'

/** A record with the version under which it was read; version 0 means that there is none yet. */
export interface Versioned<T> {
  version: number
  record: T | null
}

/** What came in for a lead: the items in order, and how many are to be taken off once they have been dealt with. */
export interface Inbox {
  items: InboxItem[]
  count: number
}

/** A lead, what waits in its inbox, and its latest handoff, as they were read. */
export interface LeadState {
  lead: Versioned<LeadRecord>
  inbox: Inbox
  handoff: Versioned<Handoff>
}

/** One event or signal to be kept. `key` makes it idempotent for 48 hours. */
export interface Incoming {
  leadId: string
  key: string
  item: InboxItem
}

/** The lists of handoffs. */
export const HANDOFF_STATES = ['open', 'responded', 'breached', 'closed'] as const
export type HandoffState = (typeof HANDOFF_STATES)[number]

const SEEN_SECONDS = 48 * 60 * 60
const HISTORY_LENGTH = 100

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

/** Leads, their inboxes and their handoffs. */
export type LeadStore = ReturnType<typeof createLeadStore>

/** Opens the lead store. */
export function createLeadStore(store: Store) {
  const { redis, keys } = store
  redis.defineCommand('batonIngest', { lua: INGEST })
  const run = redis as unknown as { batonIngest(keys: number, ...rest: (string | number)[]): Promise<number[]> }

  async function readLead(id: string): Promise<Versioned<LeadRecord>> {
    const [version, packed] = await redis.hmgetBuffer(keys.lead(id), 'version', 'record')
    return packed ? { version: Number(version), record: parseLead(unpack(packed)) } : { version: 0, record: null }
  }

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

    /** Reads a lead, what waits in its inbox, and its latest handoff. */
    async read(leadId: string): Promise<LeadState> {
      const [lead, raw] = await Promise.all([readLead(leadId), redis.lrange(keys.inbox(leadId), 0, -1)])
      const handoff = lead.record?.handoffId
        ? await this.readHandoff(lead.record.handoffId)
        : { version: 0, record: null }
      return {
        lead,
        inbox: { items: raw.map((json) => InboxItem.parse(JSON.parse(json))), count: raw.length },
        handoff,
      }
    },

    /** Reads one handoff. */
    async readHandoff(id: string): Promise<Versioned<Handoff>> {
      const { version, record } = await redis.hgetall(keys.handoff(id))
      return record ? { version: Number(version), record: parseHandoff(record) } : { version: 0, record: null }
    },

    /** What was last written to HubSpot for a lead. */
    async readWritten(leadId: string): Promise<Record<string, string>> {
      const packed = await redis.hgetBuffer(keys.lead(leadId), 'written')
      return packed ? (unpack(packed) as Record<string, string>) : {}
    },

    /** The lead's history, oldest first; the last 100 lines are kept. */
    async readHistory(leadId: string): Promise<HistoryEntry[]> {
      return (await redis.lrangeBuffer(keys.history(leadId), 0, -1)).map((packed) => parseHistoryEntry(unpack(packed)))
    },

    /** How many handoffs there are by status; a breached one also counts under its status. */
    async countHandoffs(): Promise<Record<HandoffState, number>> {
      const counts = await Promise.all(
        HANDOFF_STATES.map(async (state) => {
          const parts = await Promise.all(
            store.partitions.map((partition) => redis.zcard(keys.listIn(partition, state))),
          )
          return [state, parts.reduce((sum, count) => sum + count, 0)] as const
        }),
      )
      return Object.fromEntries(counts) as Record<HandoffState, number>
    },

    /**
     * Handoffs of a status, the youngest first, at most `limit`, that come after `after` (the last one of the page
     * before). `next` is where the following page begins; null when there is none.
     */
    async listHandoffs(
      state: HandoffState,
      after: { at: number; id: string } | null,
      limit: number,
    ): Promise<{ handoffs: Handoff[]; next: { at: number; id: string } | null }> {
      const found = await Promise.all(
        store.partitions.map(async (partition) => {
          const key = keys.listIn(partition, state)
          const [same, older] = await Promise.all([
            after ? redis.zrangebyscore(key, after.at, after.at) : [],
            redis.zrevrangebyscore(key, after ? `(${after.at}` : '+inf', '-inf', 'WITHSCORES', 'LIMIT', 0, limit + 1),
          ])
          const tied = after ? same.filter((id) => id < after.id).map((id) => ({ id, at: after.at })) : []
          return [...tied, ...older.flatMap((id, at) => (at % 2 === 0 ? [{ id, at: Number(older[at + 1]) }] : []))]
        }),
      )
      const sorted = found.flat().sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1))
      const page = sorted.slice(0, limit)
      const records = await Promise.all(page.map(({ id }) => this.readHandoff(id)))
      return {
        handoffs: records.flatMap(({ record }) => record ?? []),
        next: sorted.length > limit ? (page.at(-1) ?? null) : null,
      }
    },

    /** Up to `limit` leads of each partition that rules of another version scored. */
    async scoredByOtherRules(scoringVersion: number, limit: number): Promise<string[]> {
      const share = Math.ceil(limit / store.partitions.length)
      const found = await Promise.all(
        store.partitions.flatMap((partition) => {
          const key = keys.listIn(partition, 'scored')
          const below = redis.zrangebyscore(key, '-inf', `(${scoringVersion}`, 'LIMIT', 0, share)
          return [below, redis.zrangebyscore(key, `(${scoringVersion}`, '+inf', 'LIMIT', 0, share)]
        }),
      )
      return found.flat()
    },

    /** How many leads rules of another version scored. */
    async countScoredByOtherRules(scoringVersion: number): Promise<number> {
      const counts = await Promise.all(
        store.partitions.flatMap((partition) => {
          const key = keys.listIn(partition, 'scored')
          const below = redis.zcount(key, '-inf', `(${scoringVersion}`)
          return [below, redis.zcount(key, `(${scoringVersion}`, '+inf')]
        }),
      )
      return counts.reduce((sum, count) => sum + count, 0)
    },

    /** Reads leads with their latest handoffs, without their inboxes. */
    async readMany(ids: string[]): Promise<(Versioned<LeadRecord> & { handoff: Handoff | null })[]> {
      return Promise.all(
        ids.map(async (id) => {
          const lead = await readLead(id)
          const handoffId = lead.record?.handoffId
          return { ...lead, handoff: handoffId ? (await this.readHandoff(handoffId)).record : null }
        }),
      )
    },

    /** Erases everything about a lead and its handoffs; nothing is left but keys of events that hold no data. */
    async erase(leadId: string): Promise<void> {
      const { lead } = await this.read(leadId)
      const handoffs = Array.from({ length: lead.record?.handoffs ?? 0 }, (_, index) => `${leadId}-${index + 1}`)
      const indexes = ['unread', 'rescore', 'sync'] as const
      const erased = await store.commit(
        [{ key: keys.lead(leadId), version: lead.version }],
        [
          ['DEL', keys.lead(leadId)],
          ['DEL', keys.inbox(leadId)],
          ['DEL', keys.history(leadId)],
          ...indexes.map((index): Command => ['ZREM', keys.index(leadId, index), leadId]),
          ['ZREM', keys.index(leadId, 'dead'), `unread:${leadId}`, `sync:${leadId}`],
          ['ZREM', keys.list(leadId, 'scored'), leadId],
          ...handoffs.flatMap((id): Command[] => [
            ['DEL', keys.handoff(id)],
            ...HANDOFF_STATES.map((state): Command => ['ZREM', keys.list(leadId, state), id]),
            ['ZREM', keys.index(leadId, 'rungs'), id],
            ['ZREM', keys.index(leadId, 'refresh'), id],
          ]),
        ],
      )
      // Something was written between the read and now: it has to go as well.
      if (!erased) await this.erase(leadId)
    },

    /** The parts from which a commit is put together. */
    guards: {
      lead: (id: string, version: number): Guard => ({ key: keys.lead(id), version }),
      handoff: (id: string, version: number): Guard => ({ key: keys.handoff(id), version }),
    },
    writes: {
      /** The lead, its next look, and a place among the leads to write to HubSpot. */
      lead(record: LeadRecord, version: number, now: number): Command[] {
        return [
          ['HSET', keys.lead(record.id), 'version', version, 'record', pack(record)],
          ['ZADD', keys.list(record.id, 'scored'), record.scoringVersion, record.id],
          record.lookAgainAt === null
            ? ['ZREM', keys.index(record.id, 'rescore'), record.id]
            : ['ZADD', keys.index(record.id, 'rescore'), record.lookAgainAt, record.id],
          ['ZADD', keys.index(record.id, 'sync'), now, record.id],
          ['ZREM', keys.index(record.id, 'dead'), `unread:${record.id}`],
        ]
      },
      /** What HubSpot has confirmed. */
      written(leadId: string, properties: Record<string, string>): Command[] {
        return [['HSET', keys.lead(leadId), 'written', pack(properties)]]
      },
      /** The handoff, its next due step, and places among what HubSpot and Slack have to be told. */
      handoff(handoff: Handoff, version: number, now: number): Command[] {
        const due = nextDue(handoff)
        return [
          ['HSET', keys.handoff(handoff.id), 'version', version, 'record', JSON.stringify(handoff)],
          ['ZADD', keys.list(handoff.leadId, handoff.status), handoff.startedAt, handoff.id],
          ...(handoff.status === 'open'
            ? []
            : [['ZREM', keys.list(handoff.leadId, 'open'), handoff.id] satisfies Command]),
          ...(handoff.breachedAt === undefined
            ? []
            : [['ZADD', keys.list(handoff.leadId, 'breached'), handoff.startedAt, handoff.id] satisfies Command]),
          due === null
            ? ['ZREM', keys.index(handoff.leadId, 'rungs'), handoff.id]
            : ['ZADD', keys.index(handoff.leadId, 'rungs'), due, handoff.id],
          ['ZADD', keys.index(handoff.leadId, 'sync'), now, handoff.leadId],
          ['ZREM', keys.index(handoff.leadId, 'dead'), `rungs:${handoff.id}`],
          ...(Object.keys(handoff.messages).length > 0
            ? [['ZADD', keys.index(handoff.leadId, 'refresh'), now, handoff.id] satisfies Command]
            : []),
        ]
      },
      /** The handoff with new messages; `refreshAt` when they have to be brought up to its state. */
      messages(handoff: Handoff, version: number, refreshAt: number | null): Command[] {
        return [
          ['HSET', keys.handoff(handoff.id), 'version', version, 'record', JSON.stringify(handoff)],
          ...(refreshAt === null ? [] : this.refresh(handoff, refreshAt)),
        ]
      },
      /** A place among the handoffs whose messages may be behind, as long as it can change. */
      refresh(handoff: Handoff | null, now: number): Command[] {
        return handoff?.status === 'open' ? [['ZADD', keys.index(handoff.leadId, 'refresh'), now, handoff.id]] : []
      },
      /** A Slack message to send. */
      post(post: Post, now: number): Command[] {
        return [
          ['HSET', keys.post(post.id), 'version', 1, 'record', JSON.stringify(post)],
          ['ZADD', keys.index(post.leadId, 'posts'), now, post.id],
        ]
      },
      /** An assignment to give back to its pool. The member names pool and assignment. */
      release(leadId: string, pool: string, assignmentId: string, now: number): Command[] {
        return [['ZADD', keys.index(leadId, 'release'), now, `${assignmentId}@${pool}`]]
      },
      /** Takes what was read off the inbox, and the lead off the index when nothing came in meanwhile. */
      readInbox(leadId: string, count: number): Command[] {
        return [
          ['LTRIM', keys.inbox(leadId), count, -1],
          ['ZREMIFEMPTY', keys.index(leadId, 'unread'), keys.inbox(leadId), leadId],
        ]
      },
      /** One line of the lead's history. */
      history(leadId: string, entry: HistoryEntry): Command[] {
        return [
          ['RPUSH', keys.history(leadId), pack(entry)],
          ['LTRIM', keys.history(leadId), -HISTORY_LENGTH, -1],
        ]
      },
    },
  }
}
