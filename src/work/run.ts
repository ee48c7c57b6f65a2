import PQueue from 'p-queue'
import type { Clock } from '../platform/clock.ts'
import { OutsideError, type OutsideSystem } from '../platform/errors.ts'
import type { Logger } from '../platform/log.ts'
import { isRedisAway } from '../platform/redis.ts'
import { inSpan, inTrace, nameIds, presentTrace } from '../platform/tracing.ts'
import type { StoredLead } from '../store/leads.ts'
import type { Store } from '../store/partitions.ts'
import { createCrowd } from './crowd.ts'
import type { Dead } from './dead.ts'
import { GivenUp, type Handler, RunLater } from './parts.ts'
import { CONCURRENCY, QUEUES, type QueueName, type WorkTable } from './table.ts'

/** A piece of work: the name of its row and its id. `last` does it behind everything else. */
export interface WorkItem {
  name: string
  id: string
  last?: boolean | undefined
}

interface Tries {
  outside: number
  own: number
}

/** Runs work in this process. */
export type Runner = ReturnType<typeof createRunner>

// With half of it more, everything goes on within five seconds of an outside system's recovery. The breakers spare one
// that stays down.
const LONGEST_WAIT = 3_000
// What somebody waits for. (A message may wait long for its turn in Slack's pace.)
const URGENT: ReadonlySet<QueueName> = new Set(['leads', 'timers'])
// What waits longer would be swept meanwhile.
const LONG_WAIT = 5_000
/** How often work is tried that fails by an error of our own; an outside system that is down is waited for without a limit. */
const OWN_TRIES = 5

/**
 * Runs pieces of work in this process, each only once at a time, in lanes by queue. What cannot be done now stays in its
 * index and is tried again: after a growing wait, or at once when the outside system that it needs answers again. An
 * error of our own has a budget of tries; then the work goes to the dead letters, so that nothing ends in silence.
 */
export function createRunner(options: {
  table: WorkTable
  handlers: Record<string, Handler<unknown>>
  clock: Clock
  store: Store
  dead: Dead
  log: Logger
  /** The first wait before another try, in milliseconds. */
  retryDelay: number
  isDown: (system: OutsideSystem) => boolean
  /** Where it is not what the table of work says. */
  atOnce?: Partial<Record<QueueName, number>> | undefined
}) {
  const { table, handlers, clock, store, dead, log, retryDelay } = options
  const lanes = Object.fromEntries(
    QUEUES.map((queue) => [queue, new PQueue({ concurrency: options.atOnce?.[queue] ?? CONCURRENCY[queue] })]),
  ) as Record<QueueName, PQueue>
  const crowd = createCrowd()
  const running = new Map<string, { again: boolean; last: boolean; start: () => Promise<void>; done: Promise<void> }>()
  const retries = new Map<string, { tries: Tries; timer: NodeJS.Timeout | undefined }>()
  let closed = false

  function run(item: WorkItem, known?: StoredLead): Promise<void> {
    const row = Object.hasOwn(table, item.name) ? table[item.name] : undefined
    if (!row || closed) return Promise.resolve()
    const key = `${item.name}:${item.id}`
    const before = running.get(key)
    if (before) {
      before.again ||= row.fold === 'again'
      // It waits in the crowd, and somebody has come who does not.
      if (before.last && !item.last) {
        before.last = false
        before.done = lanes[row.queue].add(before.start, { priority: 1 })
      }
      return before.done
    }
    const last = item.last === true
    const trace = presentTrace()
    let begun: Promise<void> | undefined
    // A lane begins work when other work ends, and so in that one's trace.
    const start = () => {
      begun ??= inTrace(trace, work)
      return begun
    }
    const entry = { again: false, last, start, done: Promise.resolve() }
    running.set(key, entry)
    const work = async () => {
      try {
        for (let more = !closed; more; more = entry.again && !closed) {
          entry.again = false
          const now = { ...item, last: entry.last }
          if (entry.last) await crowd.turn()
          await (entry.last || !URGENT.has(row.queue) ? tryOnce(now, known) : crowd.ahead(() => tryOnce(now, known)))
          known = undefined
        }
      } finally {
        running.delete(key)
      }
    }
    const lane = lanes[last && row.queue === 'leads' ? 'bulk' : row.queue]
    entry.done = lane.add(start, { priority: last ? 0 : 1 })
    return entry.done
  }

  async function tryOnce({ name, id, last }: WorkItem, known: StoredLead | undefined): Promise<void> {
    const row = table[name]
    const handler = handlers[name]
    const payload = row?.payload(id)
    const key = `${name}:${id}`
    if (!row || !handler || payload === null || payload === undefined) {
      log.error({ work: name, id }, 'work that is none of ours, or malformed: left out')
      if (row?.index) await store.commit([], [['ZREM', store.keys.index(id, row.index), id]])
      return
    }
    clearTimeout(retries.get(key)?.timer)
    try {
      await inSpan(`work ${name}`, {}, async () => {
        nameIds(payload)
        await (last ? handler(payload, known, crowd.turn) : handler(payload, known))
      })
      retries.delete(key)
      await dead.clear(name, id)
    } catch (thrown) {
      await failed({ name, id, last }, thrown)
    }
  }

  async function failed(item: WorkItem, thrown: unknown): Promise<void> {
    const { name, id } = item
    const key = `${name}:${id}`
    const row = table[name]
    const error = isRedisAway(thrown) ? new OutsideError('redis', 'unavailable', 'away') : thrown
    const before = retries.get(key)?.tries ?? { outside: 0, own: 0 }
    if (error instanceof RunLater) return again(item, error.delay, before)
    if (error instanceof OutsideError && error.kind !== 'refused') {
      const tries = { ...before, outside: before.outside + 1 }
      const delay = waitFor(error, tries.outside)
      log.warn(
        { work: name, system: error.system, kind: error.kind, code: error.code, delay },
        'outside system: waiting',
      )
      // One probe tries whether it answers again; the rest waits in the index until it does.
      if (error.system !== 'redis' && options.isDown(error.system) && row?.index) {
        await store.redis.zadd(store.keys.index(id, row.index), 'XX', clock.now(), id).catch(() => undefined)
        // Where it answers by now, what waited was taken up while this was still at work, and passed over.
        if (options.isDown(error.system)) {
          retries.delete(key)
          return
        }
      }
      return again(item, delay, tries)
    }
    const tries = { ...before, own: before.own + 1 }
    const isLast = error instanceof OutsideError || error instanceof GivenUp || tries.own >= OWN_TRIES
    log.error({ work: name, id, err: error, last: isLast }, 'work failed')
    if (!isLast) return again(item, retryDelay * 2 ** tries.own * (0.5 + Math.random() / 2), tries)
    retries.delete(key)
    await dead.put(name, row?.index ?? null, id, error).catch((lost) => {
      log.warn({ work: name, id, err: lost }, 'a dead letter could not be kept: the sweep will find its work')
    })
  }

  async function again(item: WorkItem, delay: number, tries: Tries): Promise<void> {
    if (!closed) {
      const timer = setTimeout(() => void run(item), delay)
      retries.set(`${item.name}:${item.id}`, { tries, timer: timer.unref() })
    }
    // A long wait holds for whoever sweeps as well.
    const index = delay > LONG_WAIT ? table[item.name]?.index : null
    if (index)
      await store.redis
        .zadd(store.keys.index(item.id, index), 'XX', Math.ceil(clock.now() + delay), item.id)
        .catch((error) =>
          log.warn({ work: item.name, err: error }, 'a wait could not be noted: the sweep tries earlier'),
        )
  }

  function waitFor(error: OutsideError, tries: number): number {
    // Whoever waits for a system tries at the same instant, so that their calls stay batches: the first multiple of the
    // time that is at least half of it away.
    const now = clock.now()
    const time = Math.max(1, Math.min(LONGEST_WAIT, retryDelay * 2 ** Math.min(tries, 10)))
    const growing = Math.ceil((now + time / 2) / time) * time - now
    // What may have been carried out is looked up first, and shows in Slack's history only after a moment.
    const settling = error.kind === 'unknown-outcome' ? 5 * retryDelay : 0
    return Math.max(error.retryAfter ?? 0, settling, growing)
  }

  return {
    /** Runs a piece of work; resolves once it was tried. Never rejects. `known` is its lead as just committed. */
    run,

    /** What runs, or waits for another try, in this process: for whoever waits until all is quiet. */
    busy: (): string[] => [...running.keys(), ...retries.keys()],

    /** Takes nothing more, and resolves when what runs is through; what has not begun is left in its index. */
    async close(): Promise<void> {
      closed = true
      for (const { timer } of retries.values()) clearTimeout(timer)
      await Promise.all(Object.values(lanes).map((lane) => lane.onIdle()))
    },
  }
}
