import { afterEach, expect, test } from 'vitest'
import { createTier1Lead, sendDealEvents } from '../support/leads.ts'
import { createStage, HOUR, MINUTE, type Stage } from '../support/stage.ts'

let stage: Stage | undefined

afterEach(() => stage?.close())

async function onStage() {
  stage = await createStage()
  sendDealEvents(stage)
  return stage
}

test('the stages of a deal are signals of its contacts, each once and with its own time', async () => {
  const { hubspot, quiet, services, clock, advance } = await onStage()
  const contactIds = [
    createTier1Lead(stage as Stage),
    createTier1Lead(stage as Stage, { email: 'two@northwind.example' }),
  ]
  await quiet()
  const dealId = hubspot.createDeal({ dealname: 'Northwind', dealstage: 'appointmentscheduled' }, { contactIds })
  const opened = clock.now
  await quiet()
  await advance(HOUR)
  hubspot.changeDeal(dealId, { dealstage: 'closedwon' })
  await quiet()
  hubspot.changeDeal(dealId, { amount: '1200' })
  await quiet()
  for (const id of contactIds) {
    const signals = (await services[0]?.leads.get(id))?.lead?.signals.filter(
      ({ type }) => type === 'deal_stage_changed',
    )
    expect(signals).toMatchObject([
      { at: opened, detail: dealId, value: 'appointmentscheduled', by: 'sales' },
      { at: opened + HOUR, detail: dealId, value: 'closedwon', by: 'sales' },
    ])
  }
})

test('what our own people did with a deal is worth no points and wakes no lead that rests', async () => {
  const { hubspot, quiet, texts, clock } = await onStage()
  const id = createTier1Lead(stage as Stage)
  await quiet()
  const { baton_score: before } = hubspot.contact(id) ?? {}
  const alerts = texts('U0000AE1').length
  const dealId = hubspot.createDeal({ dealstage: 'appointmentscheduled' }, { contactIds: [id] })
  clock.now += MINUTE
  hubspot.changeDeal(dealId, { dealstage: 'closedlost' })
  await quiet()
  expect(hubspot.contact(id)?.baton_score).toBe(before)
  expect(texts('U0000AE1')).toHaveLength(alerts)
})
