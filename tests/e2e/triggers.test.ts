import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DANA, NORTHWIND, sendSignals, triggersInHistory } from '../support/leads.ts'
import { createStage, DAY, HOUR, MINUTE, type Stage } from '../support/stage.ts'

const [ADA, CLEO, EVA, MANAGER, CS_CHANNEL] = ['U0000AE1', 'U000SDR1', 'U0000CS1', 'U000MGR1', 'C00000CS']

let stage: Stage
beforeEach(async () => {
  stage = await createStage()
})
afterEach(async () => stage.close())

/** A contact without a company: 15 points of fit. */
async function lead(properties: Record<string, string> = {}): Promise<string> {
  const id = stage.hubspot.createContact({ ...DANA, ...properties }, { by: 'form' })
  await stage.quiet()
  return id
}

async function signal(contactId: string, type: string, more: { value?: number; at?: number; id?: string } = {}) {
  await sendSignals(stage, [{ type, contactId, ...more }])
  await stage.quiet()
}

const track = (id: string) => stage.hubspot.contact(id)?.baton_nurture_track

const fired = (id: string) => triggersInHistory(stage, id)

describe('the pricing page', () => {
  it('is answered by the comparison guide for two weeks, and then the track of the route is back', async () => {
    const id = await lead()
    const base = track(id)
    await signal(id, 'pricing_page_viewed')
    expect([base, track(id)]).toEqual(['newsletter', 'comparison-guide'])
    expect(stage.slack.messages()).toEqual([])
    await stage.advance(14 * DAY)
    expect(track(id)).toBe('newsletter')
  })

  it('tells sales once the score is over 50, also when it comes to that within the week', async () => {
    const companyId = stage.hubspot.createCompany({ ...NORTHWIND, industry: 'RETAIL' })
    const id = stage.hubspot.createContact({ ...DANA, hubspot_owner_id: '101' }, { by: 'form', companyId })
    await stage.quiet()
    // 35 of fit and 5: 40.
    await signal(id, 'pricing_page_viewed')
    expect(stage.hubspot.contact(id)?.baton_score).toBe('40')
    expect(stage.slack.messages()).toEqual([])
    await stage.advance(HOUR)
    await signal(id, 'content_downloaded')
    expect(stage.hubspot.contact(id)?.baton_score).toBe('50')
    expect(stage.slack.messages()).toEqual([])
    await stage.advance(HOUR)
    await signal(id, 'email_clicked')
    expect(stage.texts(ADA)).toEqual([expect.stringContaining('Pricing page good score')])
    // Another click within the week is nothing new about prices.
    await stage.advance(HOUR)
    await signal(id, 'email_opened')
    expect(stage.texts(ADA)).toHaveLength(1)
  })

  it('seen twice brings the ROI calculator, and the lead to sales whatever its score', async () => {
    const id = await lead()
    await signal(id, 'pricing_page_viewed')
    await stage.advance(2 * HOUR)
    await signal(id, 'pricing_page_viewed')
    expect(stage.hubspot.contact(id)).toMatchObject({
      baton_nurture_track: 'roi-calculator',
      baton_route: 'hand-raiser-sdr',
      hubspot_owner_id: '201',
    })
    expect(stage.texts(CLEO)).toHaveLength(1)
    expect(await fired(id)).toEqual(['triggered pricing-page', 'triggered pricing-page-again'])
  })
})

describe('content', () => {
  it('of three downloads within 7 days calls for more of it, and a case study of their industry', async () => {
    const companyId = stage.hubspot.createCompany({ name: 'Small', domain: 'small.example', industry: 'RETAIL' })
    const id = stage.hubspot.createContact(DANA, { by: 'form', companyId })
    await stage.quiet()
    await signal(id, 'content_downloaded')
    await stage.advance(4 * DAY)
    await signal(id, 'content_downloaded')
    expect(await fired(id)).toEqual([])
    // The first is more than a week old by now.
    await stage.advance(3 * DAY + MINUTE)
    await signal(id, 'content_downloaded')
    expect(await fired(id)).toEqual([])
    await stage.advance(DAY)
    await signal(id, 'content_downloaded')
    expect(await fired(id)).toEqual(['triggered downloads'])
    expect(track(id)).toBe('accelerated')
    await signal(id, 'content_downloaded')
    expect(await fired(id)).toHaveLength(1)
  })

  it('of a comparison with a competitor brings the battlecard, and tells sales', async () => {
    const id = await lead({ hubspot_owner_id: '201' })
    stage.hubspot.changeContact(id, {
      hs_analytics_last_url: 'https://www.example.com/vs-rival',
      hs_analytics_last_timestamp: new Date(stage.clock.now).toISOString(),
    })
    await stage.quiet()
    expect(track(id)).toBe('battlecard')
    expect(stage.texts(CLEO)).toEqual([expect.stringContaining('Competitor comparison')])
  })
})

describe('product signals', () => {
  it('a trial gets its own track, a handoff to customer success, and marketing pauses for 30 days', async () => {
    const id = await lead()
    await signal(id, 'trial_started')
    expect(track(id)).toBe('trial-onboarding')
    expect(stage.texts(EVA)).toHaveLength(1)
    expect(stage.hubspot.contact(id)?.hubspot_owner_id ?? '').toBe('')
    await stage.advance(10 * DAY)
    await signal(id, 'activation_reached')
    expect(track(id)).toBe('expansion')
    expect(stage.texts(MANAGER).at(-1)).toContain('Activation reached')
    await stage.advance(20 * DAY)
    expect(await fired(id)).toEqual([
      'triggered trial-started',
      'triggered activation-reached',
      'followed-up trial-started',
    ])
  })

  it('usage that falls by more than half within a week re-engages and alerts customer success, with a button', async () => {
    const id = await lead({ lifecyclestage: 'customer', hubspot_owner_id: '101' })
    await signal(id, 'weekly_usage', { value: 40 })
    await stage.advance(7 * DAY)
    await signal(id, 'weekly_usage', { value: 20 })
    expect(await fired(id)).toEqual([])
    await stage.advance(7 * DAY)
    await signal(id, 'weekly_usage', { value: 9 })
    expect(await fired(id)).toEqual(['triggered usage-dropped'])
    expect(track(id)).toBe('re-engagement')
    expect(stage.texts(CS_CHANNEL)).toEqual([expect.stringContaining('Usage dropped')])
    // Customer success calls for a save attempt: it goes to whoever owns the account.
    const { channel = '', ts = '' } = stage.slack.messages(CS_CHANNEL)[0] ?? {}
    await stage.slack.click({ user: EVA ?? '', channel, ts, actionId: 'handoff.open' })
    await stage.quiet()
    expect(stage.texts(ADA)).toHaveLength(1)
    // The same report again, and no report in the next week: nothing.
    await signal(id, 'weekly_usage', { value: 9 })
    await stage.advance(7 * DAY)
    expect(await fired(id)).toHaveLength(1)
  })

  it("a customer who looks at upgrades tells the account's owner, and gets an expansion case study", async () => {
    const companyId = stage.hubspot.createCompany({ name: 'Acme', domain: 'acme.example', hubspot_owner_id: '102' })
    const id = stage.hubspot.createContact(
      { ...DANA, lifecyclestage: 'customer', hubspot_owner_id: '101' },
      { by: 'form', companyId },
    )
    await stage.quiet()
    await signal(id, 'upgrade_page_viewed')
    expect(stage.texts('U0000AE2')).toEqual([expect.stringContaining('Customer looks further')])
    expect(track(id)).toBe('expansion-case-study')
    await signal(id, 'pricing_page_viewed')
    expect(stage.texts('U0000AE2')).toHaveLength(1)
    expect(await fired(id)).toEqual(['triggered customer-looks-further'])
  })
})
