import type { Handoff } from '../handoffs/handoff.ts'
import { HANDOFF_LISTS, type HandoffList, type Store } from './partitions.ts'

/** The lists in which handoffs stand for people. */
export type HandoffLists = ReturnType<typeof createHandoffLists>

/** Opens the lists; `readHandoff` is null for one that is forgotten. */
export function createHandoffLists(
  { redis, keys, partitions }: Store,
  readHandoff: (id: string) => Promise<Handoff | null>,
) {
  return {
    /** How many handoffs there are by status; a breached one also counts under its status. */
    async count(): Promise<Record<HandoffList, number>> {
      const counts = await Promise.all(
        HANDOFF_LISTS.map(async (list) => {
          const parts = await Promise.all(partitions.map((partition) => redis.zcard(keys.listIn(partition, list))))
          return [list, parts.reduce((sum, count) => sum + count, 0)] as const
        }),
      )
      return Object.fromEntries(counts) as Record<HandoffList, number>
    },

    /**
     * Handoffs of a status, the youngest first, at most `limit`, that come after `after` (the last one of the page
     * before). `next` is where the following page begins; null when there is none.
     */
    async page(
      list: HandoffList,
      after: { at: number; id: string } | null,
      limit: number,
    ): Promise<{ handoffs: Handoff[]; next: { at: number; id: string } | null }> {
      const found = await Promise.all(
        partitions.map(async (partition) => {
          const key = keys.listIn(partition, list)
          const [same, older] = await Promise.all([
            after ? redis.zrangebyscore(key, after.at, after.at) : ([] as string[]),
            redis.zrevrangebyscore(key, after ? `(${after.at}` : '+inf', '-inf', 'WITHSCORES', 'LIMIT', 0, limit + 1),
          ])
          const tied = after ? same.filter((id) => id < after.id).map((id) => ({ id, at: after.at })) : []
          return [...tied, ...older.flatMap((id, at) => (at % 2 === 0 ? [{ id, at: Number(older[at + 1]) }] : []))]
        }),
      )
      const sorted = found.flat().sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1))
      const page = sorted.slice(0, limit)
      const records = await Promise.all(page.map(({ id }) => readHandoff(id)))
      return {
        handoffs: records.flatMap((record) => record ?? []),
        next: sorted.length > limit ? (page.at(-1) ?? null) : null,
      }
    },
  }
}
