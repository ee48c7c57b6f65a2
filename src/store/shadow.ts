import type { Config } from '../config/config.ts'
import type { Shadowed } from '../leads/verdict.ts'
import type { Configs } from './configs.ts'
import type { Command, Store } from './partitions.ts'

/*
 * The config that runs beside the live one, if any: which it is, since when, and how many decisions were compared. The
 * counts stand in each lead's partition, so that its own commit counts it.
 */

// Any process of the installation may begin or end it: so soon, in milliseconds, every worker knows.
const LOOK_EVERY = 250

/** Which shadow runs, or ran last; instants are epoch milliseconds. */
export interface ShadowRun {
  version: string
  since: number
  until?: number
}

/** What a decision counts for its shadow. */
export function shadowCommands(keys: Store['keys'], leadId: string, shadowed: Shadowed | undefined): Command[] {
  if (!shadowed) return []
  const what = shadowed.failed ? 'failed' : 'compared'
  return [['HINCRBY', keys.list(leadId, 'shadow'), `${shadowed.version}:${what}`, 1]]
}

/** Opens it. */
export function createShadow({ redis, keys, partitions }: Store, configs: Configs) {
  const place = keys.shared('shadow')
  let known: { version: string; config: Config | null } | null = null
  let lookedAt = Number.NEGATIVE_INFINITY
  let looking: Promise<void> | null = null

  async function read(): Promise<ShadowRun | null> {
    const { version, since, until } = await redis.hgetall(place)
    if (!version) return null
    return { version, since: Number(since), ...(until ? { until: Number(until) } : {}) }
  }

  async function look(): Promise<void> {
    const run = await read()
    const version = run && run.until === undefined ? run.version : null
    if (version === null) known = null
    else if (known?.version !== version) known = { version, config: await configs.read(version) }
    lookedAt = performance.now()
  }

  return {
    read,

    /** The config that runs beside the live one now; null when none does, or Redis cannot say. */
    async current(): Promise<Config | null> {
      if (performance.now() - lookedAt >= LOOK_EVERY) {
        looking ??= look().finally(() => {
          looking = null
        })
        await looking.catch(() => undefined)
      }
      return known?.config ?? null
    },

    /** A config runs beside the live one from now on, in place of one that does already. */
    async start(config: Config, now: number): Promise<void> {
      await configs.keep(config)
      await redis.hset(place, { version: config.version, since: now })
      await redis.hdel(place, 'until')
      for (const partition of partitions) await redis.del(keys.listIn(partition, 'shadow'))
    },

    /** It runs no longer; what it found stays until the next one starts. False when none ran. */
    async stop(now: number): Promise<boolean> {
      const run = await read()
      if (!run || run.until !== undefined) return false
      await redis.hset(place, 'until', now)
      return true
    },

    /** How many decisions were compared, and of how many it could not say anything. */
    async counts(version: string): Promise<{ compared: number; failed: number }> {
      const found = await Promise.all(
        partitions.map((partition) =>
          redis.hmget(keys.listIn(partition, 'shadow'), `${version}:compared`, `${version}:failed`),
        ),
      )
      const sum = (at: number) => found.reduce((total, counts) => total + Number(counts[at] ?? 0), 0)
      return { compared: sum(0), failed: sum(1) }
    },
  }
}
/** The shadow of an installation. */
export type Shadow = ReturnType<typeof createShadow>
