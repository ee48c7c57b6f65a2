import { createBreaker } from '../platform/breaker.ts'
import type { Logger } from '../platform/log.ts'

/** The outside systems whose work waits while they are down. */
type Breakable = 'hubspot' | 'slack'

// Once a second it is looked whether an outside system that is down answers again, after a first pause.
const PROBE_EVERY = 1_000

/**
 * A breaker for each outside system. While one is down one piece of work tries (`probe`); when it answers, everything that
 * waited for it is done (`recover`). Without `works` (an API) nobody tries: the breaker goes by what its own calls meet.
 */
export function createBreakers(parts: {
  log: Logger
  works: boolean
  retryDelay: number
  probe: (system: Breakable) => void
  recover: (system: Breakable) => void
}) {
  const { log, works, probe, recover } = parts
  const firstPause = Math.min(parts.retryDelay, PROBE_EVERY)
  const probes = new Map<Breakable, NodeJS.Timeout>()

  function stop(system: Breakable): void {
    clearInterval(probes.get(system))
    probes.delete(system)
  }

  function breaker(system: Breakable) {
    return createBreaker(system, {
      firstPause,
      onDown() {
        log.warn({ system }, 'an outside system does not answer: its work waits, and one call at a time tries')
        stop(system)
        if (works)
          probes.set(
            system,
            setInterval(() => probe(system), firstPause),
          )
      },
      onUp() {
        log.info({ system }, 'an outside system answers again')
        stop(system)
        if (works) recover(system)
      },
    })
  }

  return {
    hubspot: breaker('hubspot'),
    slack: breaker('slack'),

    /** Tries no more. */
    close(): void {
      for (const probing of probes.values()) clearInterval(probing)
    },
  }
}
