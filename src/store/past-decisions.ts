import { z } from 'zod'
import { KeptDecision } from '../leads/history.ts'
import type { Attributes, Signal } from '../rules/attributes.ts'
import { unpackDated } from './pack.ts'
import type { Store } from './partitions.ts'

// Small enough that nothing else in Redis waits for it, and that little of it is in memory at once.
const PORTION = 100

// As many are read as there are: what each holds most of is looked at by hand.
const Readable = KeptDecision.extend({
  attributes: z.custom<Attributes>(areAttributes),
  signals: z.custom<Signal[]>(areSignals),
})

/** What is kept of all leads' decisions, for reading alone. */
export type PastDecisions = ReturnType<typeof createPastDecisions>

/** Opens them. */
export function createPastDecisions({ redis, keys, partitions }: Store) {
  async function* idsIn(list: string): AsyncGenerator<string[]> {
    const seen = new Set<string>()
    let cursor = '0'
    do {
      const [next, flat] = await redis.zscan(list, cursor, 'COUNT', PORTION)
      cursor = next
      const ids = flat.filter((id, at) => at % 2 === 0 && !seen.has(id))
      for (const id of ids) seen.add(id)
      // A short list comes as a whole.
      for (let at = 0; at < ids.length; at += PORTION) yield ids.slice(at, at + PORTION)
    } while (cursor !== '0')
  }

  return {
    /** How many leads there are. */
    async count(): Promise<number> {
      const counts = await Promise.all(partitions.map((partition) => redis.zcard(keys.listIn(partition, 'scored'))))
      return counts.reduce((sum, count) => sum + count, 0)
    },

    /** The ids of all leads in portions, each once, also while others come. */
    async *ids(): AsyncGenerator<string[]> {
      for (const partition of partitions) yield* idsIn(keys.listIn(partition, 'scored'))
    },

    /** The ids of the handoffs whose clock runs now, in portions. */
    async *openHandoffs(): AsyncGenerator<string[]> {
      for (const partition of partitions) yield* idsIn(keys.listIn(partition, 'open'))
    },

    /** The kept decisions of leads of one partition, oldest first, in their order; `unreadable` are those in a form of another release. */
    async read(ids: readonly string[]): Promise<{ decisions: KeptDecision[]; unreadable: number }[]> {
      const pipeline = redis.pipeline()
      for (const id of ids) pipeline.lrangeBuffer(keys.decisions(id), 0, -1)
      const lists = (await pipeline.exec()) ?? []
      return lists.map(([error, found]) => {
        if (error) throw error
        const packed = found as Buffer[]
        const decisions = packed.flatMap((one) => decisionIn(one) ?? [])
        return { decisions, unreadable: packed.length - decisions.length }
      })
    },
  }
}

function decisionIn(packed: Buffer): KeptDecision | undefined {
  try {
    return Readable.parse(unpackDated(packed))
  } catch {
    return undefined
  }
}

function areAttributes(found: unknown): boolean {
  if (typeof found !== 'object' || found === null || Array.isArray(found)) return false
  return Object.values(found).every(
    (one) =>
      typeof one?.source === 'string' &&
      (typeof one.value !== 'object' || Array.isArray(one.value)) &&
      one.value !== undefined,
  )
}

function areSignals(found: unknown): boolean {
  if (!Array.isArray(found)) return false
  return found.every((one) => typeof one?.id === 'string' && typeof one.type === 'string' && typeof one.at === 'number')
}
