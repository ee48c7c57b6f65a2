import type { Handoff } from '../handoffs/handoff.ts'
import type { Store } from './partitions.ts'

/** The lists of handoffs. */
export const HANDOFF_STATES = ['open', 'responded', 'breached', 'closed'] as const
export type HandoffState = (typeof HANDOFF_STATES)[number]

/** The lists in which leads and handoffs stand beside what waits for work: for people, and for scoring again. */
export function createLeadLists(
  { redis, keys, partitions }: Store,
  readHandoff: (id: string) => Promise<{ record: Handoff | null }>,
) {
  return {
    /** How many handoffs there are by status; a breached one also counts under its status. */
    async countHandoffs(): Promise<Record<HandoffState, number>> {
      const counts = await Promise.all(
        HANDOFF_STATES.map(async (state) => {
          const parts = await Promise.all(partitions.map((partition) => redis.zcard(keys.listIn(partition, state))))
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
        partitions.map(async (partition) => {
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
      const records = await Promise.all(page.map(({ id }) => readHandoff(id)))
      return {
        handoffs: records.flatMap(({ record }) => record ?? []),
        next: sorted.length > limit ? (page.at(-1) ?? null) : null,
      }
    },

    /** Up to `limit` leads of each partition that rules of another version scored. */
    async scoredByOtherRules(scoringVersion: number, limit: number): Promise<string[]> {
      const share = Math.ceil(limit / partitions.length)
      const found = await Promise.all(
        partitions.flatMap((partition) => {
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
        partitions.flatMap((partition) => {
          const key = keys.listIn(partition, 'scored')
          const below = redis.zcount(key, '-inf', `(${scoringVersion}`)
          return [below, redis.zcount(key, `(${scoringVersion}`, '+inf')]
        }),
      )
      return counts.reduce((sum, count) => sum + count, 0)
    },
  }
}
