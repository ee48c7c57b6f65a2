import { noticeId } from '../handoffs/notice.ts'
import type { Post } from '../handoffs/posts.ts'
import { INDEX } from '../store/partitions.ts'
import type { Parts } from './parts.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * 60_000

/** Has the manager of a pool hear, once a day, that Slack does not take messages to its channel. */
export async function channelRefusedNotice(
  { hurry, store }: Pick<Parts, 'hurry' | 'store'>,
  { leadId, pool }: Pick<Post, 'leadId' | 'pool'>,
  channel: string,
  code: string,
  now: number,
): Promise<void> {
  const key = store.keys.shared(`channel-refused:${channel}:${Math.floor(now / DAY)}`)
  // Who is killed before it is written down leaves it to the next lead.
  if ((await store.redis.set(key, code, 'PX', MINUTE, 'NX')) === null) return
  const id = noticeId({ what: 'channel-refused', lead: leadId, pool, channel, code, at: now })
  await store.commit([], [['ZADD', store.keys.index(leadId, INDEX.notices), now, id]])
  await store.redis.set(key, code, 'PX', 2 * DAY)
  hurry([{ index: INDEX.notices, id, at: now }])
}
