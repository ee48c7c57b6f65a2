import { createHmac, randomBytes } from 'node:crypto'
import type { Command, Store } from './partitions.ts'

/*
 * Who was erased, so that nothing that comes late brings them back: for 90 days a digest of the id, made with a secret of this
 * installation, says so. Whoever reads the records finds no id in it.
 */

/** How long an erased lead stays away, in milliseconds. */
export const ERASED_FOR = 90 * 24 * 60 * 60_000

/** The marks of those who were erased. */
export type Erased = ReturnType<typeof createErased>

/** Opens them. An id is a contact's, or the key under which signals wait for an address. */
export function createErased({ redis, keys }: Pick<Store, 'redis' | 'keys'>) {
  const secretKey = keys.shared('erased-secret')

  // Read each time: another process may have made it, and a Redis that was emptied has another one.
  async function markOf(id: string): Promise<string | null> {
    const secret = await redis.get(secretKey)
    return secret === null ? null : keys.erased(id, createHmac('sha256', secret).update(id).digest('base64url'))
  }

  return {
    /** What marks one as erased, to be committed with the erasure. `now` is epoch milliseconds. */
    async mark(id: string, now: number): Promise<Command> {
      await redis.set(secretKey, randomBytes(32).toString('base64url'), 'NX')
      return ['SET', (await markOf(id)) ?? '', now + ERASED_FOR, 'PX', ERASED_FOR]
    },

    /** Whether one was erased, and nobody has asked for it since. */
    async has(id: string, now: number): Promise<boolean> {
      const mark = await markOf(id)
      return mark !== null && Number((await redis.get(mark)) ?? 0) > now
    },

    /** Somebody asks for it: it may come back. */
    async lift(id: string): Promise<void> {
      const mark = await markOf(id)
      if (mark !== null) await redis.del(mark)
    },
  }
}
