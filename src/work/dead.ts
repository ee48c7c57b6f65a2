import { z } from 'zod'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/log.ts'
import type { Metrics } from '../platform/metrics.ts'
import { type Command, leadOf, type Store } from '../store/partitions.ts'

/*
 * The dead letters: work that cannot be done for a reason of its own. The log and a metric say so, and it is tried again
 * every hour, for somebody may have mended the cause; a new event for the lead tries it at once.
 */

const Why = z.object({ since: z.number(), tries: z.number(), reason: z.string() })

/** A dead letter: what cannot be done, since when (epoch milliseconds), how often it was given up, and why. */
export interface DeadLetter extends z.output<typeof Why> {
  name: string
  id: string
}

const TRY_AGAIN = 60 * 60_000
const LONGEST_REASON = 200

/** The dead letters. */
export type Dead = ReturnType<typeof createDead>

/** Opens them. */
export function createDead(parts: { clock: Clock; store: Store; metrics: Metrics; log: Logger }) {
  const { clock, store } = parts
  // What this process knows to stand there, so that a success costs nothing more as a rule.
  const known = new Set<string>()
  const letterKey = (id: string) => store.keys.index(leadOf(id), 'dead')
  const whyKey = (id: string) => store.keys.index(leadOf(id), 'dead-why')

  return {
    /** Sets a piece of work aside; `index` is where it stood. Its reason and since when are kept. */
    async put(name: string, index: string | null, id: string, error: unknown): Promise<void> {
      const member = `${name}:${id}`
      const now = clock.now()
      const before = await store.redis.hget(whyKey(id), member)
      const first = before ? Why.parse(JSON.parse(before)) : { since: now, tries: 0 }
      const why = { since: first.since, tries: first.tries + 1, reason: reasonOf(error) }
      await store.commit(
        [],
        [
          ...(index ? [['ZREM', store.keys.index(id, index), id] satisfies Command] : []),
          ['ZADD', letterKey(id), now + TRY_AGAIN, member],
          ['HSET', whyKey(id), member, JSON.stringify(why)],
        ],
      )
      known.add(member)
      parts.metrics.deadLetters.set(await store.count('dead'))
      parts.log.error(
        { work: name, id, reason: why.reason, since: new Date(why.since).toISOString(), tries: why.tries, err: error },
        'given up for now: it is tried again every hour, and with its next event',
      )
    },

    /** Takes one out, if it is there: its work is done. */
    async clear(name: string, id: string): Promise<void> {
      const member = `${name}:${id}`
      if (!known.delete(member)) return
      await store.commit([], [['ZREMHDEL', letterKey(id), whyKey(id), member]])
      parts.metrics.deadLetters.set(await store.count('dead'))
    },

    /** The letters that are to be tried again now; each is due again in an hour, unless it is done. */
    async retry(limit: number): Promise<{ name: string; id: string }[]> {
      const now = clock.now()
      const [members = []] = await store.claim([{ index: 'dead', dueAt: now, until: now + TRY_AGAIN }], limit)
      parts.metrics.deadLetters.set(await store.count('dead'))
      return members.map((member) => {
        known.add(member)
        return split(member)
      })
    },

    /** Has letters, by `work:id`, tried again with the next sweep, in 15 seconds at most; resolves with those that are there. */
    async replay(members: readonly string[]): Promise<string[]> {
      const due = await Promise.all(
        members.map(async (member) => {
          const { id } = split(member)
          if ((await store.redis.zscore(letterKey(id), member)) === null) return []
          await store.redis.zadd(letterKey(id), 'XX', clock.now(), member)
          return [member]
        }),
      )
      return due.flat()
    },

    /** Every dead letter with its reason, the oldest first. */
    async list(): Promise<DeadLetter[]> {
      const all = await Promise.all(
        store.partitions.map((partition) => store.redis.hgetall(store.keys.indexIn(partition, 'dead-why'))),
      )
      const letters = all.flatMap((hash) =>
        Object.entries(hash).map(([member, why]) => ({ ...split(member), ...Why.parse(JSON.parse(why)) })),
      )
      return letters.sort((a, b) => a.since - b.since)
    },
  }
}

function split(member: string): { name: string; id: string } {
  const at = member.indexOf(':')
  return { name: member.slice(0, at), id: member.slice(at + 1) }
}

// Names and codes only: what an outside system says may be about a person.
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const own = error.name === 'GivenUp' || error.name === 'OutsideError'
  return (own ? error.message : `${error.name}: see the log`).slice(0, LONGEST_REASON)
}
