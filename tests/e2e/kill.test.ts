import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectRedis } from '../../src/platform/redis.ts'
import { createStore } from '../../src/store/partitions.ts'
import { createPools } from '../../src/store/pools.ts'
import { createProcessStage, type ProcessStage } from '../support/process-stage.ts'
import { WITHOUT_REDIS_SERVER } from '../support/redis.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'

let stage: ProcessStage

describe.skipIf(WITHOUT_REDIS_SERVER)('a worker killed outright', () => {
  beforeEach(async () => {
    stage = await createProcessStage()
  })
  afterEach(async () => stage.close())

  it('after Slack took the alert, before it could note that: another one finds the alert and posts no second', async () => {
    const { hubspot, slack } = stage
    stage.sendTo(await stage.start('api'))
    const doomed = await stage.start('worker')
    // Slack stores both messages and never finishes its answer.
    slack.failNext({ method: 'chat.postMessage', kind: 'stalled-body', times: 2 })
    const id = stage.createLead('kim@smalltown.example')
    await expect.poll(() => slack.messages().length, { timeout: 20_000 }).toBe(2)
    expect(await doomed.end('SIGKILL')).toBe('SIGKILL')

    await stage.start('worker')
    // The click is only of use once the message is known again: then it is brought up to the new state.
    const [message] = slack.messages('U000SDR1')
    expect(message).toBeDefined()
    await slack.click({
      user: 'U000SDR1',
      channel: message?.channel ?? '',
      ts: message?.ts ?? '',
      actionId: 'lead.contacted',
    })
    await expect
      .poll(() => slack.calls.filter((call) => call.method === 'conversations.history').length, { timeout: 50_000 })
      .toBeGreaterThan(0)
    await expect
      .poll(() => slack.messages().map((one) => one.text.includes('Contacted by')), { timeout: 50_000 })
      .toEqual([true, true])
    expect(slack.messages()).toHaveLength(2)
    await expect.poll(() => hubspot.contact(id)?.baton_sla_status, { timeout: 50_000 }).toBe('responded')
  }, 120_000)

  it('after a rep was reserved, before the lead was committed: another one takes the reservation up', async () => {
    const { hubspot, redis, slack } = stage
    const connection = await connectRedis([redis.url], 'request', () => {})
    const proxy = await startTcpProxy(redis.url)
    try {
      stage.sendTo(await stage.start('api'))
      const doomed = await stage.start('worker', { REDIS_URL: proxy.url })
      const id = stage.createLead('kim@smalltown.example')
      // The handoff is first written by the commit, which never reaches Redis.
      await proxy.silenceAt(`h:${id}-1`)
      expect(await doomed.end('SIGKILL')).toBe('SIGKILL')
      const pools = createPools(createStore({ redis: connection, prefix: 'baton' }))
      const reserved = await pools.read('sdr', Date.now())
      expect(reserved).toMatchObject({ open: { 'sdr-1': 1 }, reserved: { [`${id}-1-1`]: { rep: 'sdr-1' } } })
      expect(hubspot.contact(id)?.hubspot_owner_id ?? '').toBe('')

      await stage.start('worker')
      await expect.poll(() => hubspot.contact(id)?.hubspot_owner_id, { timeout: 50_000 }).toBe('201')
      await expect.poll(() => slack.messages().length, { timeout: 20_000 }).toBe(2)
      // One place and one turn, and nothing is on loan any more.
      await expect.poll(() => pools.read('sdr', Date.now()), { timeout: 20_000 }).toEqual({ ...reserved, reserved: {} })
    } finally {
      connection.disconnect()
      await proxy.close()
    }
  }, 120_000)
})
