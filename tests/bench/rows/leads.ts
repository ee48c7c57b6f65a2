import { setTimeout as wait } from 'node:timers/promises'
import { Queue } from 'bullmq'
import { CONCURRENCY } from '../../../src/work/table.ts'
import { openOutside } from '../baton.ts'
import { startHelper } from '../helper.ts'
import { MIX } from '../leads.ts'
import type { BareWorker } from '../processes/bare-worker.ts'
import type { Row } from '../row.ts'
import { openStore } from '../store.ts'

/** How many leads one worker process takes through the whole job in a second. */
export const leads: Row = {
  name: 'leads',
  what: 'leads through the whole job, one worker',
  unit: '/s',
  how: 'New contacts, a third of them for a rep, waiting in the queue at the start; done when every record is committed, HubSpot is written and every message is posted. Ceiling: a BullMQ worker that does nothing, as many jobs at once.',
  aim: { of: 'ratio', is: '>=', value: 0.25 },

  async open(bench) {
    await bench.redis.clear()
    const count = bench.pick({ full: 2_000, quick: 500, tiny: 12 })
    const outside = await openOutside(bench.redis)
    const { simulators } = outside
    await outside.start('worker')
    const store = await openStore(bench.redis)
    const bare = startHelper<BareWorker>('bare-worker.ts', [bench.redis.url, String(CONCURRENCY.leads)])
    await bare.call.ready()
    const queue = new Queue('jobs', { connection: bench.redis.look, prefix: '{bare}' })

    async function baton(size = count): Promise<number> {
      const ids = await simulators.call.createLeads({ count: size, kinds: MIX })
      await store.queues.queues.leads.pause()
      await store.announce(ids)
      const start = performance.now()
      await store.queues.queues.leads.resume()
      await store.untilQuiet()
      const seconds = (performance.now() - start) / 1_000
      const scored = await simulators.call.scored(ids)
      if (scored !== size) throw new Error(`only ${scored} of ${size} leads have their score in HubSpot`)
      return size / seconds
    }

    // More jobs than leads: so few would be over before they can be timed.
    async function ceiling(size = count * 5): Promise<number> {
      await queue.pause()
      for (let from = 0; from < size; from += 1_000) {
        const jobs = Array.from({ length: Math.min(1_000, size - from) }, (_, index) => ({
          name: 'lead',
          data: { leadId: String(402_000_000_000 + from + index) },
          opts: { removeOnComplete: true },
        }))
        await queue.addBulk(jobs)
      }
      const start = performance.now()
      await queue.resume()
      while (Object.values(await queue.getJobCounts('waiting', 'active')).some((left) => left > 0)) await wait(5)
      return size / ((performance.now() - start) / 1_000)
    }

    await baton(Math.ceil(count / 4))
    await ceiling(count)
    return {
      baton: () => baton(),
      ceiling: () => ceiling(),
      async close() {
        await queue.close()
        await store.close()
        await Promise.all([bare.stop(), outside.close()])
      },
    }
  },
}
