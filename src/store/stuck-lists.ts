import { z } from 'zod'
import type { StuckConfig } from '../handoffs/kinds.ts'
import { STAGE_NAMES, type Stage } from '../rules/stages.ts'
import { type Command, INDEX, type Store } from './partitions.ts'

/*
 * The monthly lists of leads that are stuck in a stage. A list stands in one hash: what it says as a whole, a row for each lead
 * that it shows, and where Slack has it. A lead that is erased leaves it.
 */

// Longer than until the next one: that a list was made must not be forgotten in its month.
const KEPT = 70 * 24 * 60 * 60_000

const Row = z.object({
  order: z.number(),
  stage: z.enum(STAGE_NAMES),
  since: z.number(),
  did: z.object({ what: z.enum(['act', 'archive']), by: z.string() }).optional(),
})
/** A lead of a list: its stage, since when it is in it, and what somebody did about it by a button of the list. */
export type StuckRow = z.output<typeof Row> & { leadId: string }

const Summary = z.object({ count: z.number(), at: z.number(), to: z.string() })
const Place = z.object({ channel: z.string(), ts: z.string() })

/** A list: how many leads there were, when it was made (epoch milliseconds) and for whom; where Slack has it; how often it changed. */
export interface StuckList {
  rev: string
  summary: z.output<typeof Summary>
  rows: StuckRow[]
  place: z.output<typeof Place> | undefined
}

/** The id of a month's list; it says its partition as every id does. */
export const stuckListId = (month: string): string => `stuck/${month.replace('-', '.')}`

/** The lists of stuck leads. */
export type StuckLists = ReturnType<typeof createStuckLists>

/** Opens them. */
export function createStuckLists({ redis, keys, commit, partitions }: Store) {
  const known = keys.shared('stuck:lists')
  const begun = keys.shared('stuck:since')

  async function change(id: string, commands: Command[], now: number): Promise<void> {
    await commit(
      [],
      [...commands, ['HINCRBY', keys.post(id), 'rev', 1], ['ZADD', keys.index(id, INDEX.stuck), now, id]],
    )
  }

  async function inStage(stage: Stage, until: number, limit: number) {
    const found = await Promise.all(
      partitions.map(async (partition) => {
        const key = keys.listIn(partition, `stage-${stage}`)
        const [count, flat] = await Promise.all([
          redis.zcount(key, '-inf', until),
          redis.zrangebyscore(key, '-inf', until, 'WITHSCORES', 'LIMIT', 0, limit),
        ])
        const rows = flat.flatMap((leadId, at) =>
          at % 2 === 0 ? [{ leadId, stage, since: Number(flat[at + 1]) }] : [],
        )
        return { count, rows }
      }),
    )
    return {
      count: found.reduce((sum, { count }) => sum + count, 0),
      rows: found.flatMap(({ rows }) => rows).sort((a, b) => a.since - b.since),
    }
  }

  return {
    /** Since when this installation makes lists: what was due before is not made up for. */
    async begunAt(now: number): Promise<number> {
      await redis.set(begun, now, 'NX')
      return Number(await redis.get(begun))
    },

    /** The leads that are stuck, by the stages in their order, the longest first; how many there are, and so many of them. */
    async stuck({ after, stages, show }: Pick<StuckConfig, 'after' | 'stages' | 'show'>, now: number) {
      const found = await Promise.all(stages.map((stage) => inStage(stage, now - after, show)))
      return {
        count: found.reduce((sum, { count }) => sum + count, 0),
        rows: found.flatMap(({ rows }) => rows).slice(0, show),
      }
    },

    /** Whether a list was made. */
    isMade: async (id: string): Promise<boolean> => (await redis.exists(keys.post(id))) === 1,

    /** Keeps a list and has it sent, unless somebody was faster. An empty one is kept, and not sent. */
    async make(
      id: string,
      { count, to }: { count: number; to: string },
      rows: readonly { leadId: string; stage: Stage; since: number }[],
      now: number,
    ): Promise<boolean> {
      const key = keys.post(id)
      const fields = rows.flatMap(({ leadId, ...row }, order) => [`r:${leadId}`, JSON.stringify({ ...row, order })])
      await redis.sadd(known, id)
      const done = await commit(
        [{ key, field: 'summary', value: '' }],
        [
          ['HSET', key, 'summary', JSON.stringify({ count, at: now, to }), ...fields],
          ['PEXPIRE', key, KEPT],
          ...(rows.length > 0 ? [['ZADD', keys.index(id, INDEX.stuck), now, id] satisfies Command] : []),
        ],
      )
      return done !== false && rows.length > 0
    },

    /** Reads a list; null when it is kept no longer. */
    async read(id: string): Promise<StuckList | null> {
      const { summary, place, rev = '', ...fields } = await redis.hgetall(keys.post(id))
      if (!summary) return null
      const rows = Object.entries(fields).flatMap(([name, json]) =>
        name.startsWith('r:') ? [{ ...Row.parse(JSON.parse(json)), leadId: name.slice(2) }] : [],
      )
      return {
        rev,
        summary: Summary.parse(JSON.parse(summary)),
        rows: rows.sort((a, b) => a.order - b.order),
        place: place ? Place.parse(JSON.parse(place)) : undefined,
      }
    },

    /** Slack has it there. */
    async placed(id: string, place: z.output<typeof Place>): Promise<void> {
      await redis.hset(keys.post(id), 'place', JSON.stringify(place))
    },

    /** Somebody did something about a lead by a button of the list: its message says so. */
    async note(id: string, { leadId, ...row }: StuckRow, now: number): Promise<void> {
      await change(id, [['HSET', keys.post(id), `r:${leadId}`, JSON.stringify(row)]], now)
    },

    /** Claims the sending until an instant; false while somebody is at it, for two would each find nothing and send it. */
    async claim(id: string, now: number, until: number): Promise<boolean> {
      const key = keys.post(id)
      const claimed: Buffer | '' = (await redis.hgetBuffer(key, 'until')) ?? ''
      if (Number(claimed.toString()) > now) return false
      return (await commit([{ key, field: 'until', value: claimed }], [['HSET', key, 'until', until]])) !== false
    },

    /** Nothing is left to do: there is no list, or Slack shows it as it was read. False when it has changed since. */
    async settle(id: string, read: Pick<StuckList, 'rev'> | null): Promise<boolean> {
      const guards = read
        ? [{ key: keys.post(id), field: 'rev', value: read.rev ? Buffer.from(read.rev) : ('' as const) }]
        : []
      return (await commit(guards, [['ZREM', keys.index(id, INDEX.stuck), id]])) !== false
    },

    /** An erased lead leaves every list. Resolves with those whose messages have to follow. */
    async forget(leadId: string, now: number): Promise<string[]> {
      const left: string[] = []
      for (const id of await redis.smembers(known)) {
        if (!(await redis.exists(keys.post(id)))) await redis.srem(known, id)
        else if (await redis.hdel(keys.post(id), `r:${leadId}`)) left.push(id)
      }
      for (const id of left) await change(id, [], now)
      return left
    },
  }
}
