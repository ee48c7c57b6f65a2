import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTier2Lead, handoffsOf, press, sendDealEvents, sendSignals } from '../support/leads.ts'
import { createStage, DAY, MINUTE, type Stage } from '../support/stage.ts'

const [CLEO, ADA, MANAGER] = ['U000SDR1', 'U0000AE1', 'U000MGR1']

let stage: Stage
let id: string
afterEach(async () => stage.close())

beforeEach(async () => {
  stage = await createStage()
  sendDealEvents(stage)
  id = createTier2Lead(stage)
  await stage.quiet()
})

const contact = () => stage.hubspot.contact(id) ?? {}
const kinds = async () => (await handoffsOf(stage, 'open')).map(({ kind }) => kind)

async function byPerson(properties: Record<string, string>): Promise<void> {
  stage.hubspot.changeContact(id, properties, { by: 'person' })
  await stage.quiet()
}

async function deal(dealstage: string): Promise<void> {
  await stage.advance(10 * MINUTE)
  stage.hubspot.createDeal({ dealname: 'Northwind', dealstage }, { contactIds: [id] })
  await stage.quiet()
}

describe('a deal that is won', () => {
  it('answers the clock of the rep at once, though the stage stands in HubSpot only by it', async () => {
    await deal('closedwon')
    expect(contact()).toMatchObject({
      ...{ baton_stage: 'customer', lifecyclestage: 'customer', baton_sla_status: 'responded' },
    })
    expect(await kinds()).toEqual(['closed-won-onboarding'])
    expect(stage.texts(CLEO).at(-1)).toMatch(/seen in HubSpot.*after 10 min.*Taken on by sales/s)
    await stage.advance(DAY)
    expect(stage.texts(MANAGER)).toEqual([])
  })

  it('is what an AE was asked for, who has the SQL: done at once', async () => {
    await byPerson({ lifecyclestage: 'salesqualifiedlead' })
    await deal('closedwon')
    expect(contact()).toMatchObject({ baton_stage: 'customer', baton_sla_status: 'responded' })
    expect(await kinds()).toEqual(['closed-won-onboarding'])
    await stage.advance(2 * DAY)
    expect(stage.texts(MANAGER)).toEqual([])
  })
})

describe('a lead that is recycled', () => {
  const nurtured = { baton_stage: 'recycled', baton_nurture_track: 'signal-based', baton_sla_status: 'none' }

  it.each<[string, () => Promise<void>]>([
    ['its deal is lost', () => deal('closedlost')],
    ['it is not the time', () => byPerson({ hs_lead_status: 'BAD_TIMING' })],
  ])('while an AE has it: %s, nobody is waited for, and it is nurtured', async (_, back) => {
    await byPerson({ lifecyclestage: 'salesqualifiedlead' })
    expect(await kinds()).toEqual(['sql-to-opportunity'])
    await back()
    expect(contact()).toMatchObject(nurtured)
    expect(await kinds()).toEqual([])
    await stage.advance(2 * DAY)
    expect(stage.texts(MANAGER)).toEqual([])
    await sendSignals(stage, [{ type: 'demo_requested', contactId: id }])
    await stage.quiet()
    expect(contact()).toMatchObject({ baton_route: 'returning', baton_sla_status: 'running' })
    expect(contact().baton_nurture_track ?? '').toBe('')
  })

  it('once nobody has it any more, is nurtured until it does something new', async () => {
    await byPerson({ lifecyclestage: 'opportunity' })
    await deal('closedlost')
    expect(contact()).toMatchObject({ ...nurtured, baton_sla_status: expect.anything() })
    await stage.advance(20 * DAY)
    expect(contact()).toMatchObject({ baton_nurture_track: 'signal-based' })
  })

  it('because the AE does not want it and nobody goes on with it, is nurtured', async () => {
    const { on } = stage.config.handoffs.kinds['sql-to-opportunity'] ?? {}
    if (on) on.rejected = []
    await byPerson({ lifecyclestage: 'salesqualifiedlead' })
    await press(stage, ADA, ADA, 'reject', 'no budget')
    await stage.quiet()
    expect(contact()).toMatchObject({ ...nurtured, baton_sla_status: 'responded' })
  })
})
