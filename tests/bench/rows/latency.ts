import { setTimeout as wait } from 'node:timers/promises'
import { openOutside } from '../baton.ts'
import { now } from '../clock.ts'
import { percentile } from '../percentile.ts'
import type { Row } from '../row.ts'
import { openStore } from '../store.ts'
import { createSender, creationEvents, signed } from '../webhooks.ts'

const PER_SECOND = 50

/** How long it takes from a webhook to the rep's message in Slack. */
export const latency: Row = {
  name: 'latency',
  what: `webhook in to Slack post out at ${PER_SECOND} leads/s, p99`,
  unit: 'ms',
  how: `Every lead goes to a rep and has a clock of 5 minutes, so each alert is a message of its own (of longer clocks, from the fourth in two minutes on, they stand in the list of the rep); webhooks leave at fixed instants whether or not the ones before are through, and the time runs from that instant until the rep's message is at Slack. API and worker in one process.`,
  aim: { of: 'figure', is: '<=', value: 300 },
  runs: { quick: 1 },

  async open(bench) {
    await bench.redis.clear()
    const count = PER_SECOND * bench.pick({ full: 10, quick: 3, tiny: 1 })
    const outside = await openOutside(bench.redis)
    const { simulators } = outside
    const sender = createSender(await outside.start('both'), PER_SECOND)
    const store = await openStore(bench.redis)
    let median = 0

    async function run(size = count): Promise<number> {
      const ids = await simulators.call.createLeads({ count: size, kinds: ['tier-1'] })
      const start = now() + 100
      const sentAt = ids.map((_, index) => start + (index * 1_000) / PER_SECOND)
      await Promise.all(
        ids.map(async (id, index) => {
          await wait((sentAt[index] ?? 0) - now())
          await sender.send(signed(creationEvents(id)))
        }),
      )
      await store.untilQuiet()
      const told = await simulators.call.told(ids)
      const took = told.map((at, index) => {
        if (at === null) throw new Error(`lead ${ids[index]} never reached Slack`)
        return at - (sentAt[index] ?? 0)
      })
      median = percentile(took, 50)
      return percentile(took, 99)
    }

    await run(Math.ceil(count / 2))
    return {
      baton: () => run(),
      notes: () => [`last run: p50 ${median.toFixed(0)} ms, ${count} leads`],
      async close() {
        sender.close()
        await store.close()
        await outside.close()
      },
    }
  },
}
