import { Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { serve } from '../helper.ts'

/** The ceiling of jobs: a BullMQ worker that does nothing. The arguments are Redis's address and how many at once. */

const connection = new Redis(process.argv[2] ?? '', { maxRetriesPerRequest: null })
const worker = new Worker('jobs', async () => {}, {
  connection,
  prefix: '{bare}',
  concurrency: Number(process.argv[3]),
})
await worker.waitUntilReady()

const handlers = { ready: () => true }
export type BareWorker = typeof handlers
serve(handlers)
