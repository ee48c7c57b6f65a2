import { setTimeout as wait } from 'node:timers/promises'
import { INDEX } from '../../../src/store/partitions.ts'
import { openOutside } from '../baton.ts'
import { startHelper } from '../helper.ts'
import type { BareWebhooks } from '../processes/bare-webhooks.ts'
import type { Row } from '../row.ts'
import { openStore } from '../store.ts'
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

    const store = await openStore(bench.redis)
    let jobs = { events: 0, atOnce: 0, later: 0 }

    async function run(sender: typeof baton, count = requests): Promise<number> {
      await bench.redis.clear()
      const prepared = Array.from({ length: count }, () =>
        signed(changeEvents(Array.from({ length: EVENTS }, () => String(++contacts)))),
      )
      const took = await sender.sendAll(prepared)
      if (sender === baton) jobs = await jobsAdded(count * EVENTS)
      return (count * EVENTS) / (took / 1_000)
    }

    // Baton adds the jobs behind the answer: a request's leads travel in one.
    async function jobsAdded(events: number): Promise<typeof jobs> {
      const kept = await store.store.count(INDEX.unread)
      if (kept !== events) throw new Error(`${kept} of ${events} events stand in the index of unread leads`)
      const named = async () => {
        const { leads, bulk } = store.queues.queues
        const waiting = await Promise.all([leads, bulk].map((queue) => queue.getJobs(['waiting', 'delayed'])))
        return waiting.flat().reduce((sum, job) => sum + (job?.data['read-lead']?.length ?? 0), 0)
      }
      const atOnce = await named()
      await wait(300)
      return { events, atOnce, later: await named() }
    }

    for (const sender of [baton, ceiling]) await run(sender, Math.ceil(requests / 2))
    return {
      baton: () => run(baton),
      ceiling: () => run(ceiling),
      notes: () => [
        `last run: ${jobs.events} leads, all in the index of what is unread; jobs that name ${jobs.atOnce} of them stood in the queue at the last answer, and ${jobs.later} of them a moment later.`,
      ],
      async close() {
        baton.close()
        ceiling.close()
        await store.close()
        await Promise.all([bare.stop(), outside.close()])
      },
    }
  },
}
