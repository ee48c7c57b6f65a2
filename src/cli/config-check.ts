import type { Command } from 'commander'
import { checkConfig } from '../config/check-config.ts'
import { countOf, formatFindings } from '../config/format-findings.ts'
import { byPlace } from '../config/problems.ts'
import { portalFindings } from '../doctor/config-portal.ts'
import { fetchPortalSchema, keptPortalSchema, type PortalSchema } from '../doctor/portal-schema.ts'
import { hostNow } from '../platform/clock.ts'
import { readHubSpotEnv } from '../platform/env.ts'
import { counted } from '../rules/words.ts'

const HELP = `
It finds what keeps the config from being loaded, what can never work as it stands (errors), and what is doubtful (warnings).
A service that is started with what can never work runs all the same, and says so in its log.
HubSpot's properties and options are those that "doctor" or --live has seen last, kept in .baton beside the config.
Exit code 0: no error; 1: an error.

Examples:
  npm run baton -- config check
  npm run baton -- config check --live
  npm run baton -- config check ./config --json | jq '.[] | select(.level == "error")'`

const DAY = 24 * 60 * 60_000
// What was seen longer ago may have changed since.
const SURE_FOR = 30 * DAY

/** `config check`: every mistake and doubt, by file and line. */
export function addConfigCheck(config: Command): void {
  config
    .command('check')
    .argument('[dir]', 'the config directory', process.env.CONFIG_DIR || './config')
    .option('--live', 'ask HubSpot for its properties and options')
    .option('--json', 'print the findings as JSON')
    .description('report every mistake with file, line and a suggestion, and run the routing cases')
    .addHelpText('after', HELP)
    .action(async (directory: string, { live = false, json = false }: { live?: boolean; json?: boolean }) => {
      const now = hostNow()
      const schema = live
        ? await fetchPortalSchema(readHubSpotEnv(process.env), directory, now)
        : await keptPortalSchema(directory)
      const { findings: found, inspected } = await checkConfig(directory, now)
      const level = schema && now - schema.readAt > SURE_FOR ? 'warning' : 'error'
      const findings = [
        // HubSpot itself knows better than a guess at its words.
        ...found.filter(({ guess }) => !(guess && schema)),
        ...(inspected && schema ? portalFindings(inspected, schema, level) : []),
      ].toSorted(byPlace)
      const isBroken = findings.some((finding) => finding.level === 'error')
      if (isBroken) process.exitCode = 1
      if (json) {
        console.log(JSON.stringify(findings, null, 2))
        return
      }
      const seen = schema && !live ? ` HubSpot's properties and options as seen ${ageOf(schema, now)}.` : ''
      if (isBroken) {
        console.error(`The config has ${countOf(findings)}:\n${formatFindings(findings)}${seen && `\n${seen.trim()}`}`)
        return
      }
      if (findings.length > 0) console.log(formatFindings(findings))
      if (!inspected) return
      const { version, routing, team } = inspected.config
      const verdict = findings.length > 0 ? `can be used, with ${countOf(findings)}` : 'is fine'
      console.log(
        `${directory} ${verdict}: version ${version}, ${routing.routes.length} routes, ${Object.keys(team.reps).length} reps.${seen}`,
      )
    })
}

function ageOf({ readAt }: PortalSchema, now: number): string {
  const days = Math.floor((now - readAt) / DAY)
  const date = new Date(readAt).toISOString().slice(0, 10)
  return days <= 0 ? `today (${date})` : `${counted(days, 'day')} ago (${date})`
}
