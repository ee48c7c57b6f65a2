import { chmod, cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { STORY } from '../../demo/story.ts'
import { createSimulatedHubSpot, type SimulatedHubSpot } from '../../simulators/hubspot/simulated-hubspot.ts'
import { createSimulatedSlack, type SimulatedSlack } from '../../simulators/slack/simulated-slack.ts'
import { loadConfig } from '../../src/config/load.ts'
import { createCompose, docker, inside } from './docker.ts'

/*
 * The image and docker/compose.yaml as they are shipped, on a real Docker engine: two APIs, two workers and a Valkey
 * between the simulated HubSpot and Slack. The tests are chapters of one story: each goes on where the last one ended.
 */

const ROOT = join(import.meta.dirname, '..', '..')
const PUBLIC_URL = 'https://baton.example.com'
const PATIENCE = { timeout: 60_000, interval: 100 }

let directory: string
let hubspot: SimulatedHubSpot
let slack: SimulatedSlack
let compose: Awaited<ReturnType<typeof createCompose>>
let apis: string[]
let workers: string[]
/** What was posted, as it was when it was posted: "who or where: text". */
const posted: string[] = []

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'baton-containers-'))
  // The user in the container is another one than the one who runs the tests.
  await chmod(directory, 0o755)
  const config = join(directory, 'config')
  await cp(join(ROOT, 'config'), config, { recursive: true })
  await cp(join(ROOT, 'demo', 'config'), config, { recursive: true })
  const { team } = await loadConfig(config, Date.now())
  const people = [team.reps, team.managers, team.people].flatMap((group) =>
    Object.values<{ slackUserId: string; name: string }>(group),
  )

  const secrets = { accessToken: 'pat', clientSecret: 'secret' }
  hubspot = await createSimulatedHubSpot({ now: Date.now, host: '0.0.0.0', ...secrets })
  slack = await createSimulatedSlack({
    now: Date.now,
    host: '0.0.0.0',
    botToken: 'xoxb',
    signingSecret: 'signing',
    users: people.map(({ slackUserId, name }) => ({ id: slackUserId, name })),
    channels: Object.entries(team.pools).map(([name, { channel }]) => ({ id: channel, name })),
  })
  const names: Record<string, string> = Object.fromEntries([
    ...people.map(({ slackUserId, name }) => [slackUserId, name]),
    ...Object.entries(team.pools).map(([name, { channel }]) => [channel, `#${name}`]),
  ])
  slack.onMessage((event) => {
    if (event.kind !== 'posted') return
    const { channel, user = channel, text } = event.message
    posted.push(`${names[channel] ?? names[user]}: ${text}`)
  })
  for (const { id, hubspotOwnerId, name } of Object.values(team.reps))
    hubspot.createOwner({ id: hubspotOwnerId, email: `${id}@team.example`, firstName: name, lastName: 'Rep' })

  const envFile = join(directory, 'baton.env')
  const env = {
    PUBLIC_URL,
    HUBSPOT_ACCESS_TOKEN: secrets.accessToken,
    HUBSPOT_CLIENT_SECRET: secrets.clientSecret,
    HUBSPOT_BASE_URL: fromContainers(hubspot.url),
    SLACK_BOT_TOKEN: 'xoxb',
    SLACK_SIGNING_SECRET: 'signing',
    SLACK_API_URL: fromContainers(slack.apiUrl),
  }
  await writeFile(
    envFile,
    Object.entries(env).map(([name, value]) => `${name}=${value}\n`),
  )
  compose = await createCompose(`baton-test-${process.pid}`, {
    BATON_IMAGE: 'baton:test',
    BATON_ENV_FILE: envFile,
    BATON_CONFIG: config,
    // A port of the engine's choice for each replica.
    API_PUBLISH: '127.0.0.1:',
    API_REPLICAS: '2',
    WORKER_REPLICAS: '2',
  })
  await compose('build', 'api')
  await compose('up', '-d')
  apis = await containers('api')
  workers = await containers('worker')
}, 600_000)

afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') console.log(await compose('logs', '--tail=30', 'api', 'worker'))
})

afterAll(async () => {
  await compose?.('down', '--volumes', '--remove-orphans', '--timeout', '1')
  await Promise.all([hubspot?.close(), slack?.close()])
  if (directory) await rm(directory, { recursive: true })
}, 60_000)

function fromContainers(url: string): string {
  return url.replace(/127\.0\.0\.1|0\.0\.0\.0/, 'host.docker.internal')
}

async function containers(service: string): Promise<string[]> {
  return (await compose('ps', '-q', service)).split('\n').filter(Boolean)
}

async function inspect(container: string, field: string): Promise<string> {
  return docker('inspect', '--format', `{{${field}}}`, container)
}

test('every replica turns healthy', async () => {
  const valkey = await containers('valkey')
  const all = [...apis, ...workers, ...valkey]
  expect([apis.length, workers.length, valkey.length]).toEqual([2, 2, 1])
  const health = () => Promise.all(all.map((container) => inspect(container, '.State.Health.Status')))
  await expect.poll(health, PATIENCE).toEqual(all.map(() => 'healthy'))
}, 90_000)

test('they run as a user without rights, on a root that nobody can write', async () => {
  for (const container of [...apis, ...workers]) {
    expect((await inside(container, 'id', '-un')).output.trim()).toBe('node')
    for (const place of ['/app/written', '/app/.compile-cache/written', '/home/node/written', '/app/config/written'])
      expect((await inside(container, 'touch', place)).output).toContain('Read-only file system')
    expect((await inside(container, 'touch', '/tmp/written')).code).toBe(0)
    const { output } = await inside(container, 'cat', '/proc/1/status')
    expect(output).toMatch(/^CapBnd:\t0+$/m)
    expect(output).toMatch(/^NoNewPrivs:\t1$/m)
  }
}, 60_000)

test('a start finds the compiled code in the image', async () => {
  const quiet = ['--env', 'NODE_DEBUG_NATIVE=COMPILE_CACHE', '--read-only', '--rm', 'baton:test']
  const output = await docker('run', ...quiet, 'sh', '-c', 'node src/main.ts 2>&1; true')
  expect(output).toMatch(/src\/service\.ts was accepted/)
  expect(output).toMatch(/node_modules\/bullmq\/.* was accepted/)
  expect(output).not.toMatch(/was rejected|not found|failed/)
}, 60_000)

test('Valkey keeps every write, drops nothing, and answers nobody outside', async () => {
  const [valkey = ''] = await containers('valkey')
  const settings = ['appendonly', 'appendfsync', 'maxmemory-policy']
  const { output } = await inside(valkey, 'valkey-cli', 'config', 'get', ...settings)
  // Each setting is a line with its name, then a line with its value.
  expect(output).toMatch(/^appendonly\nyes$/m)
  expect(output).toMatch(/^appendfsync\nalways$/m)
  expect(output).toMatch(/^maxmemory-policy\nnoeviction$/m)
  expect(await docker('port', valkey)).toBe('')
}, 30_000)

test('all replicas are found by name; a worker answers probes and metrics, and nothing else', async () => {
  const script = `
    const { resolve4 } = require('node:dns/promises')
    const paths = ['/healthz', '/readyz', '/metrics', '/webhooks/hubspot', '/v1/signals']
    const ask = async (address, path) => {
      const method = path.startsWith('/webhooks') || path.startsWith('/v1') ? 'POST' : 'GET'
      return (await fetch('http://' + address + ':3000' + path, { method })).status
    }
    const statuses = async (name) => Promise.all((await resolve4(name)).map(
      async (address) => Promise.all(paths.map((path) => ask(address, path)))))
    statuses('api').then(async (api) => console.log(JSON.stringify({ api, worker: await statuses('worker') })))`
  const { output } = await inside(apis[0] ?? '', 'node', '-e', script)
  const [api, worker] = [
    [200, 200, 200, 401, 503],
    [200, 200, 200, 404, 404],
  ]
  expect(JSON.parse(output)).toEqual({ api: [api, api], worker: [worker, worker] })
}, 30_000)

test('the command line in the image prepares HubSpot', async () => {
  const setup = await inside(workers[0] ?? '', 'node', 'src/cli.ts', 'hubspot', 'setup')
  expect(setup, setup.output).toMatchObject({ code: 0 })
}, 30_000)

test('the story goes through the containers, and goes on when a worker is killed in the middle', async () => {
  const [first, second] = await Promise.all(apis.map((api) => docker('port', api, '3000')))
  hubspot.setWebhooks({ targetUrl: `http://${first}/webhooks/hubspot`, publicUrl: `${PUBLIC_URL}/webhooks/hubspot` })
  slack.setInteractionsUrl(`http://${second}/webhooks/slack/interactions`)
  const [doomed = '', other = ''] = workers
  const route = (id: string) => hubspot.contact(id)?.baton_route ?? ''

  const outcomes: unknown[] = []
  // Those after them show what the poll finds and what people do, which needs no container.
  for (const [index, lead] of STORY.slice(0, 6).entries()) {
    if (index === 1) {
      // One worker has the second lead for itself. Slack keeps both messages and never finishes its answers: the
      // worker dies before it can note that they are there, and the other one has to find out.
      await docker('stop', other)
      expect(await inspect(other, '.State.ExitCode')).toBe('0')
      slack.failNext({ method: 'chat.postMessage', kind: 'stalled-body', times: 2 })
    }
    const id = lead.arrive(hubspot, '')
    if (index === 1) {
      await expect.poll(() => posted.filter((line) => line.includes('Kim Osei')).length, PATIENCE).toBe(2)
      await docker('kill', doomed)
      await docker('start', other)
    }
    await expect.poll(() => route(id), PATIENCE).not.toBe('')
    for (const { act } of lead.then ?? []) {
      const before = route(id)
      act(hubspot, id, Date.now, () => {})
      await expect.poll(() => route(id), PATIENCE).not.toBe(before)
    }
    const { baton_route, baton_score, baton_needs_review, hubspot_owner_id = null } = hubspot.contact(id) ?? {}
    outcomes.push([lead.shows, baton_route, baton_score, hubspot_owner_id, baton_needs_review])
  }
  expect(outcomes).toEqual([
    ['Tier 1, ready for sales', 'tier-1-mql', '80', '101', 'false'],
    ['Tier 2, to be qualified first', 'mql', '65', '201', 'false'],
    ['Medium: interest, but little fit', 'medium', '35', null, 'false'],
    ['Low', 'low', '3', null, 'false'],
    ['Competitor', 'negative-icp', '5', null, 'false'],
    ['Hand-raiser: two looks at the prices, whatever the score', 'hand-raiser-sdr', '10', '202', 'false'],
  ])
}, 300_000)

test('a click is taken by an API, and a worker updates the messages that the killed one had sent', async () => {
  const [message] = slack.messages('U000SDR1')
  const click = { channel: message?.channel ?? '', ts: message?.ts ?? '', actionId: 'lead.contacted' }
  expect(await slack.click({ user: 'U000SDR1', ...click })).toMatchObject({ status: 200 })
  const texts = () => ['U000SDR1', 'C0000SDR'].map((place) => slack.messages(place)[0]?.text)
  const contacted = expect.stringContaining('Contacted by')
  await expect.poll(texts, PATIENCE).toEqual([contacted, contacted])
}, 90_000)

test('the ladder has reached its end, and everybody was told once', async () => {
  const told = () => posted.map((line) => /^.*?(Dana Ruiz|Kim Osei|Pat Lind)/.exec(line)?.[0] ?? line)
  await expect.poll(told, PATIENCE).toContain('Mia Chen: No response yet: Dana Ruiz')
  // A reminder that comes so late that the lead has moved on by then is left out.
  const reminder = 'Ada Lane: Still waiting for you: Dana Ruiz'
  expect(told().filter((line) => line === reminder).length).toBeLessThan(2)
  expect(
    told()
      .filter((line) => line !== reminder)
      .sort(),
  ).toEqual([
    '#ae: Dana Ruiz',
    '#sdr: Kim Osei',
    '#sdr: Pat Lind',
    'Ada Lane: Dana Ruiz',
    'Ben Ortiz: Reassigned: Dana Ruiz',
    'Cleo Park: Kim Osei',
    'Dan Moss: Pat Lind',
    'Mia Chen: No response yet: Dana Ruiz',
  ])
  expect([...hubspot.unexpectedCalls, ...slack.unexpectedCalls]).toEqual([])
  expect(hubspot.deliveries.filter(({ status }) => status !== 204)).toEqual([])
}, 90_000)

test('docker stop ends each of them in order, with 0', async () => {
  const left = [...apis, ...workers.slice(1)]
  await docker('stop', '--time', '30', ...left)
  for (const container of left) {
    expect(await inspect(container, '.State.ExitCode'), await docker('logs', '--tail', '20', container)).toBe('0')
    expect(await docker('logs', container)).toContain('"msg":"stopping"')
  }
}, 120_000)
