import { loadTexts } from '../config/load-texts.ts'
import { answer } from '../platform/own-process.ts'
import { connectRedis } from '../platform/redis.ts'
import { unhurried } from '../platform/unhurried.ts'
import { createConfigs } from '../store/configs.ts'
import { createLeads } from '../store/leads.ts'
import { createStore } from '../store/partitions.ts'
import { createPastDecisions } from '../store/past-decisions.ts'
import { createPropertyReader } from './read-properties.ts'
import { runWhatIf } from './what-if.ts'
import type { WhatIfAnswer, WhatIfTask } from './what-if-processes.ts'

/*
 * A process of its own with a connection of its own: computing thousands of leads must not hold up an event of HubSpot's.
 */

const RESTS = 1

await answer(whatIf)

async function whatIf(task: WhatIfTask): Promise<WhatIfAnswer> {
  const loaded = await loadTexts(task.files, task.now)
  if ('refused' in loaded) return loaded
  const { config, mistakes } = loaded
  const redis = await connectRedis(task.redisUrls, 'patient', () => undefined)
  try {
    const store = createStore({ redis, prefix: task.prefix })
    const { hubspot } = task
    const readProperties = hubspot && createPropertyReader(hubspot)
    const past = createPastDecisions(store)
    const parts = {
      // Leads that come meanwhile ask the same Redis.
      past: { ...past, ids: () => unhurried(past.ids(), RESTS) },
      leads: createLeads(store),
      configs: createConfigs(store),
    }
    return {
      result: await runWhatIf({ ...parts, readProperties }, config, { ...task.options, mistakes, now: task.now }),
    }
  } finally {
    redis.disconnect()
  }
}
