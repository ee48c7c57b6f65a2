import type { Clock } from '../platform/clock.ts'
import type { Store } from '../store/partitions.ts'
import type { Dead } from './dead.ts'
import type { Runner } from './run.ts'
import type { WorkTable } from './table.ts'
import { LEASE } from './worker.ts'

// Of each index and partition at a time: sixteen partitions make a thousand.
const AT_ONCE = 64

/**
 * Does what stands in the indexes and nobody is at: after a lost job, a flushed queue or an hour of downtime. Every worker
 * runs it at its start and every 15 seconds; what one takes, no other does. A round takes at most a thousand entries of each
 * index and waits until they were tried, so that it is bounded and never overlaps with itself.
 */
export function createSweep(options: {
  table: WorkTable
  runner: Runner
  store: Store
  clock: Clock
  dead: Dead
  /** Systems that are down: their work waits for the probe. */
  isDown: (system: 'hubspot' | 'slack') => boolean
  /** Work that stands in no index, and whether it is to be done. */
  isDue: Record<string, () => Promise<boolean>>
}) {
  const { table, runner, store, clock, dead } = options
  let sweeping: Promise<number> | null = null

  /** One round over some rows of the table, so much of each partition; resolves with how much it took. */
  async function round(grace: boolean, rows: [string, WorkTable[string]][], atOnce: number): Promise<number> {
    const now = clock.now()
    const waits = rows.filter(([, row]) => row.index !== null)
    const taken = await store.claim(
      waits.map(([, row]) => ({ index: row.index ?? '', dueAt: grace ? now - row.grace : now, until: now + LEASE })),
      atOnce,
    )
    const items = waits.flatMap(([name, row], at) =>
      (taken[at] ?? []).map((id) => ({ name, id, last: row.queue === 'bulk' || row.queue === 'leads' })),
    )
    // What waits for Slack's pace, or for an endpoint of somebody else's, holds up nothing else.
    const isSlow = ({ name }: { name: string }) => ['slack', 'webhooks'].includes(table[name]?.queue ?? '')
    const soon = items.filter((item) => !isSlow(item))
    const others = items.filter(isSlow)
    for (const item of others) void runner.run(item)
    await Promise.all(soon.map((item) => runner.run(item)))
    return items.length
  }

  async function retry({ name, id }: { name: string; id: string }): Promise<void> {
    const index = table[name]?.index
    // From here on it stands where it stood; what fails again comes back.
    if (index) await store.redis.zadd(store.keys.index(id, index), clock.now() + LEASE, id)
    await runner.run({ name, id, last: true })
  }

  async function sweepAll(grace: boolean): Promise<number> {
    const letters = await dead.retry(AT_ONCE)
    await Promise.all(letters.map(retry))
    let total = letters.length
    for (const [name, isDue] of Object.entries(options.isDue)) if (await isDue()) void runner.run({ name, id: 'all' })
    const rows = Object.entries(table).filter(([, row]) => !row.needs || !options.isDown(row.needs))
    for (;;) {
      const done = await round(grace, rows, AT_ONCE)
      total += done
      // Less than a full share of any index: nothing is left that was due when the round began.
      if (done < AT_ONCE) return total
      // Everything else in this process has its turn between two rounds.
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  return {
    /** Sweeps until nothing is left that is due; resolves with how much was tried. One at a time. */
    sweep({ grace = true }: { grace?: boolean } = {}): Promise<number> {
      sweeping ??= sweepAll(grace).finally(() => {
        sweeping = null
      })
      return sweeping
    },

    /** Tries one piece of work that needs a system which is down: whether it answers again. */
    async probe(system: 'hubspot' | 'slack'): Promise<void> {
      const rows = Object.entries(table).filter(([, row]) => row.needs === system)
      const now = clock.now()
      for (const [name, row] of rows) {
        const [id] = await store.due(row.index ?? '', now, 1)
        if (id) return runner.run({ name, id })
      }
    },

    /** Does all that waited for a system which answers again. */
    async recover(system: 'hubspot' | 'slack'): Promise<void> {
      const rows = Object.entries(table).filter(([, row]) => row.needs === system)
      while ((await round(false, rows, AT_ONCE)) >= AT_ONCE);
    },
  }
}
