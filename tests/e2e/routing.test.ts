import { afterEach, describe, expect, it } from 'vitest'
import { createTier1Lead, createTier2Lead, DANA, INTERESTED, NORTHWIND, sendSignals } from '../support/leads.ts'
import { createStage, DAY, HOUR, MINUTE, type Stage } from '../support/stage.ts'

let stage: Stage | undefined
afterEach(async () => {
  const closing = stage
  stage = undefined
  await closing?.close()
})

async function onStage(options: Parameters<typeof createStage>[0] = {}): Promise<Stage> {
  stage = await createStage(options)
  return stage
}

describe('every row of the routing table', () => {
  it('gives a tier 1 MQL to an AE with a 5-minute clock', async () => {
    const { hubspot, texts, quiet, clock } = await onStage()
    const id = createTier1Lead(stage as Stage)
    await quiet()
    expect(texts('U0000AE1')).toHaveLength(1)
    const text = texts('U0000AE1')[0]
    for (const part of [
      'Dana-Canary Ruiz-Canary',
      'VP Marketing',
      'Northwind Freight',
      'Score 80',
      '+20 asked for a demo',
      'Respond by Wed 18 Nov, 10:05',
    ]) {
      expect(text).toContain(part)
    }
    expect(texts('C0000AE')).toHaveLength(1)
    expect(hubspot.contact(id)).toMatchObject({
      baton_score: '80',
      baton_fit_score: '50',
      baton_engagement_score: '30',
      baton_band: 'high',
      baton_icp_tier: '1',
      baton_route: 'tier-1-mql',
      baton_sla_status: 'running',
      baton_sla_due_at: new Date(clock.now + 5 * MINUTE).toISOString(),
      baton_needs_review: 'false',
      hubspot_owner_id: '101',
    })
  })

  it('sets the lifecycle stage to MQL only when score, fit and engagement all reach their minimum', async () => {
    const { hubspot, quiet } = await onStage()
    const notYet = createTier1Lead(stage as Stage, { lifecyclestage: 'lead' })
    const qualified = createTier1Lead(stage as Stage, {
      email: 'x@northwind.example',
      lifecyclestage: 'lead',
      hs_email_click: '3',
    })
    const customer = createTier1Lead(stage as Stage, {
      email: 'y@northwind.example',
      lifecyclestage: 'customer',
      hs_email_click: '3',
    })
    await quiet()
    expect(hubspot.contact(notYet)?.lifecyclestage).toBe('lead')
    expect(hubspot.contact(qualified)?.lifecyclestage).toBe('marketingqualifiedlead')
    expect(hubspot.contact(customer)?.lifecyclestage).toBe('customer')
  })

  it('gives a tier 2 lead with a score of 61 or more to an SDR', async () => {
    const { hubspot, texts, quiet } = await onStage()
    const id = createTier2Lead(stage as Stage)
    await quiet()
    expect(texts('U000SDR1')).toEqual([expect.stringContaining(' · respond by 11:00 AM')])
    expect(texts('C0000SDR')).toHaveLength(1)
    expect(hubspot.contact(id)).toMatchObject({ baton_score: '65', baton_route: 'mql', hubspot_owner_id: '201' })
  })

  it('gives whoever looks at prices twice to sales, whatever the score', async () => {
    const { hubspot, texts, quiet } = await onStage()
    const id = hubspot.createContact({ email: 'pat@tiny.example', jobtitle: 'Engineer' }, { by: 'form' })
    await quiet()
    expect(hubspot.contact(id)).toMatchObject({ baton_route: 'low', baton_nurture_track: 'newsletter' })
    const { now } = (stage as Stage).clock
    await sendSignals(stage as Stage, [
      { type: 'pricing_page_viewed', contactId: id, page: '/pricing', at: now - HOUR },
      { type: 'pricing_page_viewed', contactId: id, page: '/pricing', at: now },
    ])
    await quiet()
    expect(hubspot.contact(id)).toMatchObject({
      baton_score: '10',
      baton_route: 'hand-raiser-sdr',
      baton_nurture_track: 'roi-calculator',
      hubspot_owner_id: '201',
    })
    expect(texts('U000SDR1')[0]).toContain('Viewed: /pricing (2×)')
    expect(texts('U000SDR1')[0]).toContain('Missing: company size or revenue, industry, lead source detail')
    expect(hubspot.contact(id)?.baton_needs_review).toBe('true')
  })

  it('gives a hand-raiser of a tier 1 company to an AE, seen in HubSpot alone', async () => {
    const { hubspot, texts, quiet, advance } = await onStage()
    const companyId = hubspot.createCompany(NORTHWIND)
    const id = hubspot.createContact({ ...DANA, jobtitle: 'Engineer' }, { companyId })
    await quiet()
    for (const visit of [1, 2]) {
      await advance(visit * HOUR)
      hubspot.changeContact(id, {
        hs_analytics_last_timestamp: new Date((stage as Stage).clock.now).toISOString(),
        hs_analytics_last_url: 'https://www.example.com/pricing?plan=2',
      })
      await quiet()
    }
    expect(hubspot.contact(id)).toMatchObject({ baton_route: 'hand-raiser', hubspot_owner_id: '101' })
    expect(texts('U0000AE1')[0]).toContain('/pricing (2×)')
  })

  it.each([
    ['a competitor', { email: 'spy@rival.example', jobtitle: 'CMO' }, 'negative-icp', 'competitor'],
    ['a student', { email: 'sam@college.edu' }, 'negative-icp', 'student'],
    ['a consultant', { email: 'c@advice.example', jobtitle: 'Independent Consultant' }, 'negative-icp', 'consultant'],
    ['a company that is too small', { email: 'o@one.example', numemployees: '1-5', company: 'One' }, null, null],
    [
      'somebody who said no',
      { email: 'n@no.example', hs_lead_status: 'UNQUALIFIED' },
      'not-interested',
      'not interested',
    ],
  ])('disqualifies %s with the reason and without an alert', async (_, properties, route, reason) => {
    const { hubspot, slack, quiet } = await onStage()
    const id = hubspot.createContact({ ...INTERESTED, ...properties }, { by: 'form' })
    await quiet()
    if (route !== null)
      expect(hubspot.contact(id)).toMatchObject({ baton_route: route, baton_disqualified_reason: reason })
    // The range 1-5 counts as 5 people, which is not below the minimum: unclear cases are never thrown out.
    else expect(hubspot.contact(id)?.baton_disqualified_reason ?? '').toBe('')
    expect(slack.messages()).toEqual([])
  })

  it('disqualifies a company below the minimum size', async () => {
    const { hubspot, slack, quiet } = await onStage()
    const companyId = hubspot.createCompany({ name: 'Tiny', numberofemployees: '3' })
    const id = hubspot.createContact({ ...DANA, ...INTERESTED }, { companyId, by: 'form' })
    await quiet()
    expect(hubspot.contact(id)).toMatchObject({
      baton_route: 'too-small',
      baton_disqualified_reason: 'company too small',
    })
    expect(slack.messages()).toEqual([])
  })

  it('nurtures a medium lead, scores it again weekly, and sooner when the fit is high', async () => {
    const { hubspot, quiet, services, clock } = await onStage()
    const medium = hubspot.createContact(
      {
        ...{ email: 'm@plain.example', jobtitle: 'Analyst', industry: 'RETAIL', numemployees: '25-50' },
        ...{ ...INTERESTED, hs_analytics_source_data_1: 'organic search' },
      },
      { by: 'form' },
    )
    const goodFit = createTier1Lead(stage as Stage, { num_conversion_events: '0', hs_email_click: '1' })
    await quiet()
    expect(hubspot.contact(medium)).toMatchObject({
      baton_score: '40',
      baton_route: 'medium',
      baton_nurture_track: 'signal-based',
    })
    expect(hubspot.contact(goodFit)).toMatchObject({
      baton_score: '55',
      baton_route: 'medium-good-fit',
      baton_nurture_track: 'accelerated',
    })
    const wakeAt = async (id: string) => (await services[0]?.leads.read(id))?.lead?.wakeAt
    expect(await wakeAt(medium)).toBe(clock.now + 7 * DAY)
    expect(await wakeAt(goodFit)).toBe(clock.now + 2 * DAY)
  })

  it('sends a low lead, and a personal address without a company, to the newsletter', async () => {
    const { hubspot, slack, quiet } = await onStage()
    const low = hubspot.createContact({ email: 'l@plain.example', hs_email_open: '1' }, { by: 'form' })
    const personal = hubspot.createContact(
      { email: 'somebody@gmail.com', jobtitle: 'CMO', ...INTERESTED },
      { by: 'form' },
    )
    await quiet()
    expect(hubspot.contact(low)).toMatchObject({
      baton_score: '3',
      baton_route: 'low',
      baton_nurture_track: 'newsletter',
    })
    expect(hubspot.contact(personal)).toMatchObject({
      baton_route: 'personal-email',
      baton_nurture_track: 'newsletter',
    })
    expect(slack.messages()).toEqual([])
  })

  it('alerts the manager as well when a lead is hot, at once or later', async () => {
    const { hubspot, texts, quiet } = await onStage()
    const hot = { hs_email_click: '4' }
    createTier1Lead(stage as Stage, hot)
    await quiet()
    expect(texts('U000MGR1')).toEqual([expect.stringContaining('Hot lead: Dana-Canary')])
    const later = createTier1Lead(stage as Stage, { email: 'later@northwind.example', firstname: 'Later' })
    await quiet()
    expect(texts('U000MGR1')).toHaveLength(1)
    await sendSignals(stage as Stage, [{ type: 'webinar_attended', contactId: later }])
    await quiet()
    expect(hubspot.contact(later)).toMatchObject({ baton_band: 'hot' })
    expect(texts('U000MGR1')).toEqual([
      expect.stringContaining('Dana-Canary'),
      expect.stringContaining('Hot lead: Later'),
    ])
  })
})

describe('who gets the lead', () => {
  it('spreads leads by weight: two to Ada for each one to Ben', async () => {
    const { hubspot, quiet } = await onStage()
    const ids = Array.from({ length: 9 }, (_, index) =>
      createTier1Lead(stage as Stage, { email: `lead${index}@northwind.example` }),
    )
    await quiet()
    const owners = ids.map((id) => hubspot.contact(id)?.hubspot_owner_id)
    expect(owners.filter((owner) => owner === '101')).toHaveLength(6)
    expect(owners.filter((owner) => owner === '102')).toHaveLength(3)
  })

  it('leaves a contact with its active owner; one who is away stays the owner, and somebody stands in', async () => {
    const { hubspot, texts, quiet } = await onStage({
      edit: (config) => {
        const ada = config.team.reps['ae-1']
        if (ada) ada.away = [{ from: '2026-11-18', to: '2026-11-18' }]
      },
    })
    const bens = createTier1Lead(stage as Stage, { hubspot_owner_id: '102' })
    await quiet()
    expect(texts('U0000AE2')).toHaveLength(1)
    const adas = createTier1Lead(stage as Stage, { email: 'z@northwind.example', hubspot_owner_id: '101' })
    await quiet()
    expect(hubspot.contact(bens)?.hubspot_owner_id).toBe('102')
    expect(hubspot.contact(adas)?.hubspot_owner_id).toBe('101')
    expect([texts('U0000AE1').length, texts('U0000AE2').length]).toEqual([0, 2])
  })

  it('asks the fallback pool when nobody is there; when nobody is left, tells the manager and tries again', async () => {
    const { config, hubspot, texts, quiet, advance } = await onStage()
    const everybody = Object.values(config.team.reps)
    const away = (ids: string[]) => {
      for (const rep of everybody) rep.away = ids.includes(rep.id) ? [{ from: '2026-11-18', to: '2026-11-18' }] : []
    }
    away(['ae-1', 'ae-2'])
    const first = createTier1Lead(stage as Stage)
    await quiet()
    expect(hubspot.contact(first)?.hubspot_owner_id).toBe('201')
    away(everybody.map((rep) => rep.id))
    const second = createTier1Lead(stage as Stage, { email: 'second@northwind.example' })
    await quiet()
    expect(texts('U000MGR1')).toEqual([
      expect.stringMatching(/^1 lead waits: nobody is free\. 1 for ae: 2 away; fallback sdr: 2 away/),
    ])
    expect(hubspot.contact(second)).toMatchObject({ baton_sla_status: 'waiting' })
    await advance(2 * MINUTE)
    expect(texts('U000MGR1')).toHaveLength(1)
    away([])
    await advance(2 * MINUTE)
    expect(hubspot.contact(second)).toMatchObject({ baton_sla_status: 'running', hubspot_owner_id: '101' })
    expect(texts('U0000AE1')).toHaveLength(1)
  })
})
