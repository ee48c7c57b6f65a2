import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createSimulatedHubSpot } from '../simulators/hubspot/simulated-hubspot.ts'
import {
  createSimulatedSlack,
  type SimulatedMessage,
  type SimulatedSlackOptions,
} from '../simulators/slack/simulated-slack.ts'
import { loadConfig } from '../src/config/load.ts'
import { fixedConfig } from '../src/config/watch.ts'
import { createHubSpot } from '../src/hubspot/client.ts'
import { setUpHubSpot } from '../src/hubspot/setup.ts'
import { setUpDeals } from '../src/hubspot/setup-deals.ts'
import { propertiesSet } from '../src/leads/tags.ts'
import { startEmbeddedRedis } from '../src/platform/embedded-redis.ts'
import { readEnv } from '../src/platform/env.ts'
import { stopOnSignals } from '../src/platform/graceful-stop.ts'
import { createLogger } from '../src/platform/log.ts'
import { createMetrics } from '../src/platform/metrics.ts'
import { duration } from '../src/rules/words.ts'
import { createService } from '../src/service.ts'
import { createSlack } from '../src/slack/client.ts'
import { openConsoleDoor, openInBrowser } from './console-door.ts'
import { sendWeekSoFar } from './report.ts'
import { createKnownContact, STORY } from './story.ts'

/*
 * The demo: the real service, with the real config but for clocks of seconds and people who never sleep, between a
 * simulated HubSpot and a simulated Slack. It tells its story in the terminal, then stays up for clicking.
 */

const SLACK_PORT = 4010
// A message's whole text is on the page; the terminal shows its beginning.
const LINE = 140
// What takes hours and weeks in life takes seconds here.
const IN_SECONDS: Record<string, [from: string, to: string][]> = {
  'handoffs.yaml': [
    ['respondWithin: 5m', 'respondWithin: 4s'],
    [
      '{ at: 5m, do: remind }, { at: 2h, do: reassign }, { at: 4h',
      '{ at: 4s, do: remind }, { at: 8s, do: reassign }, { at: 12s',
    ],
    ['respondWithin: 1h', 'respondWithin: 10m'],
    [
      '{ at: 1h, do: remind }, { at: 2h, do: reassign }, { at: 4h',
      '{ at: 10m, do: remind }, { at: 20m, do: reassign }, { at: 40m',
    ],
  ],
  'triggers.yaml': [
    ['quiet: 60d', 'quiet: 15s'],
    ['enrol: still-relevant, for: 14d', 'enrol: still-relevant, for: 6s'],
    ['after: 14d', 'after: 6s'],
  ],
}
const ROOT = join(import.meta.dirname, '..')
const now = () => Date.now()
const started = now()
let first = ''
let address = ''

const directory = await demoConfig()
const config = await loadConfig(directory, now())
const { reps, managers, people: others } = config.team
const people = Object.fromEntries(
  [reps, managers, others].flatMap((some) =>
    Object.values<{ slackUserId: string; name: string }>(some).map(({ slackUserId, name }) => [slackUserId, name]),
  ),
)
const redis = await startEmbeddedRedis()
const hubspot = await createSimulatedHubSpot({ now, accessToken: 'demo-token', clientSecret: 'demo-client-secret' })
const known = createKnownContact(hubspot, now)
const slack = await openSlack()
const door = await openConsoleDoor(() => address, 'demo-token')
const env = readEnv({
  PORT: '0',
  HOST: '127.0.0.1',
  // What messages in Slack link to. Without TLS, for a browser sends a secure cookie only with TLS.
  PUBLIC_URL: door.url,
  HUBSPOT_ACCESS_TOKEN: 'demo-token',
  HUBSPOT_CLIENT_SECRET: 'demo-client-secret',
  HUBSPOT_BASE_URL: hubspot.url,
  SLACK_BOT_TOKEN: 'xoxb-demo',
  SLACK_SIGNING_SECRET: 'demo-signing-secret',
  SLACK_API_URL: slack.apiUrl,
  API_TOKENS: 'demo-token',
  CONFIG_DIR: directory,
  LOG_LEVEL: process.env.LOG_LEVEL ?? 'error',
})
const service = await createService({
  env,
  config: fixedConfig(config),
  redisUrls: [redis.url],
  role: 'both',
  log: createLogger(env.LOG_LEVEL),
})
stopOnSignals({
  signals: ['SIGTERM', 'SIGINT', 'SIGHUP'],
  within: 20_000,
  async stop({ err }) {
    if (err) console.error(`The demo ends: ${err.message}`)
    door.close()
    await service.close()
    await Promise.all([hubspot.close(), slack.close(), redis.stop(), rm(directory, { recursive: true, force: true })])
  },
})

address = await service.listen()
hubspot.setWebhooks({
  targetUrl: `${address}/webhooks/hubspot`,
  publicUrl: `${env.PUBLIC_URL}/webhooks/hubspot`,
  deals: true,
})
slack.setInteractionsUrl(`${address}/webhooks/slack/interactions`)
await prepareHubSpot()
tell()
await play()
await report()
invite()
openInBrowser(`${door.url}/console`)

// The console checks these files, and begins a what-if from them: they stay until the demo ends.
async function demoConfig(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'baton-demo-'))
  await cp(join(ROOT, 'config'), directory, { recursive: true })
  await cp(join(import.meta.dirname, 'config'), directory, { recursive: true })
  for (const [file, texts] of Object.entries(IN_SECONDS)) await shorten(join(directory, file), texts)
  return directory
}

async function shorten(file: string, texts: [from: string, to: string][]): Promise<void> {
  let text = await readFile(file, 'utf8')
  for (const [from, to] of texts) {
    if (!text.includes(from)) throw new Error(`The demo does not find "${from}" in ${basename(file)}`)
    text = text.replaceAll(from, to)
  }
  await writeFile(file, text)
}

function sendSignal(id: string, type: string, value: number, ago: number): void {
  const at = now() - ago
  const signal = { id: `demo-${type}-${at}`, type, contactId: id, occurredAt: at, value }
  const headers = { authorization: 'Bearer demo-token', 'content-type': 'application/json' }
  fetch(`${address}/v1/signals`, { method: 'POST', headers, body: JSON.stringify({ signals: [signal] }) }).catch(
    (error) => line('Demo', `the signal could not be sent: ${error}`),
  )
}

async function openSlack() {
  const options: SimulatedSlackOptions = {
    now,
    botToken: 'xoxb-demo',
    signingSecret: 'demo-signing-secret',
    users: Object.entries(people).map(([id, name]) => ({ id, name })),
    channels: Object.entries(config.team.pools).map(([name, pool]) => ({ id: pool.channel, name })),
  }
  try {
    return await createSimulatedSlack({ ...options, port: SLACK_PORT })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    return createSimulatedSlack(options)
  }
}

async function prepareHubSpot(): Promise<void> {
  for (const { id, hubspotOwnerId, name } of Object.values(config.team.reps)) {
    const [firstName = '', lastName = ''] = name.split(' ')
    hubspot.createOwner({ id: hubspotOwnerId, email: `${id}@baton.example`, firstName, lastName })
  }
  const connection = createHubSpot({
    accessToken: env.HUBSPOT_ACCESS_TOKEN,
    baseUrl: hubspot.url,
    redis: null,
    prefix: 'setup',
    requestsPer10Seconds: env.HUBSPOT_REQUESTS_PER_10_SECONDS,
    properties: () => config.reads,
    metrics: createMetrics(),
  })
  await setUpHubSpot(connection, config.hubspot.properties, false, config.forms, propertiesSet(config))
  await setUpDeals(connection, config.hubspot.dealAttribution, false)
}

/** Prints what is posted in Slack, as it happens. */
function tell(): void {
  say(
    'Baton runs between a simulated HubSpot and a simulated Slack. Clocks of account executives take seconds here,\nand while nobody answers, each ladder goes on: remind, reassign, tell the manager.',
  )
  slack.onMessage((event) => {
    if (event.kind === 'posted') line('Slack', `${placeOf(event.message)}: ${readable(shownOf(event.message))}`)
    if (event.kind === 'ephemeral')
      line('Slack', `only for ${people[event.user] ?? event.user}: ${readable(event.text)}`)
  })
}

/** Lets the leads come in one after the other, and waits until the first one's ladder has reached its end. */
async function play(): Promise<void> {
  for (const [index, lead] of STORY.entries()) {
    say(`\n${index + 1}. ${lead.shows}`)
    line('HubSpot', `${lead.who}.`)
    let id = lead.arrive(hubspot, known)
    first ||= id
    await decided(id, '')
    for (const { does, act, until: holds, tells } of lead.then ?? []) {
      const before = hubspot.contact(id) ?? {}
      line('HubSpot', `${does}.`)
      id = act(hubspot, id, now, sendSignal) ?? id
      if (!holds) await decided(id, before.baton_route ?? '')
      else {
        await until(() => holds(hubspot.contact(id) ?? {}))
        line('Baton', tells?.(hubspot.contact(id) ?? {}, before) ?? '')
        await wait(400)
      }
    }
  }
  await until(() => slack.messages('U000MGR1').some((message) => message.text.startsWith('No response yet')))
}

/** Shows the weekly report, of which no Monday comes here. */
async function report(): Promise<void> {
  say(
    `\n${STORY.length + 1}. The weekly report, with its charts in the thread: on Mondays of the week before, here of the week so far`,
  )
  const [metrics, log] = [createMetrics(), createLogger(env.LOG_LEVEL)]
  await sendWeekSoFar({
    ...{ address, token: 'demo-token', consoleUrl: door.url, to: 'U000MGR1', metrics, log, now },
    slack: createSlack({ token: env.SLACK_BOT_TOKEN, apiUrl: slack.apiUrl, metrics }),
  })
}

async function decided(id: string, routeBefore: string): Promise<void> {
  await until(() => (hubspot.contact(id)?.baton_route ?? '') !== routeBefore)
  const contact = hubspot.contact(id) ?? {}
  const owner = Object.values(config.team.reps).find((rep) => rep.hubspotOwnerId === contact.hubspot_owner_id)?.name
  const outcome = contact.baton_disqualified_reason
    ? `disqualified: ${contact.baton_disqualified_reason}`
    : contact.baton_route === 'adopted'
      ? 'left alone until it does something new'
      : contact.baton_sla_status !== 'running'
        ? `nurture track "${contact.baton_nurture_track}"`
        : `to ${owner}, to respond within ${duration(Date.parse(contact.baton_sla_due_at ?? '') - Date.parse(contact.baton_scored_at ?? ''))}`
  const review = contact.baton_needs_review === 'true' ? ' Flagged for review.' : ''
  line(
    'Baton',
    `score ${contact.baton_score} (fit ${contact.baton_fit_score}, engagement ${contact.baton_engagement_score}), route ${contact.baton_route} → ${outcome}.${review}`,
  )
  await wait(400)
}

function invite(): void {
  const holder = Object.values(config.team.reps).find((rep) => rep.id === 'sdr-1')
  say(`
Now it is your turn. Open the simulated Slack in a browser, on a phone's width too:

  ${slack.url}/?user=${holder?.slackUserId}   as ${holder?.name}
  ${slack.url}/?user=U000MGR1   as ${people.U000MGR1}, the manager

Click Contacted, or the menu: Pass on, Disqualify, Why this score.
Every decision can be explained, for example the first one:

  REDIS_URL=${redis.url} npm run baton -- explain ${first}

${people.U000MGR1} has the weekly report in Slack; this prints it here:

  REDIS_URL=${redis.url} npm run baton -- report weekly --period this

Managers and operations have the console, with the leads, the clocks and the config. This address signs you in:

  ${door.url}/console

The API is at ${address}/docs; its token is demo-token. Control-C ends the demo.`)
}

async function until(holds: () => boolean): Promise<void> {
  for (const end = now() + 60_000; !holds(); ) {
    if (now() > end) throw new Error('The demo waited a minute in vain. LOG_LEVEL=info npm run demo shows more.')
    await wait(50)
  }
}

/** What a message says, or what its picture shows. */
function shownOf({ text, files = [] }: SimulatedMessage): string {
  return text || files.map(({ title }) => `the chart "${title}"`).join(', ')
}

function placeOf(message: { channel: string; user?: string }): string {
  const pool = Object.entries(config.team.pools).find(([, { channel }]) => channel === message.channel)?.[0]
  return pool ? `#${pool}` : `to ${people[message.user ?? ''] ?? message.channel}`
}

function readable(text: string): string {
  const plain = text
    .replaceAll('\n', ' ')
    .replace(/<@(\w+)>/g, (_, id: string) => people[id] ?? id)
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
  return plain.length > LINE ? `${plain.slice(0, LINE)}…` : plain
}

function line(who: string, text: string): void {
  console.log(`${`+${((now() - started) / 1_000).toFixed(1)}s`.padStart(7)}  ${who.padEnd(7)}  ${text}`)
}

function say(text: string): void {
  console.log(text)
}
