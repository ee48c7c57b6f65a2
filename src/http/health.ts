import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { refusalAdvice } from '../leads/refused.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { PresentRefusal } from '../store/refused.ts'

/**
 * How a dependency is. `failed` takes this process out of service; `degraded` is for people: the work goes on, later or
 * with what is known.
 */
export interface Dependency {
  status: 'ok' | 'degraded' | 'failed'
  detail?: string
}

const Ready = z
  .object({
    ready: z.boolean(),
    dependencies: z.record(
      z.string(),
      z.object({ status: z.enum(['ok', 'degraded', 'failed']), detail: z.string().optional() }),
    ),
  })
  .meta({
    id: 'Readiness',
    examples: [
      {
        ready: true,
        dependencies: {
          redis: { status: 'ok' },
          workers: { status: 'ok' },
          config: { status: 'ok', detail: 'version 7d574028c9b5' },
          hubspot: { status: 'ok' },
          slack: { status: 'degraded', detail: 'the last call: unavailable (deadline)' },
          adoption: { status: 'ok', detail: 'adopted: 48,210 contacts' },
          poll: { status: 'ok', detail: 'last success 2026-11-20T12:00:00.000Z' },
          doctor: { status: 'degraded', detail: 'at the start: slack channel sdr' },
        },
      },
    ],
  })

/**
 * How an outside system is, by its last answer to this process. Work waits for it, so it never fails the process; a
 * refusal is about one contact or message, and the system is well.
 */
export function outsideStatus({ lastCalls }: Pick<Metrics, 'lastCalls'>, system: 'hubspot' | 'slack'): Dependency {
  const last = lastCalls.get(system)
  if (!last) return { status: 'ok', detail: 'not called yet' }
  const well = last.outcome === 'ok' || last.outcome === 'refused'
  return well ? { status: 'ok' } : { status: 'degraded', detail: `the last call: ${last.outcome} (${last.code})` }
}

// Nothing that a caller can say is wrong here, but what is no HTTP.
const UNREADABLE = { 400: z.undefined().describe('The request is not readable as HTTP.') }

/** The properties that HubSpot does not take, as a dependency of its own; none when it takes all. */
export function refusedStatus(refused: readonly PresentRefusal[]): Record<string, Dependency> {
  if (refused.length === 0) return {}
  const detail = refused.map((one) => `${one.property} (${one.code}): ${refusalAdvice(one, one.rep)}`).join('. ')
  return { hubspotProperties: { status: 'degraded', detail: `HubSpot does not take ${detail}` } }
}

/** `/healthz` (alive), `/readyz` (each dependency by name) and `/metrics` (Prometheus). They need no token. */
export function healthRoutes(parts: { metrics: Metrics; ready: () => Promise<Record<string, Dependency>> }) {
  return async function plugin(instance: FastifyInstance): Promise<void> {
    const app = instance.withTypeProvider<ZodTypeProvider>()
    app.get(
      '/healthz',
      {
        schema: {
          operationId: 'alive',
          tags: ['operations'],
          security: [],
          summary: 'The process is alive',
          response: { 200: z.object({ status: z.literal('ok') }), ...UNREADABLE },
        },
      },
      async () => ({ status: 'ok' as const }),
    )
    app.get(
      '/readyz',
      {
        schema: {
          operationId: 'ready',
          tags: ['operations'],
          security: [],
          summary: 'Ready for work, with each dependency by name',
          description: '503 only when something has `failed`; `degraded` parts are for people to look at.',
          response: { 200: Ready, 503: Ready, ...UNREADABLE },
        },
      },
      async (_request, reply) => {
        const dependencies = await parts.ready()
        const ready = Object.values(dependencies).every(({ status }) => status !== 'failed')
        return reply.code(ready ? 200 : 503).send({ ready, dependencies })
      },
    )
    instance.get(
      '/metrics',
      {
        schema: {
          operationId: 'metrics',
          tags: ['operations'],
          security: [],
          summary: 'Metrics for Prometheus',
          response: {
            200: { description: 'Prometheus text', content: { 'text/plain': { schema: z.string() } } },
            ...UNREADABLE,
          },
        },
        serializerCompiler: () => (text) => String(text),
      },
      async (_request, reply) =>
        reply.type(parts.metrics.registry.contentType).send(await parts.metrics.registry.metrics()),
    )
  }
}
