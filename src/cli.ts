import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Command, CommanderError } from 'commander'
import { z } from 'zod'
import { createHubSpot } from './adapters/hubspot.ts'
import { HUBSPOT_APP, setUpHubSpot } from './adapters/hubspot-setup.ts'
import { connectRedis } from './adapters/redis.ts'
import { CONFIG_FILES, loadConfig, propertiesToRead } from './config.ts'
import { ConfigError } from './config-problems.ts'
import { EnvironmentError, readHubSpotEnv } from './env.ts'
import { createMetrics } from './telemetry.ts'

/** The command line for ops: `npm run baton -- <command>`. Exits with 1 when something is wrong. */
const program = new Command('baton')
  .description('Lead scoring, routing and response clocks between HubSpot and Slack')
  .exitOverride()

const config = program.command('config').description('check the config, and write the schemas for editors')

config
  .command('check')
  .argument('[dir]', 'the config directory', process.env.CONFIG_DIR ?? './config')
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
  .action(async ({ check }: { check?: boolean }) => {
    const stale: string[] = []
    await mkdir(join('config', 'schemas'), { recursive: true })
    for (const [name, { schema }] of Object.entries(CONFIG_FILES)) {
      const file = join('config', 'schemas', `${name}.schema.json`)
      const text = `${JSON.stringify(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }), null, 2)}\n`
      if ((await readFile(file, 'utf8').catch(() => '')) === text) continue
      stale.push(file)
      if (!check) await writeFile(file, text)
    }
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
    const redisUrls = env.REDIS_URL
    const hubspot = createHubSpot({
      accessToken: env.HUBSPOT_ACCESS_TOKEN,
      baseUrl: env.HUBSPOT_BASE_URL,
      redis: redisUrls ? await connectRedis(redisUrls, 'request', () => undefined) : null,
      prefix: 'baton',
      requestsPer10Seconds: env.HUBSPOT_REQUESTS_PER_10_SECONDS,
      properties: () => propertiesToRead(settings),
      metrics: createMetrics(),
    })
    const report = await setUpHubSpot(hubspot, settings.hubspot.properties, dryRun)
    const verb = dryRun ? 'would be created' : 'created'
    console.log(`Property group Baton: ${report.group === 'created' ? verb : report.group}.`)
    console.log(`Properties ${verb}: ${report.created.join(', ') || 'none'}.`)
    console.log(`Properties there already: ${report.existing.join(', ') || 'none'}.`)
    const changes = propertiesToRead(settings).contact.map((name) => `contact.propertyChange (${name})`)
    console.log(`\nYour HubSpot app needs these scopes:\n${HUBSPOT_APP.scopes.map((scope) => `  ${scope}`).join('\n')}`)
    console.log(
      `\nand these webhook subscriptions, sent to ${process.env.PUBLIC_URL?.replace(/\/+$/, '') ?? '<PUBLIC_URL>'}/webhooks/hubspot:`,
    )
    console.log([...HUBSPOT_APP.subscriptions, ...changes].map((subscription) => `  ${subscription}`).join('\n'))
    process.exit(0)
  })

try {
  await program.parseAsync()
} catch (error) {
  // Commander has printed its own message already.
  if (error instanceof CommanderError) process.exit(error.exitCode)
  const known = error instanceof ConfigError || error instanceof EnvironmentError
  console.error(known ? error.message : `Baton: ${(error as Error).message}`)
  process.exit(1)
}
