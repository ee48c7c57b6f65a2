import { openOutside } from '../baton.ts'
import { startHelper } from '../helper.ts'
import type { BareWebhooks } from '../processes/bare-webhooks.ts'
import type { Row } from '../row.ts'
import { changeEvents, createSender, signed } from '../webhooks.ts'

const EVENTS = 100
const IN_FLIGHT = 8

let contacts = 402_000_000_000

/** How many webhook events are acknowledged in a second, by `src/main.ts --role api`. */
export const webhooks: Row = {
  name: 'webhooks',
  what: 'webhook events acknowledged',
  unit: '/s',
  how: `${EVENTS} events a request, each about another contact, ${IN_FLIGHT} requests in flight, Redis synced at every write. Ceiling: Fastify + HMAC + BullMQ addBulk of the same events, one job an event.`,
  aim: { of: 'ratio', is: '>=', value: 1 },

  async open(bench) {
    await bench.redis.clear()
    const requests = bench.pick({ full: 300, quick: 40, tiny: 4 })
    const outside = await openOutside(bench.redis)
    const bare = startHelper<BareWebhooks>('bare-webhooks.ts', [bench.redis.url])
    const baton = createSender(await outside.start('api'), IN_FLIGHT)
    const ceiling = createSender(await bare.call.address(), IN_FLIGHT)

    async function run(sender: typeof baton, count = requests): Promise<number> {
      await bench.redis.clear()
      const prepared = Array.from({ length: count }, () =>
        signed(changeEvents(Array.from({ length: EVENTS }, () => String(++contacts)))),
      )
      return (count * EVENTS) / ((await sender.sendAll(prepared)) / 1_000)
    }

    for (const sender of [baton, ceiling]) await run(sender, Math.ceil(requests / 2))
    return {
      baton: () => run(baton),
      ceiling: () => run(ceiling),
      async close() {
        baton.close()
        ceiling.close()
        await Promise.all([bare.stop(), outside.close()])
      },
    }
  },
}
