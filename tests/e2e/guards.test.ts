import { afterEach, describe, expect, it } from 'vitest'
import { signSlackRequest } from '../../simulators/slack/simulated-slack.ts'
import { click, createTier2Lead } from '../support/leads.ts'
import { createStage, type Stage } from '../support/stage.ts'

let stage: Stage
afterEach(async () => stage.close())

const [CLEO, DAN, STRANGER] = ['U000SDR1', 'U000SDR2', 'U0STRANGER']

function service() {
  const [first] = stage.services
  if (!first) throw new Error('the stage has no service')
  return first
}

/** Submits the form as Slack would, for any user and handoff. */
async function submitForm(user: string, handoffId: string): Promise<{ response_action?: string }> {
  const values = { reason: { choice: { selected_option: { value: 'competitor' } } } }
  const view = { id: 'V1', callback_id: 'lead.disqualify', private_metadata: handoffId, state: { values } }
  const payload = JSON.stringify({ type: 'view_submission', user: { id: user }, view })
  const body = new URLSearchParams({ payload }).toString()
  const timestamp = String(Math.floor(stage.clock.now / 1_000))
  const signature = signSlackRequest({ signingSecret: 'slack-canary-secret', timestamp, body })
  const answer = await fetch(`${stage.addresses[0]}/webhooks/slack/interactions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': signature,
    },
    body,
  })
  expect(answer.status).toBe(200)
  const text = await answer.text()
  return text ? JSON.parse(text) : {}
}

async function openLeads(): Promise<number> {
  const { open } = await service().pools.read('sdr', stage.clock.now)
  return Object.values(open).reduce((sum, count) => sum + count, 0)
}

describe('the form', () => {
  it('of somebody who may not act is refused, and changes nothing', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    expect(await submitForm(STRANGER, `${id}-1`)).toMatchObject({ response_action: 'errors' })
    await stage.quiet()
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_sla_status: 'running' })
  })

  it('of the second of two who send it says that the lead is settled', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    expect(await submitForm(CLEO, `${id}-1`)).toEqual({})
    expect(await submitForm(DAN, `${id}-1`)).toMatchObject({ response_action: 'errors' })
    // Slack sends again what it has no answer to: whoever it was hears of no mistake.
    expect(await submitForm(CLEO, `${id}-1`)).toEqual({})
    await stage.quiet()
    expect(stage.hubspot.contact(id)?.baton_disqualified_reason).toBe('competitor')
  })
})

describe('two who decide at once', () => {
  it('a disqualification between the reading of a lead and its commit stands', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    const { store } = service()
    const commit = store.commit.bind(store)
    let interrupted = false
    store.commit = async (guards, commands) => {
      if (!interrupted && commands.some(([name]) => name === 'LTRIM')) {
        interrupted = true
        await submitForm(CLEO, `${id}-1`)
      }
      return commit(guards, commands)
    }
    stage.hubspot.changeContact(id, { hs_email_click: '5' })
    await stage.quiet()
    expect(interrupted).toBe(true)
    const { lead } = await service().leads.read(id)
    expect(lead).toMatchObject({ rejected: { reason: 'competitor' }, score: { total: 70 } })
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '70', baton_disqualified_reason: 'competitor' })
  })
})

describe('a lead that ends gives its place back', () => {
  it.each([
    ['a click', (id: string) => submitForm(CLEO, `${id}-1`)],
    ['a response in HubSpot', (id: string) => stage.hubspot.changeContact(id, { num_contacted_notes: '1' })],
    ['a deleted contact', (id: string) => stage.hubspot.deleteContact(id)],
    ['a contact deleted for privacy', (id: string) => stage.hubspot.privacyDeleteContact(id)],
    ['another owner', (id: string) => stage.hubspot.changeContact(id, { hubspot_owner_id: '202' }, { by: 'person' })],
  ])('by %s', async (_, end) => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    expect(await openLeads()).toBe(1)
    await end(id)
    await stage.quiet()
    expect(await openLeads()).toBe(0)
  })
})

describe('jobs that were never added', () => {
  it('are made up for by the sweep: messages, updates, HubSpot, places in the pool', async () => {
    stage = await createStage()
    const { leads, work } = service()
    const run = work.runner.run
    const lost = new Set<string>(['send-post', 'update-messages', 'write-contact', 'settle-assignment'])
    const lose = () => {
      work.runner.run = async (item, known) => (lost.has(item.name) ? undefined : run(item, known))
    }
    const keep = () => {
      work.runner.run = run
    }
    lose()
    const id = createTier2Lead(stage)
    await expect.poll(async () => (await leads.read(id)).lead?.handoffCount).toBe(1)
    expect(stage.slack.messages()).toEqual([])
    keep()
    await stage.advance(0)
    expect(stage.slack.messages()).toHaveLength(2)
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_route: 'mql', hubspot_owner_id: '201' })

    lose()
    await click(stage, CLEO, CLEO, 'contacted')
    await expect.poll(async () => (await leads.readHandoff(`${id}-1`))?.state).toBe('answered')
    keep()
    await stage.advance(0)
    for (const { text } of stage.slack.messages()) expect(text).toContain('Contacted by')
    expect(stage.hubspot.contact(id)?.baton_sla_status).toBe('responded')
    expect(await openLeads()).toBe(0)
  })
})
