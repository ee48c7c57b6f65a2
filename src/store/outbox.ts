import type { Post } from '../handoffs/posts.ts'
import { type Command, INDEX, leadOf, type Store } from './partitions.ts'
import { readPost } from './schema.ts'

/*
 * Slack messages that wait to be sent. Slack knows no idempotency key, so each message is claimed before it is sent:
 * a claim that was never finished (its worker died, or Slack's answer was lost) makes the next try look in the
 * channel's history first. A lease keeps two workers apart; it is longer than any call to Slack can take.
 */

/** A message as it waits, with how far earlier tries came. */
export interface WaitingPost {
  post: Post
  version: number
  /** Since when somebody is at it; 0: nobody. */
  sendingSince: number
  firstTry: number | null
  /** It may have been sent all the same. */
  unknown: boolean
}

/** What a claim comes to: the message may `go`; it must be looked for first (`ambiguous`); somebody else is at it, or was faster. */
export type Claim = { state: 'go' } | { state: 'ambiguous'; firstTry: number } | { state: 'busy' }

// Longer than the four calls to Slack that one try can make, each with its deadline.
const LEASE_MILLISECONDS = 25_000

/** The outbox to Slack. */
export type Outbox = ReturnType<typeof createOutbox>

/** Opens the outbox. */
export function createOutbox({ redis, keys, commit }: Store) {
  // The version under which each message was claimed here: whoever was taken over must not undo the newer claim.
  const claimed = new WeakMap<Post, number>()
  const removal = (postId: string): Command[] => [
    ['DEL', keys.post(postId)],
    ['ZREM', keys.index(postId, INDEX.posts), postId],
  ]

  return {
    /** A message that waits to be sent; null when it is gone. */
    async read(postId: string): Promise<WaitingPost | null> {
      const { record, version, sendingSince, firstTry, unknown } = await redis.hgetall(keys.post(postId))
      if (!record) {
        await commit([], removal(postId).slice(1))
        return null
      }
      return {
        post: readPost(record),
        version: Number(version),
        sendingSince: Number(sendingSince ?? 0),
        firstTry: firstTry === undefined ? null : Number(firstTry),
        unknown: unknown !== undefined,
      }
    },

    /** Claims a message for sending, as it was read. `now` is epoch milliseconds. */
    async claim({ post, version, sendingSince, firstTry, unknown }: WaitingPost, now: number): Promise<Claim> {
      if (sendingSince && Math.abs(now - sendingSince) < LEASE_MILLISECONDS) return { state: 'busy' }
      const key = keys.post(post.id)
      const first = firstTry ?? now
      // Nobody knows how far the one who never finished came.
      const left = sendingSince ? ['unknown', 1] : []
      const done = await commit(
        [{ key, version }],
        [['HSET', key, 'version', version + 1, 'sendingSince', now, 'firstTry', first, ...left]],
      )
      if (!done) return { state: 'busy' }
      claimed.set(post, version + 1)
      return sendingSince || unknown ? { state: 'ambiguous', firstTry: first } : { state: 'go' }
    },

    /**
     * Gives the claim back after a failure; `unknown` says that the message may have been sent all
     * the same. Changes nothing when another worker has taken over, or the message is gone.
     */
    async release(post: Post, unknown: boolean): Promise<void> {
      const key = keys.post(post.id)
      const version = claimed.get(post)
      if (version === undefined) throw new Error('release takes the very message that was claimed')
      const commands: Command[] = [['HDEL', key, 'sendingSince']]
      if (unknown) commands.push(['HSET', key, 'unknown', 1])
      await commit([{ key, version }], commands)
    },

    /** What takes a message out: it was sent, or is no longer wanted. */
    removal,

    /** Takes a message out and puts another in its place. */
    async replace(post: Post, instead: Post, more: Command[], now: number): Promise<void> {
      await commit(
        [],
        [
          ...removal(post.id),
          ['HSET', keys.post(instead.id), 'version', 1, 'record', JSON.stringify(instead)],
          ['ZADD', keys.index(leadOf(instead.id), INDEX.posts), now, instead.id],
          ...more,
        ],
      )
    },
  }
}
