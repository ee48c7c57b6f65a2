import { randomUUID } from 'node:crypto'
import type { Handoff } from '../handoffs/handoff.ts'
import type { PostedMessage } from '../handoffs/posts.ts'
import type { LeadState } from '../leads/change.ts'
import { type HistoryEntry, KeptDecision } from '../leads/history.ts'
import { isInHubSpot } from '../leads/lead.ts'
import { isRedisAway } from '../platform/redis.ts'
import { createErased } from './erased.ts'
import { unpack, unpackDated } from './pack.ts'
import { INDEX, leadOf, type Store } from './partitions.ts'
import { readFirstHandoff, readHandoff, readHistoryEntry, readInboxItem, readLead, readMessage } from './schema.ts'

/** A lead's state as it was read. Version 0: there is none yet; one that was erased has a version and no record. */
export interface StoredLead extends LeadState {
  version: number
  /** How many fields its hash had when it was read. */
  fields: number
  /** `written` as it is kept. */
  writtenAs: Buffer | ''
  /** How many items are to be taken off the inbox once they have been dealt with. */
  inboxCount: number
  /** What enrichment providers answered too late for the last decision, by provider. */
  late: Record<string, string>
  /** Keys of records that an older version wrote and that are part of this state now. */
  older: string[]
}

/** What is known of a lead and its handoffs, for reading alone. */
export type LeadRecords = Pick<StoredLead, 'id' | 'lead' | 'handoffs'>

/** Leads with all that belongs to them. */
export type Leads = ReturnType<typeof createLeads>

/** Opens the leads. `observedBefore`: those of the time when Baton only observed, if this is another. */
export function createLeads(
  store: Store,
  observedBefore?: {
    get: (id: string) => Promise<StoredLead>
    wasErased: (id: string, now: number) => Promise<boolean>
    bringBack: (id: string) => Promise<void>
  },
) {
  const { redis, keys, partitionOf } = store
  const erased = createErased(store)
  const firstHandoffKey = (id: string) => `${partitionOf(leadOf(id))}:handoff:${id}`

  // Seven random bytes; of a UUID, since Node makes many of them at once.
  const makePseudonym = () => Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url', 9)

  function stateOf(id: string, fields: Record<string, Buffer>): StoredLead {
    const handoffs: Record<string, Handoff> = {}
    const messages: Record<string, PostedMessage> = {}
    const late: Record<string, string> = {}
    for (const [name, value] of Object.entries(fields)) {
      if (name.startsWith('h:')) handoffs[name.slice(2)] = readHandoff(unpack(value))
      if (name.startsWith('m:')) messages[name.slice(2)] = readMessage(value.toString())
      if (name.startsWith('late:')) late[name.slice(5)] = value.toString()
    }
    const freshPseudonym = makePseudonym()
    const read = fields.record ? readLead(unpack(fields.record), freshPseudonym) : null
    return {
      id,
      version: Number(fields.version ?? 0),
      fields: Object.keys(fields).length,
      writtenAs: fields.written ?? '',
      lead: read?.lead ?? null,
      handoffs,
      messages,
      inbox: [],
      inboxCount: 0,
      late,
      written: fields.written ? (unpack(fields.written) as Record<string, string>) : {},
      freshPseudonym,
      older: read?.handoffIds.map(firstHandoffKey) ?? [],
    }
  }

  // What the first version kept apart becomes one state, which the next commit writes as such.
  async function withOlder(state: StoredLead): Promise<StoredLead> {
    if (state.older.length === 0 || !state.lead) return state
    const records = await Promise.all(state.older.map((key) => redis.hget(key, 'record')))
    const read = records.flatMap((json) => (json ? [readFirstHandoff(json)] : []))
    const handoffs = Object.fromEntries(read.map(({ handoff }) => [handoff.id, handoff]))
    const kinds = Object.keys(state.lead.handoffs).map((id) => [handoffs[id]?.kind ?? id, id])
    const last = read.at(-1)?.handoff.ended
    // Sales goes on with a lead that was reached; whatever it did until it was last decided is no return.
    const reached = last?.how === 'done' ? { how: last.how, at: Math.max(last.at, state.lead.score.at) } : undefined
    const ended = state.lead.ended ?? reached
    return {
      ...state,
      lead: { ...state.lead, ...(ended ? { ended } : {}), handoffs: Object.fromEntries(kinds) },
      handoffs: { ...handoffs, ...state.handoffs },
      messages: { ...Object.assign({}, ...read.map(({ messages }) => messages)), ...state.messages },
    }
  }

  async function recordsOf(id: string, fields: Record<string, Buffer>): Promise<LeadRecords> {
    if (!fields.record) return { id, lead: null, handoffs: {} }
    const { lead, handoffIds } = readLead(unpack(fields.record), '')
    if (handoffIds.length > 0) return readOnly(id)
    const handoffs: Record<string, Handoff> = {}
    for (const name of Object.keys(fields))
      if (name.startsWith('h:')) handoffs[name.slice(2)] = readHandoff(unpack(fields[name] as Buffer))
    return { id, lead, handoffs }
  }

  async function readOnly(id: string): Promise<StoredLead> {
    return withOlder(stateOf(id, await redis.hgetallBuffer(keys.lead(id))))
  }

  return {
    /** Reads a lead without its inbox. */
    get: readOnly,

    /** Reads a lead and what waits in its inbox. */
    async read(id: string): Promise<StoredLead> {
      const [state, raw] = await Promise.all([readOnly(id), redis.lrange(keys.inbox(id), 0, -1)])
      const before = state.version === 0 ? (await observedBefore?.get(id))?.lead : undefined
      const known = before && isInHubSpot(before) ? { before } : {}
      return { ...state, ...known, inbox: raw.map(readInboxItem), inboxCount: raw.length }
    },

    /** Reads leads without their inboxes. One that cannot be read costs none of the others. */
    async readMany(ids: string[]): Promise<(StoredLead | { id: string; unreadable: unknown })[]> {
      return Promise.all(
        ids.map((id) =>
          readOnly(id).catch((error) => {
            if (isRedisAway(error)) throw error
            return { id, unreadable: error }
          }),
        ),
      )
    },

    /**
     * Reads the records of leads of one partition, and those of their handoffs, for whoever reads through many: neither messages nor
     * what is written is looked at. One that cannot be read costs none of the others.
     */
    async readRecords(ids: readonly string[]): Promise<(LeadRecords | { id: string; unreadable: unknown })[]> {
      const pipeline = redis.pipeline()
      for (const id of ids) pipeline.hgetallBuffer(keys.lead(id))
      const found = (await pipeline.exec()) ?? []
      return Promise.all(
        ids.map(async (id, at) => {
          const [error, fields] = found[at] ?? []
          if (error) throw error
          try {
            return await recordsOf(id, fields as Record<string, Buffer>)
          } catch (cause) {
            if (isRedisAway(cause)) throw cause
            return { id, unreadable: cause }
          }
        }),
      )
    },

    /** Reads one handoff; null when there is none, or it is forgotten. */
    async readHandoff(id: string): Promise<Handoff | null> {
      const packed = await redis.hgetBuffer(keys.lead(leadOf(id)), `h:${id}`)
      if (packed) return readHandoff(unpack(packed))
      const json = await redis.hget(firstHandoffKey(id), 'record')
      return json ? readFirstHandoff(json).handoff : null
    },

    /** The lead that a handoff belongs to by now, and its id there: a contact may have been merged into another since. */
    async findHandoff(id: string): Promise<{ state: StoredLead; handoff: Handoff } | null> {
      let state = await this.read(leadOf(id))
      while (state.lead?.mergedInto !== undefined) state = await this.read(state.lead.mergedInto)
      const all = Object.values(state.handoffs)
      const handoff = state.handoffs[id] ?? all.find(({ formerly }) => formerly?.includes(id))
      return handoff ? { state, handoff } : null
    },

    /** The lead's history, oldest first; the last 100 lines are kept. */
    async readHistory(id: string): Promise<HistoryEntry[]> {
      return (await redis.lrangeBuffer(keys.history(id), 0, -1)).map((packed) => readHistoryEntry(unpack(packed)))
    },

    /** The lead's routing decisions that are kept whole, oldest first. */
    async readDecisions(id: string): Promise<KeptDecision[]> {
      const packed = await redis.lrangeBuffer(keys.decisions(id), 0, -1)
      return packed.map((one) => KeptDecision.parse(unpackDated(one)))
    },

    /** Keeps what a provider answered too late, for the next decision; false when the lead was erased meanwhile. */
    async keepLate(id: string, answers: Record<string, string>): Promise<boolean> {
      const fields = Object.entries(answers).flatMap(([provider, answer]) => [`late:${provider}`, answer])
      if (fields.length === 0) return false
      const key = keys.lead(id)
      return (await store.commit([{ key, version: 'exists' }], [['HSET', key, ...fields]])) !== false
    },

    /** Whether the lead was erased in the last 90 days: what comes late about it is left out. `now` is epoch milliseconds. */
    wasErased: async (id: string, now: number): Promise<boolean> =>
      (await erased.has(id, now)) || ((await observedBefore?.wasErased(id, now)) ?? false),

    /** A person asks for the lead by name: if it was erased, it may come back. */
    async bringBack(id: string): Promise<void> {
      await Promise.all([erased.lift(id), observedBefore?.bringBack(id)])
    },

    /** Whether somebody has ordered the lead to be erased. */
    async isToBeErased(id: string): Promise<boolean> {
      return (await redis.zscore(keys.index(id, INDEX.erasures), id)) !== null
    },
  }
}
