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
    // On the day before, the rep was reminded that an attempt is left.
    for (const text of stage.texts(CLEO)) expect(text).toContain('Back to nurture')
    stage.hubspot.changeContact(id, { city: 'Oslo' })
    await stage.advance(2 * HOUR)
    expect(stage.slack.messages()).toHaveLength(3)

    stage.hubspot.changeContact(id, { hs_email_click: '5' })
    await stage.quiet()
    expect(stage.hubspot.contact(id)).toMatchObject({
      baton_route: 'mql',
      baton_sla_status: 'running',
      baton_nurture_track: null,
    })
    expect(stage.slack.messages()).toHaveLength(5)
  })

  it.each<[string, Record<string, string>, object, object]>([
    [
      'took it out',
      { hs_lead_status: 'UNQUALIFIED' },
      { how: 'disqualified' },
      { baton_disqualified_reason: 'not interested' },
    ],
    ['gave it to somebody outside the team', { hubspot_owner_id: '900' }, { how: 'taken-over' }, {}],
    ['gave it to another rep', { hubspot_owner_id: '202' }, { how: 'returned' }, { baton_route: 'no-answer' }],
  ])('ends as a person said who %s, though no event told of it', async (_, word, ended, shown) => {
    const id = await contactedLead()
    stage.hubspot.createOwner({ id: '900', email: 'o@example.com', firstName: 'Olive', lastName: 'Owner' })
    await stage.advance(HOUR)
    stage.hubspot.changeContact(id, word, { by: 'person', silent: true })
    await stage.advance(8 * DAY)
    const handoffs = Object.values((await stage.services[0]?.leads.read(id))?.handoffs ?? {})
    expect(handoffs.filter(({ byRoute }) => byRoute)).toMatchObject([{ ended }])
    expect(stage.hubspot.contact(id)).toMatchObject({ hubspot_owner_id: '201', ...word, ...shown })
    const isReturned = 'baton_route' in shown
    expect(Boolean(stage.hubspot.contact(id)?.baton_nurture_track)).toBe(isReturned)
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
