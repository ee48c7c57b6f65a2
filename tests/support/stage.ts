import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { createSimulatedHubSpot, type SimulatedHubSpot } from '../../simulators/hubspot/simulated-hubspot.ts'
import { createSimulatedSlack, type SimulatedSlack } from '../../simulators/slack/simulated-slack.ts'
import type { SimulatedSlackOptions } from '../../simulators/slack/types.ts'
import type { Config } from '../../src/config/config.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { ConfigSource } from '../../src/config/watch.ts'
import { createHubSpot } from '../../src/hubspot/client.ts'
import { setUpHubSpot } from '../../src/hubspot/setup.ts'
import { setUpDeals } from '../../src/hubspot/setup-deals.ts'
import { propertiesSet } from '../../src/leads/tags.ts'
import type { Clock } from '../../src/platform/clock.ts'
import { type Mode, readEnv, secretsOf } from '../../src/platform/env.ts'
import { createLogger } from '../../src/platform/log.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { createService, type Service } from '../../src/service.ts'
import { INDEX } from '../../src/store/partitions.ts'
import { QUEUES } from '../../src/work/table.ts'
import { LEASE } from '../../src/work/worker.ts'
import { createTestRedis } from './redis.ts'

/** A Wednesday, 10:00 in New York, 16:00 in Berlin. */
export const WEDNESDAY_10_NEW_YORK = Date.parse('2026-11-18T15:00:00Z')

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** The whole of Baton between a simulated HubSpot and a simulated Slack, with a clock that tests move. */
export interface Stage {
  config: Config
  clock: { now: number }
  hubspot: SimulatedHubSpot
  slack: SimulatedSlack
  /** The services, those with an API first. */
  services: Service[]
  /** Addresses of the APIs. */
  addresses: string[]
  /** Lines that were logged, as JSON text. */
  logLines: string[]
  /** Waits until there is nothing left to do at the present instant. */
  quiet(): Promise<void>
  /** Starts one more service; it sweeps at its start when it sweeps at all (`sweepEvery`), and polls when told to (`pollEvery`, milliseconds). `mode`: another than the stage's. */
  start(
    role: 'api' | 'worker' | 'both',
    options?: { sweepEvery?: number; pollEvery?: number; mode?: Mode },
  ): Promise<Service>
  /** Moves the clock, wakes what is due then, and waits until it is quiet. */
  advance(milliseconds: number): Promise<void>
  /** Puts another config in force, as a changed file does. */
  changeConfig(next: Config): Promise<void>
  /** What Slack users see, newest last, as text. */
  texts(channelOrUser: string): string[]
  close(): Promise<void>
}

/** How a stage differs from the default: config files laid over `config/`, how many services of each role, environment, Slack's limits. */
export interface StageOptions {
  start?: number
  files?: Record<string, string>
  edit?: (config: Config) => void
  roles?: ('api' | 'worker' | 'both')[]
  env?: Record<string, string>
  slack?: Partial<Pick<SimulatedSlackOptions, 'now' | 'rateLimits'>>
  redisUrls?: string[]
  /** Whether managers have their digests in the morning; they have none unless told. */
  digests?: boolean
  /** Whether reports and lists about data are sent by themselves; they are not unless told. */
  reports?: boolean
  /** Whether calls that the simulators do not know and dead letters are errors at the end; they are unless told. */
  strict?: boolean
}

// What waits in these is done at once; in the others it waits for an instant of its own.
const SOON = [
  INDEX.unread,
  INDEX.posts,
  INDEX.messages,
  INDEX.writes,
  INDEX.erasures,
  INDEX.blanks,
  INDEX.merges,
  INDEX.answers,
  INDEX.companies,
  INDEX.stuck,
  INDEX.qualityLists,
  INDEX.fills,
  INDEX.waits,
  INDEX.repLists,
  INDEX.notes,
]

/** Builds a stage. Close it after the test: that checks that nothing unexpected was called and nothing was given up. */
export async function createStage(options: StageOptions = {}): Promise<Stage> {
  const redis = createTestRedis()
  const redisUrls = options.redisUrls ?? [redis.url]
  const moved = { now: options.start ?? WEDNESDAY_10_NEW_YORK }
  const clock: Clock = { now: () => moved.now }
  const config = withoutNews(await loadTestConfig(options.files ?? {}, moved.now), options)
  options.edit?.(config)

  const secrets = { accessToken: 'pat-canary-token', clientSecret: 'hubspot-canary-secret' }
  const hubspot = await createSimulatedHubSpot({ now: clock.now, ...secrets, rateLimit: 'off' })
  const people = [config.team.reps, config.team.managers, config.team.people].flatMap((group) =>
    Object.values<{ slackUserId: string; name: string }>(group),
  )
  const slack = await createSimulatedSlack({
    now: clock.now,
    botToken: 'xoxb-canary-token',
    signingSecret: 'slack-canary-secret',
    users: [
      ...people.map(({ slackUserId, name }) => ({ id: slackUserId, name })),
      { id: 'U0STRANGER', name: 'Stranger' },
    ],
    channels: Object.entries(config.team.pools).map(([name, { channel }]) => ({ id: channel, name })),
    ...options.slack,
  })
  for (const { hubspotOwnerId, id, name } of Object.values(config.team.reps)) {
    const [firstName = '', lastName = ''] = name.split(' ')
    hubspot.createOwner({ id: hubspotOwnerId, email: `${id}@team.example`, firstName, lastName })
  }
  const publicUrl = 'https://baton.example.com'
  const env = readEnv({
    PORT: '0',
    HOST: '127.0.0.1',
    PUBLIC_URL: publicUrl,
    HUBSPOT_ACCESS_TOKEN: secrets.accessToken,
    HUBSPOT_CLIENT_SECRET: secrets.clientSecret,
    HUBSPOT_BASE_URL: hubspot.url,
    HUBSPOT_REQUESTS_PER_10_SECONDS: '1000',
    SLACK_BOT_TOKEN: 'xoxb-canary-token',
    SLACK_SIGNING_SECRET: 'slack-canary-secret',
    SLACK_API_URL: slack.apiUrl,
    API_TOKENS: 'canary-api-token',
    SLACK_PACING: 'off',
    ...options.env,
  })
  const logLines: string[] = []
  const log = createLogger('debug', { write: (line: string) => void logLines.push(line) })
  await prepareHubSpot(config, hubspot.url, secrets.accessToken)

  const preparations: ((next: Config) => Promise<void>)[] = []
  let inForce = config
  const source: ConfigSource = {
    current: () => inForce,
    refusal: () => null,
    beforeChange: (prepare) => void preparations.push(prepare),
  }
  const services: Service[] = []
  const addresses: string[] = []
  const start: Stage['start'] = async (role, { sweepEvery = 0, pollEvery = 0, mode = env.BATON_MODE } = {}) => {
    const service = await createService({
      env: { ...env, BATON_MODE: mode },
      config: source,
      secrets: secretsOf(options.env ?? {}),
      redisUrls,
      role,
      log,
      prefix: redis.prefix,
      clock,
      retryDelay: 20,
      sweepEvery,
      pollEvery,
    })
    services.push(service)
    if (role !== 'worker') addresses.push(await service.listen())
    return service
  }
  for (const role of options.roles ?? ['both']) await start(role)
  hubspot.setWebhooks({ targetUrl: `${addresses[0]}/webhooks/hubspot`, publicUrl: `${publicUrl}/webhooks/hubspot` })
  slack.setInteractionsUrl(`${addresses[0]}/webhooks/slack/interactions`)

  const stage: Stage = {
    config,
    clock: moved,
    hubspot,
    slack,
    services,
    addresses,
    logLines,
    start,
    async quiet() {
      await expect.poll(async () => busy(stage), { timeout: 20_000, interval: 15 }).toEqual([])
    },
    async advance(milliseconds) {
      moved.now += milliseconds
      await services.at(-1)?.work.sweep({ grace: false })
      await stage.quiet()
    },
    async changeConfig(next) {
      for (const prepare of preparations) await prepare(next)
      inForce = withoutNews(next, options)
    },
    texts: (channelOrUser) => slack.messages(channelOrUser).map((message) => message.text),
    async close() {
      const dead = options.strict === false ? 0 : await services[0]?.store.count('dead')
      for (const service of services) await service.close()
      await Promise.all([hubspot.close(), slack.close()])
      if (options.redisUrls === undefined) await redis.deleteKeys()
      if (options.strict === false) return
      expect(dead, 'dead letters').toBe(0)
      expect(hubspot.unexpectedCalls).toEqual([])
      expect(slack.unexpectedCalls).toEqual([])
    },
  }
  return stage
}

// Stories of several days are about something else than digests and reports, unless they say so.
function withoutNews(given: Config, { digests, reports }: StageOptions): Config {
  // What is worked out of a config is kept beside it, so one that has been used is never edited.
  const config = structuredClone(given)
  if (!digests) for (const manager of Object.values(config.team.managers)) manager.digest = false
  if (!reports) {
    const { calendar: _, targets: __, dataQuality: ___, ...sent } = config.reports
    for (const name of Object.keys(sent) as (keyof typeof sent)[]) delete config.reports[name]
  }
  return config
}

/** What is still to be done at the present instant, for the message of a test that waits in vain. */
async function busy({ services, clock, hubspot }: Stage): Promise<string[]> {
  await hubspot.settled()
  const service = services[0]
  if (!service) return ['no service']
  const found: string[] = []
  for (const name of QUEUES) {
    const counts = await service.queues.queues[name].getJobCounts('waiting', 'active', 'prioritized', 'delayed')
    // A timer sleeps until its instant; every other delayed job is a retry.
    const left = Object.entries(counts).filter(
      ([state, count]) => count > 0 && !(name === 'timers' && state === 'delayed'),
    )
    found.push(...left.map(([state, count]) => `${name}: ${count} ${state}`))
  }
  for (const { work } of services) found.push(...work.runner.busy())
  for (const index of SOON) {
    const ids = await service.store.due(index, clock.now + LEASE, 100)
    if (ids.length > 0) found.push(`${index}: ${ids.join(', ')}`)
  }
  // What is shown at most so often waits for its instant as well.
  for (const index of [INDEX.steps, INDEX.waitingLists]) {
    const due = await service.store.due(index, clock.now, 100)
    if (due.length > 0) found.push(`${index}: ${due.join(', ')}`)
  }
  return found
}

/** Creates Baton's properties as the config names them. */
export async function prepareHubSpot(config: Config, baseUrl: string, accessToken: string): Promise<void> {
  const quiet = {
    redis: null,
    prefix: 'setup',
    requestsPer10Seconds: 1_000,
    properties: () => ({ contact: [], company: [] }),
  }
  const hubspot = createHubSpot({ accessToken, baseUrl, metrics: createMetrics(), ...quiet })
  await setUpHubSpot(hubspot, config.hubspot.properties, false, config.forms, propertiesSet(config))
  await setUpDeals(hubspot, config.hubspot.dealAttribution, false)
}

/** The config in `config/` with files laid over it. */
export async function loadTestConfig(files: Record<string, string>, now: number): Promise<Config> {
  const directory = await mkdtemp(join(tmpdir(), 'baton-config-'))
  try {
    await cp(join(import.meta.dirname, '..', '..', 'config'), directory, { recursive: true })
    for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text)
    return await loadConfig(directory, now)
  } finally {
    await rm(directory, { recursive: true })
  }
}

/** Config files laid over the default ones: no trigger fires. */
export const WITHOUT_TRIGGERS = {
  'triggers.yaml': 'triggers: {}\n',
  // The reports of config/ name triggers.
  'reports.yaml': 'dataQuality: { sample: 20 }\n',
}
