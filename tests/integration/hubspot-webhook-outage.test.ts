import { afterEach, expect, test } from 'vitest'
import { type EmbeddedRedis, startEmbeddedRedis } from '../../src/platform/embedded-redis.ts'
import { SECRETS, START, startApi, type TestApi } from '../support/api.ts'
import { WITHOUT_REDIS_SERVER } from '../support/redis.ts'

let redis: EmbeddedRedis | undefined
let api: TestApi | undefined

afterEach(async () => {
  signal('SIGCONT')
  await api?.close()
  await redis?.stop()
})

/** Sends a signal to this test's own Redis, when it still runs. */
function signal(name: NodeJS.Signals): void {
  try {
    if (redis) process.kill(redis.pid, name)
  } catch {
    // It has ended already.
  }
}

async function start(): Promise<TestApi> {
  redis = await startEmbeddedRedis()
  api = await startApi({ redisUrl: redis.url, prefix: 'outage' })
  return api
}

const EVENT = { subscriptionType: 'contact.creation', objectId: 401, eventId: 1, portalId: 9, occurredAt: START }
const SIGNAL = { id: 's-1', type: 'demo_requested', contactId: '402', occurredAt: START }

test.skipIf(WITHOUT_REDIS_SERVER)(
  'while Redis hangs nothing is acknowledged; the retry after it is kept once',
  async () => {
    const { sendEvents, sendSignals, inbox, indexed, hurried } = await start()
    signal('SIGSTOP')
    for (const answer of await Promise.all([sendEvents([EVENT]), sendSignals({ signals: [SIGNAL] })])) {
      expect(answer.status).toBe(503)
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(answer.problem.title).toBe('Not stored')
    }
    expect(hurried).toEqual([])

    signal('SIGCONT')
    // The connection may have to recover first; each try is the retry that HubSpot makes.
    await expect.poll(async () => (await sendEvents([{ ...EVENT, attemptNumber: 1 }])).status).toBe(204)
    await expect.poll(async () => (await sendSignals({ signals: [SIGNAL] })).status).toBe(202)
    expect(await inbox('401')).toHaveLength(1)
    expect(await inbox('402')).toHaveLength(1)
    expect(await indexed('401')).toBe(START)
  },
)

test.skipIf(WITHOUT_REDIS_SERVER)('without Redis nothing is acknowledged, and the log shows no secret', async () => {
  const { sendEvents, sendSignals, logLines } = await start()
  expect((await sendEvents([{ ...EVENT, objectId: 7 }])).status).toBe(204)
  signal('SIGKILL')
  for (let round = 0; round < 3; round++) {
    const answers = await Promise.all([
      sendEvents(Array.from({ length: 100 }, (_, index) => ({ ...EVENT, objectId: 1_000 + index }))),
      sendSignals({ signals: [{ ...SIGNAL, contactId: undefined, email: 'canary@northwind.example' }] }),
    ])
    for (const answer of answers) {
      expect(answer.status).toBe(503)
      expect(answer.headers.get('retry-after')).toBe('5')
    }
  }
  for (const secret of [...SECRETS.hubSpot, SECRETS.apiToken, 'canary'])
    expect(logLines.join('\n')).not.toContain(secret)
})

test.skipIf(WITHOUT_REDIS_SERVER)('a Redis that is full is no reason to lose an event', async () => {
  const { sendEvents, look, inbox } = await start()
  await look.config('SET', 'maxmemory', '1')
  expect((await sendEvents([EVENT])).status).toBe(503)
  await look.config('SET', 'maxmemory', '0')
  expect((await sendEvents([EVENT])).status).toBe(204)
  expect(await inbox('401')).toHaveLength(1)
})
