import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis'
import { withDeadline } from './errors.ts'

/** A connection to one Redis or to a cluster. */
export type RedisConnection = Redis | Cluster

/**
 * `request` fails fast, for whatever somebody waits for: no queue of commands while Redis is away, an answer within
 * 1.5 s or an error. `worker` waits for Redis to come back, as BullMQ's workers must. Either is made anew when a
 * command gets no answer for some seconds: a connection that a network has forgotten says nothing, and never ends.
 */
export type ConnectionUse = 'request' | 'worker'

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

function reconnectAfter(attempt: number): number {
  return Math.min(attempt * 100, 1_000)
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

/** Checks that Redis, and of a cluster every master, keeps what it is given: no eviction, and an append-only file. */
export async function checkRedisSettings(redis: RedisConnection): Promise<RedisSetting[]> {
  if (!(redis instanceof Cluster)) return checkNode(redis, 'Redis')
  const masters = redis.nodes('master')
  return (
    await Promise.all(masters.map((node) => checkNode(node, `Redis node ${node.options.host}:${node.options.port}`)))
  ).flat()
}

async function checkNode(node: Redis, name: string): Promise<RedisSetting[]> {
  const findings: RedisSetting[] = []
  const memory = await node.info('memory')
  const policy = /maxmemory_policy:(\S+)/.exec(memory)?.[1]
  if (policy && policy !== 'noeviction') {
    findings.push({
      fatal: true,
      message: `${name} has maxmemory-policy ${policy}: it would throw leads away when memory is full. Set it to noeviction.`,
    })
  }
  const persistence = await node.info('persistence')
  if (/aof_enabled:0/.test(persistence)) {
    findings.push({
      fatal: false,
      message: `${name} keeps no append-only file: a crash of it loses leads. Set appendonly yes and appendfsync always.`,
    })
  }
  return findings
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
