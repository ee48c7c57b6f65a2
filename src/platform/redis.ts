import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis'

/** A connection to one Redis or to a cluster. */
export type RedisConnection = Redis | Cluster

/**
 * `request` fails fast, for whatever somebody waits for: no queue of commands while Redis is away, an answer within
 * 1.5 s or an error. `worker` waits for Redis to come back, as BullMQ's workers must.
 */
export type ConnectionUse = 'request' | 'worker'

const OPTIONS: Record<ConnectionUse, RedisOptions> = {
  request: {
    // Commands of one turn of the event loop leave in one write: with a hundred jobs at once that doubles the leads a second.
    enableAutoPipelining: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: 1_500,
    connectTimeout: 1_000,
  },
  worker: { maxRetriesPerRequest: null },
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

/** Whether Redis answers; of a cluster, whether it serves all of its slots, by its own judgement. */
export async function isServing(redis: RedisConnection): Promise<boolean> {
  if (redis instanceof Cluster) return String(await redis.cluster('INFO')).includes('cluster_state:ok')
  return (await redis.ping()) === 'PONG'
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
