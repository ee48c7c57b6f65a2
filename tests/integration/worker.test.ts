import type { Worker } from 'bullmq'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { OutsideError } from '../../src/platform/errors.ts'
import { createLogger } from '../../src/platform/log.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { connectRedis, type RedisConnection } from '../../src/platform/redis.ts'
import { createStore, type Store } from '../../src/store/partitions.ts'
import { createDead, type Dead } from '../../src/work/dead.ts'
import { GivenUp, type Handler, RunLater } from '../../src/work/parts.ts'
import { createQueues, type Queues } from '../../src/work/queues.ts'
import { createRunner, type Runner } from '../../src/work/run.ts'
import { createSweep } from '../../src/work/sweep.ts'
import { type QueueName, WORK, type WorkName } from '../../src/work/table.ts'
import { createWorker, LEASE } from '../../src/work/worker.ts'
import { createTestRedis } from '../support/redis.ts'

const redis = createTestRedis()
const NOW = Date.parse('2026-11-20T12:00:00Z')
const HOUR = 3_600_000
// As many tries as an error of our own is given.
const OWN_ATTEMPTS = 5
const clock = { now: NOW }
let prefix = ''
let count = 0
let queues: Queues
let store: Store
let dead: Dead
let connections: RedisConnection[] = []
const workers: Worker[] = []
const runners: Runner[] = []
let logLines: string[] = []
const log = createLogger('info', { write: (line: string) => void logLines.push(line) })

beforeEach(async () => {
  prefix = `${redis.prefix}-${++count}`
  connections = await Promise.all([
    connectRedis([redis.url], 'request', () => {}),
    connectRedis([redis.url], 'worker', () => {}),
  ])
  const connection = connections[0] as RedisConnection
  clock.now = NOW
  logLines = []
  queues = createQueues({ connection, prefix, onError: () => {} })
  store = createStore({ redis: connection, prefix })
  dead = createDead({ clock: { now: () => clock.now }, store, metrics: createMetrics(), log })
})
afterEach(async () => {
  vi.useRealTimers()
  await Promise.all(workers.splice(0).map((worker) => worker.close()))
  await Promise.all(runners.splice(0).map((runner) => runner.close()))
  await queues.close()
  for (const connection of connections) connection.disconnect()
})
afterAll(redis.deleteKeys)

type Handlers = Partial<Record<WorkName, Handler<never>>>

/** A process that does work with the given handlers. */
function start(handlers: Handlers, letters: Dead = dead): Runner {
  const runner = createRunner({
    ...{ table: WORK, store, dead: letters, log, retryDelay: 1 },
    handlers: handlers as Record<string, Handler<unknown>>,
    clock: { now: () => clock.now },
    isDown: () => false,
  })
  runners.push(runner)
  return runner
}

/** A process that also takes the jobs of a queue. */
function startWorker(queue: QueueName, handlers: Handlers): Runner {
  const runner = start(handlers)
  const connection = connections[1] as RedisConnection
  const options = { table: WORK, runner, store, clock: { now: () => clock.now }, connection, prefix, log }
  workers.push(createWorker(queue, options))
  return runner
}

/** Puts work where it waits, due at an instant. */
async function put(name: WorkName, ids: string[], at = clock.now): Promise<void> {
  const { index } = WORK[name]
  if (index === null) throw new Error(`${name} waits nowhere`)
  for (const id of ids) await store.redis.zadd(store.keys.index(id, index), at, id)
}

const lead = (id: string) => ({ name: 'read-lead' as const, id })
const steps = { name: 'take-steps' as const, id: '42-1' }

/** How many jobs of a queue there are in any state, finished ones included. */
async function left(queue: QueueName): Promise<number> {
  const counts = await queues.queues[queue].getJobCounts()
  return Object.values(counts).reduce((sum, state) => sum + state, 0)
}

/** Waits until a queue is empty. */
const finish = (queue: QueueName) => expect.poll(() => left(queue), { timeout: 10_000, interval: 10 }).toBe(0)

/** Waits until nothing runs in a process, nor is to be tried again. */
const rest = (runner: Runner) => expect.poll(() => runner.busy(), { timeout: 10_000, interval: 5 }).toEqual([])

describe('the crowd', () => {
  const HELD = 300

  /** Starts so many leads of the crowd; the first hundred are held until `free` is called. */
  function startCrowd() {
    const seen: string[] = []
    const held: (() => void)[] = []
    let open = false
    const runner = start({
      'read-lead': async ({ leadId }: { leadId: string }, _known: unknown, turn?: () => Promise<void>) => {
        if (turn && !open) await new Promise<void>((resolve) => held.push(resolve))
        await turn?.()
        seen.push(turn ? leadId : `${leadId} at once`)
      },
    })
    const crowd = Array.from({ length: HELD }, (_, index) => runner.run({ ...lead(String(index)), last: true }))
    const free = () => {
      open = true
      for (const resolve of held) resolve()
    }
    return { runner, seen, free, done: Promise.all(crowd) }
  }

  test('is passed by one who comes later', async () => {
    const { runner, seen, free, done } = startCrowd()
    await runner.run(lead('1000'))
    expect(seen).toEqual(['1000 at once'])
    free()
    await done
    expect(seen).toHaveLength(HELD + 1)
  })

  test('does no more at once than its lane takes', async () => {
    let most = 0
    let now = 0
    const runner = createRunner({
      ...{ table: WORK, store, dead, log, retryDelay: 1, isDown: () => false, atOnce: { slack: 2 } },
      clock: { now: () => clock.now },
      handlers: {
        'send-post': async () => {
          now += 1
          most = Math.max(most, now)
          await new Promise((resolve) => setTimeout(resolve, 5))
          now -= 1
        },
      },
    })
    runners.push(runner)
    await Promise.all(
      Array.from({ length: 9 }, (_, id) => runner.run({ name: 'send-post', id: `${id}-1.rep-alert-1` })),
    )
    expect(most).toBe(2)
  })

  test('loses one who waits in it and is asked for again, now urgently', async () => {
    const { runner, seen, free, done } = startCrowd()
    await runner.run(lead(String(HELD - 1)))
    expect(seen).toContain(`${HELD - 1} at once`)
    free()
    await done
    expect(new Set(seen).size).toBe(HELD)
  })

  test('goes on, though seldom, while something urgent is always at work', async () => {
    let stop = () => {}
    const stopped = new Promise<void>((resolve) => {
      stop = resolve
    })
    let done = 0
    const runner = start({
      'read-lead': async (_lead: unknown, _known: unknown, turn?: () => Promise<void>) => {
        if (turn) done += 1
        else await stopped
      },
    })
    const urgent = runner.run(lead('1000'))
    await runner.run({ ...lead('1'), last: true })
    expect(done).toBe(1)
    stop()
    await urgent
  })
})

describe('an outside system that fails now and then, and so opens no breaker', () => {
  test('is tried again within five seconds however often it has failed, by everybody at the same instant', async () => {
    const runner = createRunner({
      ...{ table: WORK, store, dead, log, retryDelay: 1_000, isDown: () => false },
      clock: { now: () => clock.now },
      handlers: {
        'read-lead': async () => {
          throw new OutsideError('hubspot', 'unavailable', '503')
        },
      },
    })
    runners.push(runner)
    const instants: number[] = []
    for (const [id, late] of [
      ['1', 0],
      ['2', 700],
    ] as const) {
      clock.now = NOW + late
      for (let tries = 0; tries < 12; tries++) await runner.run(lead(id))
      const { delay } = JSON.parse(logLines.at(-1) ?? '{}')
      expect(delay).toBeLessThanOrEqual(5_000)
      instants.push(clock.now + delay)
    }
    expect(instants[1]).toBe(instants[0])
  })
})

describe('an outside system that is down', () => {
  test('is waited for without using up attempts', async () => {
    let runs = 0
    const runner = start({
      'read-lead': async () => {
        runs += 1
        if (runs <= 3 * OWN_ATTEMPTS) throw new OutsideError('hubspot', 'unavailable', '503')
      },
    })
    for (let tries = 0; tries < 3 * OWN_ATTEMPTS; tries++) await runner.run(lead('1'))
    expect([runs, runner.busy()]).toEqual([3 * OWN_ATTEMPTS, ['read-lead:1']])
    await rest(runner)
    expect(runs).toBe(3 * OWN_ATTEMPTS + 1)
    expect(await dead.list()).toEqual([])
  })

  test.each([
    ['rate-limited', new OutsideError('slack', 'rate-limited', '429', HOUR), HOUR],
    ['unavailable, with a time', new OutsideError('hubspot', 'unavailable', '477', HOUR), HOUR],
    ['run later', new RunLater(HOUR), HOUR],
    ['unknown outcome', new OutsideError('slack', 'unknown-outcome', 'no-answer'), 5],
  ])('waits as long as told: %s', async (_, error, delay) => {
    let runs = 0
    const runner = start({
      'take-steps': async () => {
        runs += 1
        if (runs === 1) throw error
      },
    })
    // The very timer, for the client of Redis has timers of its own.
    const real = globalThis.setTimeout
    const set: { when: () => void; after: number | undefined }[] = []
    const spy = vi.spyOn(globalThis, 'setTimeout').mockImplementation(((when: () => void, after?: number) => {
      if (after === delay) set.push({ when, after })
      return real(when, after === delay ? HOUR : after)
    }) as typeof setTimeout)
    await runner.run(steps)
    spy.mockRestore()
    expect(set).toHaveLength(1)
    expect([runs, runner.busy()]).toEqual([1, ['take-steps:42-1']])
    set[0]?.when()
    await rest(runner)
    expect(runs).toBe(2)
    expect(await dead.list()).toEqual([])
  })

  test('is Redis as well, whatever its client calls that', async () => {
    const gone = await connectRedis([redis.url], 'request', () => {})
    gone.disconnect()
    const full = Object.assign(new Error("OOM command not allowed when used memory > 'maxmemory'."), {
      name: 'ReplyError',
    })
    let runs = 0
    const runner = start({
      'read-lead': async () => {
        runs += 1
        if (runs <= OWN_ATTEMPTS) await gone.get('x')
        if (runs <= 2 * OWN_ATTEMPTS) throw full
        if (runs <= 3 * OWN_ATTEMPTS) throw new Error('Command timed out')
      },
    })
    for (let tries = 0; tries < 3 * OWN_ATTEMPTS; tries++) await runner.run(lead('1'))
    await rest(runner)
    expect(runs).toBe(3 * OWN_ATTEMPTS + 1)
    expect(await dead.list()).toEqual([])
  })

  test('is named in the log, without what the work was about', async () => {
    let runs = 0
    const runner = start({
      'read-lead': async () => {
        runs += 1
        if (runs === 1) throw new OutsideError('hubspot', 'unavailable', '503')
      },
    })
    await runner.run(lead('1'))
    await rest(runner)
    expect(JSON.parse(logLines[0] ?? '{}')).toMatchObject({
      work: 'read-lead',
      system: 'hubspot',
      kind: 'unavailable',
      code: '503',
    })
  })

  test('keeps what needs it in the index, due for whoever finds that it answers again', async () => {
    const runner = createRunner({
      ...{ table: WORK, store, dead, log, retryDelay: 1, clock: { now: () => clock.now } },
      handlers: { 'read-lead': () => Promise.reject(new OutsideError('hubspot', 'unavailable', 'down')) },
      isDown: (system) => system === 'hubspot',
    })
    await put('read-lead', ['1'], NOW + LEASE)
    await runner.run(lead('1'))
    expect(runner.busy()).toEqual([])
    expect(await store.due('unread', NOW, 10)).toEqual(['1'])
    // What was erased meanwhile does not come back by it.
    await runner.run(lead('2'))
    expect(await store.count('unread')).toBe(1)
  })
})

describe('an error of our own', () => {
  test('has a budget of attempts, and then goes to the dead letters', async () => {
    let runs = 0
    const runner = start({
      'read-lead': async () => {
        runs += 1
        throw new TypeError('canary@northwind.example')
      },
    })
    await put('read-lead', ['1'])
    await runner.run(lead('1'))
    await rest(runner)
    expect(runs).toBe(OWN_ATTEMPTS)
    expect(await dead.list()).toMatchObject([{ name: 'read-lead', id: '1' }])
    expect(await store.count('unread')).toBe(0)
    expect(logLines.filter((line) => line.includes('"work failed"'))).toHaveLength(OWN_ATTEMPTS)
    expect(logLines.join('\n') + JSON.stringify(await dead.list())).not.toContain('canary')
    // It does not stand in the way of a new try.
    await runner.run(lead('1'))
    await rest(runner)
    expect(runs).toBe(2 * OWN_ATTEMPTS)
  })

  test('is counted apart from the waiting in between', async () => {
    let runs = 0
    const runner = start({
      'read-lead': async () => {
        runs += 1
        if (runs % 2 === 0) throw new TypeError('broken')
        throw new OutsideError('hubspot', 'unavailable', '503')
      },
    })
    await runner.run(lead('1'))
    await rest(runner)
    expect(runs).toBe(2 * OWN_ATTEMPTS)
    expect(await dead.list()).toHaveLength(1)
  })

  test.each([
    ['a refusal: it would be refused again', new OutsideError('hubspot', 'refused', '400')],
    ['what can never be done', new GivenUp('no contact has this email address')],
  ])('is one at once: %s', async (_, error) => {
    let runs = 0
    const runner = start({
      'read-lead': async () => {
        runs += 1
        throw error
      },
    })
    await runner.run(lead('1'))
    expect([runs, runner.busy()]).toEqual([1, []])
    expect(await dead.list()).toMatchObject([{ id: '1', reason: error.message }])
  })

  test('an event that comes during the last, failing run is not lost with it', async () => {
    const running = Promise.withResolvers<void>()
    const release = Promise.withResolvers<void>()
    let runs = 0
    const runner = start({
      'read-lead': async () => {
        runs += 1
        if (runs > 1) return
        running.resolve()
        await release.promise
        throw new OutsideError('hubspot', 'refused', '400')
      },
    })
    const first = runner.run(lead('1'))
    await running.promise
    const second = runner.run(lead('1'))
    release.resolve()
    await Promise.all([first, second])
    expect(runs).toBe(2)
    expect(logLines.filter((line) => line.includes('given up for now'))).toHaveLength(1)
    expect(await dead.list()).toEqual([])
  })

  test('when even the dead letters fail it stays where it waits, and comes to an end', async () => {
    let runs = 0
    const lost = { ...dead, put: () => Promise.reject(new Error('no Redis')) }
    const runner = start(
      {
        'read-lead': async () => {
          runs += 1
          throw new OutsideError('hubspot', 'refused', '400')
        },
      },
      lost,
    )
    await put('read-lead', ['1'])
    for (let times = 1; times <= 2; times++) {
      await runner.run(lead('1'))
      expect([runs, runner.busy()]).toEqual([times, []])
      expect(await store.due('unread', NOW, 10)).toEqual(['1'])
    }
    expect(await dead.list()).toEqual([])
  })
})

test.each([
  ['an id that is none of the work', 'timers', { 'take-steps': ['42'] }],
  ['ids of another type', 'leads', { 'read-lead': [7] }],
  ['no list', 'leads', { 'read-lead': '1' }],
  ['nothing', 'leads', null],
  ['a text', 'leads', 'canary@northwind.example'],
  ['a name that is none', 'leads', { 'no-such-work': ['1'] }],
  ['a name of the language', 'leads', { constructor: ['1'] }],
] as const)('a job with %s is logged and left out; the next job runs', async (_, queue, data) => {
  const seen: string[] = []
  const handlers: Handlers = {
    'read-lead': async ({ leadId }: { leadId: string }) => void seen.push(leadId),
    'take-steps': async ({ handoffId }: { handoffId: string }) => void seen.push(handoffId),
  }
  const runner = startWorker(queue, handlers)
  const next = queue === 'timers' ? '2-1' : '2'
  await put('read-lead', ['1', '2'])
  await put('take-steps', ['42', '2-1'])
  await queues.queues[queue].add('work', data, { removeOnFail: true, removeOnComplete: true })
  await queues.add([queue === 'timers' ? { name: 'take-steps', id: next } : lead(next)])
  await finish(queue)
  expect(seen).toEqual([next])
  expect(runner.busy()).toEqual([])
  expect(await dead.list()).toEqual([])
  expect(logLines).toHaveLength(1)
  expect(logLines[0]).not.toContain('canary')
})

test('what cannot be an id leaves its index, so that nobody finds it again', async () => {
  await put('take-steps', ['42', '42-1'])
  await start({}).run({ name: 'take-steps', id: '42' })
  expect(await store.due('rungs', NOW, 10)).toEqual(['42-1'])
})

test('a job of another version does what this one knows', async () => {
  const seen: string[] = []
  startWorker('leads', { 'read-lead': async ({ leadId }: { leadId: string }) => void seen.push(leadId) })
  await put('read-lead', ['1'])
  await queues.queues.leads.add('work', { 'no-such-work': ['7'], 'read-lead': ['1'] })
  await expect.poll(() => seen).toEqual(['1'])
})

describe('folding', () => {
  test('20 requests during a run cause exactly one more', async () => {
    const running = Promise.withResolvers<void>()
    const release = Promise.withResolvers<void>()
    let [runs, atOnce, most] = [0, 0, 0]
    const runner = start({
      'read-lead': async () => {
        runs += 1
        atOnce += 1
        most = Math.max(most, atOnce)
        running.resolve()
        if (runs === 1) await release.promise
        atOnce -= 1
      },
    })
    const all = [runner.run(lead('1'))]
    await running.promise
    all.push(...Array.from({ length: 20 }, () => runner.run(lead('1'))))
    expect(runs).toBe(1)
    release.resolve()
    await Promise.all(all)
    expect([runs, most]).toEqual([2, 1])
  })

  test('nor one more, where it is not about a state', async () => {
    const running = Promise.withResolvers<void>()
    const release = Promise.withResolvers<void>()
    let runs = 0
    const runner = start({
      'send-post': async () => {
        runs += 1
        running.resolve()
        await release.promise
      },
    })
    const post = { name: 'send-post', id: '1-1.rep-alert-1' }
    const all = [runner.run(post)]
    await running.promise
    all.push(...Array.from({ length: 20 }, () => runner.run(post)))
    release.resolve()
    await Promise.all(all)
    expect(runs).toBe(1)
  })

  test('20 jobs for what waits cause one run, and other leads one each', async () => {
    await put('read-lead', ['1', '2', '3'])
    await queues.add(Array.from({ length: 10 }, () => lead('1')))
    for (let times = 0; times < 10; times++) await queues.add([lead('1')])
    await queues.add([lead('2'), lead('3')])
    const seen: string[] = []
    startWorker('leads', { 'read-lead': async ({ leadId }: { leadId: string }) => void seen.push(leadId) })
    await finish('leads')
    expect(seen.sort()).toEqual(['1', '2', '3'])
  })

  test('a job for what stands in no index, or is not due, does nothing', async () => {
    await put('read-lead', ['1'], NOW + 1)
    const seen: string[] = []
    startWorker('leads', { 'read-lead': async ({ leadId }: { leadId: string }) => void seen.push(leadId) })
    await queues.add([lead('1'), lead('2')])
    await finish('leads')
    expect(seen).toEqual([])
  })

  test('requests while it waits for an outside system cause no run beside it', async () => {
    let runs = 0
    const runner = startWorker('leads', {
      'read-lead': async () => {
        runs += 1
        if (runs === 1) throw new OutsideError('hubspot', 'rate-limited', 'DAILY', HOUR)
      },
    })
    await put('read-lead', ['1'])
    await queues.add([lead('1')])
    await expect.poll(() => runs).toBe(1)
    for (let times = 0; times < 5; times++) await queues.add([lead('1')])
    await finish('leads')
    expect([runs, runner.busy()]).toEqual([1, ['read-lead:1']])
    const isDown = () => false
    const parts = { table: WORK, runner, store, clock: { now: () => clock.now }, dead, isDown, isDue: {} }
    clock.now += HOUR / 2
    await createSweep(parts).sweep()
    expect(runs).toBe(1)
    // What has just come due is left to whoever waits for it, for a while.
    clock.now += HOUR / 2 + LEASE
    await createSweep(parts).sweep()
    expect([runs, runner.busy()]).toEqual([2, []])
  })

  test('a request during a run that then has to wait is not forgotten', async () => {
    const running = Promise.withResolvers<void>()
    const release = Promise.withResolvers<void>()
    let runs = 0
    const runner = start({
      'read-lead': async () => {
        runs += 1
        if (runs > 1) return
        running.resolve()
        await release.promise
        throw new OutsideError('hubspot', 'unavailable', '503', HOUR)
      },
    })
    const first = runner.run(lead('1'))
    await running.promise
    const second = runner.run(lead('1'))
    release.resolve()
    await Promise.all([first, second])
    // The run that waited reads what came meanwhile; one more does no harm.
    expect(runs).toBeGreaterThanOrEqual(2)
    const before = runs
    await runner.run(lead('1'))
    expect([runs - before, runner.busy()]).toEqual([1, []])
  })

  test('a timer is one by its instant, sleeps until then, and can be set again', async () => {
    const seen: string[] = []
    startWorker('timers', { 'take-steps': async ({ handoffId }: { handoffId: string }) => void seen.push(handoffId) })
    const set = (...instants: number[]) =>
      queues.setTimers(
        instants.map((at) => ({ ...steps, at })),
        NOW,
      )
    for (let times = 0; times < 3; times++) await set(NOW + HOUR)
    await set(NOW + HOUR, NOW + 2 * HOUR)
    expect(await left('timers')).toBe(2)
    const [first] = (await queues.queues.timers.getDelayed()).sort((a, b) => a.delay - b.delay)
    expect(first?.delay).toBe(HOUR)
    expect(seen).toEqual([])
    await first?.promote()
    await expect.poll(() => seen).toEqual(['42-1'])
    await expect.poll(() => left('timers')).toBe(1)
    // One that has fired can be set again, and what is due already fires at once.
    await set(NOW + HOUR)
    expect(await left('timers')).toBe(2)
    await set(NOW - 1)
    await expect.poll(() => seen).toEqual(['42-1', '42-1'])
  })
})

test('a process that stops finishes what runs, and begins nothing more', async () => {
  const running = Promise.withResolvers<void>()
  const release = Promise.withResolvers<void>()
  const seen: string[] = []
  const runner = start({
    'read-lead': async ({ leadId }: { leadId: string }) => {
      running.resolve()
      await release.promise
      seen.push(leadId)
      throw new OutsideError('hubspot', 'unavailable', '503')
    },
  })
  void runner.run(lead('1'))
  await running.promise
  void runner.run(lead('1'))
  const closed = runner.close()
  void runner.run(lead('2'))
  release.resolve()
  await closed
  expect(seen).toEqual(['1'])
})

test('without Redis adding fails at once, with an error to wait for', async () => {
  const gone = await connectRedis([redis.url], 'request', () => {})
  const cut = createQueues({ connection: gone, prefix, onError: () => {} })
  await Promise.all(Object.values(cut.queues).map((queue) => queue.waitUntilReady()))
  gone.disconnect()
  await expect(cut.add([lead('1')])).rejects.toThrow()
})
