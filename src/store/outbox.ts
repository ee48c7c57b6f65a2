import type { LeadStore } from './leads.ts'
import { leadOfHandoff, type Store } from './partitions.ts'
import { Post } from './schema.ts'

/*
 * Slack messages that wait to be sent. Slack knows no idempotency key, so each message is claimed before it is sent:
 * a claim that was never finished (its worker died, or Slack's answer was lost) makes the next attempt look in the
 * channel's history first. A lease keeps two workers apart; it is longer than any call to Slack can take.
 */

/** What a worker finds when it wants to send: it may `go`; it must look first (`ambiguous`); another one is at it; it is gone. */
export type Claim =
  | { state: 'go'; post: Post }
  | { state: 'ambiguous'; post: Post; firstTry: number }
  | { state: 'busy' }
  | { state: 'gone' }

// Longer than the four calls to Slack that one attempt can make, each with its deadline.
const LEASE_MILLISECONDS = 25_000

/** The outbox to Slack. */
export type Outbox = ReturnType<typeof createOutbox>

/** Opens the outbox. */
export function createOutbox({ store, leads }: { store: Store; leads: LeadStore }) {
  const { redis, keys } = store
  // The version under which each message was claimed here: whoever was taken over must not undo the newer claim.
  const claimed = new WeakMap<Post, number>()
  return {
    /** Claims a message for sending. `now` is epoch milliseconds. */
    async begin(postId: string, now: number): Promise<Claim> {
      const key = keys.post(postId)
      const fields = await redis.hgetall(key)
      if (!fields.record) {
        const leadId = leadOfHandoff(postId)
        await store.commit(
          [],
          [
            ['ZREM', keys.index(leadId, 'posts'), postId],
            ['ZREM', keys.index(leadId, 'dead'), `posts:${postId}`],
          ],
        )
        return { state: 'gone' }
      }
      const post = Post.parse(JSON.parse(fields.record))
      const sendingSince = Number(fields.sendingSince ?? 0)
      if (sendingSince && Math.abs(now - sendingSince) < LEASE_MILLISECONDS) return { state: 'busy' }
      const firstTry = Number(fields.firstTry ?? now)
      const version = Number(fields.version) + 1
      const done = await store.commit(
        [{ key, version: version - 1 }],
        [
          ['HSET', key, 'version', version, 'sendingSince', now, 'firstTry', firstTry],
          // Nobody knows how far the one who never finished came.
          ...(sendingSince ? [['HSET', key, 'unknown', 1] as ['HSET', string, string, number]] : []),
        ],
      )
      if (!done) return { state: 'busy' }
      claimed.set(post, version)
      return sendingSince || fields.unknown ? { state: 'ambiguous', post, firstTry } : { state: 'go', post }
    },

    /**
     * Gives the claim that `begin` gave back after a failure; `unknown` says that the message may have been sent all
     * the same. Changes nothing when another worker has taken over, or the message is gone.
     */
    async release(post: Post, unknown: boolean): Promise<void> {
      const key = keys.post(post.id)
      const version = claimed.get(post)
      if (version === undefined) throw new Error('release takes the very message that begin gave')
      await store.commit(
        [{ key, version }],
        [
          ['HDEL', key, 'sendingSince'],
          ...(unknown ? [['HSET', key, 'unknown', 1] as ['HSET', string, string, number]] : []),
        ],
      )
    },

    /** Takes a message out: it was sent, or is no longer wanted. */
    async drop(post: Post): Promise<void> {
      await store.commit(
        [],
        [
          ['DEL', keys.post(post.id)],
          ['ZREM', keys.index(post.leadId, 'posts'), post.id],
          ['ZREM', keys.index(post.leadId, 'dead'), `posts:${post.id}`],
        ],
      )
    },

    /** Takes a message out and puts another in its place. */
    async replace(post: Post, instead: Post, now: number): Promise<void> {
      await store.commit(
        [],
        [
          ['DEL', keys.post(post.id)],
          ['ZREM', keys.index(post.leadId, 'posts'), post.id],
          ...leads.writes.post(instead, now),
        ],
      )
    },
  }
}
