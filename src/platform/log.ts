import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino'
import { hostNow } from './clock.ts'

export type { Logger } from 'pino'

/**
 * The log: JSON lines with ids only. An error is reduced to its kind, code and place: messages of outside systems may
 * carry a lead's data. It goes to standard output unless a destination is given.
 */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date(hostNow()).toISOString()}"`,
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
