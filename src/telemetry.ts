import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino'
import { Counter, Gauge, Registry } from 'prom-client'

export type { Logger } from 'pino'

/**
 * The log: JSON lines with ids only. An error is reduced to its kind, code and place: messages of outside systems may
 * carry a lead's data. It goes to standard output unless a destination is given.
 */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    serializers: {
      err(error: unknown) {
        const { type, stack, code, message } = stdSerializers.err(error as Error) as Record<string, unknown>
        const own = type === 'OutsideError' || type === 'ZodError' || type === 'ReplyError'
        return {
          type,
          code,
          message: own ? message : undefined,
          at: String(stack)
            .match(/\n\s+at .*/)?.[0]
            ?.trim(),
        }
      },
    },
  }
  return destination ? pino(options, destination) : pino(options)
}

/** The metrics of one running service, as Prometheus reads them. */
export type Metrics = ReturnType<typeof createMetrics>

/** Makes a fresh set of metrics, so that several services in one process stay apart. */
export function createMetrics() {
  const registry = new Registry()
  const registers = [registry]
  return {
    registry,
    events: new Counter({
      name: 'baton_events_total',
      help: 'Webhook events and signals by kind and what became of them',
      labelNames: ['kind', 'outcome'] as const,
      registers,
    }),
    decisions: new Counter({
      name: 'baton_decisions_total',
      help: 'Decisions by route and action',
      labelNames: ['route', 'action'] as const,
      registers,
    }),
    calls: new Counter({
      name: 'baton_outside_calls_total',
      help: 'Calls to outside systems by system, operation and outcome',
      labelNames: ['system', 'operation', 'outcome'] as const,
      registers,
    }),
    deadLetters: new Gauge({
      name: 'baton_dead_letters',
      help: 'Leads and messages that could not be processed and wait for a person',
      registers,
    }),
  }
}
