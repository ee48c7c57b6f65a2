import { createHash } from 'node:crypto'
import Fastify, { type FastifyInstance, LogController } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import type { Logger, Metrics } from '../telemetry.ts'
import { type HubSpotWebhookParts, hubSpotWebhooks } from './hubspot-webhooks.ts'
import { answerError, answerNotFound, ProblemError } from './problems.ts'
import { signalRoutes } from './signals.ts'
import { sameText } from './signatures.ts'
import { type SlackInteractionParts, slackInteractions } from './slack-interactions.ts'

/** What the API uses. `ready` names each dependency and whether it answers. */
export interface ServerParts extends Omit<HubSpotWebhookParts, 'secrets'>, Omit<SlackInteractionParts, 'secrets'> {
  hubSpotSecrets: string[]
  slackSecrets: string[]
  apiTokens: string[]
  metrics: Metrics
  log: Logger
  ready: () => Promise<Record<string, boolean>>
}

/** Builds the HTTP API. Nothing listens until the caller says so. */
export function createServer(parts: ServerParts): FastifyInstance {
  const app = Fastify({
    loggerInstance: parts.log,
    // One line a request would say nothing that the metrics do not, and addresses can hold ids of people.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 1024 * 1024,
    requestTimeout: 10_000,
    connectionTimeout: 15_000,
    keepAliveTimeout: 30_000,
    http: { headersTimeout: 10_000 },
  }) as unknown as FastifyInstance
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler(answerError)
  app.setNotFoundHandler(answerNotFound)

  app.register(hubSpotWebhooks({ ...parts, secrets: parts.hubSpotSecrets }))
  app.register(slackInteractions({ ...parts, secrets: parts.slackSecrets }))
  app.register(
    async (v1) => {
      v1.addHook('onRequest', async (request) => authorise(parts.apiTokens, request.headers.authorization))
      v1.register(signalRoutes(parts))
    },
    { prefix: '/v1' },
  )
  app.get('/healthz', async () => ({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) => {
    const dependencies = await parts.ready()
    const ready = Object.values(dependencies).every(Boolean)
    return reply.code(ready ? 200 : 503).send({ ready, dependencies })
  })
  app.get('/metrics', async (_request, reply) =>
    reply.type(parts.metrics.registry.contentType).send(await parts.metrics.registry.metrics()),
  )
  return app
}

function authorise(tokens: string[], given: string | undefined): void {
  if (tokens.length === 0) {
    throw new ProblemError({
      status: 503,
      title: 'The API is switched off',
      detail: 'No token is set: put one into API_TOKENS.',
    })
  }
  const token = /^Bearer (.+)$/i.exec(given ?? '')?.[1]
  const digest = (text: string) => createHash('sha256').update(text).digest('hex')
  if (!token || !tokens.some((known) => sameText(digest(known), digest(token)))) {
    throw new ProblemError(
      { status: 401, title: 'Not authorised', detail: 'Send a valid token: Authorization: Bearer <token>.' },
      { 'www-authenticate': 'Bearer' },
    )
  }
}
