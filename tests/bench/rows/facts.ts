import { foldFacts } from '../../../src/facts/fold.ts'
import { createFactStreams } from '../../../src/store/facts.ts'
import { fillFacts, WEEK } from '../facts.ts'
import { keyKinds } from '../memory-use.ts'
import type { Row } from '../row.ts'
import { openStore } from '../store.ts'
import { number } from '../table.ts'

const HOW =
  'Made-up facts of leads that sales takes, that come to nothing, or that stay in nurture, in as many entries as commits would make of them'

/** What a fact takes in Redis. */
export const memoryOfFact: Row = {
  name: 'memory-fact',
  what: 'memory in Redis per fact',
  unit: 'B',
  how: `${HOW}; MEMORY USAGE of the streams by the number of facts.`,
  runs: { full: 1, quick: 1 },

  async open(bench) {
    await bench.redis.clear()
    const weeks = bench.pick({ full: 10, quick: 3, tiny: 1 })
    const store = await openStore(bench.redis)
    let note = ''
    return {
      async baton() {
        const before = await bench.redis.usedMemory()
        const now = Date.now()
        const count = (await fillFacts(store, now - weeks * WEEK, now)).length
        const grown = (await bench.redis.usedMemory()) - before
        note = `used_memory grew by ${number(grown / count)} B each, ${number(count)} facts`
        return ((await keyKinds(bench.redis.look)).get('facts')?.bytes ?? 0) / count
      },
      notes: () => [note],
      close: () => store.close(),
    }
  },
}

/** How long it takes to count a week's facts. */
export const fold: Row = {
  name: 'fold',
  what: "a week's facts counted, of 1.5 M a year",
  unit: 'ms',
  how: `${HOW}, 1.5 M evenly over a year; the last full week is counted by type, pool, rep and reason, eight hours after its end. Ceiling: the same entries read and left undecoded. When quick, the same week of the last six alone.`,

  async open(bench) {
    await bench.redis.clear()
    const weeks = bench.pick({ full: 52, quick: 6, tiny: 2 })
    const store = await openStore(bench.redis)
    const now = Date.now()
    const to = now - 8 * 60 * 60_000
    const span = { from: to - WEEK, to }
    const instants = await fillFacts(store, now - weeks * WEEK, now)
    const ofWeek = instants.filter((at) => at >= span.from && at < span.to).length
    const streams = createFactStreams(store.store)

    async function baton(): Promise<number> {
      const start = performance.now()
      const sums = await foldFacts(streams.since(span.from), span, ['pool', 'rep', 'reason'])
      const took = performance.now() - start
      const counted = [...sums.values()].reduce((sum, { count }) => sum + count, 0)
      if (counted !== ofWeek) throw new Error(`${counted} of ${ofWeek} facts were counted`)
      return took
    }

    async function ceiling(): Promise<number> {
      const start = performance.now()
      for (const partition of store.store.partitions)
        await store.store.redis.xrange(store.store.keys.factsIn(partition), span.from, '+')
      return performance.now() - start
    }

    await baton()
    await ceiling()
    return {
      baton,
      ceiling,
      notes: () => [`${number(ofWeek)} facts counted, of ${number(instants.length)} that stood in Redis`],
      close: () => store.close(),
    }
  },
}
