import { listedAs } from '../leads/listed.ts'
import { unhurried } from '../platform/unhurried.ts'
import { handEntry, handoffIn } from '../store/by-rep.ts'
import { listAs, unlistEverywhere } from '../store/lead-index.ts'
import type { StoredLead } from '../store/leads.ts'
import { type Command, leadOf } from '../store/partitions.ts'
import { createPastDecisions } from '../store/past-decisions.ts'
import type { Parts } from './parts.ts'

// After so long no worker of the version before is left that keeps no lists.
const SECOND_LOOK = 15 * 60_000

/**
 * Lists what an older version has kept without lists: leads, and who has which handoff in hand. Looks at every lead twice, for
 * workers of that version may go on for some minutes; then never again. What is listed already stays as it is.
 */
export function createListLeads(parts: Pick<Parts, 'clock' | 'leads' | 'log' | 'store'>) {
  const { clock, leads, store } = parts
  const place = store.keys.shared('listed')
  let settled = false

  async function lookedAt(): Promise<number[]> {
    const { first, second } = await store.redis.hgetall(place)
    return [first, second].flatMap((at) => (at === undefined ? [] : [Number(at)]))
  }

  async function listAll(): Promise<number> {
    let count = 0
    for await (const ids of unhurried(createPastDecisions(store).ids())) {
      const states = await leads.readMany(ids)
      await Promise.all(states.map((state) => ('unreadable' in state ? undefined : list(state))))
      count += ids.length
    }
    for (const partition of store.partitions) await forgetStale(partition)
    return count
  }

  async function list(state: StoredLead): Promise<void> {
    const { id, lead, version, handoffs } = state
    if (!lead) return
    const is = listedAs(lead, Object.values(handoffs))
    const inHand = Object.values(handoffs).flatMap((handoff) => handEntry(handoff) ?? [])
    const commands: Command[] = [
      ...unlistEverywhere(store.keys, id, await store.redis.smembers(store.keys.list(id, 'periods'))),
      ...listAs(store.keys, id, null, is),
      ...inHand.map((entry): Command => ['ZADD', store.keys.list(id, 'hands'), 0, entry]),
    ]
    if (commands.length === 0) return
    const done = await store.commit([{ key: store.keys.lead(id), version }], commands)
    // It has changed meanwhile.
    if (!done) await list(await leads.get(id))
  }

  // What a worker of the version before has moved on stands where it was.
  async function forgetStale(partition: string): Promise<void> {
    const key = store.keys.listIn(partition, 'hands')
    for (const entry of await store.redis.zrange(key, '0', '-1')) {
      const handoffId = handoffIn(entry)
      const { version, handoffs } = await leads.get(leadOf(handoffId))
      const handoff = handoffs[handoffId]
      if (handoff && handEntry(handoff) === entry) continue
      await store.commit([{ key: store.keys.lead(leadOf(handoffId)), version }], [['ZREM', key, entry]])
    }
  }

  return {
    /** Whether a look is to be made; cheap, for every sweep. */
    async isDue(): Promise<boolean> {
      if (settled) return false
      const [first, second] = await lookedAt()
      settled = second !== undefined
      return !settled && (first === undefined || clock.now() - first >= SECOND_LOOK)
    },

    /** The work: the first look, and the second one later. */
    async listLeads(): Promise<void> {
      const [first, second] = await lookedAt()
      if (second !== undefined || (first !== undefined && clock.now() - first < SECOND_LOOK)) return
      const count = await listAll()
      await store.redis.hset(place, first === undefined ? 'first' : 'second', clock.now())
      if (count > 0) parts.log.info({ leads: count }, 'leads and handoffs that stood in no list were listed')
    },
  }
}
