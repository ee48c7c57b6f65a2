import { afterEach, describe, expect, it } from 'vitest'
import { createTier1Lead, DANA, NORTHWIND } from '../support/leads.ts'
import { createStage, DAY, HOUR, MINUTE, type Stage } from '../support/stage.ts'

let stage: Stage
afterEach(async () => stage.close())

const SECOND = 1_000
const GUIDE = { name: 'Download', page: 'Pricing guide' }
const DEMO = { name: 'Request a demo' }

/** A contact of that age, of a tier 1 company, with these properties. */
function createContact(age: number, properties: Record<string, string> = {}): string {
  const createdAt = stage.clock.now - age
  const companyId = stage.hubspot.createCompany(NORTHWIND)
  return stage.hubspot.createContact({ ...DANA, ...properties }, { companyId, createdAt, silent: true })
}

/** HubSpot tells of a contact, whatever it has of it by now. */
async function lookAt(id: string): Promise<void> {
  await tellOf(id)
  await stage.quiet()
}
const tellOf = (id: string) =>
  stage.hubspot.fire([{ subscriptionType: 'contact.propertyChange', objectId: Number(id), propertyName: 'city' }])

const signalsOf = async (id: string) =>
  ((await stage.services[0]?.leads.get(id))?.lead?.signals ?? []).map(({ type, at, detail }) => [
    type,
    at - stage.clock.now,
    detail,
  ])
/** What its forms were, beside forms. */
const kindsOf = async (id: string) => (await signalsOf(id)).filter(([type]) => type !== 'form_submitted')
/** What HubSpot answers to a read of the contact. */
const answerOf = (id: string) => {
  const at = new Date(stage.clock.now).toISOString()
  const row = { id, properties: stage.hubspot.contact(id), createdAt: at, updatedAt: at, archived: false }
  return { status: 'COMPLETE', results: [row], startedAt: at, completedAt: at }
}

describe('a form of a known contact', () => {
  it('brings the lead to sales', async () => {
    stage = await createStage()
    const id = createContact(30 * DAY)
    await lookAt(id)
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '50', baton_engagement_score: '0' })
    await stage.advance(MINUTE)
    stage.hubspot.submitForm(id, DEMO)
    stage.hubspot.submitForm(id, { name: 'Free trial', at: stage.clock.now + 1 })
    await lookAt(id)
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_route: 'tier-1-mql' })
    expect(stage.texts('U0000AE1')).toHaveLength(1)
  })

  it('is a signal with its own date and name, however many there were since the last look', async () => {
    stage = await createStage()
    const id = createContact(30 * DAY)
    await lookAt(id)
    for (const form of [DEMO, GUIDE, DEMO]) {
      stage.clock.now += MINUTE
      stage.hubspot.submitForm(id, form)
    }
    await lookAt(id)
    expect(await kindsOf(id)).toEqual([
      ['demo_requested', -2 * MINUTE, 'Request a demo'],
      ['content_downloaded', -MINUTE, 'Pricing guide: Download'],
      ['demo_requested', 0, 'Request a demo'],
    ])
    // The same again says nothing new.
    await stage.advance(HOUR)
    await lookAt(id)
    expect(await signalsOf(id)).toHaveLength(6)
  })

  it.each([403, 404, 400])('goes by the counter where the history cannot be read (%i)', async (status) => {
    stage = await createStage()
    const id = createContact(30 * DAY)
    await lookAt(id)
    for (const form of [DEMO, GUIDE]) {
      stage.clock.now += MINUTE
      stage.hubspot.submitForm(id, form)
    }
    stage.hubspot.failNext({ path: /contacts\/batch\/read/, status: 200, body: answerOf(id) })
    stage.hubspot.failNext({ path: /contacts\/batch\/read/, status })
    await lookAt(id)
    expect((await signalsOf(id)).map(([type]) => type)).toEqual([
      'form_submitted',
      'form_submitted',
      'content_downloaded',
    ])
  })
})

describe('a contact of old that Baton has never seen', () => {
  it('is heard by its newest form when that is fresh', async () => {
    stage = await createStage()
    const old = { num_conversion_events: '1', recent_conversion_event_name: 'Newsletter', hs_email_click: '9' }
    const id = createContact(90 * DAY, {
      ...old,
      recent_conversion_date: new Date(stage.clock.now - 80 * DAY).toISOString(),
    })
    stage.hubspot.submitForm(id, {
      ...DEMO,
      at: stage.clock.now - 5 * SECOND,
      properties: { jobtitle: 'VP Marketing' },
    })
    await lookAt(id)
    expect(await kindsOf(id)).toEqual([['demo_requested', -5 * SECOND, 'Request a demo']])
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '70', baton_engagement_score: '20' })
    await lookAt(id)
    expect(await kindsOf(id)).toHaveLength(1)
  })
})

describe('a counter', () => {
  it('that is empty for a moment counts nothing when it comes back', async () => {
    stage = await createStage()
    const id = createContact(30 * DAY, { num_conversion_events: '4', recent_conversion_event_name: 'Request a demo' })
    await lookAt(id)
    for (const value of ['', '4', '0', '4']) {
      stage.hubspot.changeContact(id, { num_conversion_events: value }, { by: 'import' })
      await stage.advance(MINUTE)
      expect(stage.hubspot.contact(id)).toMatchObject({ baton_engagement_score: '0' })
    }
    stage.hubspot.submitForm(id, DEMO)
    await lookAt(id)
    expect(await kindsOf(id)).toEqual([['demo_requested', 0, 'Request a demo']])
  })
})

describe('pages', () => {
  it('between two looks are read from the history', async () => {
    stage = await createStage()
    const id = createContact(30 * DAY)
    await lookAt(id)
    for (const path of ['/pricing', '/pricing?plan=pro', '/about']) {
      stage.clock.now += 300
      const at = new Date(stage.clock.now).toISOString()
      const page = { hs_analytics_last_url: `https://www.example.com${path}`, hs_analytics_last_timestamp: at }
      stage.hubspot.changeContact(id, page, { by: 'hubspot', silent: true })
    }
    await lookAt(id)
    expect(await signalsOf(id)).toEqual([['pricing_page_viewed', -600, 'https://www.example.com/pricing']])
  })
})

describe('a company that cannot be read', () => {
  it('is waited for, and what is known stands meanwhile', async () => {
    stage = await createStage()
    const id = createContact(30 * DAY)
    await lookAt(id)
    stage.hubspot.failNext({ path: /companies\/batch\/read/, status: 500, times: 4 })
    stage.hubspot.submitForm(id, DEMO)
    stage.hubspot.submitForm(id, { name: 'Free trial', at: stage.clock.now + 1 })
    await lookAt(id)
    expect(stage.hubspot.contact(id)).toMatchObject({
      baton_score: '90',
      baton_needs_review: 'false',
      baton_route: 'tier-1-mql',
    })
    expect(stage.hubspot.calls.filter(({ path, status }) => /companies/.test(path) && status === 500)).toHaveLength(4)
  })

  it.each([429, 500, 503])('is never taken for none, with %i either', async (status) => {
    stage = await createStage()
    stage.hubspot.failNext({ path: /companies\/batch\/read/, status, headers: { 'retry-after': '1' } })
    const id = createTier1Lead(stage)
    await stage.quiet()
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '80', baton_needs_review: 'false' })
  })

  it('for long costs the lead no more than that: it goes on with what is known, flagged, and soon looks again', async () => {
    stage = await createStage()
    const id = createContact(30 * DAY)
    await lookAt(id)
    stage.hubspot.failNext({ path: /companies\/batch\/read/, status: 500, times: 10_000 })
    stage.hubspot.submitForm(id, DEMO)
    await tellOf(id)
    const failing = () => stage.hubspot.calls.filter(({ status }) => status === 500).length
    await expect.poll(failing).toBeGreaterThan(0)
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '50' })
    await stage.advance(3 * MINUTE)
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '70', baton_needs_review: 'true' })
    stage.hubspot.mend()
    await stage.advance(MINUTE)
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '70', baton_needs_review: 'false' })
  })
})
