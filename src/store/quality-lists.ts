import { z } from 'zod'
import { createLiveMessages, idPart, nameIn } from './live-messages.ts'
import { type Command, INDEX, type Store } from './partitions.ts'

/*
 * Lists of leads with buttons about their data: the weekly one of what can be put right, and the monthly sample whose life cycle stage
 * is judged. A list stands in one hash, with a row for each lead and what was done by its buttons; each of its people has a message of
 * their own, which follows it. A lead that is erased leaves it.
 */

/** The kinds of such lists. */
export const QUALITY_LISTS = ['cleaner', 'sample'] as const
export type QualityListKind = (typeof QUALITY_LISTS)[number]

// Longer than until the next one: that a list was made must not be forgotten until then.
const KEPT = 70 * 24 * 60 * 60_000

const Fill = z.object({ attribute: z.string(), property: z.string(), value: z.string(), source: z.string() })
/** A value that a row proposes to fill in. */
export type Fill = z.output<typeof Fill>

const Row = z.object({
  order: z.number(),
  /** The life cycle stage that is judged. */
  stage: z.string().optional(),
  fills: z.array(Fill).optional(),
  twins: z.array(z.string()).optional(),
})

/**
 * What somebody did by a button. `filling`: it is about to be done; `there`: somebody had filled it in meanwhile; `refused`: HubSpot did
 * not take it, by its code; `right` and `wrong` of a stage.
 */
const Done = z.object({
  what: z.enum(['filling', 'filled', 'there', 'refused', 'right', 'wrong']),
  by: z.string(),
  at: z.number(),
  code: z.string().optional(),
})
export type Done = z.output<typeof Done>

/** A lead of a list. `done`: by attribute; of a stage under `stage`. */
export type QualityListRow = z.output<typeof Row> & { leadId: string; done: Record<string, Done> }

const Summary = z.object({ at: z.number(), count: z.number(), to: z.array(z.string()), parts: z.number() })

/** A list: when it was made (epoch milliseconds), how many leads it is about, for whom, and in how many messages for each. */
export interface QualityActList {
  summary: z.output<typeof Summary>
  rows: QualityListRow[]
}

/** The id of a list by when it was due, such as `cleaner/20261123`; it says its partition as every id does. */
export const qualityListId = (kind: QualityListKind, date: string): string => `${kind}/${date.replaceAll('-', '')}`

/** The kind of list that an id names. */
export const listKindOf = (id: string): QualityListKind | undefined =>
  QUALITY_LISTS.find((kind) => id.startsWith(`${kind}/`))

/** The id of a message that somebody gets of a list: one for each twenty leads. */
export const qualityMessageId = (list: string, to: string, part = 0): string => `${list}/to:${idPart(to)}/part:${part}`

/** What such an id says; null when it is none. */
export function readQualityMessage(id: string): { messageId: string; listId: string; to: string; part: number } | null {
  const [, listId, to, part] = /^((?:cleaner|sample)\/\d+)\/to:([^/]+)\/part:(\d+)$/.exec(id) ?? []
  return listId && to ? { messageId: id, listId, to: nameIn(to), part: Number(part) } : null
}

/** The id under which a value waits to be filled in. It begins with the lead's, as every id does. */
export const fillId = (leadId: string, listId: string, attribute: string): string =>
  `${leadId}-fill~${listId}~${attribute}`

/** What such an id says; null when it is none. */
export function readFill(id: string): { leadId: string; listId: string; attribute: string } | null {
  const [, leadId, listId, attribute] = /^([^-]+)-fill~([^~]+)~(.+)$/.exec(id) ?? []
  return leadId && listId && attribute ? { leadId, listId, attribute } : null
}

/** The lists. */
export type QualityLists = ReturnType<typeof createQualityLists>

/** Opens them. */
export function createQualityLists(store: Store) {
  const { redis, keys, commit } = store
  const messages = createLiveMessages(store, INDEX.qualityLists)
  const known = keys.shared('quality:lists')
  const begun = keys.shared('quality:lists-since')

  async function read(id: string): Promise<QualityActList | null> {
    const { summary, ...fields } = await redis.hgetall(keys.post(id))
    if (!summary) return null
    const rows = Object.entries(fields).flatMap(([name, json]) => {
      const [, leadId] = /^r:(.+)$/.exec(name) ?? []
      if (leadId === undefined) return []
      const own = Object.entries(fields).filter(([field]) => field.startsWith(`d:${leadId}:`))
      const done = own.map(([field, said]) => [field.slice(`d:${leadId}:`.length), Done.parse(JSON.parse(said))])
      return [{ ...Row.parse(JSON.parse(json)), leadId, done: Object.fromEntries(done) }]
    })
    return { summary: Summary.parse(JSON.parse(summary)), rows: rows.sort((a, b) => a.order - b.order) }
  }

  /** Has the messages of a list brought up to it; resolves with their ids. */
  async function touch(id: string, now: number): Promise<string[]> {
    const list = await read(id)
    const { to = [], parts = 0 } = list?.summary ?? {}
    const ids = to.flatMap((who) => Array.from({ length: parts }, (_, part) => qualityMessageId(id, who, part)))
    for (const one of ids) await messages.touch(one, now)
    return ids
  }

  /** Takes a lead out of a list, and out of the rows of those that may be the same person; false where it is in none. */
  async function forgetIn(id: string, leadId: string): Promise<boolean> {
    const key = keys.post(id)
    const fields = Object.entries(await redis.hgetall(key))
    const own = fields.filter(([name]) => name === `r:${leadId}` || name.startsWith(`d:${leadId}:`))
    const alike = fields.flatMap(([name, json]): Command[] => {
      const row = name.startsWith('r:') && name !== `r:${leadId}` ? Row.parse(JSON.parse(json)) : undefined
      if (!row?.twins?.includes(leadId)) return []
      return [['HSET', key, name, JSON.stringify({ ...row, twins: row.twins.filter((one) => one !== leadId) })]]
    })
    const commands: Command[] = [
      ...(own.length > 0 ? [['HDEL', key, ...own.map(([name]) => name)] as Command] : []),
      ...alike,
    ]
    if (commands.length > 0) await commit([], commands)
    return commands.length > 0
  }

  return {
    read,
    touch,
    messages,

    /** Since when this installation makes such lists: what was due before is not made up for. */
    async begunAt(now: number): Promise<number> {
      await redis.set(begun, now, 'NX')
      return Number(await redis.get(begun))
    },

    /** Whether a list was made, and its messages are to be sent. */
    isMade: async (id: string): Promise<boolean> => (await redis.hexists(keys.post(id), 'made')) === 1,

    /** Keeps a list and has it sent, unless somebody was faster; one without leads is kept, and not sent. Resolves with its messages. */
    async make(
      id: string,
      summary: z.output<typeof Summary>,
      rows: readonly Omit<QualityListRow, 'done'>[],
    ): Promise<string[]> {
      const key = keys.post(id)
      const fields = rows.flatMap(({ leadId, ...row }) => [`r:${leadId}`, JSON.stringify(row)])
      await redis.sadd(known, id)
      await commit(
        [{ key, field: 'summary', value: '' }],
        [
          ['HSET', key, 'summary', JSON.stringify(summary), ...fields],
          ['PEXPIRE', key, KEPT],
        ],
      )
      // One that was erased while the list was made must not stand in it.
      for (const leadId of new Set(rows.flatMap((row) => [row.leadId, ...(row.twins ?? [])])))
        if (!(await redis.hexists(keys.lead(leadId), 'record'))) await forgetIn(id, leadId)
      const ids = rows.length > 0 ? await touch(id, summary.at) : []
      await redis.hset(key, 'made', 1)
      return ids
    },

    /**
     * Notes what a button has done, where `mayFollow` says so of what was done before; false where it does not, somebody was faster,
     * or the lead has left the list.
     */
    async note(
      id: string,
      leadId: string,
      what: string,
      done: Done,
      mayFollow: (before: Done | undefined) => boolean,
    ): Promise<boolean> {
      const key = keys.post(id)
      const field = `d:${leadId}:${what}`
      const [row, before] = await redis.hmget(key, `r:${leadId}`, field)
      if (!row || !mayFollow(before ? Done.parse(JSON.parse(before)) : undefined)) return false
      const guards = [
        { key, field: `r:${leadId}`, value: Buffer.from(row) },
        { key, field, value: before ? Buffer.from(before) : ('' as const) },
      ]
      const set: Command = ['HSET', key, field, JSON.stringify(done)]
      return (await commit(guards, [set])) !== false
    },

    /** An erased lead leaves every list. Resolves with the messages that have to follow. */
    async forget(leadId: string, now: number): Promise<string[]> {
      const left: string[] = []
      for (const id of await redis.smembers(known)) {
        if (!(await redis.exists(keys.post(id)))) await redis.srem(known, id)
        else if (await forgetIn(id, leadId)) left.push(...(await touch(id, now)))
      }
      return left
    },
  }
}
