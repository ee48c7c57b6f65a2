import Fastify, { type FastifyInstance, LogController } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import type { Logger } from '../platform/log.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { Away } from '../store/away.ts'
import { console } from './console/console.ts'
import type { ConsoleSettings } from './console/parts.ts'
import { type Dependency, healthRoutes } from './health.ts'
import { registerOpenApi } from './openapi.ts'
import { answerError, answerNotFound } from './problems.ts'
import { traceRequests } from './trace-requests.ts'
import { type V1Parts, v1 } from './v1/v1.ts'
import { type EnrichmentCallbackParts, enrichmentCallbacks } from './webhooks/enrichment.ts'
import { type HubSpotWebhookParts, hubSpotWebhooks } from './webhooks/hubspot.ts'
import { type SlackInteractionParts, slackInteractions } from './webhooks/slack.ts'
import { type SlackHomeParts, slackHome } from './webhooks/slack-home.ts'

/** What the HTTP server uses. `ready` names each dependency and whether it answers. */
export interface ServerParts
  extends Omit<HubSpotWebhookParts, 'secrets' | 'allowV1'>,
    Omit<SlackInteractionParts, 'secrets' | 'away'>,
    Omit<SlackHomeParts, 'secrets' | 'away' | 'leadLists'>,
    EnrichmentCallbackParts,
    V1Parts,
    ConsoleSettings {
  /** False leaves out the webhooks and `/v1`: a worker has only the probes and the metrics. */
  api: boolean
  away: Away
  hubSpotSecrets: string[]
  hubSpotV1: boolean
  slackSecrets: string[]
  metrics: Metrics
  log: Logger
  ready: () => Promise<Record<string, Dependency>>
}

/** Builds the HTTP server. Nothing listens until the caller says so. */
export function createServer(parts: ServerParts): FastifyInstance {
  const base = parts.publicUrl ? new URL(parts.publicUrl).pathname.replace(/\/+$/, '') : ''
  const app = Fastify({
    loggerInstance: parts.log,
    // One line a request would say nothing that the metrics do not, and addresses can hold ids of people.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 1024 * 1024,
    // Behind a proxy the routes may stand below a path, which it may take off or leave.
    rewriteUrl: ({ url = '/' }) => (isBelow(base, url) ? url.slice(base.length) : url),
    routerOptions: { ignoreTrailingSlash: true },
    requestTimeout: 10_000,
    connectionTimeout: 15_000,
    keepAliveTimeout: 30_000,
    http: { headersTimeout: 10_000 },
  }) as unknown as FastifyInstance
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler(answerError)
  app.setNotFoundHandler(answerNotFound)
  traceRequests(app)

  if (parts.api) {
    registerOpenApi(app, base)
    app.register(hubSpotWebhooks({ ...parts, secrets: parts.hubSpotSecrets, allowV1: parts.hubSpotV1 }))
    app.register(slackInteractions({ ...parts, secrets: parts.slackSecrets }))
    app.register(slackHome({ ...parts, secrets: parts.slackSecrets }))
    app.register(enrichmentCallbacks(parts))
    app.register(v1(parts), { prefix: '/v1' })
    app.register(console(parts), { prefix: '/console' })
  }
  app.register(healthRoutes(parts))
  return app
}

function isBelow(base: string, url: string): boolean {
  return base !== '' && url.startsWith(base) && url[base.length] === '/'
}
