import { setTimeout as wait } from 'node:timers/promises'
import { openOutside } from '../baton.ts'
import { now } from '../clock.ts'
import { MIX } from '../leads.ts'
import { percentile } from '../percentile.ts'
import type { Row } from '../row.ts'
import { openStore } from '../store.ts'
import { createSender, creationEvents, importEvents, signed } from '../webhooks.ts'

const EVENTS_A_REQUEST = 100

/** How long a fresh lead takes while an import is under way. */
export const crowd: Row = {
  name: 'crowd',
  what: 'one fresh lead behind an import of 2,000, to Slack',
  unit: 'ms',
  how: `HubSpot's events of 2,000 imported contacts come first; then, one after the other, leads that a form brought, each for a rep; the time runs from a lead's webhook until the rep's message is at Slack, and the middle one counts. API and worker in one process. Ceiling: the same alone.`,
  aim: { of: 'ratio', is: '<=', value: 2 },

  async open(bench) {
    await bench.redis.clear()
    const size = bench.pick({ full: 2_000, quick: 2_000, tiny: 100 })
    const fresh = bench.pick({ full: 5, quick: 3, tiny: 1 })
    const outside = await openOutside(bench.redis)
    const { simulators } = outside
    const sender = createSender(await outside.start('both'), 8)
    const store = await openStore(bench.redis)
    let left = 0

    /** Milliseconds from its webhook to Slack, for one lead after the other. */
    async function timeOfFresh(): Promise<number> {
      const took: number[] = []
      for (let at = 0; at < fresh; at++) {
        const ids = await simulators.call.createLeads({ count: 1, kinds: ['tier-1'] })
        const start = now()
        await sender.send(signed(creationEvents(ids[0] ?? '')))
        let told = await simulators.call.told(ids)
        for (const until = start + 60_000; told[0] === null; told = await simulators.call.told(ids)) {
          if (now() > until) throw new Error('a lead did not reach Slack within a minute')
          await wait(5)
        }
        took.push((told[0] ?? 0) - start)
      }
      return percentile(took, 50)
    }

    async function alone(): Promise<number> {
      const took = await timeOfFresh()
      await store.untilQuiet()
      return took
    }

    async function behindCrowd(): Promise<number> {
      const ids = await simulators.call.createLeads({ count: size, kinds: MIX })
      const requests = Array.from({ length: Math.ceil(size / EVENTS_A_REQUEST) }, (_, index) =>
        signed(importEvents(ids.slice(index * EVENTS_A_REQUEST, (index + 1) * EVENTS_A_REQUEST))),
      )
      await sender.sendAll(requests)
      await wait(500)
      const took = await timeOfFresh()
      left = await store.store.count('unread')
      await store.untilQuiet()
      return took
    }

    await behindCrowd()
    return {
      baton: behindCrowd,
      ceiling: alone,
      notes: () => [`last run: ${left} of the crowd were still unread when the last fresh lead was at Slack`],
      async close() {
        sender.close()
        await store.close()
        await outside.close()
      },
    }
  },
}
