import type { Config } from '../../src/config/config.ts'
import { createEnrichment } from '../../src/enrichment/chain.ts'
import { createHubSpotCompany } from '../../src/enrichment/hubspot-company.ts'
import type { Click } from '../../src/leads/change.ts'
import type { Mode } from '../../src/platform/env.ts'
import { OutsideError } from '../../src/platform/errors.ts'
import { createLogger } from '../../src/platform/log.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { createSilentSlack } from '../../src/slack/silent.ts'
import { type Apply, createApply } from '../../src/store/apply.ts'
import { type Away, createAway } from '../../src/store/away.ts'
import type { Waiting } from '../../src/store/commit.ts'
import { createConfigs } from '../../src/store/configs.ts'
import { createHomes, type Homes } from '../../src/store/homes.ts'
import { createInbox, type Incoming } from '../../src/store/inbox.ts'
import { createLeads, type StoredLead } from '../../src/store/leads.ts'
import { createOutbox } from '../../src/store/outbox.ts'
import { createStore, INDEX } from '../../src/store/partitions.ts'
import { createPools } from '../../src/store/pools.ts'
import { createUnreachable } from '../../src/store/unreachable.ts'
import { createHomeViews } from '../../src/views/home.ts'
import { createDeparted } from '../../src/work/departed.ts'
import { withHomes } from '../../src/work/homes-of.ts'
import { GivenUp, type Handler, type Parts, RunLater } from '../../src/work/parts.ts'
import { createRescoring } from '../../src/work/rescore-leads.ts'
import { WORK, type WorkTable } from '../../src/work/table.ts'
import { LEASE } from '../../src/work/worker.ts'
import { holdHostTime } from './host-time.ts'
import { createMemoryRedis, type Gate } from './memory-redis.ts'
import { createOutside } from './outside.ts'

/*
 * Baton's own records, decisions and handlers over a Redis, a HubSpot and a Slack in memory, with a clock that stands
 * still until it is moved. Every call of a worker waits until a seeded scheduler lets it go on, so any interleaving of
 * workers, clicks and crashes can happen, and happens again with the same seed.
 */

/** A protection that is taken away, to see that the invariants notice. `answers`: steps that are due are blind to them. */
export interface Sabotage {
  guards?: RegExp
  index?: string
  fields?: string
  lookups?: boolean
  answers?: boolean
}

const PREFIX = 'sim'
const RETRY = 5_000
const MOST_STEPS = 25_000
const MOST_LEAPS = 200
const LOOKS_FOR = 8 * 60 * 60_000
const YEAR = 365 * 24 * 60 * 60_000
const TABLE: WorkTable = WORK
const metrics = createMetrics()
const log = createLogger('silent')

interface Worker {
  skew: number
  /** Calls to Redis, which one connection answers in their order, and calls to the others, which come as they like. */
  redis: (() => void)[]
  outside: (() => void)[]
  running: Set<string>
  hurried: { name: string; id: string; known: StoredLead | undefined }[]
  handlers: Record<string, Handler<unknown>>
  away: Away
  homes: Homes
  parts: Parts
}

/** The world of one history. */
export type World = ReturnType<typeof createWorld>

/** Makes it. `seed` decides who is next at every step. In the mode `observe` its HubSpot can still be written to: nobody may. */
export function createWorld(config: Config, seed: number, sabotage: Sabotage = {}, mode: Mode = 'live') {
  const world = { now: Date.parse('2026-11-18T15:00:00Z'), config }
  const random = seeded(seed)
  const redis = createMemoryRedis(sabotage)
  const outside = createOutside(() => world.now, sabotage)
  const failures: unknown[] = []
  const free: Gate = () => Promise.resolve()
  // Looks, webhooks and the first step of everything take no turn.
  const look = openStore(free)
  const workers = [startWorker(), startWorker()]
  const indexKeys = Object.entries(TABLE).flatMap(([name, { index }]) =>
    index ? [{ name, keys: look.store.partitions.map((partition) => look.store.keys.indexIn(partition, index)) }] : [],
  )
  const rowOfIndex = new Map(Object.entries(TABLE).flatMap(([name, { index }]) => (index ? [[index, name]] : [])))
  const deliveries: { incoming: Incoming[]; at: number }[] = []
  const dead = new Set<string>()
  const accepted: { handoffId: string; does: Click }[] = []
  const looked = new Map<string, number>()
  const resting: (() => void)[] = []
  const close = holdHostTime(
    () => world.now,
    () => new Promise((resolve) => resting.push(resolve)),
  )
  let steps = 0

  function openStore(gate: Gate) {
    const store = createStore({ redis: redis.connect(gate), prefix: PREFIX })
    const leads = createLeads(store)
    const inbox = createInbox(store)
    return { store, leads, inbox }
  }

  function startWorker(): Worker {
    const worker: Worker = {
      skew: 0,
      redis: [],
      outside: [],
      running: new Set(),
      hurried: [],
      handlers: {},
      ...({} as Pick<Worker, 'away' | 'homes' | 'parts'>),
    }
    const gate: Gate = () => new Promise((resolve) => worker.redis.push(resolve))
    const outsideGate: Gate = () => new Promise((resolve) => worker.outside.push(resolve))
    const { store, leads, inbox } = openStore(gate)
    const pools = createPools(store)
    const observes = mode === 'observe'
    const hubspot = { ...outside.hubspot(outsideGate), readOnly: observes }
    const slack = observes ? createSilentSlack() : outside.slack(outsideGate)
    const clock = { now: () => world.now + worker.skew }
    const unreachable = createUnreachable(store)
    const away = createAway({ store, clock, source: () => world.config })
    const config = () => unreachable.over(away.over(world.config))
    const homes = createHomes(store)
    const apply = withHomes(createApply({ store, pools, inbox, observes }), { homes, config, log })
    const viewHome = createHomeViews({ config, clock, store, leads, pools })
    Object.assign(worker, { away, homes })
    worker.parts = {
      config,
      clock,
      store,
      leads,
      reports: { make: async () => Promise.reject(new Error('none is sent in this world')) },
      viewHome: (user) => viewHome(user),
      inbox,
      pools,
      apply: sabotage.answers ? blindToAnswers(apply) : apply,
      outbox: createOutbox(store),
      configs: createConfigs(store),
      // Nobody leaves in this world: it has just been looked for.
      departed: {
        ...createDeparted(),
        get looked() {
          return { version: world.config.version, at: Number.MAX_SAFE_INTEGER, refused: false }
        },
        set looked(_) {},
      },
      unreachable,
      hubspot,
      portalId: () => undefined,
      secrets: () => ({ problem: 'there are none' }),
      slack,
      ...{ mode, apart: store, spokenSlack: slack },
      enrichment: createEnrichment({
        redis: redis.connect(gate),
        prefix: PREFIX,
        providers: [createHubSpotCompany(hubspot)],
      }),
      metrics,
      log,
      dropTimers: async () => undefined,
      hurry: (waiting, options) => hurry(worker, waiting, options?.known),
    }
    for (const [name, row] of Object.entries(TABLE))
      worker.handlers[name] = row.handler(worker.parts, TABLE) as Handler<unknown>
    return worker
  }

  function hurry(worker: Worker, waiting: Waiting[], known: StoredLead | undefined): void {
    for (const { index, id, at } of waiting) {
      const name = rowOfIndex.get(index)
      if (name && at <= world.now + worker.skew) worker.hurried.push({ name, id, known })
    }
  }

  /** Work that is due, by a clock that is off by so much. */
  function due(skew: number): { name: string; id: string }[] {
    const found: { name: string; id: string }[] = []
    for (const { name, keys } of indexKeys) {
      for (const key of keys) {
        for (const [id, at] of redis.members(key)) if (at <= world.now + skew) found.push({ name, id })
      }
    }
    return found
  }

  function begin(worker: Worker, name: string, id: string, known: StoredLead | undefined): void {
    const key = `${name}:${id}`
    const row = TABLE[name]
    const index = row?.index ? look.store.keys.index(id, row.index) : null
    const payload = row?.payload(id)
    if (worker.running.has(key) || payload === null || payload === undefined || !index) return
    worker.running.add(key)
    const stands = () => redis.members(index).has(id)
    if (stands()) redis.move(index, id, world.now + LEASE)
    // A wait takes its time, also where the clock is ahead.
    const ahead = Math.max(0, worker.skew)
    const again = (delay: number) => void (stands() && redis.move(index, id, world.now + ahead + delay))
    worker.handlers[name]?.(payload, known).then(
      () => worker.running.delete(key),
      (error: unknown) => {
        worker.running.delete(key)
        if (error instanceof RunLater) again(error.delay)
        else if (error instanceof OutsideError && error.kind !== 'refused') again(RETRY)
        else if (error instanceof OutsideError || error instanceof GivenUp) {
          dead.add(key)
          redis.data.get(index) && void look.store.commit([], [['ZREM', index, id]])
        } else failures.push(error)
      },
    )
  }

  function pick<T>(some: readonly T[]): T | undefined {
    return some[Math.floor(random() * some.length)]
  }

  /** One step of somebody; false when there is nothing to do at this instant. */
  async function step(): Promise<boolean> {
    if (++steps > MOST_STEPS) throw new Error(`it never comes to rest: ${JSON.stringify(due(0).slice(0, 5))}`)
    const calls = workers
      .flatMap(({ redis, outside }) => [
        ...(redis.length > 0 ? [{ queue: redis, at: 0 }] : []),
        ...outside.map((_, at) => ({ queue: outside, at })),
      ])
      .concat(resting.map((_, at) => ({ queue: resting, at })))
    const goOn = (call: (typeof calls)[number] | undefined) => call?.queue.splice(call.at, 1)[0]?.()
    const arrived = deliveries.findIndex(({ at }) => at <= world.now)
    if (calls.length > 0 && random() < 0.7) {
      goOn(pick(calls))
    } else if (arrived >= 0) {
      const [delivery] = deliveries.splice(arrived, 1)
      await look.inbox.ingest(delivery?.incoming ?? [], world.now)
    } else if (!beginSome()) {
      if (calls.length === 0) return false
      goOn(calls[0])
    }
    await settled()
    return true
  }

  function beginSome(): boolean {
    const [first, second] = random() < 0.5 ? workers : workers.toReversed()
    return beginBy(first) || beginBy(second)
  }

  function beginBy(worker: Worker | undefined): boolean {
    if (!worker) return false
    const hurried = worker.hurried.shift()
    if (hurried) {
      begin(worker, hurried.name, hurried.id, hurried.known)
      return true
    }
    const work = pick(due(worker.skew).filter(({ name, id }) => !worker.running.has(`${name}:${id}`)))
    if (work) begin(worker, work.name, work.id, undefined)
    return work !== undefined
  }

  return {
    world,
    redis,
    outside,
    look,
    failures,
    dead,
    /** Clicks that were told to have done something. */
    accepted,

    /** So many steps, or fewer when there is nothing to do. */
    async run(steps: number): Promise<void> {
      for (let left = steps; left > 0 && (await step()); left--);
    },

    /**
     * Moves the clock, by leaps before which everybody finishes what they are at: nobody sleeps in the middle of a call.
     * What is due at the end has not begun. Without a time: until the next thing is due.
     */
    async wait(milliseconds?: number): Promise<void> {
      await this.drain()
      const until = milliseconds === undefined ? Math.min(nextInstant(), world.now + YEAR) : world.now + milliseconds
      // What comes every minute need not be seen every time.
      for (let leaps = 0; world.now < until; leaps++) {
        await this.drain()
        world.now = leaps < MOST_LEAPS ? Math.min(until, Math.max(nextInstant(), world.now + 1)) : until
      }
    },

    /** Everything that is due at this instant, done. */
    async drain(): Promise<void> {
      while (await step());
    },

    /** Until nothing waits but what has its own instant: retries, leases and postponed looks have run out. */
    async untilQuiet(): Promise<void> {
      // The sweep finds what a worker that died has left.
      this.rescore(0)
      for (let tries = 0; ; tries++) {
        await this.drain()
        const isQuiet = SOON.every((index) => entriesOf(index).length === 0) && deliveries.length === 0
        // A step that a worker took with it when it died is free again after its lease.
        const taken = entriesOf(INDEX.steps).some(([, at]) => at <= world.now + LEASE)
        if (isQuiet && !taken) return
        if (tries > 300)
          throw new Error(`never quiet: ${SOON.flatMap((index) => entriesOf(index).map(([id]) => `${index} ${id}`))}`, {
            cause: failures[0],
          })
        // What waits for a contact that was never seen is given up after two days.
        world.now = Math.max(world.now + (tries < 100 ? LEASE : 3_600_000), ...deliveries.map(({ at }) => at))
      }
    },

    /** A webhook or signal on its way: at once, twice, later, or never. */
    deliver(incoming: Incoming[], how: Delivery, delay: number): void {
      if (how === 'lost') return
      const at = world.now + (how === 'late' ? delay : 0)
      for (let times = how === 'twice' ? 2 : 1; times > 0; times--) deliveries.push({ incoming, at: at + times - 1 })
    },

    /** A worker dies in the middle of whatever it is at, and another starts. */
    crash(number: number): void {
      workers[number % workers.length] = startWorker()
    },

    /** A worker's clock is off by so much. */
    skew(number: number, milliseconds: number): void {
      const worker = workers[number % workers.length]
      if (worker) worker.skew = milliseconds
    },

    /** A worker computes every lead again by the config that is in force. */
    rescore(number: number): void {
      const worker = workers[number % workers.length]
      if (worker) rescoreAll(worker.parts).catch((error) => failures.push(error))
    },

    /** A click, as the route takes it: by a worker's own connections, so that it too interleaves with the others. */
    click(handoffId: string, by: string, does: Parameters<Parts['apply']>[2] & { type: 'click' }): void {
      const worker = workers[0]
      if (!worker) return
      const { config } = worker.parts
      const settle = async () => {
        for (let tries = 0; tries < 50; tries++) {
          const found = await worker.parts.leads.findHandoff(handoffId)
          if (!found) return
          const input = { ...does, handoffId: found.handoff.id, by }
          const applied = await worker.parts.apply(config(), found.state, input, worker.parts.clock.now())
          worker.parts.hurry(applied.waiting)
          if (applied.outcome === 'committed') accepted.push({ handoffId, does: does.does })
          if (applied.outcome !== 'conflict') return
        }
      }
      settle().catch((error) => failures.push(error))
    },

    /** A rep says that they are away from now on, or back; the workers know of it as they know it: one at once. */
    say(rep: string): void {
      const [first, second] = workers
      const said = first?.away.clear(rep, 'cli').then(async (outcome) => {
        if (outcome === 'not-away') await first.away.set(rep, { from: world.now, until: null }, 'cli')
        await second?.away.read()
      })
      said?.catch((error) => failures.push(error))
    },

    /** Somebody opens their App Home. */
    lookHome(user: string): void {
      looked.set(user, world.now)
      workers[0]?.homes.opened(user, world.now).then(
        () => undefined,
        (error) => failures.push(error),
      )
    },

    /** Whether they have looked so lately that it is kept up to date. */
    looksAtHome: (user: string) => world.now - (looked.get(user) ?? 0) < LOOKS_FOR,

    /** Slack reaches everybody again, and nobody is away. */
    async everybodyBack(): Promise<void> {
      outside.deaf.clear()
      for (const name of ['unreachable', 'away']) redis.data.delete(look.store.keys.shared(name))
      for (const { away, parts } of workers)
        Promise.all([away.read(), parts.unreachable.all()]).catch((error) => failures.push(error))
      await this.drain()
    },

    /** The config as the first worker has it: with who is away, and whom Slack does not reach. */
    config: () => workers[0]?.parts.config() ?? world.config,

    /** The world ends: the host has its time back. */
    close,

    entriesOf,
  }

  async function rescoreAll(parts: Parts): Promise<void> {
    const rescoring = createRescoring(parts)
    await parts.configs.keep(world.config)
    await rescoring.announce(world.config)
    while ((await rescoring.rescoreBatch()) > 0);
  }

  function entriesOf(index: string): [string, number][] {
    return look.store.partitions.flatMap((partition) => [...redis.members(look.store.keys.indexIn(partition, index))])
  }

  function nextInstant(): number {
    const instants = [
      ...Object.values(TABLE).flatMap(({ index }) => (index ? entriesOf(index).map(([, at]) => at) : [])),
      ...deliveries.map(({ at }) => at),
    ]
    return Math.min(...instants.filter((at) => at > world.now), Number.MAX_SAFE_INTEGER)
  }
}

// What is due is decided as if nobody had answered.
function blindToAnswers(apply: Apply): Apply {
  return (config, state, input, now) => {
    if (input.type !== 'due') return apply(config, state, input, now)
    const open = Object.entries(state.handoffs).map(([id, { attempts, ...handoff }]) => [
      id,
      attempts ? { ...handoff, state: 'open' } : handoff,
    ])
    return apply(config, { ...state, handoffs: Object.fromEntries(open) }, input, now)
  }
}

/** How something gets to Baton. */
export type Delivery = 'once' | 'twice' | 'late' | 'lost'

/** What waits in these is done as soon as somebody can; in the others it waits for an instant of its own. */
export const SOON = [
  INDEX.unread,
  INDEX.posts,
  INDEX.messages,
  INDEX.writes,
  INDEX.assignments,
  INDEX.merges,
  INDEX.erasures,
  INDEX.blanks,
  INDEX.notes,
  INDEX.waits,
  INDEX.waitingLists,
  INDEX.repLists,
  INDEX.homes,
]

/** Everything that promises have left to do without anybody's turn. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
