import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import closeWithGrace from 'close-with-grace'
import { startEmbeddedRedis } from '../adapters/embedded-redis.ts'
import { loadConfig } from '../config.ts'
import { readEnv } from '../env.ts'
import { createService } from '../service.ts'
import { createLogger } from '../telemetry.ts'
import { createSimulatedHubSpot } from './simulated-hubspot.ts'
import { createSimulatedSlack } from './simulated-slack.ts'

const root = join(import.meta.dirname, '..', '..')
const secrets = { token: 'demo-token', hubspot: 'demo-client-secret', slack: 'demo-signing-secret', bot: 'xoxb-demo' }
const now = () => Date.now()

const directory = await mkdtemp(join(tmpdir(), 'baton-demo-'))
await cp(join(root, 'config'), directory, { recursive: true })
await cp(join(root, 'src', 'demo', 'config'), directory, { recursive: true })
const config = await loadConfig(directory, now())

const redis = await startEmbeddedRedis()
const hubspot = await createSimulatedHubSpot({ now, accessToken: secrets.token, clientSecret: secrets.hubspot })
const slack = await createSimulatedSlack({
  now,
  botToken: secrets.bot,
  signingSecret: secrets.slack,
  users: [...Object.values(config.team.reps), ...Object.values(config.team.managers)].map(({ slackUserId, name }) => ({
    id: slackUserId,
    name,
  })),
  channels: Object.entries(config.team.pools).map(([name, pool]) => ({ id: pool.channel, name })),
})
const env = readEnv({
  PORT: '0',
  HOST: '127.0.0.1',
  PUBLIC_URL: 'https://baton.demo.example',
  HUBSPOT_ACCESS_TOKEN: secrets.token,
  HUBSPOT_CLIENT_SECRET: secrets.hubspot,
  HUBSPOT_BASE_URL: hubspot.url,
  SLACK_BOT_TOKEN: secrets.bot,
  SLACK_SIGNING_SECRET: secrets.slack,
  SLACK_API_URL: slack.apiUrl,
  LOG_LEVEL: 'warn',
})
const service = await createService({
  env,
  config,
  redisUrls: [redis.url],
  role: 'both',
  log: createLogger(env.LOG_LEVEL),
  sweepEvery: 1_000,
})
const address = await service.listen()
hubspot.setWebhooks({ targetUrl: `${address}/webhooks/hubspot`, publicUrl: `${env.PUBLIC_URL}/webhooks/hubspot` })
slack.setInteractionsUrl(`${address}/webhooks/slack/interactions`)
slack.onMessage((event) => {
  if (event.kind === 'posted') console.log(`Slack  ${event.message.text}`)
})
closeWithGrace({ delay: 10_000, logger: false }, async () => {
  await service.close()
  await Promise.all([hubspot.close(), slack.close(), redis.stop()])
  await rm(directory, { recursive: true })
})

for (const rep of Object.values(config.team.reps)) {
  hubspot.createOwner({
    id: rep.hubspotOwnerId,
    email: `${rep.id}@baton.example`,
    firstName: rep.name.split(' ')[0] ?? '',
    lastName: rep.name.split(' ')[1] ?? '',
  })
}
const company = hubspot.createCompany({
  name: 'Northwind Freight',
  domain: 'northwind.example',
  numberofemployees: '240',
  industry: 'COMPUTER_SOFTWARE',
})
hubspot.createContact(
  {
    email: 'dana.ruiz@northwind.example',
    firstname: 'Dana',
    lastname: 'Ruiz',
    jobtitle: 'VP Marketing',
    num_conversion_events: '2',
    recent_conversion_event_name: 'Request a demo',
    hs_analytics_source_data_1: 'pricing campaign',
  },
  { companyId: company, by: 'form' },
)
