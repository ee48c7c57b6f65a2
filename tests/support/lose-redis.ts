import { Redis } from 'ioredis'
import { inject } from 'vitest'
import type { Stage } from './stage.ts'

/** Stops every service of a stage, empties its Redis, and starts one service anew. */
export async function loseRedis(stage: Stage): Promise<void> {
  const prefix = stage.services[0]?.store.prefix ?? ''
  for (const service of stage.services.splice(0)) await service.close()
  await emptyRedis(prefix)
  await stage.start('both')
  const address = stage.addresses.at(-1) ?? ''
  stage.addresses.splice(0, stage.addresses.length, address)
  const publicUrl = 'https://baton.example.com/webhooks/hubspot'
  stage.hubspot.setWebhooks({ targetUrl: `${address}/webhooks/hubspot`, publicUrl })
  stage.slack.setInteractionsUrl(`${address}/webhooks/slack/interactions`)
}

/** Deletes every key of a prefix. */
export async function emptyRedis(prefix: string): Promise<void> {
  const redis = new Redis(inject('redisUrl'))
  try {
    for await (const keys of redis.scanStream({ match: `*${prefix}*`, count: 1_000 }))
      if (keys.length > 0) await redis.unlink(...keys)
  } finally {
    redis.disconnect()
  }
}
