import { KeptDecision } from '../leads/history.ts'
import type { LeadRecord } from '../leads/lead.ts'
import { unpack, unpackDated } from './pack.ts'
import type { Store } from './partitions.ts'
import { readLead } from './schema.ts'

// Small enough that nothing else in Redis waits for it.
const PORTION = 200

/** A lead with its routing decisions, oldest first, as they are kept. */
export interface LeadWithDecisions {
  lead: LeadRecord
  decisions: KeptDecision[]
}

/** All leads with the decisions that routed them, for reading alone. */
export type KeptLeads = ReturnType<typeof createKeptLeads>

/** Opens them. */
export function createKeptLeads({ redis, keys, partitions }: Store) {
  async function readOne(id: string): Promise<LeadWithDecisions | null> {
    const [record, packed] = await Promise.all([
      redis.hgetBuffer(keys.lead(id), 'record'),
      redis.lrangeBuffer(keys.decisions(id), 0, -1),
    ])
    const lead = record && readLead(unpack(record), '')?.lead
    if (!lead || lead.mergedInto !== undefined) return null
    // One in a form of another release cannot be judged by.
    return { lead, decisions: packed.flatMap((one) => KeptDecision.safeParse(unpackDated(one)).data ?? []) }
  }

  return {
    /** How many leads there are. */
    async count(): Promise<number> {
      const counts = await Promise.all(partitions.map((partition) => redis.zcard(keys.listIn(partition, 'scored'))))
      return counts.reduce((sum, count) => sum + count, 0)
    },

    /** The leads in portions, each once, also while others come. One that was merged into another stands for nobody. */
    async *all(): AsyncGenerator<LeadWithDecisions[]> {
      for (const partition of partitions) {
        const ids = new Set<string>()
        let cursor = '0'
        do {
          const [next, found] = await redis.zscan(keys.listIn(partition, 'scored'), cursor, 'COUNT', 1_000)
          cursor = next
          for (const [at, id] of found.entries()) if (at % 2 === 0) ids.add(id)
        } while (cursor !== '0')
        const list = [...ids]
        for (let at = 0; at < list.length; at += PORTION) {
          const read = await Promise.all(list.slice(at, at + PORTION).map(readOne))
          yield read.filter((one) => one !== null)
        }
      }
    },
  }
}
