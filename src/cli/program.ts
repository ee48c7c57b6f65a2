import { createHash, randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { updateEditorSchemas } from '../config/editor-schemas.ts'
import { openApiText } from '../http/openapi.ts'
import { createServer, type ServerParts } from '../http/server.ts'
import { createLogger } from '../platform/log.ts'
import { createStore } from '../store/partitions.ts'
import { adoptionText, readAdoption } from '../work/adopt.ts'
import { addActs } from './acts.ts'
import { addCalibrate } from './calibrate.ts'
import { addConfigCheck } from './config-check.ts'
import { addConfigMigrate } from './config-migrate.ts'
import { addDoctor } from './doctor.ts'
import { addExplain } from './explain.ts'
import { addHubSpotProject } from './hubspot-project.ts'
import { addHubSpotSetup } from './hubspot-setup.ts'
import { addLeads } from './leads.ts'
import { addOps } from './ops.ts'
import { printJson } from './output.ts'
import { addPools } from './pools.ts'
import { addQuality } from './quality.ts'
import { addReports } from './reports.ts'
import { prefixHere, redisOfService } from './service-redis.ts'
import { addShadow } from './shadow.ts'
import { addSmoke } from './smoke.ts'
import { addTeamImport } from './team-import.ts'
import { addWebhooks } from './webhooks.ts'
import { addWhatIf } from './what-if.ts'

/** Makes the command line: every command with its help. Throws what Commander throws, instead of exiting. */
export function createProgram(): Command {
  const program = new Command('baton')
    .description('Lead scoring, routing and response clocks between HubSpot and Slack')
    .exitOverride()

  const config = program.command('config').description('check the config, and write the schemas for editors')

  addConfigCheck(config)
  config
    .command('schemas')
    .option('--check', 'only say whether they are up to date')
    .option('--json', 'print the files that are out of date, or were written, as JSON')
    .description('write the JSON Schemas that editors use beside the config')
    .addHelpText('after', '\nExamples:\n  npm run baton -- config schemas\n  npm run baton -- config schemas --check')
    .action(async ({ check = false, json }: { check?: boolean; json?: true }) => {
      const stale = await updateEditorSchemas(join('config', 'schemas'), check)
      if (check && stale.length > 0)
        throw new Error(`Out of date: ${stale.join(', ')}. Run: npm run baton -- config schemas`)
      if (json) return printJson({ written: stale })
      console.log(stale.length === 0 ? 'The schemas are up to date.' : `Written: ${stale.join(', ')}`)
    })

  addLeads(program)
  addPools(program)
  addQuality(program)
  addExplain(program)
  addActs(program)
  addOps(program)
  addReports(program)
  addCalibrate(program)
  addConfigMigrate(config)
  addDoctor(program)
  addSmoke(program)
  addTeamImport(program)
  addShadow(program)
  addWebhooks(program)
  addWhatIf(program)

  const hubspot = program.command('hubspot').description('prepare HubSpot')
  addHubSpotProject(hubspot)
  addHubSpotSetup(hubspot)

  program
    .command('adoption')
    .description(
      'how far the contacts are looked through that the portal had before; reads the Redis of the running service',
    )
    .option('--json', 'print it as JSON')
    .addHelpText('after', '\nExamples:\n  npm run baton -- adoption\n  npm run baton -- adoption --json | jq .contacts')
    .action(async ({ json }: { json?: true }) => {
      const redis = await redisOfService()
      try {
        const progress = await readAdoption(createStore({ redis, prefix: prefixHere() }))
        if (json) return printJson(progress)
        console.log(adoptionText(progress))
      } finally {
        redis.disconnect()
      }
    })

  program
    .command('token')
    .option('--read', 'a token that may only read')
    .option('--name <name>', 'how histories call whoever uses it', nameOption)
    .option('--json', 'print both as JSON')
    .description('make a bearer token for /v1, and the hash to put into API_TOKENS')
    .addHelpText(
      'after',
      '\nExamples:\n  npm run baton -- token\n  npm run baton -- token --read --name crm-sync --json',
    )
    .action(({ read = false, name, json }: { read?: boolean; name?: string; json?: true }) => {
      const token = randomBytes(32).toString('hex')
      const hash = createHash('sha256').update(token).digest('hex')
      const scope = name === undefined ? (read ? 'read=' : '') : `${read ? 'read' : 'operate'}(${name})=`
      const forApiTokens = `${scope}sha256:${hash}`
      if (json) return printJson({ token, forApiTokens })
      console.log(`Token, for the caller; it is shown only now:\n  ${token}`)
      console.log(`For API_TOKENS, separated from others by a comma:\n  ${forApiTokens}`)
    })

  program
    .command('openapi')
    .option('--check', 'only say whether openapi/openapi.json is up to date')
    .option('--json', 'print the file and whether it was written as JSON')
    .description('write openapi/openapi.json from the routes')
    .addHelpText('after', '\nExamples:\n  npm run baton -- openapi\n  npm run baton -- openapi --check')
    .action(async ({ check = false, json }: { check?: boolean; json?: true }) => {
      const file = join('openapi', 'openapi.json')
      // Nothing is asked of these routes: only their schemas are read.
      const app = createServer({ api: true, apiTokens: [], log: createLogger('silent') } as unknown as ServerParts)
      const text = await openApiText(app)
      const fresh = (await readFile(file, 'utf8').catch(() => '')) === text
      if (check && !fresh) throw new Error(`Out of date: ${file}. Run: npm run baton -- openapi`)
      if (!fresh) await writeFile(file, text)
      if (json) return printJson({ file, written: !fresh })
      console.log(fresh ? `${file} is up to date.` : `Written: ${file}`)
    })
  return program
}

function nameOption(text: string): string {
  if (/^[\w.-]{1,40}$/.test(text)) return text
  throw new InvalidArgumentError('It must be at most 40 letters, digits, dots, dashes and underscores.')
}
