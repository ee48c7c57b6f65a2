import { type FactType, type KeptFact, readFacts } from '../facts/fact.ts'
import type { Store } from './partitions.ts'

const AT_ONCE = 2_000
// A fact is entered a moment after it happened, by the clock of Redis.
const SLACK = 60_000

/** Reads what happened. */
export type FactStreams = ReturnType<typeof createFactStreams>

/** Opens the streams of facts, one a partition. */
export function createFactStreams({ redis, keys, partitions }: Store) {
  async function* inPartition(number: number, from: number, types?: ReadonlySet<FactType>): AsyncGenerator<KeptFact[]> {
    let start = String(Math.max(0, from - SLACK))
    for (;;) {
      const entries = await redis.xrange(keys.factsIn(partitions[number] ?? ''), start, '+', 'COUNT', AT_ONCE)
      yield entries.flatMap(([id, [, text = '']]) => readFacts(`${number.toString(16)}-${id}`, text, types))
      const last = entries.at(-1)?.[0]
      if (last === undefined || entries.length < AT_ONCE) break
      start = `(${last}`
    }
  }

  return {
    /** All facts that were entered from an instant on (epoch milliseconds), partition by partition, oldest first. */
    async *since(from: number): AsyncGenerator<KeptFact[]> {
      for (const number of partitions.keys()) yield* inPartition(number, from)
    },

    /**
     * The facts that happened from an instant on, those of one partition at a time, as they were entered; of some types alone, where they
     * are given. `now` is the present instant of whoever asks: entries have that of Redis, which may be behind.
     */
    async *streams(from: number, now: number, types?: ReadonlySet<FactType>): AsyncGenerator<KeptFact[]> {
      const [seconds] = await redis.time()
      const behind = Math.max(0, now - Number(seconds) * 1_000)
      for (const number of partitions.keys()) {
        const facts: KeptFact[] = []
        for await (const some of inPartition(number, from - behind, types))
          for (const fact of some) if (fact.at >= from) facts.push(fact)
        yield facts
      }
    },

    /** When the first fact happened that is kept, in epoch milliseconds; null: there is none. */
    async earliest(): Promise<number | null> {
      const first = await Promise.all(
        partitions.map(async (partition) => {
          const [entry] = await redis.xrange(keys.factsIn(partition), '-', '+', 'COUNT', 1)
          return entry ? readFacts('', entry[1][1] ?? '').map(({ at }) => at) : []
        }),
      )
      const instants = first.flat()
      return instants.length === 0 ? null : Math.min(...instants)
    },
  }
}
