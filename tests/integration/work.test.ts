import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import { OutsideError } from '../../src/platform/errors.ts'
import { createLogger } from '../../src/platform/log.ts'
import { createMetrics, type Metrics } from '../../src/platform/metrics.ts'
import { connectRedis, type RedisConnection } from '../../src/platform/redis.ts'
import { createApply } from '../../src/store/apply.ts'
import { createConfigs } from '../../src/store/configs.ts'
import { eraseLead } from '../../src/store/erase.ts'
import { createInbox } from '../../src/store/inbox.ts'
import { createLeads } from '../../src/store/leads.ts'
import { createOutbox } from '../../src/store/outbox.ts'
import { createStore, INDEX, type Store } from '../../src/store/partitions.ts'
import { createPools } from '../../src/store/pools.ts'
import { EMAIL_KEY, signalKey } from '../../src/store/schema.ts'
import { createUnreachable } from '../../src/store/unreachable.ts'
import { createDeparted } from '../../src/work/departed.ts'
import { GivenUp, type Handler, type Parts } from '../../src/work/parts.ts'
import { createQueues, type Queues } from '../../src/work/queues.ts'
import { prepareWork } from '../../src/work/start.ts'
import { indexesOf, WORK, type WorkRow, type WorkTable } from '../../src/work/table.ts'
import { LEASE } from '../../src/work/worker.ts'
import { DAY, HOUR, MINUTE, NOW } from '../support/records.ts'
import { createTestRedis } from '../support/redis.ts'
import { loadTestConfig } from '../support/stage.ts'

const redis = createTestRedis()
const clock = { now: NOW }
let config: Config
let prefix = ''
let count = 0
/** Contacts that HubSpot knows by their email address. */
const contacts = new Map<string, string>()
const down = new Set<string>()
const processes: { connection: RedisConnection; queues: Queues; work: ReturnType<typeof prepareWork> }[] = []

beforeAll(async () => {
  config = await loadTestConfig({}, NOW)
})
beforeEach(() => {
  prefix = `${redis.prefix}-${++count}`
  clock.now = NOW
  contacts.clear()
  down.clear()
})
afterEach(async () => {
  for (const { connection, queues, work } of processes.splice(0)) {
    await work.runner.close()
    await queues.close()
    connection.disconnect()
  }
})
afterAll(redis.deleteKeys)

/** A process that works by a table, with a store of its own; `watch` may look at what it takes. */
async function startProcess(table: WorkTable = WORK, watch: (store: Store) => Store = (store) => store) {
  const connection = await connectRedis([redis.url], 'request', () => {})
  const store = watch(createStore({ redis: connection, prefix }))
  const queues = createQueues({ connection, prefix, onError: () => {} })
  const [leads, inbox, pools] = [createLeads(store), createInbox(store), createPools(store)]
  const metrics: Metrics = createMetrics()
  const findContactByEmail = async (email: string) => contacts.get(email) ?? null
  const hubspot = { findContactByEmail, archivedOwners: async () => [] as string[] } as unknown as Parts['hubspot']
  const slack = {} as Parts['slack']
  const unused = { slack, spokenSlack: slack, enrichment: {} as Parts['enrichment'] }
  const work = prepareWork({
    parts: {
      ...{ config: () => config, clock: { now: () => clock.now }, store, leads, inbox, pools, metrics, hubspot },
      ...{ apply: createApply({ store, pools, inbox }), outbox: createOutbox(store), configs: createConfigs(store) },
      ...unused,
      portalId: () => undefined,
      secrets: () => ({ problem: 'there are none' }),
      reports: { make: async () => Promise.reject(new Error('nobody asks')) },
      viewHome: async () => Promise.reject(new Error('nobody looks')),
      departed: createDeparted(),
      unreachable: createUnreachable(store),
      ...{ mode: 'live', apart: store },
      log: createLogger('silent'),
    },
    ...{ queues, retryDelay: 1, works: true, table },
    isDown: (system) => down.has(system),
  })
  const started = { connection, queues, work, store, leads, inbox, metrics }
  processes.push(started)
  return started
}

/** The table with the handler of one row replaced. */
function tableWith(name: keyof typeof WORK, handler: Handler<never>): WorkTable {
  return { ...WORK, [name]: { ...WORK[name], handler: () => handler } }
}

/** Puts ids where a kind of work waits, due at an instant. */
async function put(store: Store, index: string, ids: string[], at = clock.now): Promise<void> {
  for (const id of ids) await store.redis.zadd(store.keys.index(id, index), at, id)
}

const ids = (length: number, from = 1_000) => Array.from({ length }, (_, index) => String(from + index))

describe('the dead letters', () => {
  const failures: string[] = []
  const failing = tableWith('write-contact', async ({ leadId }: { leadId: string }) => {
    const reason = failures.shift()
    if (reason) throw new GivenUp(`${leadId}: ${reason}`)
  })

  test('say why and since when, also after it was tried again, by whom ever', async () => {
    failures.push('first reason', 'second reason', 'third reason')
    const one = await startProcess(failing)
    await put(one.store, INDEX.writes, ['7'])
    await one.work.sweep({ grace: false })
    const first = { name: 'write-contact', id: '7', since: NOW, tries: 1, reason: '7: first reason' }
    expect(await one.work.dead.list()).toEqual([first])
    expect(await one.store.count(INDEX.writes)).toBe(0)

    clock.now = NOW + HOUR - 1
    await one.work.sweep()
    expect(await one.work.dead.list()).toEqual([first])
    clock.now = NOW + HOUR
    await one.work.sweep()
    expect(await one.work.dead.list()).toEqual([{ ...first, tries: 2, reason: '7: second reason' }])

    const other = await startProcess(failing)
    clock.now = NOW + 2 * HOUR
    await other.work.sweep()
    expect(await other.work.dead.list()).toEqual([{ ...first, tries: 3, reason: '7: third reason' }])
    expect(await one.store.count(INDEX.writes)).toBe(0)
    expect(await one.store.count('dead')).toBe(1)

    clock.now = NOW + 3 * HOUR
    await one.work.sweep()
    expect(await one.work.dead.list()).toEqual([])
    expect(await one.store.count('dead')).toBe(0)
  })

  test('are listed all, the oldest first', async () => {
    const { store, work } = await startProcess(failing)
    for (const [at, id] of ['30', '10', '20'].entries()) {
      clock.now = NOW + at
      failures.push('reason')
      await put(store, INDEX.writes, [id])
      await work.runner.run({ name: 'write-contact', id })
    }
    expect((await work.dead.list()).map(({ id, since }) => [id, since])).toEqual([
      ['30', NOW],
      ['10', NOW + 1],
      ['20', NOW + 2],
    ])
  })

  test('one is tried at once when something new comes for it, and leaves when that is done', async () => {
    const { metrics, store, work } = await startProcess(failing)
    failures.push('reason')
    await put(store, INDEX.writes, ['7'])
    await work.sweep({ grace: false })
    const gauge = async () => (await metrics.deadLetters.get()).values[0]?.value
    expect(await gauge()).toBe(1)
    work.hurry([{ index: INDEX.writes, id: '7', at: clock.now }])
    await expect.poll(() => work.dead.list()).toEqual([])
    await expect.poll(gauge).toBe(0)
  })

  test('what an error of our own says stays in the log', async () => {
    const broken = tableWith('write-contact', async () => {
      throw new TypeError('canary@northwind.example')
    })
    const { store, work } = await startProcess(broken)
    await put(store, INDEX.writes, ['7'])
    for (let tries = 0; tries < 5; tries++) await work.runner.run({ name: 'write-contact', id: '7' })
    expect(await work.dead.list()).toMatchObject([{ id: '7', reason: 'TypeError: see the log' }])
  })
})

describe('signals of an address that no contact has', () => {
  const EMAIL = 'canary@northwind.example'
  const ADDRESS = `${EMAIL_KEY}${'0'.repeat(32)}`
  const letter = { name: 'find-contact', id: ADDRESS, reason: 'no contact has this email address' }
  const look = { name: 'find-contact', id: ADDRESS }
  const read: string[] = []
  const table = tableWith('read-lead', async ({ leadId }: { leadId: string }) => void read.push(leadId))
  beforeEach(() => void read.splice(0))

  async function send(process: Awaited<ReturnType<typeof startProcess>>, id: string): Promise<void> {
    const signal = { id, type: 'demo_requested', at: clock.now }
    const item = { kind: 'signal' as const, signal, receivedAt: clock.now, email: EMAIL }
    await process.inbox.ingest([{ leadId: ADDRESS, key: signalKey(id), item }], clock.now)
  }

  /** Sends one and looks for its contact until it is given up. */
  async function giveUp() {
    const started = await startProcess(table)
    await send(started, 's1')
    await started.work.sweep({ grace: false })
    clock.now += 2 * DAY
    await started.work.sweep({ grace: false })
    return { ...started, key: started.store.keys.inbox(ADDRESS) }
  }

  test('are looked for again for 48 hours, and then stand among the dead letters', async () => {
    const started = await startProcess()
    const { store, work } = started
    await send(started, 's1')
    await work.sweep({ grace: false })
    const index = store.keys.index(ADDRESS, INDEX.addresses)
    expect(await store.redis.zscore(index, ADDRESS)).toBe(String(NOW + 5 * MINUTE))
    clock.now = NOW + 2 * DAY - 1
    await work.sweep({ grace: false })
    expect(await work.dead.list()).toEqual([])
    expect(await store.redis.pttl(store.keys.inbox(ADDRESS))).toBe(-1)
    clock.now = NOW + 2 * DAY + 5 * MINUTE
    await work.sweep({ grace: false })
    expect(await work.dead.list()).toEqual([{ ...letter, since: clock.now, tries: 1 }])
    expect(await store.count(INDEX.addresses)).toBe(0)
  })

  test('leave the dead letters once their contact has turned up, and reach it', async () => {
    const { leads, store, work } = await giveUp()
    expect(await work.dead.list()).toHaveLength(1)
    contacts.set(EMAIL, '77')
    clock.now += HOUR
    await work.sweep({ grace: false })
    expect(await work.dead.list()).toEqual([])
    expect(await store.count('dead')).toBe(0)
    expect(await store.count(INDEX.addresses)).toBe(0)
    expect((await leads.read('77')).inbox).toMatchObject([{ kind: 'signal', signal: { id: 's1' } }])
    expect(await store.redis.exists(store.keys.inbox(ADDRESS))).toBe(0)
  })

  test('reach their contact at once when there is one, and it is read without waiting for a sweep', async () => {
    const started = await startProcess(table)
    const { inbox, leads, store, work } = started
    contacts.set(EMAIL, '77')
    await send(started, 's1')
    await work.runner.run(look)
    expect(await inbox.isWaiting(INDEX.unread, '77')).toBe(true)
    expect((await leads.read('77')).inbox).toMatchObject([{ kind: 'signal', signal: { id: 's1' }, receivedAt: NOW }])
    await expect.poll(() => read).toEqual(['77'])
    expect(await store.count(INDEX.addresses)).toBe(0)
  })

  test('go 30 days after they came, and looking again makes them no younger', async () => {
    const { connection, key, store, work } = await giveUp()
    for (let tries = 2; tries <= 4; tries++) {
      clock.now += HOUR
      await work.sweep({ grace: false })
      expect(await work.dead.list()).toMatchObject([{ ...letter, tries }])
    }
    clock.now = NOW + 30 * DAY - 1
    await work.runner.run(look)
    expect(await connection.llen(key)).toBe(1)
    clock.now = NOW + 30 * DAY
    await work.runner.run(look)
    expect(await connection.exists(key)).toBe(0)
    expect(await work.dead.list()).toEqual([])
    expect(await store.count('dead')).toBe(0)
    expect(await store.count(INDEX.addresses)).toBe(0)
  })

  test('once gone are no longer looked for', async () => {
    const { connection, key, store, work } = await giveUp()
    await connection.del(key)
    clock.now += HOUR
    await work.sweep({ grace: false })
    expect(await work.dead.list()).toEqual([])
    expect(await store.count('dead')).toBe(0)
    expect(await store.count(INDEX.addresses)).toBe(0)
  })

  test('one that comes after others were given up has its own 48 hours, and its own 30 days', async () => {
    const started = await giveUp()
    clock.now = NOW + 30 * DAY - HOUR
    await send(started, 's2')
    await started.work.sweep({ grace: false })
    const waiting = async () =>
      (await started.leads.read(ADDRESS)).inbox.flatMap((item) => (item.kind === 'signal' ? [item.signal.id] : []))
    expect(await waiting()).toEqual(['s1', 's2'])
    clock.now += 2 * HOUR
    await started.work.sweep({ grace: false })
    expect(await waiting()).toEqual(['s2'])
    expect(await started.store.count(INDEX.addresses)).toBe(1)
  })
})

describe('a new kind of waiting work', () => {
  const HELLOS = 'hellos'
  const said: string[] = []
  const sayHello: WorkRow<{ to: string }> = {
    index: HELLOS,
    queue: 'maintenance',
    payload: (id) => ({ to: id }),
    fold: 'once',
    grace: 0,
    handler:
      ({ store }) =>
      async ({ to }) => {
        if (to.startsWith('9')) throw new GivenUp('nobody is there')
        said.push(to)
        await store.commit([], [['ZREM', store.keys.index(to, HELLOS), to]])
      },
  }
  const table: WorkTable = { ...WORK, 'say-hello': sayHello as unknown as WorkRow<never> }
  beforeEach(() => void said.splice(0))

  test('is swept, hurried, and set aside when it cannot be done', async () => {
    const { store, work } = await startProcess(table)
    await put(store, HELLOS, ['1', '2', '9'])
    await put(store, HELLOS, ['3'], clock.now + 1)
    await work.sweep()
    expect(said.toSorted()).toEqual(['1', '2'])
    expect(await work.dead.list()).toMatchObject([{ name: 'say-hello', id: '9', reason: 'nobody is there', tries: 1 }])
    expect(await store.due(HELLOS, Number.MAX_SAFE_INTEGER, 10)).toEqual(['3'])
    work.hurry([{ index: HELLOS, id: '3', at: clock.now }])
    await expect.poll(() => said).toContain('3')
    clock.now += HOUR
    await work.sweep()
    expect(await work.dead.list()).toMatchObject([{ name: 'say-hello', id: '9', tries: 2 }])
  })

  test('is erased with its lead, and only with that one', async () => {
    const { store, work } = await startProcess(table)
    // Others of the same partition, among them such as have the id in theirs.
    const others = ids(100_000, 1).filter(
      (id) => id.includes('91') && store.partitionOf(id) === store.partitionOf('91'),
    )
    const entries = ['91', '91-1', '91-1-2@ae', '91-1~U1~C1~explain~7']
    const kept = others.filter((id) => id !== '91').slice(0, 20)
    expect(kept.length).toBeGreaterThan(5)
    await put(store, HELLOS, [...entries, ...kept])
    await work.runner.run({ name: 'say-hello', id: '91' })
    await put(store, HELLOS, ['91'])
    expect(await work.dead.list()).toHaveLength(1)
    await eraseLead(store, '91', indexesOf(table), { config, read: async () => null, now: clock.now })
    expect((await store.due(HELLOS, Number.MAX_SAFE_INTEGER, 1_000)).toSorted()).toEqual(kept.toSorted())
    expect(await work.dead.list()).toEqual([])
  })
})

describe('the sweep', () => {
  const COUNTS = 'counts'

  /** A table with a row that notes what it does and takes it off its index. */
  function counting(during: (id: string) => Promise<void> = async () => {}) {
    const done: string[] = []
    let atOnce = 0
    const row: WorkRow<{ id: string }> = {
      index: COUNTS,
      queue: 'maintenance',
      payload: (id) => ({ id }),
      fold: 'once',
      grace: 10_000,
      handler:
        ({ store }) =>
        async ({ id }) => {
          atOnce += 1
          await during(id)
          done.push(id)
          await store.commit([], [['ZREM', store.keys.index(id, COUNTS), id]])
          atOnce -= 1
        },
    }
    const table: WorkTable = { ...WORK, count: row as unknown as WorkRow<never> }
    return { table, done, running: () => atOnce }
  }

  test('takes so much at a time and not more, waits for it, and does all of it once', async () => {
    const { done, running, table } = counting()
    const rounds: { taken: number; running: number }[] = []
    const { store, work } = await startProcess(table, (plain) => ({
      ...plain,
      claim: async (wanted, limit) => {
        const before = running()
        const taken = await plain.claim(wanted, limit)
        const most = Math.max(...[...Map.groupBy(taken.flat(), plain.partitionOf).values()].map(({ length }) => length))
        expect(most).toBeLessThanOrEqual(64)
        rounds.push({ taken: taken.flat().length, running: before })
        return taken
      },
    }))
    const all = ids(2_500)
    await Promise.all(all.map((id) => put(store, COUNTS, [id])))
    expect(await work.sweep({ grace: false })).toBe(2_500)
    expect(done.toSorted()).toEqual(all.toSorted())
    expect(rounds.filter(({ taken }) => taken > 0).length).toBeGreaterThan(2)
    for (const round of rounds) expect(round).toEqual({ taken: expect.any(Number), running: 0 })
    expect(Math.max(...rounds.map(({ taken }) => taken))).toBeLessThanOrEqual(1_024)
  })

  test('is one, however often it is asked for at the same time', async () => {
    const release = Promise.withResolvers<void>()
    const { done, table } = counting(() => release.promise)
    let claims = 0
    const { store, work } = await startProcess(table, (plain) => ({
      ...plain,
      claim: (wanted, limit) => {
        if (wanted.length > 1) claims += 1
        return plain.claim(wanted, limit)
      },
    }))
    await put(store, COUNTS, ['1', '2'])
    const sweeps = [work.sweep({ grace: false }), work.sweep({ grace: false })]
    await expect.poll(() => claims).toBe(1)
    sweeps.push(work.sweep({ grace: false }))
    release.resolve()
    expect(await Promise.all(sweeps)).toEqual([2, 2, 2])
    expect([claims, done.toSorted()]).toEqual([1, ['1', '2']])
    // The next one begins anew.
    await put(store, COUNTS, ['3'])
    expect(await work.sweep({ grace: false })).toBe(1)
    expect(claims).toBe(2)
  })

  test('of one process leaves alone what another has taken, until its lease is over', async () => {
    const never = Promise.withResolvers<void>()
    const [stuck, other] = [counting(() => never.promise), counting()]
    const one = await startProcess(stuck.table)
    const two = await startProcess(other.table)
    await put(one.store, COUNTS, ['1'])
    void one.work.sweep({ grace: false })
    await expect.poll(stuck.running).toBe(1)
    clock.now = NOW + LEASE - 1
    await two.work.sweep({ grace: false })
    expect(other.done).toEqual([])
    clock.now = NOW + LEASE
    await two.work.sweep({ grace: false })
    expect(other.done).toEqual(['1'])
    never.resolve()
  })

  test('of several at the same time does each thing once', async () => {
    const all = ids(400)
    const tables = [counting(), counting(), counting(), counting()]
    const four = await Promise.all(tables.map(({ table }) => startProcess(table)))
    await put(four[0]?.store as Store, COUNTS, all)
    await Promise.all(four.map(({ work }) => work.sweep({ grace: false })))
    expect(tables.flatMap(({ done }) => done).toSorted()).toEqual(all.toSorted())
  })

  test('leaves what is new to the process that wrote it, for a while', async () => {
    const { done, table } = counting()
    const { store, work } = await startProcess(table)
    await put(store, COUNTS, ['1'])
    clock.now = NOW + 9_999
    await work.sweep()
    expect(done).toEqual([])
    clock.now = NOW + 10_000
    await work.sweep()
    expect(done).toEqual(['1'])
  })

  test('goes on past what fails', async () => {
    const { done, table } = counting(async (id) => {
      if (id === '2') throw new GivenUp('broken')
    })
    const { store, work } = await startProcess(table)
    await put(store, COUNTS, ['1', '2', '3'])
    await work.sweep({ grace: false })
    expect(done.toSorted()).toEqual(['1', '3'])
    expect((await work.dead.list()).map(({ id }) => id)).toEqual(['2'])
  })

  test('leaves the work of a system that is down to one probe, and does it all when it answers again', async () => {
    const found: string[] = []
    const look = async ({ addressKey }: { addressKey: string }) => void found.push(addressKey)
    const { store, work } = await startProcess(tableWith('find-contact', look))
    const addresses = ids(3).map((id) => `${EMAIL_KEY}${id}`)
    await put(store, INDEX.addresses, addresses)
    down.add('hubspot')
    await work.sweep({ grace: false })
    expect(found).toEqual([])
    await work.probe('hubspot')
    expect(found).toHaveLength(1)
    down.clear()
    await work.recover('hubspot')
    expect([...new Set(found)].toSorted()).toEqual(addresses)
  })

  test('does also what was still failing while the system came back', async () => {
    let tries = 0
    const look = async () => {
      tries += 1
      if (tries === 1) throw new OutsideError('slack', 'unavailable', 'down')
    }
    const post = '77-1.rep-alert'
    let recovered: Promise<void> | undefined
    // It comes back between the failure and its being noted: what waits is taken up, and this one is still at work.
    const watch = (store: Store): Store => {
      const zadd = async (...given: Parameters<typeof store.redis.zadd>) => {
        if (given.includes('XX') && !recovered) {
          down.clear()
          recovered = processes[0]?.work.recover('slack')
          await expect.poll(() => store.due(INDEX.posts, NOW, 10)).toEqual([])
        }
        return store.redis.zadd(...given)
      }
      const redisSeen = new Proxy(store.redis, {
        get: (target, name) => (name === 'zadd' ? zadd : Reflect.get(target, name, target)),
      })
      return { ...store, redis: redisSeen }
    }
    const { store, work } = await startProcess(tableWith('send-post', look), watch)
    await put(store, INDEX.posts, [post])
    down.add('slack')
    await work.probe('slack')
    await recovered
    await expect.poll(() => tries).toBe(2)
    await expect.poll(() => work.runner.busy()).toEqual([])
  })
})
