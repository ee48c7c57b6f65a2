import type { Worker } from 'bullmq'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { OutsideError } from '../../src/platform/errors.ts'
import { createLogger } from '../../src/platform/log.ts'
import { connectRedis, type RedisConnection } from '../../src/platform/redis.ts'
import { createProducers, type Producers } from '../../src/work/producers.ts'
import { type JobRequest, OWN_ATTEMPTS, type QueueName } from '../../src/work/table.ts'
import { createWorker, type Handlers, RunLater } from '../../src/work/worker.ts'
import { createTestRedis } from '../support/redis.ts'

const redis = createTestRedis()
const HOUR = 3_600_000
let prefix = ''
let count = 0
let producers: Producers
let connections: RedisConnection[] = []
const workers: Worker[] = []
let dead: { name: string; payload: unknown; error: unknown }[] = []
let logLines: string[] = []

beforeEach(async () => {
  prefix = `${redis.prefix}-${++count}`
  connections = await Promise.all([
    connectRedis([redis.url], 'request', () => {}),
    connectRedis([redis.url], 'worker', () => {}),
  ])
  producers = createProducers({ connection: connections[0] as RedisConnection, prefix, onError: () => {} })
  dead = []
  logLines = []
})
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.close()))
  await producers.close()
  for (const connection of connections) connection.disconnect()
})
afterAll(redis.deleteKeys)

/** Starts a worker with the given handlers; a job without one is an error. */
function start(queue: QueueName, handlers: Partial<Handlers>, onDead?: () => Promise<void>): void {
  const options = {
    ...{ connection: connections[1] as RedisConnection, prefix, retryDelay: 1 },
    log: createLogger('info', { write: (line: string) => void logLines.push(line) }),
    onDead: async (name: string, payload: unknown, error: unknown) => {
      dead.push({ name, payload, error })
      await onDead?.()
    },
  }
  workers.push(createWorker(queue, handlers as Handlers, options))
}

const lead = (leadId: string): JobRequest => ({ name: 'process-lead', payload: { leadId } })
const steps = (dueAt = 5): JobRequest => ({ name: 'take-due-steps', payload: { handoffId: '42-1', dueAt } })

/** How many jobs of a queue there are in any state, finished ones included. */
async function left(queue: QueueName): Promise<number> {
  const counts = await producers.queues[queue].getJobCounts()
  return Object.values(counts).reduce((sum, state) => sum + state, 0)
}

/** Wakes every job of a queue that sleeps, as time would. */
async function wake(queue: QueueName): Promise<void> {
  for (const job of await producers.queues[queue].getDelayed()) await job.promote().catch(() => {})
}

/** Waits until a queue is empty, waking whatever sleeps in it. */
async function finish(queue: QueueName): Promise<void> {
  const rest = async () => {
    await wake(queue)
    return left(queue)
  }
  await expect.poll(rest, { timeout: 10_000, interval: 10 }).toBe(0)
}

describe('an outside system that is down', () => {
  test('is waited for without using up attempts', async () => {
    let runs = 0
    start('leads', {
      'process-lead': async () => {
        runs += 1
        if (runs <= 3 * OWN_ATTEMPTS) throw new OutsideError('hubspot', 'unavailable', '503')
      },
    })
    await producers.add([lead('1')])
    await finish('leads')
    expect(runs).toBe(3 * OWN_ATTEMPTS + 1)
    expect(dead).toEqual([])
  })

  test.each([
    ['rate-limited', new OutsideError('slack', 'rate-limited', '429', HOUR), HOUR],
    ['unavailable, with a time', new OutsideError('hubspot', 'unavailable', '477', HOUR), HOUR],
    ['run later', new RunLater(HOUR), HOUR],
    ['unknown outcome', new OutsideError('slack', 'unknown-outcome', 'no-answer'), 5],
  ])('waits as long as told: %s', async (_, error, delay) => {
    let runs = 0
    start('timers', {
      'take-due-steps': async () => {
        runs += 1
        if (runs === 1) throw error
      },
    })
    await producers.add([steps()])
    if (delay === HOUR) {
      await expect.poll(async () => (await producers.queues.timers.getDelayed()).length).toBe(1)
      const [job] = await producers.queues.timers.getDelayed()
      expect(job?.delay).toBeGreaterThan(HOUR - 60_000)
      expect(job?.delay).toBeLessThanOrEqual(HOUR)
      expect(job?.attemptsMade).toBe(0)
    }
    await finish('timers')
    expect(runs).toBe(2)
    expect(dead).toEqual([])
  })

  test('is Redis as well, whatever its client calls that', async () => {
    const gone = await connectRedis([redis.url], 'request', () => {})
    gone.disconnect()
    const full = Object.assign(new Error("OOM command not allowed when used memory > 'maxmemory'."), {
      name: 'ReplyError',
    })
    let runs = 0
    start('leads', {
      'process-lead': async () => {
        runs += 1
        if (runs <= OWN_ATTEMPTS) await gone.get('x')
        if (runs <= 2 * OWN_ATTEMPTS) throw full
        if (runs <= 3 * OWN_ATTEMPTS) throw new Error('Command timed out')
      },
    })
    await producers.add([lead('1')])
    await finish('leads')
    expect(runs).toBe(3 * OWN_ATTEMPTS + 1)
    expect(dead).toEqual([])
  })

  test('is named in the log, without what the job was about', async () => {
    let runs = 0
    start('leads', {
      'process-lead': async () => {
        runs += 1
        if (runs === 1) throw new OutsideError('hubspot', 'unavailable', '503')
      },
    })
    await producers.add([lead('1')])
    await finish('leads')
    expect(JSON.parse(logLines[0] ?? '{}')).toMatchObject({
      job: 'process-lead',
      system: 'hubspot',
      kind: 'unavailable',
      code: '503',
    })
  })
})

describe('an error of our own', () => {
  test('has a budget of attempts, and then goes to the dead letters', async () => {
    let runs = 0
    const broken = new TypeError('canary@northwind.example')
    start('leads', {
      'process-lead': async () => {
        runs += 1
        throw broken
      },
    })
    await producers.add([lead('1')])
    await finish('leads')
    expect(runs).toBe(OWN_ATTEMPTS)
    expect(dead).toEqual([{ name: 'process-lead', payload: { leadId: '1' }, error: broken }])
    expect(logLines).toHaveLength(OWN_ATTEMPTS)
    expect(logLines.join('\n')).not.toContain('canary')
    // It does not stand in the way of a new try.
    await producers.add([lead('1')])
    await finish('leads')
    expect(runs).toBe(2 * OWN_ATTEMPTS)
  })

  test('is counted apart from the waiting in between', async () => {
    let runs = 0
    start('leads', {
      'process-lead': async () => {
        runs += 1
        if (runs % 2 === 0) throw new TypeError('broken')
        throw new OutsideError('hubspot', 'unavailable', '503')
      },
    })
    await producers.add([lead('1')])
    await finish('leads')
    expect(runs).toBe(2 * OWN_ATTEMPTS)
    expect(dead).toHaveLength(1)
  })

  test('a refusal is one at once: it would be refused again', async () => {
    const refused = new OutsideError('hubspot', 'refused', '400')
    let runs = 0
    start('leads', {
      'process-lead': async () => {
        runs += 1
        throw refused
      },
    })
    await producers.add([lead('1')])
    await finish('leads')
    expect(runs).toBe(1)
    expect(dead).toMatchObject([{ error: refused }])
  })

  test('an event that comes during the last, failing run is not lost with it', async () => {
    const running = Promise.withResolvers<void>()
    const release = Promise.withResolvers<void>()
    let runs = 0
    start('leads', {
      'process-lead': async () => {
        runs += 1
        if (runs > 1) return
        running.resolve()
        await release.promise
        throw new OutsideError('hubspot', 'refused', '400')
      },
    })
    await producers.add([lead('1')])
    await running.promise
    await producers.add([lead('1')])
    release.resolve()
    await expect.poll(() => runs).toBe(2)
    await finish('leads')
    expect(dead).toHaveLength(1)
  })

  test('when even the dead letters fail it is tried again, and comes to an end', async () => {
    let runs = 0
    const handler = async () => {
      runs += 1
      throw new OutsideError('hubspot', 'refused', '400')
    }
    start('leads', { 'process-lead': handler }, async () => {
      throw new Error('no Redis')
    })
    await producers.add([lead('1')])
    await finish('leads')
    await producers.add([lead('1')])
    await finish('leads')
    expect([runs, dead.length]).toEqual([2 * OWN_ATTEMPTS, 2 * OWN_ATTEMPTS])
  })
})

test.each([
  ['a payload without its field', 'process-lead', {}],
  ['a payload with another type', 'process-lead', { leadId: 7 }],
  ['an empty id', 'process-lead', { leadId: '' }],
  ['a field too many', 'process-lead', { leadId: '1', email: 'canary@northwind.example' }],
  ['a name that is none', 'no-such-job', { leadId: '1' }],
  ['a name of the language', 'constructor', { leadId: '1' }],
])('%s is logged and left out; the next job runs', async (_, name, payload) => {
  const seen: string[] = []
  start('leads', {
    'process-lead': async ({ leadId }) => {
      seen.push(leadId)
    },
  })
  await producers.queues.leads.add(name, payload, { removeOnFail: true })
  await producers.add([lead('2')])
  await finish('leads')
  expect(seen).toEqual(['2'])
  expect(dead).toEqual([])
  expect(logLines).toHaveLength(1)
  expect(logLines[0]).not.toContain('canary')
})

describe('folding', () => {
  test('20 additions during a run cause exactly one more', async () => {
    const running = Promise.withResolvers<void>()
    const release = Promise.withResolvers<void>()
    let [runs, atOnce, most] = [0, 0, 0]
    const handler = async () => {
      runs += 1
      atOnce += 1
      most = Math.max(most, atOnce)
      running.resolve()
      if (runs === 1) await release.promise
      atOnce -= 1
    }
    start('leads', { 'process-lead': handler })
    start('leads', { 'process-lead': handler })
    await producers.add([lead('1')])
    await running.promise
    await Promise.all(Array.from({ length: 10 }, () => producers.add([lead('1'), lead('1')])))
    expect(runs).toBe(1)
    release.resolve()
    await expect.poll(() => runs).toBe(2)
    await finish('leads')
    expect([runs, most]).toEqual([2, 1])
  })

  test('20 additions before it runs cause one run, and other leads one each', async () => {
    await producers.add(Array.from({ length: 20 }, () => lead('1')))
    await producers.add([lead('2'), lead('3')])
    const seen: string[] = []
    start('leads', {
      'process-lead': async ({ leadId }) => {
        seen.push(leadId)
      },
    })
    await finish('leads')
    expect(seen.sort()).toEqual(['1', '2', '3'])
  })

  test('additions while it waits for an outside system cause no run beside it', async () => {
    let runs = 0
    start('leads', {
      'process-lead': async () => {
        runs += 1
        if (runs === 1) throw new OutsideError('hubspot', 'rate-limited', 'DAILY', HOUR)
      },
    })
    await producers.add([lead('1')])
    await expect.poll(async () => (await producers.queues.leads.getDelayed()).length).toBe(1)
    for (let times = 0; times < 5; times++) await producers.add([lead('1')])
    expect(await left('leads')).toBe(1)
    await finish('leads')
    expect(runs).toBe(2)
  })

  test('an addition during a run that then has to wait is not forgotten', async () => {
    const running = Promise.withResolvers<void>()
    const release = Promise.withResolvers<void>()
    let runs = 0
    start('leads', {
      'process-lead': async () => {
        runs += 1
        if (runs > 1) return
        running.resolve()
        await release.promise
        throw new OutsideError('hubspot', 'unavailable', '503', HOUR)
      },
    })
    await producers.add([lead('1')])
    await running.promise
    await producers.add([lead('1')])
    release.resolve()
    await expect.poll(async () => (await producers.queues.leads.getDelayed()).length).toBe(1)
    await finish('leads')
    // The run that waited reads what came meanwhile; one more does no harm.
    expect(runs).toBeGreaterThanOrEqual(2)
    const before = runs
    await producers.add([lead('1')])
    await finish('leads')
    expect(runs).toBe(before + 1)
  })

  test('a timer is one by its instant, sleeps until then, and can be hurried', async () => {
    const seen: number[] = []
    start('timers', {
      'take-due-steps': async ({ dueAt }) => {
        seen.push(dueAt)
      },
    })
    for (let times = 0; times < 3; times++) await producers.add([{ ...steps(5), delay: HOUR }])
    await producers.add([{ ...steps(6), delay: HOUR }])
    expect(await left('timers')).toBe(2)
    await producers.hurry(steps(5))
    await expect.poll(() => seen).toEqual([5])
    await expect.poll(() => left('timers')).toBe(1)
    await producers.hurry(steps(7))
    await finish('timers')
    expect(seen).toEqual([5, 6])
    // A timer that has run can be set again.
    await producers.add([steps(5)])
    await finish('timers')
    expect(seen).toEqual([5, 6, 5])
  })
})

test('without Redis adding fails at once, with an error to wait for', async () => {
  const gone = await connectRedis([redis.url], 'request', () => {})
  const cut = createProducers({ connection: gone, prefix, onError: () => {} })
  await Promise.all(Object.values(cut.queues).map((queue) => queue.waitUntilReady()))
  gone.disconnect()
  await expect(cut.add([lead('1')])).rejects.toThrow()
})
