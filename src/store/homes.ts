import type { Waiting } from './commit.ts'
import { type Command, INDEX, type Store } from './partitions.ts'

/*
 * Who has opened the App Home in Slack, and whose is to be published. A hash in each partition holds of each Slack user when they
 * opened it last (`o:`), and how often it was asked for (`n:`): what is asked for while it is being published is published again.
 */

/** The homes. */
export type Homes = ReturnType<typeof createHomes>

// Whoever has not looked for so long gets a new one at the next look.
const RECENT = 8 * 60 * 60_000
// What changes in so short a time is published together.
const TOGETHER = 1_500
// So long a process goes by what it has read of who looks, in milliseconds of its own.
const READ_EVERY = 2_000

/** The id under which the home of a Slack user waits to be published. */
export const homeId = (user: string): string => `home/${user}`

/** The Slack user of such an id; null when it is none. */
export function readHomeId(id: string): string | null {
  return /^home\/([UW][A-Z0-9]{1,48})$/.exec(id)?.[1] ?? null
}

/** Opens them. */
export function createHomes({ commit, redis, keys, partitions }: Store) {
  const known = new Map<string, number>()
  let readAt = Number.NEGATIVE_INFINITY
  const keyOf = (user: string) => keys.list(homeId(user), 'homes')

  async function readOpened(): Promise<void> {
    if (performance.now() - readAt < READ_EVERY) return
    readAt = performance.now()
    const hashes = await Promise.all(partitions.map((partition) => redis.hgetall(keys.listIn(partition, 'homes'))))
    for (const [field, value] of hashes.flatMap(Object.entries))
      if (field.startsWith('o:')) known.set(field.slice(2), Number(value))
  }

  async function ask(user: string, at: number, more: Command[] = []): Promise<Waiting> {
    const id = homeId(user)
    const waiting = { index: INDEX.homes, id, at }
    await commit([], [...more, ['HINCRBY', keyOf(user), `n:${user}`, 1], ['ZADD', keys.index(id, INDEX.homes), at, id]])
    return waiting
  }

  return {
    /** Somebody looks at their home: it is published at once. */
    async opened(user: string, now: number): Promise<Waiting> {
      known.set(user, now)
      return ask(user, now, [['HSET', keyOf(user), `o:${user}`, now]])
    },

    /** Something changed that these people see in their homes: those that were opened lately are published soon. */
    async changed(users: Iterable<string>, now: number): Promise<Waiting[]> {
      await readOpened()
      const looking = [...new Set(users)].filter((user) => now - (known.get(user) ?? Number.NEGATIVE_INFINITY) < RECENT)
      return Promise.all(looking.map((user) => ask(user, now + TOGETHER)))
    },

    /** How often a home was asked for by now. */
    async asked(user: string): Promise<string> {
      return (await redis.hget(keyOf(user), `n:${user}`)) ?? ''
    },

    /** The home is as it was asked for `asked` times; false when it was asked for again since. */
    async settle(user: string, asked: string): Promise<boolean> {
      const id = homeId(user)
      const guard = { key: keyOf(user), field: `n:${user}`, value: asked === '' ? ('' as const) : Buffer.from(asked) }
      return (await commit([guard], [['ZREM', keys.index(id, INDEX.homes), id]])) !== false
    },
  }
}
