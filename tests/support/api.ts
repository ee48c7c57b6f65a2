import { createHmac } from 'node:crypto'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { expect } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { createServer } from '../../src/http/server.ts'
import type { InboxItem } from '../../src/leads/change.ts'
import { readApiToken } from '../../src/platform/env.ts'
import { createLogger } from '../../src/platform/log.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { connectRedis } from '../../src/platform/redis.ts'
import { createSlack } from '../../src/slack/client.ts'
import { createActs } from '../../src/store/acts.ts'
import { createApply } from '../../src/store/apply.ts'
import { createAway } from '../../src/store/away.ts'
import type { Waiting } from '../../src/store/commit.ts'
import { createConfigs } from '../../src/store/configs.ts'
import { createEnrichmentRequests } from '../../src/store/enrichment-requests.ts'
import { createFactStreams } from '../../src/store/facts.ts'
import { createHandoffLists } from '../../src/store/handoffs.ts'
import { createHomes } from '../../src/store/homes.ts'
import { createInbox } from '../../src/store/inbox.ts'
import { createLastEvent } from '../../src/store/last-event.ts'
import { createLeads } from '../../src/store/leads.ts'
import { createStore, INDEX } from '../../src/store/partitions.ts'
import { createPools } from '../../src/store/pools.ts'
import { createQualityActs } from '../../src/store/quality-acts.ts'
import { createSessions } from '../../src/store/sessions.ts'
import { createShadow } from '../../src/store/shadow.ts'
import { createStuckLists } from '../../src/store/stuck-lists.ts'
import { createAccountNames } from '../../src/views/account-names.ts'
import { createConfigViews } from '../../src/views/config.ts'
import { createViews } from '../../src/views/create-views.ts'
import { createHomeViews } from '../../src/views/home.ts'
import { createLeadViews } from '../../src/views/read-lead.ts'
import { createReports } from '../../src/views/reports.ts'
import { createShadowView } from '../../src/views/shadow.ts'
import { createDead } from '../../src/work/dead.ts'
import { createReportRunner } from '../../src/work/report.ts'

/** When the clock of an API under test starts. */
export const START = Date.parse('2026-11-20T12:00:00.000Z')

/** Scheme and host under which the outside knows the API under test. */
export const PUBLIC_URL = 'https://baton.example.com'

/** Secrets and tokens of the API under test; two HubSpot secrets, as during a rotation. */
export const SECRETS = {
  hubSpot: ['hubspot-secret-new', 'hubspot-secret-old'],
  slack: ['slack-secret-new', 'slack-secret-old'],
  apiToken: 'token-of-the-website',
}

/** What an API under test answered. `problem` is the body of an error. */
export interface Answer {
  status: number
  headers: Headers
  text: string
  problem: { status: number; title: string; detail: string }
}

/** What was asked to be done soon in one go, and after how many milliseconds; at once unless it says so. */
export interface Hurried {
  waiting: Waiting[]
  delay?: number
}

/** Bytes to send and the headers that make them HubSpot's. */
export interface SignedRequest {
  path: string
  body: Buffer
  headers: Record<string, string>
}

/** A running API under test: the real HTTP edge on a real Redis, with a clock of its own and nobody who does the work. */
export type TestApi = Awaited<ReturnType<typeof startApi>>

/** Starts the HTTP edge alone. `slackApiUrl` is needed only where a modal is opened. */
export async function startApi(options: {
  redisUrl: string
  prefix: string
  apiTokens?: string[]
  publicUrl?: string
  slackApiUrl?: string
  allowV1?: boolean
  portalId?: string
  countContacts?: Parameters<typeof createReports>[0]['countContacts']
}) {
  const clock = { now: START }
  const redis = await connectRedis([options.redisUrl], 'request', () => {})
  // Tests look with a connection of their own, which waits where the API's gives up.
  const look = new Redis(options.redisUrl)
  look.on('error', () => {})
  const store = createStore({ redis, prefix: options.prefix })
  const leads = createLeads(store)
  const inbox = createInbox(store)
  const handoffs = createHandoffLists(store, leads.readHandoff)
  const metrics = createMetrics()
  const config = await loadConfig(join(import.meta.dirname, '..', '..', 'config'), START)
  const away = createAway({ store, clock: { now: () => clock.now }, source: () => config })
  const hurried: Hurried[] = []
  const logLines: string[] = []
  const pools = createPools(store)
  const apply = createApply({ store, pools, inbox })
  const hurry = (waiting: Waiting[], options?: { delay?: number }) =>
    void (waiting.length > 0 && hurried.push({ waiting, ...options }))
  const app = createServer({
    api: true,
    publicUrl: options.publicUrl ?? PUBLIC_URL,
    hubSpotSecrets: SECRETS.hubSpot,
    hubSpotV1: options.allowV1 ?? false,
    portalId: () => options.portalId,
    slackSecrets: SECRETS.slack,
    apiTokens: (options.apiTokens ?? [SECRETS.apiToken]).map(readApiToken),
    viewLead: createLeadViews({ leads, configs: createConfigs(store), config: () => config }),
    ...createViews({ config: () => config, clock: { now: () => clock.now }, store, leads, pools, hubspot: null }),
    dead: createDead({ clock: { now: () => clock.now }, store, metrics, log: createLogger('silent') }),
    clock: { now: () => clock.now },
    config: () => away.over(config),
    leads,
    inbox,
    lastEvent: createLastEvent({ redis, prefix: options.prefix }),
    secrets: () => ({ problem: 'there are none' }),
    enrichmentRequests: createEnrichmentRequests(store),
    stuckLists: createStuckLists(store),
    qualityActs: createQualityActs(store),
    apply,
    away,
    homes: createHomes(store),
    viewHome: createHomeViews({ config: () => config, clock: { now: () => clock.now }, store, leads, pools }),
    pools,
    act: createActs({ clock: { now: () => clock.now }, config: () => config, leads, apply, hurry }),
    slack: createSlack({ token: 'xoxb-test', apiUrl: options.slackApiUrl ?? 'http://127.0.0.1:9/api/', metrics }),
    hubspot: { readContact: async () => null },
    metrics,
    log: createLogger('debug', { write: (line: string) => void logLines.push(line) }),
    hurry,
    shadow: createShadow(store, createConfigs(store)),
    viewShadow: createShadowView({
      shadow: createShadow(store, createConfigs(store)),
      facts: createFactStreams(store),
    }),
    operators: [],
    oidc: undefined,
    sessions: createSessions({ store, clock: { now: () => clock.now } }),
    viewConfig: createConfigViews({
      config: () => config,
      configs: createConfigs(store),
      clock: { now: () => clock.now },
      directory: join(import.meta.dirname, '..', '..', 'config'),
    }),
    viewHealth: { examined: () => undefined, examine: async () => [], waiting: async () => [] },
    whatIf: async () => undefined,
    reports: createReports({
      config: () => config,
      clock: { now: () => clock.now },
      facts: createFactStreams(store),
      run: createReportRunner(createFactStreams(store)),
      nameAccounts: createAccountNames(store),
      countContacts: options.countContacts,
    }),
    ready: async () => ({ redis: { status: 'ok' } }),
  })
  const address = await app.listen({ port: 0, host: '127.0.0.1' })

  async function send(path: string, body: Buffer | string, headers: Record<string, string>): Promise<Answer> {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body
    const response = await fetch(address + path, { method: 'POST', body: new Uint8Array(bytes), headers })
    const text = await response.text()
    const problem = response.status >= 400 ? JSON.parse(text) : {}
    if (response.status >= 400) {
      expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/)
      expect(problem).toEqual({
        type: 'about:blank',
        status: response.status,
        title: expect.stringMatching(/./),
        detail: expect.stringMatching(/./),
      })
    }
    return { status: response.status, headers: response.headers, text, problem }
  }

  return {
    address,
    app,
    clock,
    config,
    store,
    leads,
    handoffs,
    look,
    hurried,
    logLines,
    /** Sends bytes as they are. An error has to come as a problem document. */
    send,
    /** Sends events as HubSpot does, signed at the present instant unless told otherwise. */
    sendEvents: (events: unknown, signing: Parameters<typeof signAsHubSpot>[1] = {}) => {
      const request = signAsHubSpot(JSON.stringify(events), { timestamp: clock.now, ...signing })
      return send(request.path, request.body, request.headers)
    },
    /** Sends signals with a valid token. */
    sendSignals: (body: unknown, headers: Record<string, string> = {}) =>
      send('/v1/signals', JSON.stringify(body), {
        'content-type': 'application/json',
        authorization: `Bearer ${SECRETS.apiToken}`,
        ...headers,
      }),
    /** What stands in a lead's inbox, straight from Redis. */
    inbox: async (leadId: string): Promise<InboxItem[]> =>
      (await look.lrange(store.keys.inbox(leadId), 0, -1)).map((json) => JSON.parse(json)),
    /** From when a lead stands in an index, straight from Redis; null when it does not. */
    indexed: async (leadId: string, index: string = INDEX.unread): Promise<number | null> => {
      const score = await look.zscore(store.keys.index(leadId, index), leadId)
      return score === null ? null : Number(score)
    },
    /** Every key of this installation. */
    keys: async (): Promise<string[]> => (await look.keys(`*${options.prefix}*`)).sort(),
    /** A counter of `baton_events_total`, as Prometheus would read it. */
    async counted(kind: string, outcome: string): Promise<number> {
      const text = await (await fetch(`${address}/metrics`)).text()
      return Number(
        new RegExp(`^baton_events_total\\{kind="${kind}",outcome="${outcome}"\\} (\\d+)$`, 'm').exec(text)?.[1] ?? 0,
      )
    },
    async close(): Promise<void> {
      await app.close()
      redis.disconnect()
      look.disconnect()
    },
  }
}

/**
 * Signs bytes as HubSpot's v3 does, written apart from the product's own code and from the simulator's. `signedPath` is
 * what goes into the signature where it is not the path as sent.
 */
export function signAsHubSpot(
  body: string | Buffer,
  options: {
    timestamp?: number | string
    secret?: string
    publicUrl?: string
    path?: string
    signedPath?: string
    headers?: Record<string, string>
  } = {},
): SignedRequest {
  const {
    timestamp = START,
    secret = SECRETS.hubSpot[0] ?? '',
    publicUrl = PUBLIC_URL,
    path = '/webhooks/hubspot',
  } = options
  const bytes = Buffer.from(body)
  const head = Buffer.from(`POST${publicUrl}${options.signedPath ?? path}`)
  const signature = createHmac('sha256', secret)
    .update(Buffer.concat([head, bytes, Buffer.from(String(timestamp))]))
    .digest('base64')
  return {
    path,
    body: bytes,
    headers: {
      'content-type': 'application/json',
      'x-hubspot-signature-v3': signature,
      'x-hubspot-request-timestamp': String(timestamp),
      ...options.headers,
    },
  }
}
