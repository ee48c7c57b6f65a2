import { parentPort, workerData } from 'node:worker_threads'
import { loadTexts } from '../config/load-texts.ts'
import { giveWay } from '../platform/priority.ts'
import { connectRedis } from '../platform/redis.ts'
import { createConfigs } from '../store/configs.ts'
import { createLeads } from '../store/leads.ts'
import { createStore } from '../store/partitions.ts'
import { createPastDecisions } from '../store/past-decisions.ts'
import { createPropertyReader } from './read-properties.ts'
import { runWhatIf } from './what-if.ts'
import type { ThreadAnswer, ThreadData } from './what-if-threads.ts'

/*
 * A thread of its own with a connection of its own: computing thousands of leads must not hold up an event of HubSpot's.
 */

const data = workerData as ThreadData
giveWay()
parentPort?.postMessage(await answer())

async function answer(): Promise<ThreadAnswer> {
  const loaded = await loadTexts(data.files, data.now)
  if ('refused' in loaded) return loaded
  const { config, mistakes } = loaded
  const redis = await connectRedis(data.redisUrls, 'request', () => undefined)
  try {
    const store = createStore({ redis, prefix: data.prefix })
    const { hubspot } = data
    const readProperties = hubspot && createPropertyReader(hubspot)
    const parts = { past: createPastDecisions(store), leads: createLeads(store), configs: createConfigs(store) }
    return {
      result: await runWhatIf({ ...parts, readProperties }, config, { ...data.options, mistakes, now: data.now }),
    }
  } finally {
    redis.disconnect()
  }
}
