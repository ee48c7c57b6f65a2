import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import {
  createSimulatedHubSpot,
  type SimulatedHubSpot,
  type WebhookSettings,
} from '../../simulators/hubspot/simulated-hubspot.ts'
import { createSimulatedSlack, type SimulatedSlack } from '../../simulators/slack/simulated-slack.ts'
import { loadConfig } from '../../src/config/load.ts'
import { everybody } from '../../src/handoffs/team.ts'
import { type EmbeddedRedis, startEmbeddedRedis } from '../../src/platform/embedded-redis.ts'
import { type RunningProcess, startProcess } from './processes.ts'
import { prepareHubSpot } from './stage.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const PUBLIC_URL = 'https://baton.example.com'

/** Baton as real processes between a simulated HubSpot and a simulated Slack, on a Redis that a test may kill. */
export interface ProcessStage {
  redis: EmbeddedRedis
  hubspot: SimulatedHubSpot
  slack: SimulatedSlack
  /** The environment of every process that is started. */
  env: Record<string, string>
  /** Starts `node src/main.ts` and waits until it runs. */
  start(role: 'api' | 'worker' | 'both', env?: Record<string, string>): Promise<RunningProcess>
  /** Ends a process with the stage. */
  alsoEnd(one: RunningProcess): RunningProcess
  /** Points HubSpot's webhooks and Slack's clicks at a process. */
  sendTo(one: RunningProcess, webhooks?: Partial<WebhookSettings>): void
  /** Creates a lead for an SDR: head of marketing at a tier 2 company, with much interest. Returns the contact id. */
  createLead(email: string): string
  /** The alert of every message posted to a channel or user, oldest first: handoff and kind. */
  alerts(channelOrUser: string): string[]
  close(): Promise<void>
}

/** Builds the stage; nothing of Baton runs yet. It needs a redis-server. */
export async function createProcessStage(): Promise<ProcessStage> {
  const directory = await mkdtemp(join(tmpdir(), 'baton-processes-'))
  await cp(join(ROOT, 'config'), directory, { recursive: true })
  await cp(join(ROOT, 'demo', 'config'), directory, { recursive: true })
  const config = await loadConfig(directory, Date.now())
  const redis = await startEmbeddedRedis()
  const hubspot = await createSimulatedHubSpot({
    now: Date.now,
    accessToken: 'pat-canary',
    clientSecret: 'hubspot-canary-secret',
  })
  const slack = await createSimulatedSlack({
    now: Date.now,
    botToken: 'xoxb-canary',
    signingSecret: 'slack-canary-secret',
    users: everybody(config.team).map(({ slackUserId: id }) => ({ id, name: id })),
    channels: Object.values(config.team.pools).map(({ channel: id }) => ({ id, name: id })),
  })
  for (const { hubspotOwnerId: id } of Object.values(config.team.reps))
    hubspot.createOwner({ id, email: `${id}@team.example`, firstName: 'Rep', lastName: id })
  const env = {
    PORT: '0',
    HOST: '127.0.0.1',
    PUBLIC_URL,
    REDIS_URL: redis.url,
    CONFIG_DIR: directory,
    HUBSPOT_ACCESS_TOKEN: 'pat-canary',
    HUBSPOT_CLIENT_SECRET: 'hubspot-canary-secret',
    HUBSPOT_BASE_URL: hubspot.url,
    SLACK_BOT_TOKEN: 'xoxb-canary',
    SLACK_SIGNING_SECRET: 'slack-canary-secret',
    SLACK_API_URL: slack.apiUrl,
    SLACK_PACING: 'off',
  }
  await prepareHubSpot(config, hubspot.url, 'pat-canary')
  const running: RunningProcess[] = []

  return {
    redis,
    hubspot,
    slack,
    env,
    async start(role, more = {}) {
      const one = startProcess('src/main.ts', ['--role', role], { ...env, ...more })
      running.push(one)
      await expect.poll(() => one.output(), { timeout: 20_000 }).toContain('Baton is running')
      return one
    },
    alsoEnd(one) {
      running.push(one)
      return one
    },
    sendTo(one, webhooks = {}) {
      const address = addressOf(one)
      hubspot.setWebhooks({
        targetUrl: `${address}/webhooks/hubspot`,
        publicUrl: `${PUBLIC_URL}/webhooks/hubspot`,
        ...webhooks,
      })
      slack.setInteractionsUrl(`${address}/webhooks/slack/interactions`)
    },
    createLead: (email) =>
      hubspot.createContact(
        {
          email,
          firstname: 'Kim-Canary',
          lastname: 'Osei-Canary',
          jobtitle: 'Head of Marketing',
          num_conversion_events: '1',
          recent_conversion_event_name: 'Request a demo',
          hs_email_click: '4',
        },
        { companyId: hubspot.createCompany({ name: 'Smalltown', numberofemployees: '30' }), by: 'form' },
      ),
    alerts: (channelOrUser) =>
      slack.messages(channelOrUser).map((message) => String(message.metadata?.event_payload?.alert_key)),
    async close() {
      for (const one of running.splice(0)) await one.end('SIGKILL')
      await Promise.all([hubspot.close(), slack.close()])
      await redis.stop()
      await rm(directory, { recursive: true })
    },
  }
}

/** The address that a process's log names. */
export function addressOf(one: RunningProcess): string {
  return /"address":"([^"]+)"/.exec(one.output())?.[1] ?? ''
}
