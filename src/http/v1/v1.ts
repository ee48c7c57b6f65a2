import { createHash } from 'node:crypto'
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ApiToken } from '../../platform/env.ts'
import { ProblemError } from '../problems.ts'
import { type ActRouteParts, actRoutes } from './acts.ts'
import { type AwayRouteParts, awayRoutes } from './away.ts'
import { type QualityRouteParts, qualityRoutes } from './data-quality.ts'
import { type DeadLetterRouteParts, deadLetterRoutes } from './dead-letters.ts'
import { type FactRouteParts, factRoutes } from './facts.ts'
import { type HandoffRouteParts, handoffRoutes } from './handoffs.ts'
import { refuseUnknownParameters } from './known-parameters.ts'
import { type LeadListParts, leadListRoutes } from './lead-list.ts'
import { type LeadRouteParts, leadRoutes } from './leads.ts'
import { type PoolRouteParts, poolRoutes } from './pools.ts'
import { type ReportRouteParts, reportRoutes } from './reports.ts'
import { type RuleRouteParts, ruleRoutes } from './rules.ts'
import { type ShadowRouteParts, shadowRoutes } from './shadow.ts'
import { type SignalParts, signalRoutes } from './signals.ts'
import { type WhatIfRouteParts, whatIfRoutes } from './what-if.ts'

/** What `/v1` uses. */
export interface V1Parts
  extends Omit<ActRouteParts, 'whoAsks'>,
    Omit<AwayRouteParts, 'whoAsks'>,
    DeadLetterRouteParts,
    FactRouteParts,
    HandoffRouteParts,
    LeadListParts,
    LeadRouteParts,
    PoolRouteParts,
    ReportRouteParts,
    QualityRouteParts,
    RuleRouteParts,
    ShadowRouteParts,
    SignalParts,
    WhatIfRouteParts {
  apiTokens: ApiToken[]
}

// Per minute, token and API process. Who has no valid token is limited by address, so that nobody can try many.
const WITH_TOKEN = 600
const WITHOUT_TOKEN = 30

const WRITES = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

/** `/v1`, the service API: bearer tokens with a scope, and a rate limit for each. */
export function v1(parts: V1Parts) {
  const tokens = new Map(parts.apiTokens.map((token) => [token.digest, token]))

  function tokenOf(request: FastifyRequest): ApiToken | undefined {
    const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
    // The digest of a long random token says nothing about its neighbours, so looking it up leaks no useful time.
    return given === undefined ? undefined : tokens.get(createHash('sha256').update(given).digest('hex'))
  }

  // The beginning of a digest tells tokens without a name apart, and gives nothing away.
  const whoAsks = (request: FastifyRequest) => {
    const { name, digest } = tokenOf(request) as ApiToken
    return `api:${name ?? digest.slice(0, 8)}`
  }

  return async function plugin(app: FastifyInstance): Promise<void> {
    await app.register(rateLimit, { global: false })
    // Fastify takes plain text as well, and no route here does.
    app.removeContentTypeParser('text/plain')
    // Many clients name JSON as the type of a body that they do not send.
    const parseJson = app.getDefaultJsonParser('error', 'error')
    app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) =>
      body === '' ? done(null, undefined) : parseJson(request, String(body), done),
    )
    app.addHook(
      'onRequest',
      app.rateLimit({
        timeWindow: 60_000,
        keyGenerator: (request) => tokenOf(request)?.digest ?? `address-${request.ip}`,
        max: (request) => (tokenOf(request) ? WITH_TOKEN : WITHOUT_TOKEN),
        errorResponseBuilder: (_request, { max, after }) =>
          new ProblemError({
            status: 429,
            title: 'Too many requests',
            detail: `At most ${max} requests a minute are taken: try again in ${after}.`,
          }),
      }),
    )
    app.addHook('onRequest', async (request) => authorise(tokens.size, tokenOf(request), request.method))
    app.addHook('preValidation', refuseUnknownParameters)
    app.register(signalRoutes(parts))
    app.register(leadListRoutes(parts))
    app.register(leadRoutes(parts))
    app.register(handoffRoutes(parts))
    app.register(actRoutes({ ...parts, whoAsks }))
    app.register(awayRoutes({ ...parts, whoAsks }))
    app.register(poolRoutes(parts))
    app.register(reportRoutes(parts))
    app.register(qualityRoutes(parts))
    app.register(ruleRoutes(parts))
    app.register(deadLetterRoutes(parts))
    app.register(factRoutes(parts))
    app.register(shadowRoutes(parts))
    app.register(whatIfRoutes(parts))
  }
}

function authorise(configured: number, token: ApiToken | undefined, method: string): void {
  if (configured === 0) {
    throw new ProblemError({
      status: 503,
      title: 'The API is switched off',
      detail: 'No token is set: put one into API_TOKENS.',
    })
  }
  if (!token) {
    throw new ProblemError(
      { status: 401, title: 'Not authorised', detail: 'Send a valid token: Authorization: Bearer <token>.' },
      { 'www-authenticate': 'Bearer' },
    )
  }
  if (token.scope === 'read' && WRITES.has(method)) {
    throw new ProblemError(
      { status: 403, title: 'Not allowed', detail: 'This token may only read: use one with the scope operate.' },
      { 'www-authenticate': 'Bearer error="insufficient_scope", scope="operate"' },
    )
  }
}
