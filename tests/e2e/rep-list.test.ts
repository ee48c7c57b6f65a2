import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { blockProblems } from '../../simulators/slack/blocks.ts'
import { createTier1Lead, createTier2Lead } from '../support/leads.ts'
import { createSalesStage } from '../support/sales-stage.ts'
import { HOUR, MINUTE, type Stage } from '../support/stage.ts'

const CLEO = 'U000SDR1'

let stage: Stage
beforeEach(async () => {
  stage = await createSalesStage({
    edit: ({ team }) => {
      const pool = team.pools.sdr
      if (pool) team.pools.sdr = { ...pool, members: [{ rep: 'sdr-1', weight: 1 }], caps: {} }
      // Who gets the leads that go on from there.
      const dan = team.reps['sdr-2']
      if (dan) dan.calendar = 'us-east'
    },
  })
})
afterEach(async () => stage.close())

const messages = () => stage.slack.messages(CLEO)
const list = () => messages().findLast(({ text }) => /^(\d+ leads? for you|Nothing of this list)/.test(text))
const blocks = () => JSON.stringify(list()?.blocks)

/** Leads of different companies, at once. */
function leads(count: number, from = 1): string[] {
  return Array.from({ length: count }, (_, at) =>
    createTier2Lead(stage, { email: `kim@company${from + at}.example`, lastname: `Canary-${from + at}` }),
  )
}

async function press(handoffId: string): Promise<void> {
  const { channel = '', ts = '' } = list() ?? {}
  await stage.slack.click({ user: CLEO, channel, ts, actionId: 'lead.contacted', value: handoffId })
  await stage.quiet()
}

describe('many leads at once for one rep', () => {
  it('have three messages of their own; the others stand in one list, each with its buttons, which follows what becomes of them', async () => {
    const ids = leads(26)
    await stage.quiet()
    expect(messages()).toHaveLength(4)
    expect(list()?.text).toMatch(/^23 leads for you, the first to answer by Wed 18 Nov, 11:00/)
    expect(blocks().match(/"lead.contacted"/g)).toHaveLength(20)
    expect(blocks()).toContain('and *3 more*, as soon as some of these are done')
    expect(blocks().match(/"primary"/g)).toHaveLength(1)
    expect(blockProblems(list()?.blocks, 'message')).toEqual([])

    // Whatever is answered there stays as a line; the next one moves up.
    const [first = '', second = ''] = new Set(blocks().match(/\d+-1(?=")/g))
    await press(first)
    expect(list()?.text).toMatch(/^22 leads for you/)
    expect(blocks().match(/"lead.contacted"/g)).toHaveLength(20)
    expect(blocks()).toMatch(new RegExp(`Contacted[^"]*<@${CLEO}>`))
    expect(stage.hubspot.contact(first.split('-')[0] ?? '')).toMatchObject({ baton_sla_status: 'responded' })

    // A lead that is erased is in it no longer; the others are.
    const leadId = second.split('-')[0] ?? ''
    const name = stage.hubspot.contact(leadId)?.lastname
    const headers = { authorization: 'Bearer canary-api-token' }
    await fetch(`${stage.addresses[0]}/v1/leads/${leadId}`, { method: 'DELETE', headers })
    await stage.quiet()
    expect(list()?.text).toMatch(/^21 leads for you/)
    expect(blocks()).not.toMatch(new RegExp(`${name}\\b`))

    // A reminder is a message of its own.
    await stage.advance(HOUR)
    expect(messages().length).toBeGreaterThan(4)
    expect(stage.texts(CLEO).filter((text) => text.includes('for you, the first'))).toHaveLength(1)
    expect(ids).toHaveLength(26)
  })

  it('begin a list of their own in the next burst; few, and those with short clocks, stand alone', async () => {
    leads(5)
    await stage.quiet()
    expect(messages()).toHaveLength(4)
    await stage.advance(3 * MINUTE)
    leads(2, 100)
    await stage.quiet()
    expect(messages()).toHaveLength(6)
    leads(3, 200)
    await stage.quiet()
    // The third of them alone, the others in a second list.
    expect(messages()).toHaveLength(8)
    expect(stage.texts(CLEO).filter((text) => /^2 leads for you/.test(text))).toHaveLength(2)
    const ada = stage.slack.messages('U0000AE1').length
    for (const at of [1, 2, 3, 4, 5, 6, 7, 8])
      createTier1Lead(stage, { email: `dana@other${at}.example`, lastname: `Canary-${at}`, hubspot_owner_id: '101' })
    await stage.quiet()
    expect(stage.slack.messages('U0000AE1').length - ada).toBe(8)
  })

  it('are sent once also where Slack takes the list and drops its answer', async () => {
    leads(3)
    await stage.quiet()
    stage.slack.failNext({ method: 'chat.postMessage', kind: 'accept-then-reset', times: 6 })
    leads(5, 50)
    await stage.quiet()
    expect(messages().filter(({ text }) => /leads for you/.test(text))).toHaveLength(1)
    expect(list()?.text).toMatch(/^5 leads for you/)
  })
})
