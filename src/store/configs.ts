import type { Config } from '../config/config.ts'
import type { Store } from './partitions.ts'

// Raised when the shape of `Config` changes: an older one can then be shown by name, but not computed with.
const SHAPE = 2

/** Every config that ever decided, by version, so that a decision can be computed again. */
export type Configs = ReturnType<typeof createConfigs>

/** Opens the versions; one hash holds them all, a few kilobytes each. */
export function createConfigs({ redis, keys }: Store) {
  const key = keys.shared('configs')
  const timesKey = keys.shared('config-times')
  return {
    /** Keeps a config under its version, before it decides anything. */
    async keep(config: Config): Promise<void> {
      await redis.hsetnx(key, config.version, JSON.stringify({ shape: SHAPE, config }))
    },

    /** Notes that a version is in force from now on (epoch milliseconds); one that is already keeps its instant. */
    async took(version: string, now: number): Promise<void> {
      const [newest] = await redis.zrange(timesKey, '-1', '-1')
      if (newest !== version) await redis.zadd(timesKey, now, version)
    },

    /** The versions that were in force, by when they last came into it, oldest first. */
    async times(): Promise<{ version: string; at: number }[]> {
      const flat = await redis.zrange(timesKey, '0', '-1', 'WITHSCORES')
      return flat.flatMap((version, at) => (at % 2 === 0 ? [{ version, at: Number(flat[at + 1]) }] : []))
    },

    /** A config by its version, or why it cannot be computed with. */
    async find(version: string): Promise<Config | string> {
      const json = await redis.hget(key, version)
      if (!json) return 'the config that made it is not kept'
      const kept = JSON.parse(json) as { shape: number; config: Config }
      return kept.shape === SHAPE ? kept.config : 'another release of Baton kept its config, in another form'
    },

    /** A config by its version; null when there is none, or another release of Baton wrote it in another shape. */
    async read(version: string): Promise<Config | null> {
      const json = await redis.hget(key, version)
      const kept = json ? (JSON.parse(json) as { shape: number; config: Config }) : null
      return kept?.shape === SHAPE ? kept.config : null
    },
  }
}
