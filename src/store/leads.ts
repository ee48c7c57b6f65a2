import type { Handoff } from '../handoffs/handoff.ts'
import { nextDue } from '../handoffs/ladder.ts'
import type { HistoryEntry } from '../leads/history.ts'
import type { LeadRecord } from '../leads/lead.ts'
import { isRedisAway } from '../platform/redis.ts'
import { createInbox } from './inbox.ts'
import { createLeadLists, HANDOFF_STATES } from './lists.ts'
import { pack, unpack } from './pack.ts'
import type { Command, Guard, Store } from './partitions.ts'
import { InboxItem, type Post, parseHandoff, parseHistoryEntry, parseLead } from './schema.ts'

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

const HISTORY_LENGTH = 100

/** Leads, their inboxes and their handoffs. */
export type LeadStore = ReturnType<typeof createLeadStore>

/** Opens the lead store. */
export function createLeadStore(store: Store) {
  const { redis, keys } = store

  async function readHandoff(id: string): Promise<Versioned<Handoff>> {
    const { version, record } = await redis.hgetall(keys.handoff(id))
    return record ? { version: Number(version), record: parseHandoff(record) } : { version: 0, record: null }
  }

  async function readLead(id: string): Promise<Versioned<LeadRecord>> {
    const [version, packed] = await redis.hmgetBuffer(keys.lead(id), 'version', 'record')
    return packed ? { version: Number(version), record: parseLead(unpack(packed)) } : { version: 0, record: null }
  }

  return {
    ...createInbox(store),
    ...createLeadLists(store, readHandoff),
    /** Reads one handoff. */
    readHandoff,

    /** Reads a lead, what waits in its inbox, and its latest handoff. */
    async read(leadId: string): Promise<LeadState> {
      const [lead, raw] = await Promise.all([readLead(leadId), redis.lrange(keys.inbox(leadId), 0, -1)])
      const handoff = lead.record?.handoffId ? await readHandoff(lead.record.handoffId) : { version: 0, record: null }
      return {
        lead,
        inbox: { items: raw.map((json) => InboxItem.parse(JSON.parse(json))), count: raw.length },
        handoff,
      }
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

    /** Reads leads with their latest handoffs, without their inboxes. One that cannot be read costs none of the others. */
    async readMany(
      ids: string[],
    ): Promise<(Versioned<LeadRecord> & { handoff: Handoff | null; unreadable?: unknown })[]> {
      return Promise.all(
        ids.map(async (id) => {
          try {
            const lead = await readLead(id)
            const handoffId = lead.record?.handoffId
            return { ...lead, handoff: handoffId ? (await readHandoff(handoffId)).record : null }
          } catch (error) {
            if (isRedisAway(error)) throw error
            return { version: 0, record: null, handoff: null, unreadable: error }
          }
        }),
      )
    },

    /** The ids of a lead's handoffs, from their keys: also for a lead whose record cannot be read. */
    async handoffIds(leadId: string): Promise<string[]> {
      const ids: string[] = []
      for (let id = `${leadId}-1`; await redis.exists(keys.handoff(id)); id = `${leadId}-${ids.length + 1}`)
        ids.push(id)
      return ids
    },

    /** Whether somebody has ordered a lead to be erased, also when its record cannot be read. */
    async isToBeErased(leadId: string): Promise<boolean> {
      const items = await redis.lrange(keys.inbox(leadId), 0, -1)
      return items.some((json) => JSON.parse(json).event === 'privacyDeletion')
    },

    /** Erases everything about a lead and its handoffs; nothing is left but keys of events that hold no data. */
    async erase(leadId: string): Promise<void> {
      const version = Number((await redis.hget(keys.lead(leadId), 'version')) ?? 0)
      const handoffs = await this.handoffIds(leadId)
      const indexes = ['unread', 'rescore', 'sync'] as const
      const erased = await store.commit(
        [{ key: keys.lead(leadId), version }],
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
            ['ZREM', keys.index(leadId, 'dead'), `rungs:${id}`, `refresh:${id}`],
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
          ...(['open', 'responded', 'closed'] as const)
            .filter((status) => status !== handoff.status)
            .map((status): Command => ['ZREM', keys.list(handoff.leadId, status), handoff.id]),
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
          ...(refreshAt === null
            ? []
            : [['ZADD', keys.index(handoff.leadId, 'refresh'), refreshAt, handoff.id] satisfies Command]),
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
