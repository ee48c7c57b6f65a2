import { afterEach, expect, test } from 'vitest'
import type { KeptFact } from '../../src/facts/fact.ts'
import { createFactStreams } from '../../src/store/facts.ts'
import { INDEX, type Store } from '../../src/store/partitions.ts'
import { createTier1Lead, sendDealEvents } from '../support/leads.ts'
import { pollAfter } from '../support/poll.ts'
import { createStage, DAY, HOUR, MINUTE, type Stage } from '../support/stage.ts'

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

test('where a deal stands is a fact of one of its contacts, once for each change of stage or amount, whoever tells of it', async () => {
  const { hubspot, quiet, services, clock, advance } = await onStage()
  // Baton meets this contact by the deal.
  hubspot.setWebhooks(undefined)
  const contactIds = [
    createTier1Lead(stage as Stage),
    createTier1Lead(stage as Stage, { email: 'two@northwind.example' }),
  ]
  sendDealEvents(stage as Stage)
  const opened = clock.now
  const dealId = hubspot.createDeal(
    { dealname: 'Northwind', dealstage: 'appointmentscheduled', amount: '12000' },
    { contactIds },
  )
  await quiet()
  await advance(2 * MINUTE)
  clock.now = opened + DAY
  hubspot.changeDeal(dealId, { amount: '9000' })
  await pollAfter(stage as Stage, 2 * MINUTE)
  await pollAfter(stage as Stage, 2 * MINUTE)
  hubspot.changeDeal(dealId, { dealstage: 'closedwon' })
  const won = clock.now
  await quiet()
  await pollAfter(stage as Stage, 2 * MINUTE)
  // It is looked at once more, as when HubSpot tells twice.
  const store = services[0]?.store as Store
  await store.commit([], [['ZADD', store.keys.index(dealId, INDEX.deals), clock.now, dealId]])
  await advance(0)
  const facts: KeptFact[] = []
  for await (const some of createFactStreams(store).since(0)) facts.push(...some.filter(({ type }) => type === 'deal'))
  const lead = (await services[0]?.leads.get(contactIds[0] ?? ''))?.lead?.pseudonym
  const deal = expect.stringMatching(/^[\w-]{11}$/)
  const open = { lead, deal, stage: 'appointmentscheduled', reason: 'open' }
  expect(facts).toMatchObject([
    { ...open, at: opened, value: 0, amount: '12000' },
    { ...open, at: opened + DAY + 2 * MINUTE, value: 1, amount: '9000' },
    { lead, deal, stage: 'closedwon', reason: 'won', at: won, amount: '9000' },
  ])
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
