import { afterEach, describe, expect, it } from 'vitest'
import { click, createTier1Lead, createTier2Lead, DANA, NORTHWIND, signalsCome } from '../support/leads.ts'
import { createStage, DAY, HOUR, type Stage, WITHOUT_TRIGGERS } from '../support/stage.ts'

let stage: Stage
afterEach(async () => stage.close())

async function wakeAt(id: string): Promise<number | null | undefined> {
  return (await stage.services[0]?.leads.read(id))?.lead?.wakeAt
}

describe('decay needs no event', () => {
  it('scores a lead again at the instant its band falls, and routes it again', async () => {
    stage = await createStage({ files: WITHOUT_TRIGGERS })
    const created = stage.clock.now
    const id = createTier2Lead(stage, { hs_email_click: '3' })
    await stage.quiet()
    // 25 fit + 20 demo + 15 clicks = 60: medium, and just below sales.
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '60', baton_route: 'medium' })
    for (let week = 0; week < 4; week++) await stage.advance(7 * DAY)
    expect(stage.hubspot.contact(id)?.baton_score).toBe('60')
    await stage.advance(2 * DAY)
    expect(stage.clock.now - created).toBe(30 * DAY)
    await stage.advance(5 * DAY)
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '50', baton_engagement_score: '25' })
    await stage.advance(55 * DAY)
    expect(stage.hubspot.contact(id)).toMatchObject({
      baton_score: '30',
      baton_band: 'low',
      baton_route: 'low',
      baton_nurture_track: 'newsletter',
    })
  })

  it('updates a lead that is with sales without taking it away', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    await click(stage, 'U000SDR1', 'U000SDR1', 'contacted')
    stage.hubspot.changeContact(id, { hs_lead_status: 'CONNECTED' }, { by: 'person' })
    await stage.quiet()
    expect(await wakeAt(id)).toBe(stage.clock.now + 30 * DAY)
    await stage.advance(30 * DAY)
    expect(stage.hubspot.contact(id)).toMatchObject({
      baton_score: '55',
      baton_band: 'medium',
      baton_route: 'mql',
      hubspot_owner_id: '201',
      baton_sla_status: 'responded',
    })
    expect(stage.slack.messages()).toHaveLength(2)
  })

  it('shows a step of the score at its instant, also where the band stays, without reading the contact', async () => {
    stage = await createStage()
    const id = createTier1Lead(stage)
    await stage.quiet()
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '80', baton_band: 'high' })
    await click(stage, 'U0000AE1', 'U0000AE1', 'contacted')
    stage.hubspot.changeContact(id, { hs_lead_status: 'CONNECTED' }, { by: 'person' })
    await stage.quiet()
    await stage.advance(30 * DAY - HOUR)
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '80' })
    const before = stage.hubspot.calls.length
    await stage.advance(HOUR)
    expect(stage.hubspot.contact(id)).toMatchObject({
      baton_score: '70',
      baton_engagement_score: '20',
      baton_band: 'high',
      baton_sla_status: 'responded',
    })
    const calls = stage.hubspot.calls.slice(before).map(({ method, path }) => `${method} ${path}`)
    expect(calls.filter((call) => call.includes('/contacts/'))).toEqual(['POST /crm/v3/objects/contacts/batch/update'])
    const { services } = stage
    expect((await services[0]?.leads.readHistory(id))?.at(-1)).toMatchObject({ what: 'decided', score: 70 })
  })

  it('shows a new score in messages that are still open', async () => {
    stage = await createStage()
    const id = createTier1Lead(stage)
    await stage.quiet()
    stage.hubspot.changeContact(id, { hs_email_click: '3' })
    await stage.quiet()
    expect(stage.texts('U0000AE1')[0]).toContain('Score 85 (hot)')
    expect(stage.texts('U0000AE1')).toHaveLength(1)
  })
})

describe('contacts that go', () => {
  it('closes the handoff of a deleted contact, and starts a new one when it is restored', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    stage.hubspot.deleteContact(id)
    await stage.quiet()
    expect(stage.texts('U000SDR1')[0]).toContain('no longer in HubSpot')
    await stage.advance(5 * HOUR)
    expect(stage.slack.messages()).toHaveLength(2)
    stage.hubspot.restoreContact(id)
    await stage.quiet()
    expect(stage.slack.messages()).toHaveLength(4)
  })

  it('erases a contact that was deleted for privacy, from Redis and from Slack', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    stage.hubspot.privacyDeleteContact(id)
    await stage.quiet()
    for (const message of stage.slack.messages()) expect(message.text).toBe('This lead was deleted on request.')
    const redis = stage.services[0]?.store.redis
    const prefix = stage.services[0]?.store.prefix
    const left = (await redis?.keys(`*${prefix}*${id}*`)) ?? []
    // What stays holds no data, and expires by itself: digests of events, and a number under the lead's id.
    const key = stage.services[0]?.store.keys.lead(id) ?? ''
    expect(left.filter((key) => !key.includes(':seen:'))).toEqual([key])
    expect(await redis?.hkeys(key)).toEqual(['version'])
  })
})

describe('opened mails after months of silence', () => {
  it('bring nobody to sales, however many, also when what was before leaves the window; a real act does', async () => {
    stage = await createStage({ files: WITHOUT_TRIGGERS })
    const companyId = stage.hubspot.createCompany(NORTHWIND)
    const id = stage.hubspot.createContact(DANA, { companyId, by: 'form' })
    await stage.quiet()
    await signalsCome(stage, id, 'content_downloaded')
    for (let month = 0; month < 5; month++) await stage.advance(31 * DAY)
    for (let day = 1; day <= 17; day++) {
      await stage.advance(DAY)
      await signalsCome(stage, id, 'email_opened')
    }
    const contact = () => stage.hubspot.contact(id)
    expect(contact()).toMatchObject({ baton_score: '50', baton_route: 'medium-good-fit' })
    for (let day = 1; day <= 12; day++) {
      await stage.advance(DAY)
      await signalsCome(stage, id, 'email_opened')
      expect(Number(contact()?.baton_score)).toBeLessThanOrEqual(60)
    }
    expect([...stage.texts('C0000AE'), ...stage.texts('C0000SDR')]).toEqual([])
    await signalsCome(stage, id, 'demo_requested')
    expect(contact()).toMatchObject({ baton_route: 'tier-1-mql', hubspot_owner_id: '101' })
  })
})
