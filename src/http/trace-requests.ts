import { context, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type { FastifyInstance, FastifyRequest } from 'fastify'

// Probes and scrapes come every few seconds and lead nowhere.
const LEFT_OUT = new Set<string | undefined>([undefined, '/healthz', '/readyz', '/metrics'])

const tracer = trace.getTracer('baton')

/**
 * Gives each request a span, named by its route, that what the handler does belongs to. Nothing of body, query or
 * headers is in it, and no trace that a sender names is taken over: webhooks come from outside.
 */
export function traceRequests(app: FastifyInstance): void {
  const spans = new WeakMap<FastifyRequest, Span>()

  app.addHook('onRequest', (request, _reply, done) => {
    const route = request.routeOptions.url
    if (!LEFT_OUT.has(route)) {
      const attributes = { 'http.request.method': request.method, 'http.route': route }
      const options = { kind: SpanKind.SERVER, attributes }
      spans.set(request, tracer.startSpan(`${request.method} ${route}`, options, ROOT_CONTEXT))
    }
    done()
  })
  // Only here, for reading the body loses what was active before.
  app.addHook('preHandler', (request, _reply, done) => {
    const span = spans.get(request)
    if (span) context.with(trace.setSpan(ROOT_CONTEXT, span), done)
    else done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    const span = spans.get(request)
    span?.setAttribute('http.response.status_code', reply.statusCode)
    if (reply.statusCode >= 500) span?.setStatus({ code: SpanStatusCode.ERROR })
    span?.end()
    done()
  })
}
