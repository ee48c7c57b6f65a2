import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTier2Lead } from '../support/leads.ts'
import { addressOf, createProcessStage, type ProcessStage } from '../support/process-stage.ts'
import type { RunningProcess } from '../support/processes.ts'
import { WITHOUT_REDIS_SERVER } from '../support/redis.ts'
import { startRedisCluster } from '../support/redis-cluster.ts'
import { createStage } from '../support/stage.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'

// What keeps quiet here is never told that its connection is gone: without a look of its own it would wait for ever.
const IN_THE_END = { timeout: 40_000 }

let stage: ProcessStage
let proxy: TcpProxy

async function readiness(one: RunningProcess): Promise<{ status: number; redis: unknown }> {
  const response = await fetch(`${addressOf(one)}/readyz`)
  const { dependencies } = (await response.json()) as { dependencies: Record<string, unknown> }
  return { status: response.status, redis: dependencies.redis }
}

describe.skipIf(WITHOUT_REDIS_SERVER)('connections to the nodes of a cluster that go silent', () => {
  it('are made anew: not ready, then ready, and jobs run again', async () => {
    const cluster = await startRedisCluster({ behindProxies: true })
    const baton = await createStage({ redisUrls: cluster.urls })
    try {
      const ready = async () => (await fetch(`${baton.addresses[0]}/readyz`)).status
      for (const node of cluster.proxies) node.silence()
      expect(await ready()).toBe(503)
      await expect.poll(ready, IN_THE_END).toBe(200)
      createTier2Lead(baton)
      await expect.poll(() => baton.slack.messages().length, IN_THE_END).toBe(2)
      await baton.quiet()
    } finally {
      await baton.close()
      await cluster.stop()
    }
  }, 120_000)
})

describe.skipIf(WITHOUT_REDIS_SERVER)('connections to Redis that go silent', () => {
  beforeEach(async () => {
    stage = await createProcessStage()
    proxy = await startTcpProxy(stage.redis.url)
    stage.env.REDIS_URL = proxy.url
  })
  afterEach(async () => {
    await stage.close()
    await proxy.close()
  })

  it('are made anew: not ready, then ready, webhooks are acknowledged and jobs run again', async () => {
    const one = await stage.start('both')
    stage.sendTo(one, { retries: 100 })
    stage.createLead('before@smalltown.example')
    await expect.poll(() => stage.slack.messages().length, IN_THE_END).toBe(2)
    await stage.hubspot.settled()

    proxy.silence()
    expect(await readiness(one)).toEqual({ status: 503, redis: { status: 'failed', detail: 'Redis does not answer' } })
    const sofar = stage.hubspot.deliveries.length
    const statuses = () => stage.hubspot.deliveries.slice(sofar).map(({ status }) => status)
    stage.createLead('during@smalltown.example')
    await expect.poll(() => statuses().at(-1), IN_THE_END).toBe(204)
    expect(statuses()[0]).toBe(503)
    expect(await readiness(one)).toEqual({ status: 200, redis: { status: 'ok' } })
    stage.createLead('after@smalltown.example')
    await expect.poll(() => stage.slack.messages().length, IN_THE_END).toBe(6)
  }, 120_000)

  it('are found to be silent also where nobody asks for anything', async () => {
    await stage.start('api')
    const taken = proxy.taken()
    proxy.silence()
    await expect.poll(() => proxy.taken(), IN_THE_END).toBeGreaterThan(taken)
  }, 120_000)

  it('that answer late are left alone', async () => {
    const one = await stage.start('both')
    stage.sendTo(one, { retries: 100 })
    const taken = proxy.taken()
    proxy.delayAnswers(200)
    stage.createLead('kim@smalltown.example')
    await expect.poll(() => stage.slack.messages().length, IN_THE_END).toBe(2)
    // By then every queue has waited for jobs in vain several times, and was not taken for silent.
    const answers = proxy.delayed()
    await expect.poll(() => proxy.delayed() - answers, IN_THE_END).toBeGreaterThan(30)
    expect(proxy.taken()).toBe(taken)
  }, 120_000)
})
