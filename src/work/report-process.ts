import { answer } from '../platform/own-process.ts'
import { connectRedis } from '../platform/redis.ts'
import type { Made } from '../reports/run.ts'
import { createFactStreams } from '../store/facts.ts'
import { createStore } from '../store/partitions.ts'
import { createReportRunner } from './report.ts'
import type { ReportTask } from './report-processes.ts'

/*
 * A process of its own with a connection of its own: going through a year of facts must not hold up an event of HubSpot's.
 */

await answer(report)

async function report({ redisUrls, prefix, name, asked }: ReportTask): Promise<Made> {
  const redis = await connectRedis(redisUrls, 'patient', () => undefined)
  try {
    return await createReportRunner(createFactStreams(createStore({ redis, prefix })))(name, asked)
  } finally {
    redis.disconnect()
  }
}
