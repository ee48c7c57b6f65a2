import type { FastifyInstance, FastifyReply } from 'fastify'
import type { createFaults, createRateLimits, SimulatedSlackFault } from './faults.ts'
import type { MethodEntry } from './methods.ts'
import type { ResponseUrls } from './response-urls.ts'
import { isRefusal, type JsonObject, type MethodArguments, refuse, type SlackRefusal } from './types.ts'

/** One call of a method and how it went: `ok`, Slack's error, `rate-limited` or `fault:` and its kind. */
export interface RecordedCall {
  method: string
  outcome: string
}

const PROXY_PAGE = '<!doctype html><title>502</title><h1>Bad gateway</h1>'

/**
 * The routes that an app calls: every method under `/api/` and the response_urls. Needs parsers for form bodies (into
 * text) and JSON on the server.
 */
export function registerApi(
  server: FastifyInstance,
  options: {
    methods: Map<string, MethodEntry>
    faults: ReturnType<typeof createFaults>
    rateLimits: ReturnType<typeof createRateLimits> | undefined
    responseUrls: ResponseUrls
    botToken: string
    scopes: string[]
    calls: RecordedCall[]
    unexpectedCalls: string[]
  },
): void {
  /** What the method answers, with the checks that Slack makes before it looks at the arguments. */
  function answer(method: string, authorization: string | undefined, args: MethodArguments): JsonObject | SlackRefusal {
    const entry = options.methods.get(method)
    if (!entry) {
      options.unexpectedCalls.push(method)
      return refuse('unknown_method', { req_method: method })
    }
    if (!authorization && !args.token) return refuse('not_authed')
    if (authorization !== `Bearer ${options.botToken}` && args.token !== options.botToken) return refuse('invalid_auth')
    if (entry.scope && !options.scopes.includes(entry.scope)) {
      return refuse('missing_scope', { needed: entry.scope, provided: options.scopes.join(',') })
    }
    return entry.run(args)
  }

  server.route<{ Params: { method: string } }>({
    method: ['GET', 'POST'],
    url: '/api/:method',
    handler: async (request, reply) => {
      const { method } = request.params
      const record = (outcome: string) => void options.calls.push({ method, outcome })
      const args = readForm(typeof request.body === 'string' ? request.body : request.url.split('?')[1])
      const fault = options.faults.take(method, args.channel ?? args.channel_id ?? args.users)
      if (fault && !comesAfterTheCall(fault)) {
        record(`fault:${fault.kind}`)
        return failBeforeTheCall(fault, reply)
      }
      const retryAfter = options.rateLimits?.retryAfter(method, args.channel)
      if (retryAfter !== undefined) {
        record('rate-limited')
        return tooMany(reply, retryAfter)
      }
      const outcome = answer(method, request.headers.authorization, args)
      const body = JSON.stringify(
        isRefusal(outcome) ? { ok: false, error: outcome.error, ...outcome.details } : { ok: true, ...outcome },
      )
      if (fault) {
        record(`fault:${fault.kind}`)
        return failAfterTheCall(fault, reply, body)
      }
      record(isRefusal(outcome) ? outcome.error : 'ok')
      if (!isRefusal(outcome) || outcome.error !== 'invalid_auth')
        reply.header('x-oauth-scopes', options.scopes.join(','))
      return reply.type('application/json; charset=utf-8').send(body)
    },
  })

  server.post('/actions/*', async (request, reply) => {
    const result = options.responseUrls.use(request.url, request.body)
    return reply.code(result.status).send(result.body)
  })
}

function comesAfterTheCall(fault: SimulatedSlackFault): boolean {
  return fault.kind === 'accept-then-reset' || fault.kind === 'stalled-body'
}

function failBeforeTheCall(fault: SimulatedSlackFault, reply: FastifyReply): FastifyReply {
  switch (fault.kind) {
    case 'ok-false':
      return reply.send({ ok: false, error: fault.error ?? 'internal_error' })
    case 'rate-limited':
      return tooMany(reply, fault.retryAfter ?? 30)
    case 'rate-limited-bare':
      return tooMany(reply)
    case 'http-500':
      return reply.code(500).type('text/plain').send('Internal Server Error')
    case 'html':
      return reply.type('text/html').send(PROXY_PAGE)
    default:
      // Fastify leaves the request open for good.
      return reply.hijack()
  }
}

function failAfterTheCall(fault: SimulatedSlackFault, reply: FastifyReply, body: string): FastifyReply {
  reply.hijack()
  if (fault.kind === 'accept-then-reset') {
    reply.raw.socket?.resetAndDestroy()
    return reply
  }
  reply.raw.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
  reply.raw.write(body.slice(0, body.length / 2))
  return reply
}

function tooMany(reply: FastifyReply, retryAfter?: number): FastifyReply {
  if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter))
  return reply.code(429).send({ ok: false, error: 'ratelimited' })
}

function readForm(form: string | undefined): MethodArguments {
  return Object.fromEntries(new URLSearchParams(form ?? ''))
}
