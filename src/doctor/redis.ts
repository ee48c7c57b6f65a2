import { Cluster } from 'ioredis'
import { checkRedisSettings, type RedisConnection } from '../platform/redis.ts'
import type { Finding } from './finding.ts'

const NEARLY_FULL = 0.8
const TOLERATED = 2_000

/** How Redis is set up, how full it is, and how far this host's clock (`hostNow`) is from its own. */
export async function checkRedis(
  redis: RedisConnection,
  mayLoseWrites: boolean,
  hostNow: () => number,
): Promise<Finding[]> {
  const settings = await checkRedisSettings(redis, { mayLoseWrites })
  const found = settings.map(({ fatal, message }): Finding => {
    // Its last sentence is what to do.
    const [, what = message, todo = ''] = /^(.*[.:]) (S.*)$/.exec(message) ?? []
    return { check: 'redis settings', status: fatal ? 'fault' : 'warning', found: what, ...(todo ? { todo } : {}) }
  })
  const fine: Finding = { check: 'redis settings', status: 'ok', found: 'nothing is evicted, every write is synced' }
  const node = redis instanceof Cluster ? (redis.nodes('master')[0] ?? redis) : redis
  const info = `${await node.info('server')}\n${await node.info('memory')}`
  return [...(found.length > 0 ? found : [fine]), ...infoFindings(info), await clockFinding()]

  async function clockFinding(): Promise<Finding> {
    const [seconds, microseconds] = await node.time()
    const off = hostNow() - (Number(seconds) * 1_000 + Number(microseconds) / 1_000)
    const said = `this host's clock is ${(Math.abs(off) / 1_000).toFixed(1)} s from that of Redis`
    if (Math.abs(off) <= TOLERATED) return { check: 'redis clock', status: 'ok', found: said }
    return { check: 'redis clock', status: 'warning', found: said, todo: 'set both by NTP: Baton goes by Redis' }
  }
}

/** Whether Redis takes what was erased out of its file when Baton asks for it; nothing to say while it does. */
export function rewriteFindings(refused: string | null): Finding[] {
  if (refused === null) return []
  const found = `Redis lets Baton not rewrite its append-only file (${refused}): what was erased stays in it until Redis does so by itself`
  const todo = 'allow BGREWRITEAOF to the user of REDIS_URL, or see docs/data.md where nobody may'
  return [{ check: 'redis erasure', status: 'warning', found, todo }]
}

/** What the answer to INFO says of version and memory. */
export function infoFindings(info: string): Finding[] {
  return [versionFinding(info), memoryFinding(info)]
}

function versionFinding(info: string): Finding {
  const valkey = /valkey_version:(\S+)/.exec(info)?.[1]
  const version = valkey ?? /redis_version:(\S+)/.exec(info)?.[1] ?? 'unknown'
  const found = `${valkey ? 'Valkey' : 'Redis'} ${version}`
  if (Number.parseInt(version, 10) >= 7) return { check: 'redis version', status: 'ok', found }
  return { check: 'redis version', status: 'warning', found, todo: 'Baton is tried on Redis 7 and newer, and Valkey' }
}

function memoryFinding(info: string): Finding {
  const bytes = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0)
  const [used, most] = [bytes('used_memory'), bytes('maxmemory')]
  const mib = (value: number) => `${Math.round(value / 1_048_576)} MiB`
  const check = 'redis memory'
  if (most === 0) return { check, status: 'ok', found: `${mib(used)} used, no limit` }
  const found = `${mib(used)} of ${mib(most)} used`
  if (used < NEARLY_FULL * most) return { check, status: 'ok', found }
  return { check, status: 'warning', found, todo: 'raise maxmemory: a full Redis takes no leads' }
}
