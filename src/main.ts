import { join } from 'node:path'
import { parseArgs } from 'node:util'
import closeWithGrace from 'close-with-grace'
import { startEmbeddedRedis } from './adapters/embedded-redis.ts'
import { checkRedisSettings, connectRedis } from './adapters/redis.ts'
import { ConfigError } from './config/problems.ts'
import { loadConfig } from './config.ts'
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
  const config = await loadConfig(env.CONFIG_DIR, Date.now())
  const log = createLogger(env.LOG_LEVEL)

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
  log.info({ role, address, config: config.version, embeddedRedis: embedded !== null }, 'Baton is running')

  closeWithGrace({ delay: 25_000, logger: false }, async ({ signal, err }) => {
    if (err) log.fatal({ err }, 'an error that nobody caught: stopping')
    log.info({ signal }, 'stopping')
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
