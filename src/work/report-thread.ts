import { parentPort, workerData } from 'node:worker_threads'
import { giveWay } from '../platform/priority.ts'
import { connectRedis } from '../platform/redis.ts'
import { createFactStreams } from '../store/facts.ts'
import { createStore } from '../store/partitions.ts'
import { createReportRunner } from './report.ts'
import type { ReportThread } from './report-threads.ts'

/*
 * A thread of its own with a connection of its own: going through a year of facts must not hold up an event of HubSpot's.
 */

const { redisUrls, prefix, name, asked } = workerData as ReportThread
giveWay()
const redis = await connectRedis(redisUrls, 'request', () => undefined)
try {
  parentPort?.postMessage(await createReportRunner(createFactStreams(createStore({ redis, prefix })))(name, asked))
} finally {
  redis.disconnect()
}
