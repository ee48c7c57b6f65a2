import { createHash, randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { addCalibrate } from './cli/calibrate.ts'
import { addConfigCheck } from './cli/config-check.ts'
import { addConfigMigrate } from './cli/config-migrate.ts'
import { addDoctor } from './cli/doctor.ts'
import { addHubSpotProject } from './cli/hubspot-project.ts'
import { addHubSpotSetup } from './cli/hubspot-setup.ts'
import { prefixHere, redisOfService } from './cli/service-redis.ts'
import { addShadow } from './cli/shadow.ts'
import { addTeamImport } from './cli/team-import.ts'
import { addWhatIf } from './cli/what-if.ts'
import { updateEditorSchemas } from './config/editor-schemas.ts'
import { ConfigError } from './config/problems.ts'
import { openApiText } from './http/openapi.ts'
import { createServer, type ServerParts } from './http/server.ts'
import { describeSetupFailure } from './hubspot/setup.ts'
import { createClock } from './platform/clock.ts'
import { EnvironmentError } from './platform/env.ts'
import { OutsideError } from './platform/errors.ts'
import { createLogger } from './platform/log.ts'
import { createMetrics } from './platform/metrics.ts'
import { createConfigs } from './store/configs.ts'
import { exportFacts } from './store/export-facts.ts'
import { createFactStreams } from './store/facts.ts'
import { createLeads } from './store/leads.ts'
import { createStore } from './store/partitions.ts'
import { leadViewText } from './views/lead-text.ts'
import { createLeadViews } from './views/read-lead.ts'
import { adoptionText, readAdoption } from './work/adopt.ts'
import { createDead } from './work/dead.ts'

/** The command line for ops: `npm run baton -- <command>`. Exits with 1 when something is wrong. */
const program = new Command('baton')
  .description('Lead scoring, routing and response clocks between HubSpot and Slack')
  .exitOverride()

const config = program.command('config').description('check the config, and write the schemas for editors')

addConfigCheck(config)
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

addCalibrate(program)
addConfigMigrate(config)
addDoctor(program)
addTeamImport(program)
addShadow(program)
addWhatIf(program)

const hubspot = program.command('hubspot').description('prepare HubSpot')
addHubSpotProject(hubspot)
addHubSpotSetup(hubspot)

program
  .command('explain')
  .argument('<contactId>', "the contact's id in HubSpot")
  .option('--decision <number>', 'an earlier decision of its history, computed again', decisionNumber)
  .option('--json', 'print what GET /v1/leads/{contactId} answers')
  .description('why a lead scored and went where it did; reads the Redis of the running service')
  .action(async (contactId: string, { decision, json = false }: { decision?: number; json?: boolean }) => {
    const redis = await redisOfService()
    try {
      const store = createStore({ redis, prefix: prefixHere() })
      const configs = createConfigs(store)
      const viewLead = createLeadViews({ leads: createLeads(store), configs, config: () => null })
      const clock = await createClock({ redis, log: createLogger('silent') })
      const view = await viewLead(contactId, decision, clock.now())
      if (!view)
        throw new Error(`there is no ${decision ? `decision ${decision} of a ` : ''}lead ${contactId} in this Redis.`)
      console.log(json ? JSON.stringify(view, null, 2) : leadViewText(view))
    } finally {
      redis.disconnect()
    }
  })

program
  .command('facts')
  .description('what happened, for questions of your own')
  .command('export')
  .requiredOption('--to <file>', 'the SQLite file to write; one that is there is replaced')
  .description('write every fact into a SQLite file; reads the Redis of the running service')
  .action(async ({ to }: { to: string }) => {
    const redis = await redisOfService()
    try {
      const facts = createFactStreams(createStore({ redis, prefix: prefixHere() }))
      const clock = await createClock({ redis, log: createLogger('silent') })
      console.log(`${to}: ${await exportFacts(facts, to, clock.now())} facts.`)
    } finally {
      redis.disconnect()
    }
  })

program
  .command('dead-letters')
  .description('what could not be done, since when and why; reads the Redis of the running service')
  .action(async () => {
    const redis = await redisOfService()
    try {
      const log = createLogger('silent')
      const clock = await createClock({ redis, log })
      const store = createStore({ redis, prefix: prefixHere() })
      const letters = await createDead({ clock, store, metrics: createMetrics(), log }).list()
      for (const { name, id, since, tries, reason } of letters)
        console.log(`${new Date(since).toISOString()}  ${name} ${id}  given up ${tries} ×: ${reason}`)
      if (letters.length === 0) console.log('There are no dead letters.')
    } finally {
      redis.disconnect()
    }
  })

program
  .command('adoption')
  .description(
    'how far the contacts are looked through that the portal had before; reads the Redis of the running service',
  )
  .action(async () => {
    const redis = await redisOfService()
    try {
      console.log(adoptionText(await readAdoption(createStore({ redis, prefix: prefixHere() }))))
    } finally {
      redis.disconnect()
    }
  })

program
  .command('token')
  .option('--read', 'a token that may only read')
  .description('make a bearer token for /v1, and the hash to put into API_TOKENS')
  .action(({ read = false }: { read?: boolean }) => {
    const token = randomBytes(32).toString('hex')
    const hash = createHash('sha256').update(token).digest('hex')
    console.log(`Token, for the caller; it is shown only now:\n  ${token}`)
    console.log(`For API_TOKENS, separated from others by a comma:\n  ${read ? 'read=' : ''}sha256:${hash}`)
  })

program
  .command('openapi')
  .option('--check', 'only say whether openapi/openapi.json is up to date')
  .description('write openapi/openapi.json from the routes')
  .action(async ({ check = false }: { check?: boolean }) => {
    const file = join('openapi', 'openapi.json')
    // Nothing is asked of these routes: only their schemas are read.
    const app = createServer({ api: true, apiTokens: [], log: createLogger('silent') } as unknown as ServerParts)
    const text = await openApiText(app)
    const fresh = (await readFile(file, 'utf8').catch(() => '')) === text
    if (check && !fresh) throw new Error(`Out of date: ${file}. Run: npm run baton -- openapi`)
    if (!fresh) await writeFile(file, text)
    console.log(fresh ? `${file} is up to date.` : `Written: ${file}`)
  })

function decisionNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number from 1 on.')
}

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
