import type { Telemetry } from 'bullmq'
import { type Config, propertiesToRead } from './config/config.ts'
import type { ConfigSource } from './config/watch.ts'
import { createApollo } from './enrichment/apollo.ts'
import { createEnrichment } from './enrichment/chain.ts'
import { createHubSpotCompany } from './enrichment/hubspot-company.ts'
import { type Dependency, outsideStatus } from './http/health.ts'
import { createServer } from './http/server.ts'
import { createHubSpot } from './hubspot/client.ts'
import { type Clock, createClock } from './platform/clock.ts'
import type { Env } from './platform/env.ts'
import { withDeadline } from './platform/errors.ts'
import type { Logger } from './platform/log.ts'
import { createMetrics } from './platform/metrics.ts'
import { connectRedis, createWriteCheck } from './platform/redis.ts'
import { createSlack } from './slack/client.ts'
import { createConfigVersions } from './store/configs.ts'
import { createHandoffs } from './store/handoffs.ts'
import { createLeadStore } from './store/leads.ts'
import { createOutbox } from './store/outbox.ts'
import { createStore } from './store/partitions.ts'
import { createPoolLedger } from './store/pools.ts'
import { EMAIL_KEY } from './store/schema.ts'
import { createLeadViews } from './views/read-lead-view.ts'
import { createDeadLetters } from './work/dead-letters.ts'
import { createEraseLead } from './work/erase-lead.ts'
import { createGoneLead } from './work/gone-lead.ts'
import { createKick } from './work/kick.ts'
import { createProcessLead } from './work/process-lead.ts'
import { createProducers } from './work/producers.ts'
import { addQueueMetrics } from './work/queue-metrics.ts'
import { createRefreshMessages } from './work/refresh-messages.ts'
import { createReleaseAssignment } from './work/release-assignment.ts'
import { createRescoreLeads } from './work/rescore-leads.ts'
import { createResolveEmail } from './work/resolve-email.ts'
import { createSendPost } from './work/send-post.ts'
import { addStateMetrics } from './work/state-metrics.ts'
import { createSweep } from './work/sweep.ts'
import { QUEUES } from './work/table.ts'
import { createTakeDueSteps } from './work/take-due-steps.ts'
import { createTellUser } from './work/tell-user.ts'
import { createWorker, type Handlers } from './work/worker.ts'
import { createWriteContact } from './work/write-contact.ts'

/** Which half of Baton a process runs. */
export type Role = 'api' | 'worker' | 'both'

/** What a service is made from. `clock`, `retryDelay` and `sweepEvery` (milliseconds; 0 is never) are moved by tests. */
export interface ServiceOptions {
  env: Env
  config: ConfigSource
  redisUrls: string[]
  role: Role
  log: Logger
  /** What carries a trace through the queues, when traces are on. */
  telemetry?: Telemetry | undefined
  prefix?: string
  clock?: Clock
  retryDelay?: number
  sweepEvery?: number
}

/** A running service. */
export type Service = Awaited<ReturnType<typeof createService>>

const CLOSE_WITHIN = 20_000
const ANSWERED_WITHIN = 5_000

/** Puts the parts together and starts the workers of the role. The API listens when `listen` is called. */
export async function createService(options: ServiceOptions) {
  const { env, log, prefix = 'baton', retryDelay = 1_000, sweepEvery = 15_000 } = options
  const config = options.config.current
  const onError = (error: Error) => log.warn({ err: error }, 'Redis: connection trouble')
  const requests = await connectRedis(options.redisUrls, 'request', onError)
  const workers = await connectRedis(options.redisUrls, 'worker', onError)
  const metrics = createMetrics()
  const clock = options.clock ?? (await createClock({ redis: requests, log }))

  const store = createStore({ redis: requests, prefix })
  const checkWrites = createWriteCheck(
    requests,
    store.partitions.map((partition) => `${partition}:ready`),
  )
  const leads = createLeadStore(store)
  const handoffs = createHandoffs({ store, leads })
  const pools = createPoolLedger(store)
  const configs = createConfigVersions(store)
  const outbox = createOutbox({ store, leads })
  const slack = createSlack({ token: env.SLACK_BOT_TOKEN, apiUrl: env.SLACK_API_URL, metrics })
  const hubspot = createHubSpot({
    accessToken: env.HUBSPOT_ACCESS_TOKEN,
    baseUrl: env.HUBSPOT_BASE_URL,
    redis: requests,
    prefix,
    requestsPer10Seconds: env.HUBSPOT_REQUESTS_PER_10_SECONDS,
    properties: () => propertiesToRead(config()),
    metrics,
  })
  const apollo = env.APOLLO_API_KEY
    ? [createApollo({ apiKey: env.APOLLO_API_KEY, baseUrl: env.ENRICHMENT_BASE_URL, metrics })]
    : []
  const enrichment = createEnrichment({ store, providers: [createHubSpotCompany(hubspot), ...apollo] })

  const producers = createProducers({ connection: requests, prefix, onError, telemetry: options.telemetry })
  // A queue whose first question to Redis gets no answer refuses every job from then on: then it is better not to start.
  await Promise.all(Object.values(producers.queues).map((queue) => queue.waitUntilReady()))
  addQueueMetrics(metrics, producers.queues)
  addStateMetrics(metrics, { leads, hubspot, config: options.config })
  const kick = createKick({ producers, log })
  const shared = {
    config,
    clock,
    store,
    leads,
    handoffs,
    pools,
    outbox,
    slack,
    hubspot,
    enrichment,
    metrics,
    log,
    kick,
  }
  const rescoring = createRescoreLeads(shared)
  const sweep = createSweep({ ...shared, producers, keepAuthority: rescoring.keepAuthority })
  options.config.beforeChange(takeOver)
  await takeOver(config())
  const running = options.role === 'api' ? [] : startWorkers()
  const timer = running.length > 0 && sweepEvery > 0 ? setInterval(sweepQuietly, sweepEvery) : undefined

  function startWorkers() {
    const processLead = createProcessLead({
      ...shared,
      goneLead: createGoneLead(shared),
      eraseLead: createEraseLead(shared),
    })
    const resolveEmail = createResolveEmail(shared)
    const handlers: Handlers = {
      'process-lead': ({ leadId }) => (leadId.startsWith(EMAIL_KEY) ? resolveEmail(leadId) : processLead({ leadId })),
      'process-leads': ({ leadIds }) =>
        producers.add(leadIds.map((leadId) => ({ name: 'process-lead', payload: { leadId } }))),
      'take-due-steps': createTakeDueSteps(shared),
      'send-post': createSendPost(shared),
      'refresh-messages': createRefreshMessages(shared),
      'tell-user': createTellUser(shared),
      'write-contact': createWriteContact(shared),
      'release-assignment': createReleaseAssignment(shared),
      'rescore-leads': rescoring.rescoreLeads,
    }
    const onDead = createDeadLetters(shared)
    return QUEUES.map((queue) =>
      createWorker(queue, handlers, {
        connection: workers,
        prefix,
        log,
        retryDelay,
        onDead,
        telemetry: options.telemetry,
      }),
    )
  }

  // Every config is kept before it decides anything; a worker's is the one that leads are scored again by.
  async function takeOver(next: Config): Promise<void> {
    await configs.keep(next)
    if (options.role !== 'api') await rescoring.announce(next)
  }

  async function ready(): Promise<Record<string, Dependency>> {
    const trouble = await checkWrites()
    const refusal = options.config.refusal()
    return {
      redis: trouble ? { status: 'failed', detail: trouble } : { status: 'ok' },
      ...(running.length > 0
        ? { workers: { status: running.every((worker) => worker.isRunning()) ? 'ok' : 'failed' } }
        : {}),
      config: refusal
        ? { status: 'degraded', detail: `version ${config().version} is in force. ${refusal}` }
        : { status: 'ok', detail: `version ${config().version}` },
      hubspot: outsideStatus(metrics, 'hubspot'),
      slack: outsideStatus(metrics, 'slack'),
    }
  }

  function sweepQuietly(): void {
    sweep().catch((error) => log.warn({ err: error }, 'the sweep failed and is tried again'))
  }

  const server = createServer({
    api: options.role !== 'worker',
    publicUrl: env.PUBLIC_URL.replace(/\/+$/, ''),
    hubSpotSecrets: env.HUBSPOT_CLIENT_SECRET,
    slackSecrets: env.SLACK_SIGNING_SECRET,
    apiTokens: env.API_TOKENS,
    ...shared,
    viewLead: createLeadViews({ leads, configs, config }),
    ready,
  })

  // Every request is answered long before that; what is still open then is a client that does not finish its own.
  async function closeServer(): Promise<void> {
    const cut = setTimeout(() => server.server.closeAllConnections(), ANSWERED_WITHIN)
    await server.close()
    clearTimeout(cut)
  }

  return {
    metrics,
    store,
    leads,
    pools,
    producers,
    sweep,
    /** Starts the HTTP server; resolves with its address, or with '' for a worker whose port is taken. */
    async listen(): Promise<string> {
      try {
        return await server.listen({ port: env.PORT, host: env.HOST })
      } catch (error) {
        // A worker's probes are a help and not its work: beside an API on one machine it goes on without them.
        if (options.role !== 'worker' || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
        log.warn({ port: env.PORT }, 'the port is taken: this worker answers no probes; give it a PORT of its own')
        return ''
      }
    },
    /** Stops taking work, finishes what is under way, and closes; at most 20 s, also when Redis is gone. */
    async close(): Promise<void> {
      clearInterval(timer)
      const closing = Promise.all([closeServer(), ...running.map((worker) => worker.close())])
      await withDeadline(
        closing.then(() => producers.close()),
        CLOSE_WITHIN,
        () => new Error('deadline'),
      ).catch((error) => log.warn({ err: error }, 'some work was cut off: it runs again elsewhere'))
      requests.disconnect()
      workers.disconnect()
    },
  }
}
