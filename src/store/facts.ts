import { type KeptFact, readFacts } from '../facts/fact.ts'
import type { Store } from './partitions.ts'

const AT_ONCE = 2_000
// A fact is entered a moment after it happened, by the clock of Redis.
const SLACK = 60_000

/** Reads what happened. */
export type FactStreams = ReturnType<typeof createFactStreams>

/** Opens the streams of facts, one a partition. */
export function createFactStreams({ redis, keys, partitions }: Store) {
  return {
    /** All facts that were entered from an instant on (epoch milliseconds), partition by partition, oldest first. */
    async *since(from: number): AsyncGenerator<KeptFact[]> {
      for (const [number, partition] of partitions.entries()) {
        let start = String(Math.max(0, from - SLACK))
        for (;;) {
          const entries = await redis.xrange(keys.factsIn(partition), start, '+', 'COUNT', AT_ONCE)
          yield entries.flatMap(([id, [, text = '']]) => readFacts(`${number.toString(16)}-${id}`, text))
          const last = entries.at(-1)?.[0]
          if (last === undefined || entries.length < AT_ONCE) break
          start = `(${last}`
        }
      }
    },
  }
}
