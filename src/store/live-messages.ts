import { z } from 'zod'
import type { Command, Store } from './partitions.ts'

/*
 * Slack messages that stand for many leads and follow what becomes of them: one hash for each, with where Slack has it, and
 * what belongs to it. It is sent once and then updated; when it ends, what comes next begins a new one.
 */

// Longer than anything that it shows is still of interest.
const KEPT = 70 * 24 * 60 * 60_000

const Place = z.object({ channel: z.string(), ts: z.string() })

/** A live message: since when it is to be sent (epoch milliseconds, 0: not yet), where Slack has it, when it was last sent or updated. */
export interface LiveMessage {
  /** Changes whenever there is something new to show. */
  rev: string
  begun: number
  place: z.output<typeof Place> | undefined
  shownAt: number
  /** Its other fields, such as its rows. */
  fields: Record<string, string>
}

/** The live messages of one kind. */
export type LiveMessages = ReturnType<typeof createLiveMessages>

/** A name as part of an id: what ids are told apart by does not stand in it. */
export const idPart = (name: string): string => encodeURIComponent(name).replaceAll('-', '%2D').replaceAll('.', '%2E')

/** What an id's part was made of. */
export const nameIn = (part: string): string => decodeURIComponent(part)

/** Opens those that wait in an index. */
export function createLiveMessages({ redis, keys, commit }: Store, index: string) {
  return {
    /** There is something new to show. `more` is done with it, to the same hash; null where only a message that is there is touched. */
    async touch(id: string, at: number, more: Command[] | null = []): Promise<boolean> {
      const key = keys.post(id)
      if (more === null && !(await redis.exists(key))) return false
      await commit(
        [],
        [...(more ?? []), ['HINCRBY', key, 'rev', 1], ['PEXPIRE', key, KEPT], ['ZADD', keys.index(id, index), at, id]],
      )
      return true
    },

    /** Reads one; of one that is not there everything is empty. */
    async read(id: string): Promise<LiveMessage> {
      const { rev = '', begun = '0', place, shownAt = '0', until: _, ...fields } = await redis.hgetall(keys.post(id))
      return {
        rev,
        begun: Number(begun),
        place: place ? Place.parse(JSON.parse(place)) : undefined,
        shownAt: Number(shownAt),
        fields,
      }
    },

    /** It is shown later. */
    async postpone(id: string, at: number): Promise<void> {
      await redis.zadd(keys.index(id, index), at, id)
    },

    /** Claims the sending until an instant, and begins it; false while somebody is at it, for two would each send it. Resolves with since when. */
    async claim(id: string, now: number, until: number): Promise<number | false> {
      const key = keys.post(id)
      const [claimed, begun] = await redis.hmget(key, 'until', 'begun')
      if (Number(claimed ?? 0) > now) return false
      const since = Number(begun ?? 0) || now
      const guards = [{ key, field: 'until', value: claimed ? Buffer.from(claimed) : ('' as const) }]
      return (await commit(guards, [['HSET', key, 'until', until, 'begun', since]])) === false ? false : since
    },

    /** Gives the claim back. */
    async release(id: string): Promise<void> {
      await redis.hdel(keys.post(id), 'until')
    },

    /** Slack has it there, and shows it as of now. */
    async shown(id: string, place: z.output<typeof Place>, now: number): Promise<void> {
      await redis.hset(keys.post(id), 'place', JSON.stringify(place), 'shownAt', now)
      await redis.hdel(keys.post(id), 'until')
    },

    /** Slack has it no longer, or it has ended: what comes next is sent anew. */
    async forgetPlace(id: string): Promise<void> {
      await redis.hdel(keys.post(id), 'place', 'begun', 'shownAt', 'until')
    },

    /**
     * Nothing is left to do: Slack shows it as it was read. False when it has changed since: then it waits to be shown once more, for
     * whoever showed the newer state may have been faster, and Slack has the older one.
     */
    async settle(id: string, { rev }: Pick<LiveMessage, 'rev'>, now: number): Promise<boolean> {
      const guards = [{ key: keys.post(id), field: 'rev', value: rev ? Buffer.from(rev) : ('' as const) }]
      const settled = (await commit(guards, [['ZREM', keys.index(id, index), id]])) !== false
      if (!settled) await redis.zadd(keys.index(id, index), now, id)
      return settled
    },

    /** The key of its hash, for what belongs to it. */
    keyOf: (id: string): string => keys.post(id),
  }
}
