import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ConfigError } from './config/problems.ts'
import { watchConfig } from './config/watch.ts'
import { hostNow } from './platform/clock.ts'
import { startEmbeddedRedis } from './platform/embedded-redis.ts'
import { EnvironmentError, readEnv, secretsOf } from './platform/env.ts'
import { stopOnSignals } from './platform/graceful-stop.ts'
import { createLogger } from './platform/log.ts'
import { checkRedisSettings, connectRedis } from './platform/redis.ts'
import { startTracing } from './platform/tracing.ts'
import { createService, type Role } from './service.ts'

/**
 * Starts the service: environment, config, Redis, parts, listen. On SIGTERM and SIGINT it stops with grace: exit code 0
 * within 25 s, also when Redis is gone; 1 after an error, or when that was not enough.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { role: { type: 'string', default: 'both' } } })
  if (!['api', 'worker', 'both'].includes(values.role))
    throw new EnvironmentError([`--role must be api, worker or both, not ${values.role}`])
  const role = values.role as Role
  const env = readEnv(process.env)
  const secrets = secretsOf(process.env)
  const log = createLogger(env.LOG_LEVEL)
  const atTerminal = process.stdin.isTTY
  // What has been started, the last one first: a stop may come while the rest is still starting.
  const started: (() => void | Promise<void>)[] = []
  stopOnSignals({
    signals: ['SIGTERM', 'SIGINT', ...(atTerminal ? (['SIGHUP'] as const) : [])],
    within: 25_000,
    async stop({ signal, err }) {
      if (err) log.fatal({ err }, 'an error that nobody caught: stopping')
      log.info({ signal }, 'stopping')
      for (const stop of started) await stop()
      log.info('stopped')
    },
  })

  const tracing = await startTracing(process.env, log)
  if (tracing) started.unshift(tracing.stop)
  const config = await watchConfig(env.CONFIG_DIR, log, hostNow)
  started.unshift(config.close)
  // Where nobody sits at a terminal, SIGHUP means: read the config again.
  if (!atTerminal) process.on('SIGHUP', config.reload)
  const embedded = env.REDIS_URL ? null : await startEmbeddedRedis({ dataDir: join('.baton', 'redis') })
  if (embedded) started.unshift(embedded.stop)
  const redisUrls = env.REDIS_URL ?? [embedded?.url ?? '']
  // When it cannot be reached, one sentence at the end says so.
  const probe = await connectRedis(redisUrls, 'request', () => undefined)
  const found = await checkRedisSettings(probe, { mayLoseWrites: env.REDIS_MAY_LOSE_WRITES })
  for (const { fatal, message } of found) {
    if (fatal) throw new EnvironmentError([`REDIS_URL: ${message}`])
    log.warn(message)
  }
  probe.disconnect()

  const service = await createService({ env, config, secrets, redisUrls, role, log, telemetry: tracing?.telemetry })
  started.unshift(service.close)
  const address = await service.listen()
  log.info({ role, address, config: config.current().version, embeddedRedis: embedded !== null }, 'Baton is running')
  if (role !== 'api') service.examine().catch((err) => log.warn({ err }, 'doctor failed'))
}

try {
  await main()
} catch (error) {
  if (!(error instanceof EnvironmentError || error instanceof ConfigError))
    console.error('Baton cannot start:', (error as Error).message)
  else console.error(error.message)
  process.exit(1)
}
