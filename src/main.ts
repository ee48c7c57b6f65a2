import { join } from 'node:path'
import { parseArgs } from 'node:util'
import closeWithGrace from 'close-with-grace'
import { startEmbeddedRedis } from './adapters/embedded-redis.ts'
import { checkRedisSettings, connectRedis } from './adapters/redis.ts'
import { ConfigError } from './config/problems.ts'
import { watchConfig } from './config-watch.ts'
import { EnvironmentError, readEnv } from './env.ts'
import { createService, type Role } from './service.ts'
import { createLogger } from './telemetry.ts'

/** Starts the service: environment, config, Redis, parts, listen; stops with grace on SIGTERM and SIGINT. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { role: { type: 'string', default: 'both' } } })
  if (!['api', 'worker', 'both'].includes(values.role))
    throw new EnvironmentError([`--role must be api, worker or both, not ${values.role}`])
  const role = values.role as Role
  const env = readEnv(process.env)
  const log = createLogger(env.LOG_LEVEL)
  const config = await watchConfig(env.CONFIG_DIR, log, Date.now)

  const embedded = env.REDIS_URL ? null : await startEmbeddedRedis({ dataDir: join('.baton', 'redis') })
  const redisUrls = env.REDIS_URL ?? [embedded?.url ?? '']
  const probe = await connectRedis(redisUrls, 'request', (error) =>
    log.warn({ err: error }, 'Redis: connection trouble'),
  )
  for (const { fatal, message } of await checkRedisSettings(probe)) {
    if (fatal) throw new EnvironmentError([`REDIS_URL ${message}`])
    log.warn(message)
  }
  probe.disconnect()

  const service = await createService({ env, config, redisUrls, role, log })
  const address = await service.listen()
  log.info({ role, address, config: config.current().version, embeddedRedis: embedded !== null }, 'Baton is running')

  // Where nobody sits at a terminal, SIGHUP means: read the config again.
  const reload: 'SIGHUP'[] = process.stdin.isTTY ? [] : ['SIGHUP']
  for (const signal of reload) process.on(signal, config.reload)
  closeWithGrace({ delay: 25_000, logger: false, skip: reload }, async ({ signal, err }) => {
    if (err) log.fatal({ err }, 'an error that nobody caught: stopping')
    log.info({ signal }, 'stopping')
    config.close()
    await service.close()
    await embedded?.stop()
  })
}

try {
  await main()
} catch (error) {
  if (!(error instanceof EnvironmentError || error instanceof ConfigError))
    console.error('Baton cannot start:', (error as Error).message)
  else console.error(error.message)
  process.exit(1)
}
