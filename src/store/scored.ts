import type { Store } from './partitions.ts'

/** Leads by the version of the rules that scored them, so that those of other rules are found. */
export function createScored({ redis, keys, partitions }: Store) {
  return {
    /** Up to `limit` leads that rules of another version scored, about as many of each partition. */
    async byOtherRules(rulesVersion: number, limit: number): Promise<string[]> {
      const share = Math.ceil(limit / partitions.length)
      const found = await Promise.all(
        partitions.flatMap((partition) => {
          const key = keys.listIn(partition, 'scored')
          const below = redis.zrangebyscore(key, '-inf', `(${rulesVersion}`, 'LIMIT', 0, share)
          return [below, redis.zrangebyscore(key, `(${rulesVersion}`, '+inf', 'LIMIT', 0, share)]
        }),
      )
      return found.flat()
    },

    /** How many leads rules of another version scored. */
    async countByOtherRules(rulesVersion: number): Promise<number> {
      const counts = await Promise.all(
        partitions.flatMap((partition) => {
          const key = keys.listIn(partition, 'scored')
          return [redis.zcount(key, '-inf', `(${rulesVersion}`), redis.zcount(key, `(${rulesVersion}`, '+inf')]
        }),
      )
      return counts.reduce((sum, count) => sum + count, 0)
    },
  }
}
