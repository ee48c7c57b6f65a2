import { Queue } from 'bullmq'
import { startHandoff } from '../../../src/handoffs/start.ts'
import { timerId } from '../../../src/work/queues.ts'
import { CONCURRENCY } from '../../../src/work/table.ts'
import { ELAPSED, leadRecord, NEW_YORK } from '../../support/records.ts'
import { openOutside } from '../baton.ts'
import { watchCompletions } from '../completions.ts'
import { startHelper } from '../helper.ts'
import { percentile } from '../percentile.ts'
import type { BareWorker } from '../processes/bare-worker.ts'
import type { Row } from '../row.ts'
import { openStore } from '../store.ts'

const PER_SECOND = 1_000
const BATCH = 100

/** How late the steps of ladders are taken. */
export const rungs: Row = {
  name: 'rungs',
  what: `lateness of rungs, ${PER_SECOND} due per second, p99`,
  unit: 'ms',
  how: `Open handoffs whose reminder is due, one a millisecond; the time runs from the due instant until its job has finished: HubSpot asked for a response, the step and its message committed. One worker process, which also sends the messages. Ceiling: bare BullMQ delayed jobs with the same instants, as many at once. Both by Redis's clock.`,
  aim: { of: 'ratio', is: '<=', value: 1.5 },
  runs: { quick: 1 },

  async open(bench) {
    await bench.redis.clear()
    const count = PER_SECOND * bench.pick({ full: 5, quick: 1, tiny: 0.05 })
    const outside = await openOutside(bench.redis)
    const { simulators } = outside
    await outside.start('worker')
    const store = await openStore(bench.redis)
    const bare = startHelper<BareWorker>('bare-worker.ts', [bench.redis.url, String(CONCURRENCY.timers)])
    await bare.call.ready()
    const queue = new Queue('jobs', { connection: bench.redis.look, prefix: '{bare}' })
    const medians = { baton: 0, ceiling: 0 }

    /** The instants; the first lies far enough ahead for everything to be written before it. */
    const instants = (size: number, writing: number) => {
      const first = Date.now() + 500 + size * writing
      return Array.from({ length: size }, (_, index) => first + (index * 1_000) / PER_SECOND)
    }

    async function baton(size = count): Promise<number> {
      const ids = await simulators.call.createLeads({ count: size, kinds: ['tier-2'], owner: '201' })
      const due = instants(size, 1)
      const timers = ids.map((leadId, index) => ({
        ...{ name: 'take-steps' as const, id: `${leadId}-1`, at: due[index] ?? 0 },
      }))
      const watch = await watchCompletions(bench.redis.look, store.queues.queues.timers.toKey('').slice(0, -1))
      for (let from = 0; from < size; from += BATCH) {
        await Promise.all(ids.slice(from, from + BATCH).map((id, index) => openHandoff(id, due[from + index] ?? 0)))
        await store.queues.setTimers(timers.slice(from, from + BATCH), Date.now())
      }
      if (Date.now() > (due[0] ?? 0)) throw new Error('the first rung was due before all were written')
      const finished = await watch.all(size)
      await store.untilQuiet()
      return lateness(
        'baton',
        timers.map(({ name, id, at }) => (finished.get(timerId(name, id, at)) ?? Number.NaN) - at),
      )
    }

    async function openHandoff(leadId: string, dueAt: number): Promise<void> {
      const now = Date.now()
      const order = {
        ...{ id: `${leadId}-1`, leadId, kind: 'mql-to-sales', byRoute: true, route: 'mql', pool: 'sdr' },
        baseline: { num_contacted_notes: null, hs_lead_status: null },
      }
      const respondWithin = { ms: dueAt - now }
      const handoff = startHandoff(
        order,
        { ...ELAPSED, respondWithin, ladder: [{ at: respondWithin, do: 'remind' }] },
        { rep: 'sdr-1', pool: 'sdr', how: 'rotation', assignmentId: `${leadId}-1-1` },
        { name: 'always', calendar: NEW_YORK },
        now,
      )
      const lead = leadRecord({
        id: leadId,
        handoffs: { 'mql-to-sales': handoff.id },
        route: { name: 'mql', to: { pool: 'sdr' }, reason: 'mql', at: now },
        configVersion: outside.config.version,
        readBy: outside.config.version,
        rulesVersion: outside.config.rulesVersion,
      })
      await store.put(lead, [handoff])
    }

    async function ceiling(size = count): Promise<number> {
      const watch = await watchCompletions(bench.redis.look, queue.toKey('').slice(0, -1))
      const due = instants(size, 0.3)
      for (let from = 0; from < size; from += BATCH) {
        await queue.addBulk(
          due.slice(from, from + BATCH).map((at) => ({
            name: 'step',
            data: { handoffId: `${at}` },
            opts: { jobId: `step-${at}`, delay: at - Date.now(), removeOnComplete: true },
          })),
        )
      }
      const finished = await watch.all(size)
      return lateness(
        'ceiling',
        due.map((at) => (finished.get(`step-${at}`) ?? Number.NaN) - at),
      )
    }

    function lateness(side: keyof typeof medians, values: number[]): number {
      if (values.some(Number.isNaN)) throw new Error('a step was never taken')
      medians[side] = percentile(values, 50)
      return percentile(values, 99)
    }

    await baton(Math.ceil(count / 5))
    await ceiling(Math.ceil(count / 5))
    return {
      baton: () => baton(),
      ceiling: () => ceiling(),
      notes: () => [`last run: p50 ${medians.baton} ms against ${medians.ceiling} ms, ${count} rungs`],
      async close() {
        await queue.close()
        await store.close()
        await Promise.all([bare.stop(), outside.close()])
      },
    }
  },
}
