import { z } from 'zod'
import type { Store } from './partitions.ts'

/*
 * The test of the whole path that is under way (`baton smoke`). It stands here before its contact is made, so that whoever reads
 * that contact knows it by its address, which nobody guesses: else a form could call itself a test.
 */

const Begun = z.object({ email: z.string(), to: z.string(), contactId: z.string().optional() })
/** A test that has begun: the address and the id of its contact, and the Slack user or channel that gets its messages. */
export type SmokeTest = z.output<typeof Begun>

const ADDRESS = /^baton-smoke\+[a-z0-9]+@/
// Whoever ended it without cleaning up has so long to do so.
const KEPT = 7 * 24 * 60 * 60_000

/** Opens what is known of it. */
export function createSmokeTests({ redis, keys }: Pick<Store, 'redis' | 'keys'>) {
  const key = keys.shared('smoke-test')

  async function current(): Promise<SmokeTest | null> {
    const kept = await redis.get(key)
    return kept === null ? null : Begun.parse(JSON.parse(kept))
  }

  return {
    /** The test that has begun and is not cleaned up; null when there is none. */
    current,

    /** Keeps one from now on. */
    async keep(test: SmokeTest): Promise<void> {
      await redis.set(key, JSON.stringify(test), 'PX', KEPT)
    },

    /** Nothing of it is left. */
    async forget(): Promise<void> {
      await redis.del(key)
    },

    /** Who gets the messages of the contact with this address, if it is the test's. */
    async of(email: string | null | undefined): Promise<{ to: string } | undefined> {
      if (!email || !ADDRESS.test(email)) return undefined
      const test = await current()
      return test?.email === email ? { to: test.to } : undefined
    },
  }
}
