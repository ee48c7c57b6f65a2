import type { Command } from 'commander'
import { loadConfig } from '../config/load.ts'
import { ConfigError } from '../config/problems.ts'
import { examine } from '../doctor/examine.ts'
import { type Finding, faultsOf, findingsText } from '../doctor/finding.ts'
import { fetchPortalSchema } from '../doctor/portal-schema.ts'
import { createClock, hostNow } from '../platform/clock.ts'
import { prefixOf, readCheckEnv, secretsOf } from '../platform/env.ts'
import { createLogger } from '../platform/log.ts'
import { terminalWidth } from './output.ts'
import { findRedisOfService } from './service-redis.ts'

const HELP = `
It changes nothing. "npm start" does the same once, and /readyz shows what failed.
Exit code 0: no fault; 1: a fault, or it could not look.

Examples:
  npm run baton -- doctor
  npm run baton -- doctor --json | jq '.[] | select(.status == "fault")'`

/** `doctor`: asks the living systems whether everything is set up. */
export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .option('--json', 'print the findings as JSON')
    .description('ask HubSpot, Slack, Redis and Apollo whether all is set up, and say what to do')
    .addHelpText('after', HELP)
    .action(async ({ json = false }: { json?: boolean }) => {
      const env = readCheckEnv(process.env)
      const mistakes: Finding[] = []
      const config = await loadConfig(env.CONFIG_DIR, hostNow()).catch((error) => {
        if (!(error instanceof ConfigError)) throw error
        const found = `${env.CONFIG_DIR} has ${error.problems.length} mistakes: nothing is compared with it`
        mistakes.push({ check: 'config', status: 'fault', found, todo: 'run "baton config check"' })
        return null
      })
      const redis = await findRedisOfService(env.REDIS_URL).catch((error: Error) => {
        mistakes.push({ check: 'redis', status: 'fault', found: error.message })
        return null
      })
      try {
        const clock = redis ? await createClock({ redis, log: createLogger('silent') }) : { now: hostNow }
        const findings = [
          ...mistakes,
          ...(await examine({
            ...{ env, config, redis, clock, prefix: prefixOf(env.BATON_MODE) },
            secrets: secretsOf(process.env),
          })),
        ]
        // For checks of the config that may not ask HubSpot. That it does not answer is among the findings.
        await fetchPortalSchema(env, env.CONFIG_DIR, clock.now()).catch(() => undefined)
        console.log(json ? JSON.stringify(findings, null, 2) : findingsText(findings, terminalWidth()))
        if (faultsOf(findings).length > 0) process.exitCode = 1
      } finally {
        redis?.disconnect()
      }
    })
}
