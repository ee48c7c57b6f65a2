import { setTimeout as wait } from 'node:timers/promises'
import { connectRedis } from '../../src/platform/redis.ts'
import { createLeadStore } from '../../src/store/leads.ts'
import { createStore, type Index } from '../../src/store/partitions.ts'
import { createProducers } from '../../src/work/producers.ts'
import { QUEUES } from '../../src/work/table.ts'
import type { BenchRedis } from './redis.ts'

const WORK: Index[] = ['unread', 'posts', 'refresh', 'sync', 'release']
const BATCH = 100

/** Baton's store and queues, opened beside the running service. */
export type BenchStore = Awaited<ReturnType<typeof openStore>>

/** Opens them on the benchmark's Redis. */
export async function openStore(redis: BenchRedis) {
  const onError = (error: Error) => {
    throw error
  }
  const connection = await connectRedis([redis.url], 'worker', onError)
  const store = createStore({ redis: connection, prefix: 'baton' })
  const leads = createLeadStore(store)
  const producers = createProducers({ connection, prefix: 'baton', onError })

  async function isQuiet(): Promise<boolean> {
    for (const index of WORK) if ((await store.count(index)) > 0) return false
    for (const name of QUEUES) {
      const { delayed = 0, ...counts } = await producers.queues[name].getJobCounts(
        'waiting',
        'active',
        'prioritized',
        'delayed',
      )
      // A timer sleeps until its instant; every other delayed job is a retry.
      if (Object.values(counts).some((count) => count > 0) || (name !== 'timers' && delayed > 0)) return false
    }
    return true
  }

  return {
    store,
    leads,
    producers,

    /** Keeps a new contact's event for each lead and adds its job, as the webhook does. */
    async announce(ids: string[]): Promise<void> {
      const now = Date.now()
      for (let from = 0; from < ids.length; from += BATCH) {
        const some = ids.slice(from, from + BATCH)
        await leads.ingest(
          some.map((leadId) => ({ leadId, key: 'created', item: { kind: 'hint', event: 'creation', at: now } })),
          now,
        )
        await producers.add(some.map((leadId) => ({ name: 'process-lead', payload: { leadId } })))
      }
    },

    /** Waits until nothing is left to do at this instant: records committed, HubSpot written, messages posted. */
    async untilQuiet(): Promise<void> {
      const giveUpAt = performance.now() + 180_000
      while (!(await isQuiet())) {
        if (performance.now() > giveUpAt) throw new Error('Baton was not through within three minutes')
        await wait(10)
      }
      const dead = await store.count('dead')
      if (dead > 0) throw new Error(`${dead} dead letters`)
    },

    async close(): Promise<void> {
      await producers.close()
      connection.disconnect()
    },
  }
}
