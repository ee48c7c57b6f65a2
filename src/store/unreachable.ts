import { z } from 'zod'
import type { Config } from '../config/config.ts'
import type { Store } from './partitions.ts'

const Known = z.object({ slackUserId: z.string(), since: z.number(), code: z.string() })

/** A rep whom Slack does not reach: since when (epoch milliseconds), and the code of its refusal. */
export interface Unreachable {
  rep: string
  slackUserId: string
  since: number
  code: string
}

// What another process has noticed shows after so long at most.
const FRESH_MILLISECONDS = 5_000

/** The reps whom Slack does not reach. */
export type UnreachableReps = ReturnType<typeof createUnreachable>

/**
 * Who cannot be reached in Slack, for all processes: the rotation passes them over until something reaches them, or their Slack
 * user in team.yaml is another one.
 */
export function createUnreachable({ redis, keys }: Pick<Store, 'redis' | 'keys'>) {
  const key = keys.shared('unreachable')
  let known: readonly Unreachable[] = []
  let readAt = Number.NEGATIVE_INFINITY
  let made: { from: Config; by: readonly Unreachable[]; config: Config } | undefined

  async function all(): Promise<Unreachable[]> {
    const fields = await redis.hgetall(key)
    const read = Object.entries(fields).flatMap(([rep, record]) => {
      const one = Known.safeParse(JSON.parse(record))
      return one.success ? [{ rep, ...one.data }] : []
    })
    read.sort((a, b) => a.since - b.since)
    if (JSON.stringify(read) !== JSON.stringify(known)) known = read
    readAt = performance.now()
    return read
  }

  return {
    /** All of them, the longest first. */
    all,

    /** Slack has refused a message to a rep; since when that is so stays. */
    async note(rep: string, slackUserId: string, code: string, now: number): Promise<void> {
      const before = (await all()).find((one) => one.rep === rep && one.slackUserId === slackUserId)
      if (before) return
      await redis.hset(key, rep, JSON.stringify({ slackUserId, since: now, code }))
      await all()
    },

    /** Something has reached a rep; resolves with whether that is news. */
    async clear(rep: string): Promise<boolean> {
      if (!known.some((one) => one.rep === rep)) return false
      await redis.hdel(key, rep)
      await all()
      return true
    },

    /** The config in which they are marked, as far as this process knows. */
    over(from: Config): Config {
      if (performance.now() - readAt > FRESH_MILLISECONDS) {
        readAt = performance.now()
        void all().catch(() => undefined)
      }
      if (known.length === 0) return from
      if (made?.from === from && made.by === known) return made.config
      const reps = { ...from.team.reps }
      for (const { rep, slackUserId, since } of known) {
        const one = reps[rep]
        if (one?.slackUserId === slackUserId) reps[rep] = { ...one, unreachable: since }
      }
      made = { from, by: known, config: { ...from, team: { ...from.team, reps } } }
      return made.config
    },
  }
}
