import {
  BrokenCircuitError,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleAll,
} from 'cockatiel'
import { OutsideError, type OutsideSystem } from './errors.ts'

/** One breaker of an outside system in this process. */
export type Breaker = ReturnType<typeof createBreaker>

// A system that answers again is noticed within so many milliseconds.
const LONGEST_PAUSE = 4_000
// In a row, and not a share of some time: a quiet service makes a call now and then, a busy one hundreds a minute.
const UNANSWERED_CALLS = 3

/**
 * While a system is down one call tries, and nobody else waits for a deadline of their own. It opens when three calls in a
 * row were not answered, for one alone may have been bad luck or its own fault; the first answer closes it. What is
 * refused or limited is an answer. `firstPause` is the time to the first probe, in milliseconds.
 */
export function createBreaker(
  system: OutsideSystem,
  { firstPause, onDown, onUp }: { firstPause: number; onDown: () => void; onUp: () => void },
) {
  const policy = circuitBreaker(handleAll, {
    halfOpenAfter: new ExponentialBackoff({ initialDelay: firstPause, maxDelay: Math.max(LONGEST_PAUSE, firstPause) }),
    breaker: new ConsecutiveBreaker(UNANSWERED_CALLS),
  })
  policy.onBreak(onDown)
  policy.onReset(onUp)

  return {
    /** Whether calls are held back. One that comes after a pause is let through all the same, to try. */
    isDown: (): boolean => policy.state !== CircuitState.Closed,

    /** Makes a call. Rejects at once, as unavailable, while the system is down and it is not yet time to try. */
    async call<T>(work: () => Promise<T>): Promise<T> {
      // What the system answered, whatever it was, shows that it is there.
      let answer: { value: T } | { error: unknown } | undefined
      try {
        await policy.execute(async () => {
          try {
            answer = { value: await work() }
          } catch (error) {
            answer = { error }
            if (isSilence(system, error)) throw error
          }
        })
      } catch (error) {
        if (error instanceof BrokenCircuitError) throw new OutsideError(system, 'unavailable', 'down')
      }
      if (answer === undefined) throw new OutsideError(system, 'unavailable', 'down')
      if ('error' in answer) throw answer.error
      return answer.value
    },
  }
}

// A call that Redis gave no turn says nothing of the system that it was for.
function isSilence(system: OutsideSystem, error: unknown): boolean {
  if (!(error instanceof OutsideError) || error.system !== system) return false
  return error.kind === 'unavailable' || error.kind === 'unknown-outcome'
}
