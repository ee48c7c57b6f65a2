import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis'
import { withDeadline } from './errors.ts'

/** A connection to one Redis or to a cluster. */
export type RedisConnection = Redis | Cluster

/**
 * `request` fails fast, for whatever somebody waits for: no queue of commands while Redis is away, an answer within
 * 1.5 s or an error. `worker` waits for Redis to come back, as BullMQ's workers must. Either is made anew when a
 * command gets no answer for some seconds: a connection that a network has forgotten says nothing, and never ends.
 * `patient` fails as well, but is for a process that gives way to all others, and so may be slow to look at an answer.
 */
export type ConnectionUse = 'request' | 'worker' | 'patient'

/** How long a command may block on a `worker` connection, in seconds: well below the time after which silence ends it. */
export const LONGEST_BLOCK = 2

// So long may an answer take. A worker asks at least every 2 s, a process its clock every 5 s: 10 s in all.
const SILENCE = 4_000

const OPTIONS: Record<ConnectionUse, RedisOptions> = {
  request: {
    // Commands of one turn of the event loop leave in one write: with a hundred jobs at once that doubles the leads a second.
    enableAutoPipelining: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: 1_500,
    connectTimeout: 1_000,
    socketTimeout: SILENCE,
  },
  worker: { maxRetriesPerRequest: null, socketTimeout: SILENCE },
  patient: { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: 60_000 },
}

/** Connects to the given URLs; several make a cluster. Rejects when Redis cannot be reached within 10 s. */
export async function connectRedis(
  urls: string[],
  use: ConnectionUse,
  onError: (error: Error) => void,
): Promise<RedisConnection> {
  const redis =
    urls.length > 1
      ? new Cluster(urls, clusterOptions(urls, use))
      : new Redis(urls[0] ?? '', { ...OPTIONS[use], retryStrategy: reconnectAfter })
  redis.on('error', onError)
  await waitUntilReady(redis)
  return redis
}

function reconnectAfter(tries: number): number {
  return Math.min(tries * 100, 1_000)
}

/**
 * The nodes name each other by address only, so one that is not among the URLs gets the first URL's user, password and
 * TLS. Under TLS a host name stays a name, for the certificate is made out to it.
 */
function clusterOptions(urls: string[], use: ConnectionUse): ClusterOptions {
  const { username, password, protocol } = new URL(urls[0] ?? '')
  const tls = protocol === 'rediss:'
  return {
    redisOptions: {
      ...OPTIONS[use],
      ...(username ? { username: decodeURIComponent(username) } : {}),
      ...(password ? { password: decodeURIComponent(password) } : {}),
      ...(tls ? { tls: {} } : {}),
    },
    ...(tls ? { dnsLookup: (address, callback) => callback(null, address) } : {}),
    enableOfflineQueue: use === 'worker',
    clusterRetryStrategy: reconnectAfter,
  }
}

async function waitUntilReady(redis: RedisConnection): Promise<void> {
  if (redis.status === 'ready') return
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      redis.disconnect()
      reject(new Error('Redis cannot be reached: is REDIS_URL right, and is Redis running?'))
    }, 10_000)
    redis.once('ready', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

const ANSWER_WITHIN = 1_000
const KEEP_FOR = 60_000
const SLOTS_MISSING = 'the Redis cluster does not serve all slots'

// What a Redis that takes no writes answers, and what that means.
const REFUSALS: Record<string, string> = {
  OOM: 'Redis is full',
  READONLY: 'Redis is a read-only replica',
  MISCONF: 'Redis cannot write to its disk',
  LOADING: 'Redis is starting',
  NOREPLICAS: 'Redis has too few replicas to take writes',
  CLUSTERDOWN: SLOTS_MISSING,
}

/**
 * Makes a check of whether Redis takes writes: null when it does, else why not, in words. It writes to the first of
 * the keys, on a cluster to all of them, and asks whether all slots are served; what it wrote is gone after a minute.
 * Takes at most a second and never rejects. Who asks while it is under way gets the same answer.
 */
export function createWriteCheck(redis: RedisConnection, keys: string[]): () => Promise<string | null> {
  const [first = ''] = keys
  const write = (key: string) => redis.set(key, '', 'PX', KEEP_FOR)

  async function tryAll(): Promise<string | null> {
    if (!(redis instanceof Cluster)) {
      await write(first)
      return null
    }
    const [info] = await Promise.all([redis.cluster('INFO'), ...keys.map(write)])
    return String(info).includes('cluster_state:ok') ? null : SLOTS_MISSING
  }

  let running: Promise<string | null> | undefined
  return () => {
    running ??= withDeadline(tryAll(), ANSWER_WITHIN, () => new Error('deadline'))
      .catch(whyNot)
      .finally(() => {
        running = undefined
      })
    return running
  }
}

function whyNot(error: Error): string {
  if (error.name !== 'ReplyError') return 'Redis does not answer'
  const [code = ''] = error.message.split(' ')
  return REFUSALS[code] ?? `Redis refuses to write (${code})`
}

/** What Baton found wrong with how Redis is set up. `fatal` stops the start: leads could be lost. */
export interface RedisSetting {
  fatal: boolean
  message: string
}

/**
 * Checks that Redis, and of a cluster every master, keeps what it is given: no eviction, and an append-only file that is
 * synced at every write. With `mayLoseWrites` a file that is never synced is no longer fatal. Rejects when Redis does
 * not answer.
 */
export async function checkRedisSettings(
  redis: RedisConnection,
  { mayLoseWrites = false } = {},
): Promise<RedisSetting[]> {
  const nodes =
    redis instanceof Cluster
      ? redis.nodes('master').map((node) => ({ node, name: `Redis node ${node.options.host}:${node.options.port}` }))
      : [{ node: redis, name: 'Redis' }]
  const findings = nodes.map(async ({ node, name }) => {
    const [memory, persistence] = await Promise.all([node.info('memory'), node.info('persistence')])
    const file = /aof_enabled:0/.test(persistence)
      ? [noFile(name)]
      : syncing(name, await settingsOf(node), mayLoseWrites)
    return [...evicting(name, memory), ...file]
  })
  return (await Promise.all(findings)).flat()
}

function evicting(name: string, memory: string): RedisSetting[] {
  const policy = /maxmemory_policy:(\S+)/.exec(memory)?.[1] ?? 'noeviction'
  if (policy === 'noeviction') return []
  const message = `${name} has maxmemory-policy ${policy}: it would throw leads away when memory is full. Set it to noeviction.`
  return [{ fatal: true, message }]
}

function noFile(name: string): RedisSetting {
  const message = `${name} keeps no append-only file: when it crashes, what was acknowledged since its last snapshot is lost, or everything when it makes none. Set appendonly yes and appendfsync always.`
  return { fatal: false, message }
}

function syncing(name: string, settings: Map<string, string> | null, mayLoseWrites: boolean): RedisSetting[] {
  const warning = (message: string) => ({ fatal: false, message: `${name} ${message}` })
  const lost = (what: string) => `a power failure of its machine loses what was acknowledged in ${what}`
  if (!settings) return [warning('does not show its settings: see to it that it has appendfsync always.')]
  const howOften = settings.get('appendfsync')
  if (howOften === 'no') {
    const finding = warning(`has appendfsync no: ${lost('the last half minute')}. Set it to always.`)
    if (mayLoseWrites) return [finding]
    return [{ fatal: true, message: `${finding.message} If that may be, start with REDIS_MAY_LOSE_WRITES=yes.` }]
  }
  const findings: RedisSetting[] = []
  if (howOften === 'everysec')
    findings.push(warning(`has appendfsync everysec: ${lost('the last second or two')}. Set it to always.`))
  if (settings.get('no-appendfsync-on-rewrite') === 'yes')
    findings.push(
      warning(
        `has no-appendfsync-on-rewrite yes: while it rewrites its file, ${lost('the last half minute')}. Set it to no.`,
      ),
    )
  return findings
}

/** How the append-only file is synced; null when this Redis shows its settings to nobody, as some that are rented do. */
async function settingsOf(node: Redis): Promise<Map<string, string> | null> {
  try {
    const flat = (await node.config('GET', '*appendfsync*')) as string[]
    return new Map(flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1] ?? ''] as const] : [])))
  } catch (error) {
    if ((error as Error).name === 'ReplyError') return null
    throw error
  }
}

const AWAY_CODES = /^(OOM|LOADING|MISCONF|READONLY|BUSY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|NOREPLICAS)\b/
const AWAY_TEXTS =
  /^(Command timed out|Connection is closed|Stream isn't writeable|Failed to refresh slots|None of startup nodes|Too many Cluster redirections|Cluster i(s|sn't) )/

/** Whether an error says that Redis is away, full or starting, rather than that the command was wrong. */
export function isRedisAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { name, message } = error
  if (name === 'ReplyError') return AWAY_CODES.test(message)
  return name === 'MaxRetriesPerRequestError' || name === 'ClusterAllFailedError' || AWAY_TEXTS.test(message)
}
