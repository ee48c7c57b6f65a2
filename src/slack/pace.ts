import type { RedisConnection } from '../platform/redis.ts'

/*
 * Slack's pace, shared by all workers through Redis: one message a second and channel, some 300 a minute in all, 50 a
 * minute each for updates and for opening conversations (Slack's rate limits, tier 3). Bursts are let through as far as
 * no minute can hold more than that. Whoever waits is next by urgency, then by time; a channel that has to rest holds up
 * no other. Fixed windows, which libraries have, would let twice as many through across an edge, or none for most of a
 * minute; and two limits have to be kept at once.
 */

/** What is paced. `post` also keeps the pace of its channel. */
export type PacedCall = 'post' | 'update' | 'open' | 'home'

// A bucket of `burst` that refills by one in every `every` milliseconds: burst + 60,000 / every is a minute's most.
const BUCKETS: Record<PacedCall | 'channel', { every: number; burst: number }> = {
  post: { every: 250, burst: 50 },
  update: { every: 2_000, burst: 18 },
  open: { every: 2_000, burst: 18 },
  // Tier 4: 100 a minute.
  home: { every: 700, burst: 10 },
  // A little over a second, for messages do not all travel as fast.
  channel: { every: 1_100, burst: 1 },
}

// Takes one of each bucket, or none. KEYS hold when each bucket will be full again; ARGV for each of them `every` and
// `burst`. Answers 0, or the milliseconds until all of them have one.
const TAKE = `
local time = redis.call('TIME')
local now, wait = time[1] * 1000 + math.floor(time[2] / 1000), 0
local full = {}
for i, key in ipairs(KEYS) do
  local every, burst = tonumber(ARGV[i * 2 - 1]), tonumber(ARGV[i * 2])
  full[i] = math.max(now, tonumber(redis.call('GET', key) or '0')) + every
  wait = math.max(wait, full[i] - now - every * burst)
end
if wait > 0 then return wait end
for i, key in ipairs(KEYS) do redis.call('SET', key, full[i], 'PX', full[i] - now) end
return 0
`

/** Gives turns. */
export type Pace = ReturnType<typeof createPace>

/** Somebody who waits for a turn. */
interface TurnRequest {
  call: PacedCall
  channel: string | undefined
  priority: number
  resolve: () => void
  reject: (error: Error) => void
}

/** Opens the pace; `off` gives every turn at once, for a simulator. */
export function createPace({ redis, prefix, off }: { redis: RedisConnection; prefix: string; off: boolean }) {
  redis.defineCommand('batonPace', { lua: TAKE })
  const run = redis as unknown as { batonPace(keys: number, ...rest: (string | number)[]): Promise<number> }
  const keyOf = (name: string) => `${prefix}{slack}:pace:${name}`
  const requests: TurnRequest[] = []
  // Until when a bucket is known to be empty, by this process's own clock of elapsed time.
  const emptyUntil = new Map<string, number>()
  let timer: NodeJS.Timeout | undefined
  let busy = false

  const namesOf = ({ call, channel }: TurnRequest) => [
    call,
    ...(call === 'post' && channel ? [`channel:${channel}`] : []),
  ]
  const freeAt = (one: TurnRequest) => Math.max(0, ...namesOf(one).map((name) => emptyUntil.get(name) ?? 0))

  async function take(one: TurnRequest): Promise<number> {
    const names = namesOf(one)
    const buckets = names.map((name) => BUCKETS[name.startsWith('channel:') ? 'channel' : one.call])
    return run.batonPace(names.length, ...names.map(keyOf), ...buckets.flatMap(({ every, burst }) => [every, burst]))
  }

  async function giveTurns(): Promise<void> {
    if (busy) return
    busy = true
    clearTimeout(timer)
    try {
      for (;;) {
        const now = performance.now()
        const next = requests.find((one) => freeAt(one) <= now)
        if (!next) break
        const wait = await take(next)
        if (wait === 0) {
          requests.splice(requests.indexOf(next), 1)
          next.resolve()
          continue
        }
        // Which of its buckets is empty is not told apart: the narrower one is by far the likelier.
        emptyUntil.set(namesOf(next).at(-1) ?? next.call, performance.now() + wait)
      }
    } catch (error) {
      for (const one of requests.splice(0)) one.reject(error as Error)
    }
    busy = false
    if (requests.length === 0) return void emptyUntil.clear()
    const soonest = Math.min(...requests.map(freeAt))
    timer = setTimeout(giveTurns, Math.max(1, soonest - performance.now())).unref()
  }

  return {
    /** Waits for a turn. The higher the priority, the sooner. Rejects when Redis is away, or the service stops. */
    turn(call: PacedCall, priority: number, channel?: string): Promise<void> {
      if (off) return Promise.resolve()
      return new Promise((resolve, reject) => {
        const one: TurnRequest = { call, channel, priority, resolve, reject }
        const at = requests.findIndex((other) => other.priority < priority)
        requests.splice(at < 0 ? requests.length : at, 0, one)
        void giveTurns()
      })
    },

    /** Slack has said to wait: nobody makes such a call for so many milliseconds. */
    async hold(call: PacedCall, milliseconds: number): Promise<void> {
      if (off) return
      const { every, burst } = BUCKETS[call]
      emptyUntil.set(call, performance.now() + milliseconds)
      const [seconds, microseconds] = await redis.time()
      const full =
        Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000) + milliseconds + every * (burst - 1)
      await redis.set(keyOf(call), full, 'PX', milliseconds + every * burst)
    },

    /** Ends all waiting: what waited stands in its index. */
    close(): void {
      clearTimeout(timer)
      for (const one of requests.splice(0)) one.reject(new Error('the service stops'))
    },
  }
}
