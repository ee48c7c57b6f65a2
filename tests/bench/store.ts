import { setTimeout as wait } from 'node:timers/promises'
import type { Handoff } from '../../src/handoffs/handoff.ts'
import type { KeptDecision } from '../../src/leads/history.ts'
import type { LeadRecord } from '../../src/leads/lead.ts'
import { connectRedis } from '../../src/platform/redis.ts'
import { prepare } from '../../src/store/commit.ts'
import { createInbox } from '../../src/store/inbox.ts'
import { createLeads } from '../../src/store/leads.ts'
import { packDated } from '../../src/store/pack.ts'
import { type Command, createStore, INDEX } from '../../src/store/partitions.ts'
import { createQueues } from '../../src/work/queues.ts'
import { QUEUES } from '../../src/work/table.ts'
import type { BenchRedis } from './redis.ts'

// What waits in the others waits for an instant of its own.
const SOON = [INDEX.unread, INDEX.posts, INDEX.messages, INDEX.writes]
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
  const leads = createLeads(store)
  const inbox = createInbox(store)
  const queues = createQueues({ connection, prefix: 'baton', onError })

  /** What is left to do at this instant; null when nothing is. */
  async function leftToDo(): Promise<string | null> {
    for (const index of SOON) {
      const left = await store.count(index)
      if (left > 0) return `${left} in the index ${index}`
    }
    for (const name of QUEUES) {
      const counts = await queues.queues[name].getJobCounts('waiting', 'active', 'prioritized')
      const left = Object.values(counts).reduce((sum, count) => sum + count, 0)
      if (left > 0) return `${left} jobs in the queue ${name}`
    }
    return null
  }

  return {
    store,
    leads,
    queues,

    /** Keeps a new contact's event for each lead and adds its jobs, as the webhook does with 100 events a request. */
    async announce(ids: string[]): Promise<void> {
      const now = Date.now()
      for (let from = 0; from < ids.length; from += BATCH) {
        const some = ids.slice(from, from + BATCH)
        await inbox.ingest(
          some.map((leadId) => ({ leadId, key: 'created', item: { kind: 'event', event: 'creation', at: now } })),
          now,
        )
        await queues.add(some.map((id) => ({ name: 'read-lead', id })))
      }
    },

    /** Writes a lead with its handoffs as a commit does; nothing of it waits for HubSpot or Slack. */
    async put(lead: LeadRecord, handoffs: Handoff[] = [], decisions: KeptDecision[] = []): Promise<void> {
      const before = { ...(await leads.read(lead.id)), version: 0 }
      const change = { lead, handoffs, posts: [], history: [], toWrite: false }
      const { plan } = prepare(store.keys, before, change, { handoffs: 0, decisions: 0, facts: 0 }, Date.now())
      const kept = decisions.map((one): Command => ['RPUSH', store.keys.decisions(lead.id), packDated(one.at, one)])
      await store.commit([], [...plan.commands, ...kept])
    },

    /** Waits until nothing is left to do at this instant: records committed, HubSpot written, messages posted. */
    async untilQuiet(): Promise<void> {
      const giveUpAt = performance.now() + 180_000
      for (let left = await leftToDo(); left !== null; left = await leftToDo()) {
        if (performance.now() > giveUpAt) throw new Error(`Baton was not through within three minutes: ${left}`)
        await wait(10)
      }
      const dead = await store.count('dead')
      if (dead > 0) throw new Error(`${dead} dead letters`)
    },

    async close(): Promise<void> {
      await queues.close()
      connection.disconnect()
    },
  }
}
