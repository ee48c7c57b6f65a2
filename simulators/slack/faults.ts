/**
 * What can go wrong on request. `ok-false`, `rate-limited` (with Retry-After), `rate-limited-bare` (without), `http-500`,
 * `html` and `hang` (no answer at all) leave nothing behind. `stalled-body` (headers and half the answer) and
 * `accept-then-reset` (the connection drops) come after the call was carried out: a posted message is there.
 */
export type FaultKind =
  | 'ok-false'
  | 'rate-limited'
  | 'rate-limited-bare'
  | 'http-500'
  | 'hang'
  | 'stalled-body'
  | 'accept-then-reset'
  | 'html'

/**
 * A fault for the next `times` calls (1 when absent) of a method; with `to` those that concern a user's direct message, or a
 * channel, alone. `retryAfter` is in seconds, 30 when absent.
 */
export interface SimulatedSlackFault {
  method: string
  kind: FaultKind
  /** Slack's error for `ok-false`, `internal_error` when absent. */
  error?: string
  retryAfter?: number
  times?: number
  to?: string
}

/** The faults that wait for their call, first asked first served. */
export function createFaults(conversationOf: (id: string) => string | undefined = (id) => id) {
  const waiting: (SimulatedSlackFault & { left: number })[] = []
  return {
    add(fault: SimulatedSlackFault): void {
      waiting.push({ ...fault, left: fault.times ?? 1 })
    },
    /** Takes back all of them. */
    clear(): void {
      waiting.length = 0
    },
    /** The fault for this call, used up once. `target`: the channel or user that the call is about. */
    take(method: string, target = ''): SimulatedSlackFault | undefined {
      const concerns = ({ to }: SimulatedSlackFault) =>
        to === undefined || conversationOf(to) === conversationOf(target)
      const fault = waiting.find(
        (candidate) => candidate.method === method && candidate.left > 0 && concerns(candidate),
      )
      if (fault) fault.left -= 1
      return fault
    },
  }
}

const WINDOW_MS = 60_000
const POST_GAP_MS = 1_000
const CALLS_PER_MINUTE: Readonly<Record<string, number>> = {
  'chat.postMessage': 300,
  'auth.test': 300,
  'chat.update': 50,
  'chat.delete': 50,
  'users.lookupByEmail': 50,
  'conversations.open': 50,
  'conversations.history': 50,
  'conversations.replies': 50,
  'conversations.info': 50,
  'files.getUploadURLExternal': 100,
  'files.completeUploadExternal': 100,
  'views.open': 100,
  'views.update': 100,
  'users.info': 100,
  'chat.postEphemeral': 100,
}

/**
 * Slack's published rate limits by the given clock: a minute's window per method (tier 3: 50, tier 4: 100, and 300 for
 * the "several hundred" of chat.postMessage), and one post a second per channel. Slack lets short bursts through; this
 * does not.
 */
export function createRateLimits(now: () => number) {
  const calls = new Map<string, number[]>()
  const lastPost = new Map<string, number>()

  /** Milliseconds until the call would be let in; 0 counts it as made. */
  function delayOf(method: string, channel: string | undefined): number {
    const at = now()
    const recent = (calls.get(method) ?? []).filter((time) => time > at - WINDOW_MS)
    const most = CALLS_PER_MINUTE[method] ?? 20
    const windowDelay = recent.length < most ? 0 : (recent[0] ?? at) + WINDOW_MS - at
    const paced = method === 'chat.postMessage' && channel !== undefined
    const channelDelay = paced ? Math.max(0, (lastPost.get(channel) ?? at - POST_GAP_MS) + POST_GAP_MS - at) : 0
    const delay = Math.max(windowDelay, channelDelay)
    if (delay === 0) {
      calls.set(method, [...recent, at])
      if (paced) lastPost.set(channel, at)
    }
    return delay
  }

  return {
    /** Seconds for the Retry-After header, or undefined when the call is within the limits. */
    retryAfter(method: string, channel: string | undefined): number | undefined {
      const delay = delayOf(method, channel)
      return delay === 0 ? undefined : Math.ceil(delay / 1_000)
    },
  }
}
