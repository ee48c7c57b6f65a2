import { createHmac } from 'node:crypto'
import { afterEach, expect, it } from 'vitest'
import { createTier1Lead, createTier2Lead, sendDealEvents, sendSignals } from '../support/leads.ts'
import { callsSoFar, effects } from '../support/observing.ts'
import { createStage, DAY, HOUR, MINUTE, type Stage } from '../support/stage.ts'

// Everything by which a live Baton writes or speaks, one after the other. The report is the only thing that may leave.
const REPORT = ['conversations.open', 'chat.postMessage']

let stage: Stage
afterEach(async () => stage.close())

/** Presses a control of a message that a live Baton sent once. */
async function clicked(action_id: string, value: string, option: string): Promise<number> {
  const payload = {
    type: 'block_actions',
    user: { id: 'U0000AE1' },
    trigger_id: '1.2',
    channel: { id: 'C0000AE' },
    actions: [{ action_id, action_ts: `${stage.clock.now}`, value, selected_option: { value: option } }],
  }
  const body = `payload=${encodeURIComponent(JSON.stringify(payload))}`
  const timestamp = Math.floor(stage.clock.now / 1_000)
  const signature = createHmac('sha256', 'slack-canary-secret').update(`v0:${timestamp}:${body}`).digest('hex')
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': String(timestamp),
    'x-slack-signature': `v0=${signature}`,
  }
  return (await fetch(`${stage.addresses[0]}/webhooks/slack/interactions`, { method: 'POST', headers, body })).status
}

it('writes nothing to HubSpot and tells nobody, whatever happens', async () => {
  stage = await createStage({ env: { BATON_MODE: 'observe' }, start: Date.parse('2026-11-18T15:00:00Z') })
  sendDealEvents(stage, { associations: true })
  await stage.advance(MINUTE)
  const since = callsSoFar(stage)
  const { hubspot, slack } = stage
  const ids = [
    createTier1Lead(stage),
    createTier2Lead(stage),
    createTier1Lead(stage, { email: 'two@northwind.example', hubspot_owner_id: '301' }),
    createTier1Lead(stage, { email: 'three@northwind.example', hs_lead_status: 'UNQUALIFIED' }),
  ]
  await stage.quiet()
  const [first = '', second = '', third = '', fourth = ''] = ids
  const types = Object.keys(stage.config.signals)
  await sendSignals(
    stage,
    types.flatMap((type) => [first, second].map((contactId) => ({ type, contactId, value: 10, page: '/pricing' }))),
  )
  await stage.quiet()
  await stage.advance(5 * HOUR)
  // Buttons of a message from before, in the words of every control.
  for (const action_id of ['lead.contacted', 'lead.more', 'handoff.button.accept', 'stuck.act', 'handoff.open'])
    expect(await clicked(action_id, `${first}-1`, `disqualify:${first}-1`)).toBe(200)
  await stage.quiet()
  const dealId = hubspot.createDeal(
    { dealname: 'Northwind', dealstage: 'appointmentscheduled' },
    { contactIds: [first] },
  )
  await stage.quiet()
  hubspot.changeDeal(dealId, { dealstage: 'closedwon' })
  hubspot.changeContact(second, { lifecyclestage: 'salesqualifiedlead' })
  hubspot.logActivity(second, { type: 'call', by: 'rep' })
  hubspot.changeContact(third, { hubspot_owner_id: '102', jobtitle: 'Student' })
  await stage.quiet()
  await stage.advance(DAY)
  hubspot.changeContact(second, { hubspot_owner_id: '' })
  hubspot.mergeContacts(third, fourth)
  hubspot.archiveOwner('101')
  await stage.quiet()
  for (let day = 0; day < 70; day += 5) await stage.advance(5 * DAY)
  hubspot.deleteContact(first)
  await fetch(`${stage.addresses[0]}/v1/leads/${second}`, {
    method: 'DELETE',
    headers: { authorization: 'Bearer canary-api-token' },
  })
  await stage.quiet()
  await stage.advance(DAY)
  const left = effects(stage, since)
  expect(left.filter((call) => !REPORT.includes(call))).toEqual([])
  expect(new Set(slack.messages().map(({ channel }) => channel)).size).toBe(1)
  expect(slack.messages().every(({ text }) => text.startsWith('Observed:'))).toBe(true)
  expect(slack.ephemerals()).toEqual([])
})
