import { setTimeout as wait } from 'node:timers/promises'
import { createQualityList } from '../../src/store/quality.ts'
import { openOutside } from './baton.ts'
import { now as instant } from './clock.ts'
import { percentile } from './percentile.ts'
import type { Bench, OpenRow } from './row.ts'
import { type BenchStore, openStore } from './store.ts'
import { createSender, creationEvents, signed } from './webhooks.ts'

/** So many leads a second come, while something else is done. */
export const PER_SECOND = 50

/**
 * What something costs everybody else: webhook to Slack, p99, while it is asked for again and again, against without. `fill` prepares what
 * it works on; `ask` asks for it once at an address, and `note` says what it did.
 */
export async function openBeside(
  bench: Bench,
  parts: {
    fill: (store: BenchStore) => Promise<unknown>
    ask: (address: string) => Promise<void>
    note: (asked: number) => string
  },
): Promise<OpenRow> {
  await bench.redis.clear()
  // Short, so that most runs are over before the first clock of five minutes runs out, whose rungs would be measured as well.
  const count = PER_SECOND * bench.pick({ full: 15, quick: 12, tiny: 1 })
  const store = await openStore(bench.redis)
  await parts.fill(store)
  const outside = await openOutside(bench.redis)
  const address = await outside.start('both')
  const sender = createSender(address, PER_SECOND)
  let asked = 0

  async function p99(): Promise<number> {
    const ids = await outside.simulators.call.createLeads({ count, kinds: ['tier-1'] })
    const start = instant() + 100
    await Promise.all(
      ids.map(async (id, index) => {
        await wait(start + (index * 1_000) / PER_SECOND - instant())
        await sender.send(signed(creationEvents(id)))
      }),
    )
    await store.untilQuiet()
    const told = await outside.simulators.call.told(ids)
    return percentile(
      told.map((at, index) => (at ?? Number.NaN) - (start + (index * 1_000) / PER_SECOND)),
      99,
    )
  }

  // What a start has to look through is no part of what is measured.
  const checked = createQualityList(store.store)
  while (!(await checked.summary()) || !(await bench.redis.look.hexists(store.store.keys.shared('listed'), 'first')))
    await wait(50)
  await p99()
  return {
    async baton() {
      let goOn = true
      asked = 0
      const asking = (async () => {
        for (; goOn; asked++) await parts.ask(address)
      })()
      // Told below: until then nobody waits for it.
      asking.catch(() => undefined)
      const figure = await p99()
      goOn = false
      await asking
      return figure
    },
    ceiling: p99,
    notes: () => [parts.note(asked)],
    async close() {
      sender.close()
      await store.close()
      await outside.close()
    },
  }
}
