import { type Command, INDEX, leadOf, type Store } from './partitions.ts'
import { EMAIL_KEY } from './schema.ts'

// The names that the first version gave to indexes.
const OLDER: Record<string, string> = {
  rescore: INDEX.wake,
  refresh: INDEX.messages,
  sync: INDEX.writes,
  release: INDEX.assignments,
}

// Assignments were named without their lead.
const entryOf = (index: string) => (id: string) => (index === 'release' ? `${leadOf(id)}-${id}` : id)

// What its dead letters named: the index in which their work stood.
const OLDER_DEAD: Record<string, string> = {
  ...OLDER,
  unread: INDEX.unread,
  rungs: INDEX.steps,
  posts: INDEX.posts,
}

/**
 * Moves what waits in indexes of an older version to those of this one, so that nothing of it is forgotten. Records are
 * upgraded when they are read. Costs two round trips when there is nothing to move; safe to run in several processes.
 */
export async function renameOlderIndexes({ redis, keys, partitions, commit }: Store, now: number): Promise<void> {
  await Promise.all(
    partitions.map(async (partition) => {
      await Promise.all([moveOlder(partition), moveAddresses(partition), reviveDead(partition)])
    }),
  )

  async function moveOlder(partition: string): Promise<void> {
    const names = Object.keys(OLDER)
    if ((await redis.exists(...names.map((name) => keys.indexIn(partition, name)))) === 0) return
    for (const name of names) {
      const from = keys.indexIn(partition, name)
      await move(from, keys.indexIn(partition, OLDER[name] ?? ''), await membersOf(from, () => true), entryOf(name))
    }
  }

  async function moveAddresses(partition: string): Promise<void> {
    const unread = keys.indexIn(partition, INDEX.unread)
    const addresses = await membersOf(unread, (id) => id.startsWith(EMAIL_KEY))
    await move(unread, keys.indexIn(partition, INDEX.addresses), addresses)
  }

  // All of it is tried once more.
  async function reviveDead(partition: string): Promise<void> {
    const dead = keys.indexIn(partition, 'dead')
    for (const [member] of await membersOf(dead, (one) => Object.hasOwn(OLDER_DEAD, one.split(':')[0] ?? ''))) {
      const [index = '', id = ''] = member.split(':')
      const target = id.startsWith(EMAIL_KEY) ? INDEX.addresses : (OLDER_DEAD[index] ?? index)
      await commit(
        [],
        [
          ['ZREM', dead, member],
          ['ZADD', keys.indexIn(partition, target), now, entryOf(index)(id)],
        ],
      )
    }
  }

  async function move(
    from: string,
    to: string,
    members: [string, number][],
    entry = (id: string) => id,
  ): Promise<void> {
    for (let at = 0; at < members.length; at += 500) {
      const some = members.slice(at, at + 500)
      const added = some.flatMap(([id, score]): (string | number)[] => [score, entry(id)])
      const commands: Command[] = [
        ['ZADD', to, ...added],
        ['ZREM', from, ...some.map(([id]) => id)],
      ]
      await commit([], commands)
    }
  }

  async function membersOf(key: string, wanted: (id: string) => boolean): Promise<[string, number][]> {
    const flat = await redis.zrangebyscore(key, '-inf', '+inf', 'WITHSCORES')
    return flat.flatMap((id, at): [string, number][] =>
      at % 2 === 0 && wanted(id) ? [[id, Number(flat[at + 1])]] : [],
    )
  }
}
