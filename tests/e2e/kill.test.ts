import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type EmbeddedRedis, startEmbeddedRedis } from '../../src/adapters/embedded-redis.ts'
import { createSimulatedHubSpot, type SimulatedHubSpot } from '../../src/demo/simulated-hubspot.ts'
import { createSimulatedSlack, type SimulatedSlack } from '../../src/demo/simulated-slack.ts'
import { type RunningProcess, startProcess } from '../support/processes.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const PUBLIC_URL = 'https://baton.example.com'

let redis: EmbeddedRedis
let hubspot: SimulatedHubSpot
let slack: SimulatedSlack
let directory: string
let env: Record<string, string>
const running: RunningProcess[] = []

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'baton-kill-'))
  await cp(join(ROOT, 'config'), directory, { recursive: true })
  await cp(join(ROOT, 'src', 'demo', 'config'), directory, { recursive: true })
  redis = await startEmbeddedRedis()
  hubspot = await createSimulatedHubSpot({ now: Date.now, accessToken: 'pat', clientSecret: 'secret' })
  slack = await createSimulatedSlack({
    now: Date.now,
    botToken: 'xoxb',
    signingSecret: 'signing',
    users: ['U0000AE1', 'U0000AE2', 'U000SDR1', 'U000SDR2', 'U000MGR1'].map((id) => ({ id, name: id })),
    channels: ['C0000AE', 'C0000SDR'].map((id) => ({ id, name: id })),
  })
  for (const id of ['101', '102', '201', '202'])
    hubspot.createOwner({ id, email: `${id}@team.example`, firstName: 'Rep', lastName: id })
  env = {
    PORT: '0',
    HOST: '127.0.0.1',
    PUBLIC_URL,
    REDIS_URL: redis.url,
    CONFIG_DIR: directory,
    HUBSPOT_ACCESS_TOKEN: 'pat',
    HUBSPOT_CLIENT_SECRET: 'secret',
    HUBSPOT_BASE_URL: hubspot.url,
    SLACK_BOT_TOKEN: 'xoxb',
    SLACK_SIGNING_SECRET: 'signing',
    SLACK_API_URL: slack.apiUrl,
  }
})

afterEach(async () => {
  for (const one of running.splice(0)) await one.end('SIGKILL')
  await Promise.all([hubspot.close(), slack.close()])
  await redis.stop()
  await rm(directory, { recursive: true })
})

function start(role: 'api' | 'worker'): RunningProcess {
  const one = startProcess('src/main.ts', ['--role', role], env)
  running.push(one)
  return one
}

it('a worker killed after Slack took the alert, before it could note that: another one finds the alert and posts no second', async () => {
  const api = start('api')
  await expect.poll(() => /"address":"([^"]+)"/.exec(api.output())?.[1], { timeout: 20_000 }).toBeDefined()
  const address = /"address":"([^"]+)"/.exec(api.output())?.[1]
  hubspot.setWebhooks({ targetUrl: `${address}/webhooks/hubspot`, publicUrl: `${PUBLIC_URL}/webhooks/hubspot` })
  slack.setInteractionsUrl(`${address}/webhooks/slack/interactions`)

  const doomed = start('worker')
  await expect.poll(() => doomed.output(), { timeout: 20_000 }).toContain('Baton is running')
  // Slack stores both messages and never finishes its answer.
  slack.failNext({ method: 'chat.postMessage', kind: 'stalled-body', times: 2 })
  const id = hubspot.createContact(
    {
      email: 'kim@smalltown.example',
      firstname: 'Kim',
      jobtitle: 'Head of Marketing',
      num_conversion_events: '1',
      recent_conversion_event_name: 'Request a demo',
      hs_email_click: '4',
    },
    { companyId: hubspot.createCompany({ name: 'Smalltown', numberofemployees: '30' }), by: 'form' },
  )
  await expect.poll(() => slack.messages().length, { timeout: 20_000 }).toBe(2)
  expect(await doomed.end('SIGKILL')).toBe('SIGKILL')

  start('worker')
  // The click is only of use once the message is known again: then it is brought up to the new state.
  const [message] = slack.messages('U000SDR1')
  expect(message).toBeDefined()
  await slack.click({
    user: 'U000SDR1',
    channel: message?.channel ?? '',
    ts: message?.ts ?? '',
    actionId: 'lead.contacted',
  })
  await expect
    .poll(() => slack.calls.filter((call) => call.method === 'conversations.history').length, { timeout: 50_000 })
    .toBeGreaterThan(0)
  await expect
    .poll(() => slack.messages().map((one) => one.text.includes('Contacted by')), { timeout: 50_000 })
    .toEqual([true, true])
  expect(slack.messages()).toHaveLength(2)
  expect(hubspot.contact(id)?.firstname).toBe('Kim')
}, 120_000)
