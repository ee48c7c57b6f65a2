import type { Command } from 'commander'
import { nurtureTracks } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { appNeeds, SCOPES } from '../hubspot/app.ts'
import { createHubSpot } from '../hubspot/client.ts'
import { describeSetup, setUpHubSpot } from '../hubspot/setup.ts'
import { describeDealSetup, setUpDeals } from '../hubspot/setup-deals.ts'
import { propertiesSet } from '../leads/tags.ts'
import { hostNow } from '../platform/clock.ts'
import { readHubSpotEnv } from '../platform/env.ts'
import { createMetrics } from '../platform/metrics.ts'
import { connectRedis } from '../platform/redis.ts'

const HELP = `
Run it before the first start, after an update, and after a change of hubspot.yaml; the second time it changes nothing.
With BATON_MODE=observe it only says what it would do.
Exit code 1: a property is there with another type, or HubSpot did not take it.

Examples:
  npm run baton -- hubspot setup --dry-run
  npm run baton -- hubspot setup`

/** `hubspot setup`: the properties that Baton writes, and what the app needs. */
export function addHubSpotSetup(hubspot: Command): void {
  hubspot
    .command('setup')
    .option('--dry-run', 'only print what would be done')
    .option('--json', 'print it as JSON')
    .description('create the property group and properties, and print what the app needs')
    .addHelpText('after', HELP)
    .action(async ({ dryRun: isAsked = false, json = false }: { dryRun?: boolean; json?: boolean }) => {
      const env = readHubSpotEnv(process.env)
      const observes = env.BATON_MODE === 'observe'
      const dryRun = isAsked || observes
      if (observes && !isAsked && !json)
        console.log('BATON_MODE is observe: nothing is written. This is what would be done.\n')
      const settings = await loadConfig(env.CONFIG_DIR, hostNow())
      const redis = env.REDIS_URL ? await connectRedis(env.REDIS_URL, 'request', () => undefined) : null
      try {
        const client = createHubSpot({
          accessToken: env.HUBSPOT_ACCESS_TOKEN,
          baseUrl: env.HUBSPOT_BASE_URL,
          readOnly: dryRun,
          redis,
          prefix: 'baton',
          requestsPer10Seconds: env.HUBSPOT_REQUESTS_PER_10_SECONDS,
          properties: () => settings.reads,
          metrics: createMetrics(),
        })
        const report = await setUpHubSpot(
          client,
          settings.hubspot.properties,
          dryRun,
          settings.forms,
          propertiesSet(settings),
        )
        const deals = await setUpDeals(client, settings.hubspot.dealAttribution, dryRun)
        const url = process.env.PUBLIC_URL?.trim() || '<PUBLIC_URL>'
        const needs = appNeeds(settings.reads, Object.values(settings.hubspot.properties))
        const tracks = nurtureTracks(settings)
        console.log(
          json
            ? JSON.stringify({ dryRun, ...report, deals, scopes: SCOPES, ...needs, tracks }, null, 2)
            : describeSetup(report, dryRun, needs, url, tracks, describeDealSetup(deals, dryRun)),
        )
        if (report.wrongType.length > 0) process.exitCode = 1
      } finally {
        redis?.disconnect()
      }
    })
}
