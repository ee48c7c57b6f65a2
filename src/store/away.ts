import { z } from 'zod'
import type { Config } from '../config/config.ts'
import { Said, saidAfter } from '../handoffs/away.ts'
import type { Clock } from '../platform/clock.ts'
import type { Store } from './partitions.ts'

const READ_EVERY = 2_000

const Kept = z.array(Said)

/** Who said that they are away, over team.yaml. */
export type Away = ReturnType<typeof createAway>

/** How it went: `not-found`, there is no such rep; `not-away`, there is nothing to come back from. */
export type AwayOutcome = 'done' | 'not-found' | 'not-away'

/**
 * Keeps who said that they, or somebody of theirs, are away: a hash by rep. Every process reads it every two seconds, so what
 * is said in one counts in the others soon, and at once in its own. `source`: the config as its files say it.
 */
export function createAway({ store, clock, source }: { store: Store; clock: Clock; source: () => Config }) {
  const { redis } = store
  const key = store.keys.shared('away')
  let raw = '{}'
  let known: Readonly<Record<string, Said[]>> = {}
  let made: { from: Config; by: typeof known; config: Config } | undefined
  let timer: NodeJS.Timeout | undefined

  function take(fields: Record<string, string>): void {
    const text = JSON.stringify(Object.entries(fields).sort())
    if (text === raw) return
    raw = text
    // What a newer version wrote and this one does not understand keeps nobody from starting.
    const readable = Object.entries(fields).flatMap(([rep, json]) => {
      const kept = Kept.safeParse(JSON.parse(json))
      return kept.success ? [[rep, kept.data] as const] : []
    })
    known = Object.fromEntries(readable)
  }

  /** Reads what is kept. */
  async function read(): Promise<void> {
    take(await redis.hgetall(key))
  }

  /** The config with what was said of its reps. */
  function over(from: Config): Config {
    if (Object.keys(known).length === 0) return from
    if (made?.from === from && made.by === known) return made.config
    const reps = Object.fromEntries(
      Object.entries(from.team.reps).map(([id, rep]) => {
        const said = Object.hasOwn(known, id) ? known[id] : undefined
        return [id, said ? { ...rep, said } : rep]
      }),
    )
    made = { from, by: known, config: { ...from, team: { ...from.team, reps } } }
    return made.config
  }

  // Two at once about one rep: the second reads what the first said, and says its own beside it.
  async function say(rep: string, news: Parameters<typeof saidAfter>[2], by: string): Promise<AwayOutcome> {
    for (;;) {
      const before = (await redis.hget(key, rep)) ?? ''
      await read()
      const { team } = over(source())
      if (!Object.hasOwn(team.reps, rep)) return 'not-found'
      const after = saidAfter(team, rep, news, by, clock.now())
      if (!after) return 'not-away'
      const json = after.length > 0 ? JSON.stringify(after) : ''
      const guards = [{ key, field: rep, value: before === '' ? ('' as const) : Buffer.from(before) }]
      const command = json === '' ? (['HDEL', key, rep] as const) : (['HSET', key, rep, json] as const)
      if (!(await store.commit(guards, [[...command]]))) continue
      await read()
      return 'done'
    }
  }

  return {
    over,
    read,

    /** The rep is away from an instant until just before another; null: until they say that they are back. */
    set(rep: string, span: { from: number; until: number | null }, by: string): Promise<AwayOutcome> {
      return say(rep, { away: span }, by)
    },

    /** The rep is back, also where team.yaml says otherwise; who is not away takes back what was said of later. */
    clear(rep: string, by: string): Promise<AwayOutcome> {
      return say(rep, 'back', by)
    },

    /** What was said, by rep, without what is over. */
    all(): Record<string, Said[]> {
      const now = clock.now()
      const open = Object.entries(known).map(([rep, said]) => [rep, said.filter((one) => isOpen(one, now))] as const)
      return Object.fromEntries(open.filter(([, said]) => said.length > 0))
    },

    /** Reads it now and again and again; a failed read is made up by the next. */
    async follow(onError: (error: unknown) => void): Promise<void> {
      await read()
      timer = setInterval(() => read().catch(onError), READ_EVERY)
    },

    close(): void {
      clearInterval(timer)
    },
  }
}

function isOpen({ until }: Said, now: number): boolean {
  return until === null || until > now
}
