import { openOutside } from '../baton.ts'
import { MIX } from '../leads.ts'
import type { Row } from '../row.ts'
import { openStore } from '../store.ts'

const BURST = 1_000
const STEPS = 4

/** How many calls to HubSpot a thousand new leads cost. */
export const calls: Row = {
  name: 'calls',
  what: 'HubSpot calls per 1,000 new leads',
  unit: 'calls',
  how: `HubSpot sends the new contacts' webhooks in bursts of ${BURST} contacts; counted at HubSpot, with its ordinary limit of 190 calls in 10 s. Ceiling: one call for each of the ${STEPS} steps (contact, company, score, owner), by arithmetic.`,
  aim: { of: 'figure', is: '<=', value: 40 },
  runs: { quick: 1 },

  async open(bench) {
    await bench.redis.clear()
    const count = bench.pick({ full: 1_000, quick: 1_000, tiny: 20 })
    const outside = await openOutside(bench.redis)
    const { simulators } = outside
    const address = await outside.start('both', { HUBSPOT_REQUESTS_PER_10_SECONDS: '190' })
    const store = await openStore(bench.redis)
    await simulators.call.sendWebhooksTo(`${address}/webhooks/hubspot`)
    let seen: Record<string, number> = {}
    return {
      async baton() {
        await simulators.call.takeCalls()
        const ids: string[] = []
        for (let left = count; left > 0; left -= BURST) {
          ids.push(...(await simulators.call.createLeads({ count: Math.min(BURST, left), kinds: MIX, loud: true })))
          await simulators.call.settled()
          await store.untilQuiet()
        }
        // What Baton wrote comes back as events, which cost no call.
        await simulators.call.settled()
        await store.untilQuiet()
        const scored = await simulators.call.scored(ids)
        if (scored !== count) throw new Error(`only ${scored} of ${count} leads have their score in HubSpot`)
        seen = await simulators.call.takeCalls()
        return (Object.values(seen).reduce((sum, times) => sum + times, 0) / count) * 1_000
      },
      ceiling: async () => STEPS * 1_000,
      notes: () => [
        `last run: ${Object.entries(seen)
          .map(([name, times]) => `${times} x ${name}`)
          .join(', ')}`,
      ],
      async close() {
        await store.close()
        await outside.close()
      },
    }
  },
}
