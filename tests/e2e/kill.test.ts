import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createProcessStage, type ProcessStage } from '../support/process-stage.ts'
import { WITHOUT_REDIS_SERVER } from '../support/redis.ts'

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
})
