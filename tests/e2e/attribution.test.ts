import { afterEach, describe, expect, it } from 'vitest'
import { createTier1Lead, sendDealEvents } from '../support/leads.ts'
import { createStage, HOUR, type Stage, type StageOptions } from '../support/stage.ts'

let stage: Stage
afterEach(async () => stage.close())

const ADA = 'U0000AE1'
const CAME = {
  hs_analytics_source: 'PAID_SEARCH',
  hs_analytics_source_data_1: 'google',
  hs_analytics_source_data_2: 'crm <b>*tools*',
  hs_analytics_first_url: 'https://www.example.com/crm?utm_source=google&utm_medium=cpc&utm_campaign=Spring%20Sale#top',
  hs_latest_source: 'EMAIL_MARKETING',
  hs_latest_source_data_1: 'newsletter',
}

async function onStage(options: StageOptions = {}): Promise<void> {
  stage = await createStage(options)
  sendDealEvents(stage, { associations: true })
}

async function attributes(id: string): Promise<Record<string, unknown>> {
  const headers = { authorization: 'Bearer canary-api-token' }
  const answer = await fetch(`${stage.addresses[0]}/v1/leads/${id}`, { headers })
  const view = (await answer.json()) as { attributes: Record<string, { value: unknown }> }
  return Object.fromEntries(Object.entries(view.attributes).map(([name, { value }]) => [name, value]))
}

const deal = (id: string) => stage.hubspot.deal(id)
const stageChanges = async (id: string, dealstage: string) => {
  await stage.advance(HOUR)
  stage.hubspot.changeDeal(id, { dealstage })
  await stage.quiet()
}
const warnings = () => stage.logLines.filter((line) => line.includes('deals are not told how'))

describe('how a lead came', () => {
  it('is known, and stands in the alert without being able to forge anything there', async () => {
    await onStage()
    const id = createTier1Lead(stage, CAME)
    await stage.quiet()
    expect(await attributes(id)).toMatchObject({
      'touch.first': 'PAID_SEARCH',
      'touch.first.detail': 'google',
      'touch.last': 'EMAIL_MARKETING',
      'touch.last.detail': 'newsletter',
      'utm.source': 'google',
      'utm.medium': 'cpc',
      'utm.campaign': 'Spring Sale',
    })
    expect(await attributes(id)).not.toHaveProperty(['utm.term'])
    const [alert] = stage.texts(ADA)
    expect(alert).toContain('Came by: paid search (google, crm &lt;b&gt;')
    expect(alert).toContain('last by email marketing (newsletter) · link google / cpc / Spring Sale')
  })

  it('is what properties of the portal say, before the addresses of pages', async () => {
    await onStage()
    for (const name of ['utm_campaign', 'how_did_you_hear_about_us']) stage.hubspot.createProperty('contacts', name)
    const said = { utm_campaign: 'from-the-form', how_did_you_hear_about_us: 'a friend <@U0000AE1>' }
    const id = createTier1Lead(stage, { ...CAME, ...said })
    await stage.quiet()
    expect(await attributes(id)).toMatchObject({
      'utm.campaign': 'from-the-form',
      'utm.source': 'google',
      heardFrom: 'a friend <@U0000AE1>',
    })
    expect(stage.texts(ADA)[0]).toContain('heard of us: a friend &lt;@U0000AE1&gt;')
  })

  it('decides where it goes, if the config says so', async () => {
    await onStage({
      edit: ({ routing }) => {
        const when = { kind: 'test' as const, attribute: 'utm.campaign', test: { matches: ['*spring*'] } }
        routing.routes.unshift({ name: 'spring', when, to: { nurture: 'spring' } })
      },
    })
    const [one, other] = [createTier1Lead(stage, CAME), createTier1Lead(stage, { email: 'other@northwind.example' })]
    await stage.quiet()
    expect(stage.hubspot.contact(one)).toMatchObject({ baton_route: 'spring', baton_nurture_track: 'spring' })
    expect(stage.hubspot.contact(other)?.baton_route).toBe('tier-1-mql')
  })

  it('by its last link is known also when it has looked at other pages since', async () => {
    await onStage()
    const id = createTier1Lead(stage, CAME)
    const see = async (url: string) => {
      await stage.advance(HOUR)
      const at = new Date(stage.clock.now).toISOString()
      const seen = { hs_analytics_last_url: url, hs_analytics_last_timestamp: at }
      stage.hubspot.changeContact(id, seen, { by: 'hubspot' })
      await stage.quiet()
    }
    await see('https://www.example.com/offer?utm_source=linkedin&utm_campaign=summer')
    await see('www.example.com/about')
    expect(await attributes(id)).toMatchObject({
      'utm.last.source': 'linkedin',
      'utm.last.campaign': 'summer',
      'utm.campaign': 'Spring Sale',
    })
    await see('www.example.com/offer?utm_source=bing')
    expect(await attributes(id)).toMatchObject({ 'utm.last.source': 'bing' })
    expect(await attributes(id)).not.toHaveProperty(['utm.last.campaign'])
  })
})

describe('a deal is told how its contact came', () => {
  const TOLD = {
    baton_first_touch: 'PAID_SEARCH',
    baton_first_touch_detail: 'google',
    baton_last_touch: 'EMAIL_MARKETING',
    baton_utm_campaign: 'Spring Sale',
  }

  it('when it is opened, and anew as long as nobody else has a word', async () => {
    await onStage()
    const contactId = createTier1Lead(stage, CAME)
    await stage.quiet()
    const id = stage.hubspot.createDeal({ dealstage: 'appointmentscheduled' }, { contactIds: [contactId] })
    await stage.quiet()
    expect(deal(id)).toMatchObject(TOLD)
    const writes = () => stage.hubspot.calls.filter(({ path }) => path.endsWith('/deals/batch/update')).length
    const before = writes()
    await stageChanges(id, 'qualifiedtobuy')
    expect(writes()).toBe(before)
    stage.hubspot.changeContact(contactId, { hs_latest_source: 'REFERRALS' }, { by: 'hubspot' })
    await stageChanges(id, 'closedwon')
    expect(deal(id)).toMatchObject({ ...TOLD, baton_last_touch: 'REFERRALS' })
  })

  it.each<[string, Record<string, string>, 'person' | 'other-app' | 'import', string | null]>([
    ['a person wrote', { baton_first_touch: 'a fair' }, 'person', 'a fair'],
    ['another app wrote', { baton_first_touch: 'a fair' }, 'other-app', 'a fair'],
    ['a person cleared', { baton_first_touch: '' }, 'person', null],
  ])('but never over what %s', async (_, given, by, expected) => {
    await onStage()
    const contactId = createTier1Lead(stage, CAME)
    await stage.quiet()
    const id = stage.hubspot.createDeal({ dealstage: 'appointmentscheduled' }, { contactIds: [contactId] })
    await stage.quiet()
    stage.hubspot.changeDeal(id, given, { by })
    await stageChanges(id, 'qualifiedtobuy')
    expect(deal(id)).toMatchObject({ ...TOLD, baton_first_touch: expected })
  })

  it('when a contact is tied to it later, and when it was written before', async () => {
    await onStage()
    const contactId = createTier1Lead(stage, CAME)
    const given = { dealstage: 'appointmentscheduled', baton_last_touch: 'by hand' }
    const id = stage.hubspot.createDeal(given)
    await stage.quiet()
    expect(deal(id)?.baton_first_touch ?? null).toBeNull()
    stage.hubspot.associateDeal(id, contactId)
    await stage.quiet()
    expect(deal(id)).toMatchObject({ ...TOLD, baton_last_touch: 'by hand' })
  })

  it('of several, by the one whom HubSpot has known longest', async () => {
    await onStage()
    const later = createTier1Lead(stage, { ...CAME, hs_analytics_source: 'REFERRALS' })
    const first = stage.hubspot.createContact(
      { email: 'first@northwind.example', ...CAME },
      { createdAt: stage.clock.now - HOUR },
    )
    await stage.quiet()
    const id = stage.hubspot.createDeal({ dealstage: 'appointmentscheduled' }, { contactIds: [later, first] })
    await stage.quiet()
    expect(deal(id)).toMatchObject(TOLD)
  })

  it('with whatever the config names, and with nothing when it names nothing', async () => {
    await onStage({
      edit: (config) => Object.assign(config.hubspot, { dealAttribution: { description: 'utm.medium' } }),
    })
    const contactId = createTier1Lead(stage, CAME)
    const id = stage.hubspot.createDeal({ dealstage: 'appointmentscheduled' }, { contactIds: [contactId] })
    await stage.quiet()
    expect(deal(id)).toMatchObject({ description: 'cpc' })
    await stage.changeConfig({
      ...stage.config,
      hubspot: { ...stage.config.hubspot, dealAttribution: {} },
      version: 'none',
    })
    const other = stage.hubspot.createDeal({ dealstage: 'appointmentscheduled' }, { contactIds: [contactId] })
    await stage.quiet()
    expect(deal(other)?.description ?? null).toBeNull()
  })

  it('not without the scope, which is said once and holds up nothing', async () => {
    await onStage()
    stage.hubspot.denyScope('crm.objects.deals.write')
    const contactId = createTier1Lead(stage, CAME)
    const ids = [1, 2, 3, 4].map(() =>
      stage.hubspot.createDeal({ dealstage: 'appointmentscheduled' }, { contactIds: [contactId] }),
    )
    await stage.quiet()
    expect(ids.map((id) => deal(id)?.baton_first_touch ?? null)).toEqual([null, null, null, null])
    expect(warnings()).toEqual([expect.stringContaining('crm.objects.deals.write')])
    expect(stage.logLines.filter((line) => line.includes('does not answer'))).toEqual([])
    expect(stage.hubspot.contact(contactId)?.baton_sla_status).toBe('running')
    const known = (await stage.services[0]?.leads.read(contactId))?.lead?.signals
    expect(known?.filter(({ type }) => type === 'deal_stage_changed')).toHaveLength(4)
    // Once it is granted, the next news of the deal is enough.
    stage.hubspot.allowScope('crm.objects.deals.write')
    await stageChanges(ids[0] ?? '', 'qualifiedtobuy')
    expect(deal(ids[0] ?? '')).toMatchObject(TOLD)
  })

  it('as far as HubSpot takes it: a property that is missing costs that one alone', async () => {
    await onStage({
      edit: ({ hubspot }) => Object.assign(hubspot.dealAttribution, { no_such_one: 'touch.first' }),
    })
    stage.hubspot.failProperty('no_such_one', 'PROPERTY_DOESNT_EXIST')
    const contactId = createTier1Lead(stage, CAME)
    const id = stage.hubspot.createDeal({ dealstage: 'appointmentscheduled' }, { contactIds: [contactId] })
    await stage.quiet()
    expect(deal(id)).toMatchObject(TOLD)
    expect(warnings()).toEqual([expect.stringContaining('no_such_one')])
  })

  it('as soon as HubSpot answers again', async () => {
    await onStage()
    const contactId = createTier1Lead(stage, CAME)
    await stage.quiet()
    stage.hubspot.failNext({ path: /deals\/batch\/update/, status: 503 })
    const id = stage.hubspot.createDeal({ dealstage: 'appointmentscheduled' }, { contactIds: [contactId] })
    await stage.quiet()
    expect(deal(id)).toMatchObject(TOLD)
  })
})
