import { afterEach, describe, expect, it } from 'vitest'
import { click, createTier2Lead } from '../support/leads.ts'
import { createStage, DAY, HOUR, type Stage } from '../support/stage.ts'

let stage: Stage
afterEach(async () => stage.close())

const CLEO = 'U000SDR1'

/** A tier 2 lead that Cleo has contacted on Wednesday at 10:00. */
async function contactedLead(): Promise<string> {
  stage = await createStage()
  const id = createTier2Lead(stage)
  await stage.quiet()
  await click(stage, CLEO, CLEO, 'contacted')
  await stage.quiet()
  return id
}

describe('after the first response', () => {
  it('gives a lead that nobody reached in 5 business days back to nurture, with a note, until it does something new', async () => {
    const id = await contactedLead()
    stage.hubspot.changeContact(id, { num_contacted_notes: '2' })
    // The fifth business day after Wednesday 18 November is Wednesday 25 November, which ends at 17:30.
    await stage.advance(7 * DAY + 7 * HOUR)
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_route: 'mql', baton_sla_status: 'responded' })
    await stage.advance(HOUR / 2)
    expect(stage.hubspot.contact(id)).toMatchObject({
      baton_route: 'no-answer',
      baton_route_reason: 'no answer after 2 of 3 attempts',
      baton_nurture_track: 'signal-based',
      baton_sla_status: 'none',
    })
    expect(stage.texts(CLEO)[0]).toContain('Back to nurture')
    stage.hubspot.changeContact(id, { city: 'Oslo' })
    await stage.advance(2 * HOUR)
    expect(stage.slack.messages()).toHaveLength(2)

    stage.hubspot.changeContact(id, { hs_email_click: '5' })
    await stage.quiet()
    expect(stage.hubspot.contact(id)).toMatchObject({
      baton_route: 'mql',
      baton_sla_status: 'running',
      baton_nurture_track: null,
    })
    expect(stage.slack.messages()).toHaveLength(4)
  })

  it('leaves a lead that has answered with its rep', async () => {
    const id = await contactedLead()
    stage.hubspot.changeContact(id, { hs_lead_status: 'CONNECTED' }, { by: 'person' })
    await stage.advance(8 * DAY)
    expect(stage.hubspot.contact(id)).toMatchObject({
      baton_route: 'mql',
      baton_sla_status: 'responded',
      hubspot_owner_id: '201',
    })
    expect(await stage.services[0]?.store.count('rungs')).toBe(0)
  })
})
