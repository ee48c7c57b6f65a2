import { BURST } from '../handoffs/burst.ts'
import { createLiveMessages, idPart, nameIn } from './live-messages.ts'
import { type Command, INDEX, type Store } from './partitions.ts'

/*
 * The lists of reps who get many leads at once. Who has had how many alerts lately stands in one hash for each rep, by digests of
 * the messages' ids, so that it names no erased lead: what was decided of one is decided. A list is a live message with a row
 * for each of its messages.
 */

// KEYS: the alerts of a rep, by message; which list takes more. ARGV: now, the message, how many stand alone, within which time, the id of a new list.
const PLACE = `
local message = redis.sha1hex(ARGV[2])
local known = redis.call('HGET', KEYS[1], message)
if known then return string.match(known, '^%d+ (.*)$') end
local now, recent = tonumber(ARGV[1]), 0
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local at = tonumber(string.match(all[i + 1], '^(%d+)'))
  if now - at < tonumber(ARGV[4]) then recent = recent + 1
  elseif now - at > 86400000 then redis.call('HDEL', KEYS[1], all[i]) end
end
local list = ''
if recent < tonumber(ARGV[3]) then redis.call('DEL', KEYS[2])
else
  list = redis.call('GET', KEYS[2]) or ARGV[5]
  redis.call('SET', KEYS[2], list, 'PX', 86400000)
end
redis.call('HSET', KEYS[1], message, ARGV[1] .. ' ' .. list)
redis.call('PEXPIRE', KEYS[1], 172800000)
return list
`

const LIST = /^list\/([^/]+)\/\d+$/

/** The rep whose list an id names; null when it is none. */
export function repOfList(id: string): string | null {
  const [, rep] = LIST.exec(id) ?? []
  return rep === undefined ? null : nameIn(rep)
}

/** Opens them. */
export function createRepLists(store: Store) {
  store.redis.defineCommand('batonPlace', { lua: PLACE })
  const run = store.redis as unknown as { batonPlace(keys: 2, ...rest: (string | number)[]): Promise<string> }
  const live = createLiveMessages(store, INDEX.repLists)

  return {
    ...live,

    /** The list in which an alert stands, or null when it has a message of its own; asked again it is the same. */
    async listFor(postId: string, rep: string, now: number): Promise<string | null> {
      const key = `${store.keys.pool(`alerts of ${rep}`)}:recent`
      const next = `list/${idPart(rep)}/${now}`
      const list = await run.batonPlace(2, key, `${key}:list`, now, postId, BURST.alone, BURST.within, next)
      return list === '' ? null : list
    },

    /** Puts an alert into its list. */
    async put(id: string, postId: string, handoffId: string, now: number): Promise<void> {
      await live.touch(id, now, [['HSET', live.keyOf(id), `r:${postId}`, handoffId]])
    },

    /** Takes alerts out of their list. */
    async drop(id: string, postIds: readonly string[], now: number): Promise<void> {
      const rows: Command = ['HDEL', live.keyOf(id), ...postIds.map((postId) => `r:${postId}`)]
      await live.touch(id, now, [rows])
    },
  }
}

/** The handoffs of a list's rows, as they were put there. */
export function rowsOf(fields: Readonly<Record<string, string>>): { postId: string; handoffId: string }[] {
  return Object.entries(fields).flatMap(([name, handoffId]) =>
    name.startsWith('r:') ? [{ postId: name.slice(2), handoffId }] : [],
  )
}
