import { afterEach, describe, expect, it } from 'vitest'
import { handoffsOf, press, sendSignals } from '../support/leads.ts'
import { createStage, HOUR, type Stage } from '../support/stage.ts'

const [ADA, MANAGER, VP, EVA] = ['U0000AE1', 'U000MGR1', 'U0000VPS', 'U0000CS1']

let stage: Stage
afterEach(async () => stage.close())

async function customer(properties: Record<string, string> = {}): Promise<string> {
  const id = stage.hubspot.createContact(
    { email: 'uma@client.example', firstname: 'Uma', lastname: 'Client', lifecyclestage: 'customer', ...properties },
    { by: 'person' },
  )
  await stage.quiet()
  return id
}

async function atRisk(id: string): Promise<void> {
  await sendSignals(stage, [{ type: 'churn_risk', contactId: id }])
  await stage.quiet()
}

describe('a customer at risk', () => {
  it('goes to the owner of the contact, who has four hours by the clock on the wall', async () => {
    // A Friday evening: nobody is at work before Monday.
    stage = await createStage({ start: Date.parse('2026-11-20T23:00:00Z') })
    const id = await customer({ hubspot_owner_id: '101' })
    await atRisk(id)
    expect(stage.texts(ADA)).toEqual([expect.stringMatching(/^Churn risk: Uma Client/)])
    expect(await handoffsOf(stage, 'open')).toMatchObject([
      { kind: 'churn-risk', rep: 'ae-1', dueAt: new Date(stage.clock.now + 4 * HOUR).toISOString() },
    ])
    await stage.advance(4 * HOUR)
    expect(stage.texts(ADA).at(-1)).toContain('Still waiting for you')
    expect(await handoffsOf(stage, 'breached')).toHaveLength(1)
    await stage.advance(19 * HOUR)
    expect(stage.texts(VP)).toEqual([])
    await stage.advance(HOUR)
    expect(stage.texts(VP)).toEqual([
      expect.stringMatching(/^Uma Client.*\. Churn risk: no response yet, with <@U0000AE1>/),
    ])
    // The owner stays, and sales has no clock by it.
    expect(stage.hubspot.contact(id)).toMatchObject({ hubspot_owner_id: '101', baton_sla_status: 'none' })
  })

  it('goes to the manager where nobody of the team owns the contact', async () => {
    stage = await createStage()
    stage.hubspot.createOwner({ id: '900', email: 'olga@elsewhere.example', firstName: 'Olga', lastName: 'Other' })
    const id = await customer({ hubspot_owner_id: '900' })
    await atRisk(id)
    expect(await handoffsOf(stage, 'open')).toMatchObject([{ kind: 'churn-risk', rep: 'mgr-1' }])
    expect(stage.texts(MANAGER)).toEqual([expect.stringMatching(/^Churn risk: Uma Client/)])
    expect(stage.hubspot.contact(id)).toMatchObject({ hubspot_owner_id: '900' })
  })

  it('is accepted by a click: the clock stops, nobody is told, and the next signal starts another', async () => {
    stage = await createStage()
    const id = await customer({ hubspot_owner_id: '101' })
    await atRisk(id)
    await stage.advance(HOUR)
    await press(stage, ADA, ADA, 'accept')
    await press(stage, ADA, ADA, 'accept').catch(() => undefined)
    await stage.advance(48 * HOUR)
    expect(stage.texts(ADA)).toEqual([expect.stringMatching(/Accepted by <@U0000AE1>/)])
    expect(stage.texts(VP)).toEqual([])
    expect(await handoffsOf(stage, 'responded')).toMatchObject([{ kind: 'churn-risk', answered: { minutes: 60 } }])
    await atRisk(id)
    expect(await handoffsOf(stage, 'open')).toHaveLength(1)
  })

  it('is rejected with a reason, which messages and API show', async () => {
    stage = await createStage()
    const id = await customer({ hubspot_owner_id: '101' })
    await atRisk(id)
    await press(stage, ADA, ADA, 'reject', 'false alarm', 'they moved to a new plan')
    await stage.quiet()
    expect(stage.texts(ADA)[0]).toMatch(/Rejected by <@U0000AE1>.*false alarm: they moved to a new plan/)
    expect(await handoffsOf(stage, 'closed')).toMatchObject([
      { reason: 'false alarm: they moved to a new plan', ended: { how: 'rejected', by: ADA } },
    ])
  })

  it('is not answered by a call that somebody logs', async () => {
    stage = await createStage()
    const id = await customer({ hubspot_owner_id: '101' })
    await atRisk(id)
    stage.hubspot.changeContact(id, { num_contacted_notes: '1', hs_lead_status: 'CONNECTED' }, { by: 'person' })
    await stage.quiet()
    expect(await handoffsOf(stage, 'open')).toHaveLength(1)
  })

  it('starts by a button in the alert that customer success got', async () => {
    const triggers = `triggers:
  usage-fell:
    owner: Head of Customer Success
    when: { signals.weekly_usage: { atLeast: 1 } }
    once: ever
    do: [ { tell: cs, buttons: [ { open: churn-risk, label: Save attempt } ] } ]
`
    stage = await createStage({ files: { 'triggers.yaml': triggers } })
    const id = await customer({ hubspot_owner_id: '101' })
    await fetch(`${stage.addresses[0]}/v1/signals`, {
      method: 'POST',
      headers: { authorization: 'Bearer canary-api-token', 'content-type': 'application/json' },
      body: JSON.stringify({
        signals: [
          {
            id: 'u-1',
            type: 'weekly_usage',
            contactId: id,
            occurredAt: new Date(stage.clock.now).toISOString(),
            value: 3,
          },
        ],
      }),
    })
    await stage.quiet()
    const message = stage.slack.messages('C00000CS').at(-1)
    const action = /"action_id":"(handoff\.open[^"]*)"/.exec(JSON.stringify(message?.blocks))?.[1]
    expect(action).toBeDefined()
    const target = { user: EVA, channel: message?.channel ?? '', ts: message?.ts ?? '', actionId: action ?? '' }
    await stage.slack.click(target)
    await stage.quiet()
    expect(await handoffsOf(stage, 'open')).toMatchObject([{ kind: 'churn-risk', rep: 'ae-1' }])
    // Its button is gone by then.
    await expect(stage.slack.click(target)).rejects.toThrow('no control')
    expect(stage.texts(ADA)).toHaveLength(1)
  })
})
