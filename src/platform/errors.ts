/** The systems outside Baton. */
export type OutsideSystem = 'hubspot' | 'slack' | 'apollo' | 'enrichment' | 'redis'

/**
 * How a call to an outside system failed, which decides what happens next:
 * `rate-limited` waits as long as told; `unavailable` is tried again, the call was not carried out or can be repeated;
 * `unknown-outcome` may have been carried out and is looked up before it is repeated; `refused` is never repeated.
 */
export type FailureKind = 'rate-limited' | 'unavailable' | 'unknown-outcome' | 'refused'

/** A failed call to an outside system. The message carries codes and ids only, never a body or a header. */
export class OutsideError extends Error {
  readonly system: OutsideSystem
  readonly kind: FailureKind
  /** The system's own code, such as an HTTP status or `channel_not_found`. */
  readonly code: string
  /** Milliseconds to wait, when the system said so. */
  readonly retryAfter: number | undefined
  /** Which parts of what was sent are refused, as far as the system said so. */
  details?: string[]
  constructor(system: OutsideSystem, kind: FailureKind, code: string, retryAfter?: number) {
    super(`${system}: ${kind} (${code})`)
    this.name = 'OutsideError'
    this.system = system
    this.kind = kind
    this.code = code
    this.retryAfter = retryAfter
  }
}

/** Whether an outside system refused a call for good: to ask it again would change nothing. */
export function isRefused(error: unknown): error is OutsideError {
  return error instanceof OutsideError && error.kind === 'refused'
}

/** Rejects with `late()` when the promise has not settled within `ms`. What it does goes on; its outcome is unknown. */
export async function withDeadline<T>(promise: Promise<T>, ms: number, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms)
  })
  try {
    return await Promise.race([promise, deadline])
  } finally {
    clearTimeout(timer)
  }
}
