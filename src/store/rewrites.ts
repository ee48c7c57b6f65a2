import { Cluster } from 'ioredis'
import type { Store } from './partitions.ts'

/*
 * Redis appends every write to a file, so what was erased stands in it until Redis writes that file anew, which costs it some
 * work. A hash says since when something is in it that was erased (`first`, `last`), when it was rewritten last (`at`), and
 * the code with which Redis refused to (`refused`).
 */

/** At most so often, in milliseconds. */
export const REWRITE_EVERY = 60 * 60_000
/** So long after an erasure its last traces have run out as well. */
export const SETTLED_AFTER = 15 * 60_000

/** What became of it: begun; nothing to do, since there is no such file; not now; or refused, `isNews` when it was not before. */
export type Rewriting =
  | { outcome: 'begun' | 'no-file' | 'busy' }
  | { outcome: 'refused'; code: string; isNews: boolean }

/** When Redis rewrites its append-only file. */
export function createRewrites({ redis, keys }: Pick<Store, 'redis' | 'keys'>) {
  const key = keys.shared('rewrites')

  return {
    /** Something was erased. `now` is epoch milliseconds. */
    async erased(now: number): Promise<void> {
      await Promise.all([redis.hsetnx(key, 'first', now), redis.hset(key, 'last', now)])
    },

    /** Whether the file is to be rewritten. */
    async isDue(now: number): Promise<boolean> {
      const [first, at] = await redis.hmget(key, 'first', 'at')
      return first != null && now >= Number(first) + SETTLED_AFTER && now >= Number(at ?? 0) + REWRITE_EVERY
    },

    /** Has every node rewrite its file. Of managed ones some let nobody. */
    async rewrite(now: number): Promise<Rewriting> {
      const last = Number((await redis.hget(key, 'last')) ?? 0)
      const nodes = redis instanceof Cluster ? redis.nodes('master') : [redis]
      const infos = await Promise.all(nodes.map((node) => node.info('persistence')))
      const withFile = nodes.filter((_, at) => !infos[at]?.includes('aof_enabled:0'))
      if (infos.some((info) => /aof_rewrite_(in_progress|scheduled):1/.test(info))) return { outcome: 'busy' }
      try {
        await Promise.all(withFile.map((node) => node.bgrewriteaof()))
      } catch (error) {
        const message = (error as Error).name === 'ReplyError' ? (error as Error).message : undefined
        if (message === undefined) throw error
        if (!/unknown command|^NOPERM|not allowed/i.test(message)) return { outcome: 'busy' }
        const code = message.split(' ')[0] ?? ''
        const before = await redis.hget(key, 'refused')
        await settle(now, last, 'refused', code)
        return { outcome: 'refused', code, isNews: before === null }
      }
      await settle(now, last)
      await redis.hdel(key, 'refused')
      return { outcome: withFile.length > 0 ? 'begun' : 'no-file' }
    },

    /** The code with which Redis refused to rewrite its file last; null when it did not. */
    refused: (): Promise<string | null> => redis.hget(key, 'refused'),
  }

  // What was erased a moment ago is taken out the next time.
  async function settle(now: number, last: number, ...more: string[]): Promise<void> {
    await redis.hset(key, 'at', now, ...more)
    if (last > now - SETTLED_AFTER) await redis.hset(key, 'first', now)
    else await redis.hdel(key, 'first')
  }
}
