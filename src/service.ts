import type { Telemetry } from 'bullmq'
import { type Config, readsOfBoth } from './config/config.ts'
import type { ConfigSource } from './config/watch.ts'
import { createApollo } from './enrichment/apollo.ts'
import { createCallbackProviders } from './enrichment/callback.ts'
import { createEnrichment } from './enrichment/chain.ts'
import { createHubSpotCompany } from './enrichment/hubspot-company.ts'
import { createServer } from './http/server.ts'
import { createHubSpot } from './hubspot/client.ts'
import { createPortal } from './hubspot/portal.ts'
import { type Clock, createClock } from './platform/clock.ts'
import { type Env, OBSERVING, prefixOf, type ReadSecret } from './platform/env.ts'
import { withDeadline } from './platform/errors.ts'
import type { Logger } from './platform/log.ts'
import { createMetrics } from './platform/metrics.ts'
import { connectRedis, createWriteCheck } from './platform/redis.ts'
import { createBreakers } from './service/breakers.ts'
import { consoleSettings, createWaitingWork } from './service/console.ts'
import { createExamination, createReadiness } from './service/readiness.ts'
import { startTimers } from './service/timers.ts'
import { createSlack } from './slack/client.ts'
import { createPace } from './slack/pace.ts'
import { createSilentSlack } from './slack/silent.ts'
import { createActs } from './store/acts.ts'
import { createApply } from './store/apply.ts'
import { createAway } from './store/away.ts'
import { createConfigs } from './store/configs.ts'
import { createEnrichmentRequests } from './store/enrichment-requests.ts'
import { createFactStreams } from './store/facts.ts'
import { createHandoffLists } from './store/handoffs.ts'
import { createHomes } from './store/homes.ts'
import { createInbox } from './store/inbox.ts'
import { createLastEvent } from './store/last-event.ts'
import { createLeads } from './store/leads.ts'
import { createOutbox } from './store/outbox.ts'
import { createStore } from './store/partitions.ts'
import { createPools } from './store/pools.ts'
import { createQualityActs } from './store/quality-acts.ts'
import { createSessions } from './store/sessions.ts'
import { createShadow } from './store/shadow.ts'
import { createStuckLists } from './store/stuck-lists.ts'
import { createUnreachable } from './store/unreachable.ts'
import { renameOlderIndexes } from './store/upgrade.ts'
import { countWaiting } from './store/waiting-lists.ts'
import { createAccountNames } from './views/account-names.ts'
import { createConfigViews } from './views/config.ts'
import { createViews } from './views/create-views.ts'
import { createHomeViews } from './views/home.ts'
import { createLeadViews } from './views/read-lead.ts'
import { createReports } from './views/reports.ts'
import { createShadowView } from './views/shadow.ts'
import { createDeparted } from './work/departed.ts'
import { withHomes, withHomesOfAway } from './work/homes-of.ts'
import { addQueueMetrics } from './work/queue-metrics.ts'
import { createQueues } from './work/queues.ts'
import { besideService } from './work/read-properties.ts'
import { retryRefused } from './work/refusals.ts'
import { createReportProcesses } from './work/report-processes.ts'
import { reportsOverdue } from './work/reports-due.ts'
import { prepareWork } from './work/start.ts'
import { addStateMetrics } from './work/state-metrics.ts'
import { createWhatIfProcesses } from './work/what-if-processes.ts'

/** Which half of Baton a process runs. */
export type Role = 'api' | 'worker' | 'both'

/** What a service is made from. `clock`, `retryDelay`, `sweepEvery` and `pollEvery` (milliseconds; 0 is never) are moved by tests. */
export interface ServiceOptions {
  env: Env
  config: ConfigSource
  /** The secrets that the config names; none are set unless told. */
  secrets?: ReadSecret
  redisUrls: string[]
  role: Role
  log: Logger
  /** What carries a trace through the queues, when traces are on. */
  telemetry?: Telemetry | undefined
  prefix?: string
  clock?: Clock
  retryDelay?: number
  sweepEvery?: number
  pollEvery?: number
}

/** A running service. */
export type Service = Awaited<ReturnType<typeof createService>>

const CLOSE_WITHIN = 20_000
const ANSWERED_WITHIN = 5_000

/** Puts the parts together and starts the workers of the role. The API listens when `listen` is called. */
export async function createService(options: ServiceOptions) {
  const {
    env,
    log,
    prefix: installation = 'baton',
    retryDelay = 1_000,
    sweepEvery = 15_000,
    pollEvery = 2_000,
    secrets = (name: string) => ({ problem: `${name} is not set` }),
  } = options
  const observes = env.BATON_MODE === 'observe'
  const prefix = prefixOf(env.BATON_MODE, installation)
  const publicUrl = env.PUBLIC_URL.replace(/\/+$/, '')
  const departed = createDeparted()
  const works = options.role !== 'api'
  const onError = (error: Error) => log.warn({ err: error }, 'Redis: connection trouble')
  const requests = await connectRedis(options.redisUrls, 'request', onError)
  const workers = await connectRedis(options.redisUrls, 'worker', onError)
  const metrics = createMetrics()
  const clock = options.clock ?? (await createClock({ redis: requests, log }))

  const store = createStore({ redis: requests, prefix })
  const unreachable = createUnreachable(store)
  await unreachable.all()
  const config = () => unreachable.over(away.over(departed.without(options.config.current())))
  const checkWrites = createWriteCheck(
    requests,
    store.partitions.map((partition) => `${partition}:ready`),
  )
  await renameOlderIndexes(store, clock.now())
  const away = createAway({ store, clock, source: options.config.current })
  await away.follow((error) => log.warn({ err: error }, 'who is away could not be read: tried again soon'))
  // What is only observed: the whole of it, or what routes would do that only observe.
  const apart = observes ? store : createStore({ redis: requests, prefix: prefixOf('observe', installation) })
  const leads = createLeads(store, observes ? undefined : createLeads(apart))
  const inbox = createInbox(store)
  const handoffs = createHandoffLists(store, leads.readHandoff)
  const pools = createPools(store)
  const lastEvent = createLastEvent({ redis: requests, prefix })
  const configs = createConfigs(store)
  const stuckLists = createStuckLists(store)
  const shadow = createShadow(store, configs)
  const observedPools = observes ? pools : createPools(apart)
  const homes = createHomes(store)
  const apply = withHomes(createApply({ store, pools, inbox, observedPools, observes, shadow }), { homes, config, log })
  const pace = createPace({ redis: requests, prefix: installation, off: env.SLACK_PACING === 'off' })
  const breakers = createBreakers({
    log,
    works,
    retryDelay,
    probe: (system) => quietly(work.probe(system)),
    recover: (system) => quietly(work.recover(system)),
  })
  const spokenSlack = createSlack({
    token: env.SLACK_BOT_TOKEN,
    apiUrl: env.SLACK_API_URL,
    metrics,
    log,
    ...(works ? { pace, breaker: breakers.slack } : {}),
  })
  const slack = observes ? createSilentSlack() : spokenSlack
  const hubspot = createHubSpot({
    accessToken: env.HUBSPOT_ACCESS_TOKEN,
    baseUrl: env.HUBSPOT_BASE_URL,
    readOnly: observes,
    redis: requests,
    // One portal has one limit, and a provider's answer is paid for once, whatever the mode.
    prefix: installation,
    requestsPer10Seconds: env.HUBSPOT_REQUESTS_PER_10_SECONDS,
    properties: async () => readsOfBoth(config(), await shadow.current()),
    metrics,
    breaker: breakers.hubspot,
  })
  const portal = createPortal(hubspot, env.HUBSPOT_PORTAL_ID, log)
  void portal.learn()
  const apollo = env.APOLLO_API_KEY
    ? [createApollo({ apiKey: env.APOLLO_API_KEY, baseUrl: env.ENRICHMENT_BASE_URL, metrics })]
    : []
  const enrichmentRequests = createEnrichmentRequests(store)
  const enrichment = createEnrichment({
    redis: requests,
    prefix: installation,
    providers: [createHubSpotCompany(hubspot), ...apollo],
    answersLater: createCallbackProviders({ questions: enrichmentRequests, secrets, publicUrl, clock, metrics }),
  })

  const queues = createQueues({ connection: requests, prefix, onError, telemetry: options.telemetry })
  // A queue whose first question to Redis gets no answer refuses every job from then on: then it is better not to start.
  await Promise.all(Object.values(queues.queues).map((queue) => queue.waitUntilReady()))
  addQueueMetrics(metrics, { queues: queues.queues, store, clock })
  const waiting = () => countWaiting(store, Object.keys(config().team.pools), clock.now())
  const overdue = () => reportsOverdue({ config, clock, mode: env.BATON_MODE, store })
  addStateMetrics(metrics, { clock, handoffs, hubspot, store, config: options.config, unreachable, waiting, overdue })
  const reportProcesses = createReportProcesses({ redisUrls: options.redisUrls, prefix })
  const parts = {
    reports: createReports({
      ...{ config, clock, facts: createFactStreams(store), run: reportProcesses.run },
      countContacts: hubspot.countContacts,
      nameAccounts: createAccountNames(store),
    }),
    portalId: portal.id,
    config,
    clock,
    store,
    leads,
    inbox,
    apply,
    pools,
    configs,
    slack,
    hubspot,
    enrichment,
    metrics,
    log,
  }
  const viewHomeNow = createHomeViews(parts)
  // What was said in another process a moment ago is shown as well.
  const viewHome: typeof viewHomeNow = (user) => away.read().then(() => viewHomeNow(user))
  const work = prepareWork({
    parts: {
      ...parts,
      departed,
      unreachable,
      viewHome,
      publicUrl,
      secrets,
      outbox: createOutbox(store),
      mode: env.BATON_MODE,
      apart,
      spokenSlack,
    },
    queues,
    retryDelay,
    isDown: (system) => breakers[system].isDown(),
    works,
    // Nobody waits for a turn then, and all at once would be too many calls at once.
    ...(env.SLACK_PACING === 'off' ? { atOnce: { slack: 50 } } : {}),
  })
  options.config.beforeChange(takeOver)
  await takeOver(options.config.current())
  const running = works ? work.start({ connection: workers, prefix, telemetry: options.telemetry }) : []
  const stopTimers = works ? startTimers(work, { log, sweepEvery, pollEvery }) : () => {}

  // Every config is kept before it decides anything; a worker's is the one that leads are rescored by.
  async function takeOver(next: Config): Promise<void> {
    // A counter that begins with its first event hides that event from rate().
    for (const { name: endpoint } of next.webhooks)
      for (const outcome of ['delivered', 'failed', 'gone']) metrics.webhooks.inc({ endpoint, outcome }, 0)
    await configs.keep(next)
    await configs.took(next.version, clock.now())
    if (!works) return
    await work.rescoring.announce(next)
    await retryRefused(store, clock.now())
  }

  function quietly(doing: Promise<unknown>): void {
    doing.catch((error) => log.warn({ err: error }, 'the sweep failed and is tried again'))
  }

  metrics.mode.set({ mode: env.BATON_MODE }, 1)
  if (observes)
    log.warn(config().routing.observe ? OBSERVING : `${OBSERVING}: name who gets it as observe.channel in routing.yaml`)

  const examination = createExamination({ env, config, redis: requests, clock, prefix, secrets, log })
  const ready = createReadiness({
    source: options.config,
    config,
    clock,
    metrics,
    store,
    checkWrites,
    workers: () => running,
    examined: examination.status,
    mode: env.BATON_MODE,
  })

  const whatIfs = createWhatIfProcesses({
    redisUrls: options.redisUrls,
    prefix,
    hubspot: besideService(env),
  })
  const act = createActs({ ...parts, hurry: work.hurry })
  const server = createServer({
    api: options.role !== 'worker',
    publicUrl,
    hubSpotSecrets: env.HUBSPOT_CLIENT_SECRET,
    hubSpotV1: env.HUBSPOT_SIGNATURE_V1,
    slackSecrets: env.SLACK_SIGNING_SECRET,
    apiTokens: env.API_TOKENS,
    ...consoleSettings(env),
    sessions: createSessions({ store, clock }),
    viewConfig: createConfigViews({ config, configs, clock, directory: env.CONFIG_DIR }),
    viewHealth: {
      examined: examination.found,
      examine: examination.examine,
      waiting: createWaitingWork({ store, clock }),
    },
    ...parts,
    ...createViews(parts),
    dead: work.dead,
    stuckLists,
    qualityActs: createQualityActs(store),
    lastEvent,
    secrets,
    enrichmentRequests,
    hurry: work.hurry,
    away: withHomesOfAway(away, { homes, config, clock, hurry: work.hurry, log }),
    homes,
    viewHome,
    act,
    shadow,
    viewShadow: createShadowView({ shadow, facts: createFactStreams(store) }),
    viewLead: createLeadViews({ leads, configs, config }),
    whatIf: whatIfs.run,
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
    inbox,
    pools,
    queues,
    work,
    act,
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
    /** Asks the living systems once whether all is set up: faults go to the log and `/readyz`. Nothing waits for it. */
    examine: examination.examine,
    /** Stops taking work, finishes what is under way, and closes; at most 20 s, also when Redis is gone. */
    async close(): Promise<void> {
      stopTimers()
      breakers.close()
      pace.close()
      portal.close()
      away.close()
      const closing = Promise.all([
        closeServer(),
        ...running.map((worker) => worker.close()),
        work.runner.close(),
        work.closePoll(),
        work.adoption.close(),
        whatIfs.close(),
        reportProcesses.close(),
      ])
      await withDeadline(
        closing.then(() => queues.close()),
        CLOSE_WITHIN,
        () => new Error('deadline'),
      ).catch((error) => log.warn({ err: error }, 'some work was cut off: it runs again elsewhere'))
      requests.disconnect()
      workers.disconnect()
    },
  }
}
