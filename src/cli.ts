import { join } from 'node:path'
import { Command, CommanderError } from 'commander'
import { createHubSpot } from './adapters/hubspot.ts'
import { describeSetup, describeSetupFailure, setUpHubSpot } from './adapters/hubspot-setup.ts'
import { connectRedis } from './adapters/redis.ts'
import { updateEditorSchemas } from './config/editor-schemas.ts'
import { ConfigError } from './config/problems.ts'
import { loadConfig, propertiesToRead } from './config.ts'
import { EnvironmentError, readHubSpotEnv } from './env.ts'
import { OutsideError } from './errors.ts'
import { createMetrics } from './telemetry.ts'

/** The command line for ops: `npm run baton -- <command>`. Exits with 1 when something is wrong. */
const program = new Command('baton')
  .description('Lead scoring, routing and response clocks between HubSpot and Slack')
  .exitOverride()

const config = program.command('config').description('check the config, and write the schemas for editors')

config
  .command('check')
  .argument('[dir]', 'the config directory', process.env.CONFIG_DIR || './config')
  .description('report every mistake with file, line and a suggestion, and run the routing cases')
  .action(async (directory: string) => {
    const { version, routing, team } = await loadConfig(directory, Date.now())
    console.log(
      `${directory} is fine: version ${version}, ${routing.routes.length} routes, ${Object.keys(team.reps).length} reps.`,
    )
  })

config
  .command('schemas')
  .option('--check', 'only say whether they are up to date')
  .description('write the JSON Schemas that editors use beside the config')
  .action(async ({ check = false }: { check?: boolean }) => {
    const stale = await updateEditorSchemas(join('config', 'schemas'), check)
    if (check && stale.length > 0)
      throw new Error(`Out of date: ${stale.join(', ')}. Run: npm run baton -- config schemas`)
    console.log(stale.length === 0 ? 'The schemas are up to date.' : `Written: ${stale.join(', ')}`)
  })

program
  .command('hubspot')
  .description('prepare HubSpot')
  .command('setup')
  .option('--dry-run', 'only print what would be done')
  .description('create the property group and properties, and print what the app needs')
  .action(async ({ dryRun = false }: { dryRun?: boolean }) => {
    const env = readHubSpotEnv(process.env)
    const settings = await loadConfig(env.CONFIG_DIR, Date.now())
    const redis = env.REDIS_URL ? await connectRedis(env.REDIS_URL, 'request', () => undefined) : null
    try {
      const hubspot = createHubSpot({
        accessToken: env.HUBSPOT_ACCESS_TOKEN,
        baseUrl: env.HUBSPOT_BASE_URL,
        redis,
        prefix: 'baton',
        requestsPer10Seconds: env.HUBSPOT_REQUESTS_PER_10_SECONDS,
        properties: () => propertiesToRead(settings),
        metrics: createMetrics(),
      })
      const report = await setUpHubSpot(hubspot, settings.hubspot.properties, dryRun)
      const url = process.env.PUBLIC_URL?.trim().replace(/\/+$/, '') || '<PUBLIC_URL>'
      console.log(describeSetup(report, dryRun, propertiesToRead(settings).contact, url))
      if (report.wrongType.length > 0) process.exitCode = 1
    } finally {
      redis?.disconnect()
    }
  })

try {
  await program.parseAsync()
} catch (error) {
  // Commander has printed its own message already.
  if (error instanceof CommanderError) process.exit(error.exitCode)
  const known = error instanceof ConfigError || error instanceof EnvironmentError
  if (error instanceof OutsideError && error.system === 'hubspot') console.error(describeSetupFailure(error))
  else console.error(known ? error.message : `Baton: ${(error as Error).message}`)
  process.exit(1)
}
