import type { Telemetry } from 'bullmq'
import type { RedisConnection } from '../platform/redis.ts'
import { createAdoption } from './adopt.ts'
import { createCheckQuality } from './check-quality.ts'
import { createCheckUnreachable } from './check-unreachable.ts'
import { createDead } from './dead.ts'
import { createHurry } from './hurry.ts'
import { createLeavers } from './leavers.ts'
import { createListLeads } from './list-leads.ts'
import { createListQuality } from './list-quality.ts'
import { createListStuck } from './list-stuck.ts'
import type { Handler, Parts } from './parts.ts'
import { createPoll } from './poll.ts'
import type { Queues } from './queues.ts'
import { createReportObserved } from './report-observed.ts'
import { createRescoring } from './rescore-leads.ts'
import { createRewriteFile } from './rewrite-file.ts'
import { createRunner } from './run.ts'
import { createSendDigests } from './send-digests.ts'
import { createSendReports } from './send-reports.ts'
import { createSweep } from './sweep.ts'
import { QUEUES, type QueueName, WORK, type WorkTable } from './table.ts'
import { createWorker } from './worker.ts'

/** The work of one process: its runner, its sweep, and how leads are rescored. */
export type Work = ReturnType<typeof prepareWork>

/** Puts the work together: every row of the table gets its handler. Nothing runs until `start`. */
export function prepareWork(options: {
  parts: Omit<Parts, 'hurry' | 'dropTimers'>
  queues: Queues
  retryDelay: number
  isDown: (system: 'hubspot' | 'slack') => boolean
  /** False in a process that leaves all work to others. */
  works: boolean
  /** How much of a queue's work is done at once, where it is not what the table of work says. */
  atOnce?: Partial<Record<QueueName, number>>
  /** The table; another one only where somebody shows how it grows. */
  table?: WorkTable
}) {
  const { queues, retryDelay, works, table = WORK } = options
  const { clock, store, log, metrics } = options.parts
  const dead = createDead({ clock, store, metrics, log })
  const handlers: Record<string, Handler<unknown>> = {}
  const isDown = (system: string) => (system === 'hubspot' || system === 'slack') && options.isDown(system)
  const runner = createRunner({ table, handlers, clock, store, dead, log, retryDelay, isDown, atOnce: options.atOnce })
  const hurry = createHurry({ table, queues, clock, log, runner: works ? runner : null })
  const parts: Parts = { ...options.parts, hurry, dropTimers: queues.dropTimers }
  for (const [name, row] of Object.entries(table)) handlers[name] = row.handler(parts, table) as Handler<unknown>
  const rescoring = createRescoring(parts)
  const adoption = createAdoption(parts)
  const { poll, close: closePoll } = createPoll(parts)
  const leavers = createLeavers(parts)
  const stuck = createListStuck(parts)
  const observed = createReportObserved(parts)
  const unreachable = createCheckUnreachable(parts)
  const sweep = createSweep({
    table,
    runner,
    store,
    clock,
    dead,
    isDown: options.isDown,
    isDue: {
      'rescore-leads': rescoring.isDue,
      'hand-on-leavers': leavers.isDue,
      'rewrite-file': createRewriteFile(parts).isDue,
      'list-leads': createListLeads(parts).isDue,
      'check-unreachable': unreachable.isDue,
      'list-stuck': stuck.isDue,
      'check-quality': createCheckQuality(parts).isDue,
      'list-quality': createListQuality(parts).isDue,
      'report-observed': observed.isDue,
      'send-digests': createSendDigests(parts).isDue,
      'send-reports': createSendReports(parts).isDue,
    },
  })

  return {
    ...sweep,
    hurry,
    poll,
    closePoll,
    rescoring,
    adoption,
    dead,
    runner,

    /** Starts a worker for each queue. */
    start: (bull: { connection: RedisConnection; prefix: string; telemetry?: Telemetry | undefined }) =>
      QUEUES.map((queue) => createWorker(queue, { table, runner, store, clock, log, ...bull })),
  }
}
