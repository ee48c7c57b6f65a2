import {
  type Attributes,
  type Context,
  context,
  DiagLogLevel,
  diag,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace'
import type { Telemetry } from 'bullmq'
import { OutsideError, withDeadline } from './errors.ts'
import type { Logger } from './log.ts'

/*
 * Traces, for whoever has a collector: one from a webhook through the jobs it causes to the posts in Slack. Without a
 * collector the calls below do nothing, and nothing but OpenTelemetry's small API is loaded.
 */

/** Tracing that runs: what BullMQ needs to carry a trace from one process to the next, and how to stop. */
export interface Tracing {
  telemetry: Telemetry
  /** Delivers what is left, for at most 2 s. */
  stop(): Promise<void>
}

const DELIVER_WITHIN = 2_000

// What leaves the process: codes and ids. BullMQ and its errors could bring along more.
const KEPT = /^(baton\..+|http\..+|error\.type|bullmq\.(queue\.(name|operation)|job\.(id|name|bulk\.count)))$/

const tracer = trace.getTracer('baton')

/**
 * Starts tracing when the environment names a collector in the standard way, OTEL_EXPORTER_OTLP_ENDPOINT or
 * OTEL_EXPORTER_OTLP_TRACES_ENDPOINT; else null. Call it before the service is made.
 */
export async function startTracing(env: Record<string, string | undefined>, log: Logger): Promise<Tracing | null> {
  if (!env.OTEL_EXPORTER_OTLP_ENDPOINT && !env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) return null
  const [sdk, resources, hooks, core, otlp, bullmq] = await Promise.all([
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/context-async-hooks'),
    import('@opentelemetry/core'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('bullmq-otel'),
  ])
  const told = () => log.warn('tracing: spans could not be delivered')
  diag.setLogger({ error: told, warn() {}, info() {}, debug() {}, verbose() {} }, DiagLogLevel.ERROR)
  context.setGlobalContextManager(new hooks.AsyncLocalStorageContextManager())
  propagation.setGlobalPropagator(new core.W3CTraceContextPropagator())
  const provider = new sdk.TracerProvider({
    resource: resources.resourceFromAttributes({ 'service.name': 'baton' }).merge(
      resources.detectResources({
        detectors: [resources.resourceAttributesEnvDetector, resources.serviceNameEnvDetector],
      }),
    ),
    sampler: new sdk.ParentBasedSampler({
      root: {
        // BullMQ's housekeeping, every few seconds, belongs to nothing.
        shouldSample: (_context, _traceId, _name, kind) => ({
          decision:
            kind === SpanKind.INTERNAL ? sdk.SamplingDecision.NOT_RECORD : sdk.SamplingDecision.RECORD_AND_SAMPLED,
        }),
        toString: () => 'everything but lone internal spans',
      },
    }),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter: bare(new otlp.OTLPTraceExporter()) })],
  })
  trace.setGlobalTracerProvider(provider)
  return {
    telemetry: new bullmq.BullMQOtel(),
    stop: () => withDeadline(provider.shutdown(), DELIVER_WITHIN, () => new Error('deadline')).catch(told),
  }
}

/** An exporter that lets through only what `KEPT` names, and no exception, whose text could be about a person. */
function bare(exporter: SpanExporter): SpanExporter {
  const stripped = (span: ReadableSpan): ReadableSpan => {
    const attributes = Object.fromEntries(Object.entries(span.attributes).filter(([name]) => KEPT.test(name)))
    return Object.create(span, { attributes: { value: attributes }, events: { value: [] } })
  }
  return {
    export: (spans, done) => exporter.export(spans.map(stripped), done),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  }
}

/** Runs `work` as a span of its own, by default a call to another system. An error is named by its codes only. */
export function inSpan<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T> {
  return tracer.startActiveSpan(name, { kind: SpanKind.CLIENT, attributes }, async (span) => {
    try {
      return await work()
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR })
      span.setAttribute('error.type', error instanceof OutsideError ? error.message : (error as Error).name)
      throw error
    } finally {
      span.end()
    }
  })
}

/** The trace that is under way, to go on with later: what is given to it runs within it. The same one is the same object. */
export function presentTrace(): Trace {
  return context.active()
}

/** A trace that is under way. */
export type Trace = Context

/** Runs something within a trace. */
export function inTrace<T>(within: Trace, work: () => T): T {
  return context.with(within, work)
}

/** The trace that is under way, as BullMQ stores it with a job; undefined when there is none. */
export function currentTrace(): string | undefined {
  const carrier: Record<string, string> = {}
  propagation.inject(context.active(), carrier)
  return carrier.traceparent ? JSON.stringify(carrier) : undefined
}

/** Says on the span that is under way whom it is about: the ids of a job's payload. */
export function nameIds(payload: { leadId?: string; leadIds?: string[]; handoffId?: string; postId?: string }): void {
  trace.getActiveSpan()?.setAttributes({
    ...(payload.leadId ? { 'baton.lead.id': payload.leadId } : {}),
    ...(payload.leadIds ? { 'baton.lead.ids': payload.leadIds.slice(0, 100) } : {}),
    ...(payload.handoffId ? { 'baton.handoff.id': payload.handoffId } : {}),
    ...(payload.postId ? { 'baton.post.id': payload.postId } : {}),
  })
}
