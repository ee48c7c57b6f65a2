import { afterEach, describe, expect, it } from 'vitest'
import { click, createTier1Lead, createTier2Lead, liveMessage } from '../support/leads.ts'
import { createSalesStage as createStage } from '../support/sales-stage.ts'
import { HOUR, MINUTE, type Stage } from '../support/stage.ts'

let stage: Stage
afterEach(async () => stage.close())

const [ADA, BEN, CLEO, DAN, MANAGER] = ['U0000AE1', 'U0000AE2', 'U000SDR1', 'U000SDR2', 'U000MGR1']

describe('the ladder of a tier 2 lead, when nobody responds', () => {
  it('reminds at 1 h, reassigns at 2 h, tells the manager at 4 h, each once', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    await stage.advance(HOUR - 1)
    expect(stage.texts(CLEO)).toHaveLength(1)
    await stage.advance(1)
    expect(stage.texts(CLEO)).toEqual([
      expect.stringContaining('Dana-Canary Ruiz-Canary'),
      expect.stringContaining('Still waiting for you'),
    ])
    expect(stage.hubspot.contact(id)?.baton_sla_status).toBe('breached')

    // 11:00 + 1 h is 12:00, when lunch begins: the second business hour ends exactly there.
    await stage.advance(HOUR)
    expect(stage.texts(DAN)).toEqual([expect.stringContaining('Reassigned: Dana-Canary')])
    expect(stage.texts(DAN)[0]).toContain(`Reassigned from <@${CLEO}>: no response`)
    expect(stage.texts(DAN)[0]).toContain('The manager hears of it Wed 18 Nov, 15:00')
    expect(stage.texts(CLEO).every((text) => text.includes('Reassigned'))).toBe(true)
    expect(stage.hubspot.contact(id)?.hubspot_owner_id).toBe('202')
    expect(stage.texts(MANAGER)).toEqual([])

    // Lunch does not count: the fourth hour ends at 15:00.
    await stage.advance(3 * HOUR - 1)
    expect(stage.texts(MANAGER)).toEqual([])
    await stage.advance(1)
    expect(stage.texts(MANAGER)).toEqual([expect.stringContaining('No response yet: Dana-Canary')])
    await stage.advance(48 * HOUR)
    expect(stage.texts(MANAGER)).toHaveLength(1)
    expect(stage.texts(DAN)).toHaveLength(1)
    expect(stage.texts('C0000SDR')).toHaveLength(1)
  })

  it('counts only the open hours of the rep who got it first', async () => {
    // Friday 17:00 in New York, half an hour before the end of the week.
    stage = await createStage({ start: Date.parse('2026-11-20T22:00:00Z') })
    createTier2Lead(stage)
    await stage.quiet()
    expect(stage.texts(CLEO)[0]).toContain('Respond by Mon 23 Nov, 09:30')
    await stage.advance(60 * HOUR)
    expect(stage.texts(CLEO)).toHaveLength(1)
    await stage.advance(4 * HOUR + 30 * MINUTE)
    expect(stage.texts(CLEO)).toHaveLength(2)
  })

  it('takes each overdue step once after an hour in which everything was stopped, in one message for each reader', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    await stage.advance(6 * HOUR)
    expect(stage.texts(CLEO)).toHaveLength(1)
    expect(stage.texts(DAN)).toHaveLength(1)
    expect(stage.texts(MANAGER)).toHaveLength(1)
    const told = stage.texts(MANAGER)[0] ?? ''
    expect(told.indexOf('Reminded')).toBeGreaterThan(0)
    expect(told.indexOf('Reassigned')).toBeGreaterThan(told.indexOf('Reminded'))
    expect(stage.hubspot.contact(id)?.hubspot_owner_id).toBe('202')
    await stage.advance(HOUR)
    expect(stage.slack.messages()).toHaveLength(4)
  })

  it('tells the manager at once when nobody is left', async () => {
    stage = await createStage({
      edit: (config) => {
        sdrPool(config).members = [{ rep: 'sdr-1', weight: 1 }]
      },
    })
    const id = createTier2Lead(stage)
    await stage.quiet()
    await stage.advance(2 * HOUR)
    expect(stage.texts(MANAGER)).toEqual([expect.stringContaining('Nobody left')])
    expect(stage.hubspot.contact(id)?.hubspot_owner_id).toBe('201')
  })

  it('keeps deadlines when the config changes or the lead is reassigned', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    const due = stage.hubspot.contact(id)?.baton_sla_due_at
    const definition = stage.config.handoffs.kinds['mql-to-sales']
    if (definition) definition.ladder = []
    await stage.advance(2 * HOUR)
    expect(stage.texts(DAN)).toHaveLength(1)
    expect(stage.hubspot.contact(id)?.baton_sla_due_at).toBe(due)
  })
})

describe('the buttons', () => {
  it('Contacted stops the clock, and every message shows who did it', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    await stage.advance(20 * MINUTE)
    expect((await click(stage, CLEO, CLEO, 'contacted')).status).toBe(200)
    await stage.quiet()
    for (const where of [CLEO, 'C0000SDR']) {
      const message = stage.slack.messages(where)[0]
      expect(message?.text).toContain(`Contacted by <@${CLEO}>`)
      expect(message?.text).toContain('after 20 min')
      expect(JSON.stringify(message?.blocks)).not.toContain('lead.contacted')
    }
    expect(stage.hubspot.contact(id)).toMatchObject({
      baton_sla_status: 'responded',
      baton_first_response_minutes: '20',
    })
    await stage.advance(8 * HOUR)
    expect(stage.slack.messages()).toHaveLength(2)
  })

  it('a late click is a breach that was responded to, in minutes of the clock', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    await stage.advance(2 * HOUR)
    // 13:30: an hour and a half later, of which lunch took one hour.
    await stage.advance(90 * MINUTE)
    await click(stage, DAN, DAN, 'contacted')
    await stage.quiet()
    expect(stage.hubspot.contact(id)).toMatchObject({
      baton_sla_status: 'breached',
      baton_first_response_minutes: '150',
    })
  })

  it('Pass on gives it to the next rep at once, and never back to somebody who had it', async () => {
    stage = await createStage()
    const id = createTier1Lead(stage)
    await stage.quiet()
    await click(stage, ADA, ADA, 'pass_on')
    await stage.quiet()
    expect(stage.texts(BEN)).toEqual([expect.stringContaining('Passed on by Ada Lane: Dana-Canary')])
    expect(stage.texts(ADA)[0]).toContain(`Passed on to <@${BEN}> by <@${ADA}>`)
    expect(stage.hubspot.contact(id)?.hubspot_owner_id).toBe('102')
    await click(stage, BEN, BEN, 'pass_on')
    await stage.quiet()
    // The AEs have all had it: the fallback pool is next.
    expect(stage.texts(CLEO)).toHaveLength(1)
    expect(stage.texts(ADA)).toHaveLength(1)
  })

  it('Disqualify asks for the reason, ends the handoff and writes the reason to HubSpot', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    await click(stage, CLEO, CLEO, 'disqualify')
    const view = stage.slack.views().find((open) => open.user === CLEO)
    expect(view).toBeDefined()
    const answer = await stage.slack.submitView({
      user: CLEO,
      viewId: view?.id ?? '',
      values: { reason: 'not_a_fit', note: 'Wants <!channel> on-premises' },
    })
    expect(answer).toMatchObject({ status: 200 })
    await stage.quiet()
    expect(stage.hubspot.contact(id)).toMatchObject({
      baton_disqualified_reason: 'not a fit: Wants <!channel> on-premises',
      baton_sla_status: 'none',
    })
    const message = stage.slack.messages(CLEO)[0]
    expect(message?.text).toContain(`Disqualified by <@${CLEO}>`)
    expect(JSON.stringify(message)).not.toContain('<!channel>')
    // A person's word stands, whatever the score says later.
    stage.hubspot.changeContact(id, { hs_email_click: '9' })
    await stage.advance(4 * HOUR)
    expect(stage.slack.messages()).toHaveLength(2)
  })

  it('Why this score answers privately with the breakdown', async () => {
    stage = await createStage()
    createTier2Lead(stage)
    await stage.quiet()
    await click(stage, CLEO, CLEO, 'explain')
    await stage.quiet()
    const [answer] = stage.slack.ephemerals(CLEO)
    for (const part of [
      'score 65',
      'asked for a demo: +20',
      'company size is 30: +10',
      'would have added 20: company size between 51 and 500 (it is 30)',
    ]) {
      expect(answer?.text).toContain(part)
    }
    expect(stage.slack.messages()).toHaveLength(2)
  })

  it('lets only the rep, the pool and the manager act; others are told so privately', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    await click(stage, 'U0STRANGER', 'C0000SDR', 'contacted')
    await click(stage, ADA, 'C0000SDR', 'pass_on')
    await stage.quiet()
    expect(stage.slack.ephemerals('U0STRANGER')).toEqual([
      expect.objectContaining({ text: expect.stringContaining('Only the rep') }),
    ])
    expect(stage.slack.ephemerals(ADA)).toHaveLength(1)
    expect(stage.hubspot.contact(id)?.baton_sla_status).toBe('running')
    await click(stage, DAN, 'C0000SDR', 'contacted')
    await stage.quiet()
    expect(stage.hubspot.contact(id)?.baton_sla_status).toBe('responded')
    expect(stage.texts(CLEO)[0]).toContain(`Contacted by <@${DAN}>`)
  })

  it('tells the second of two who click', async () => {
    stage = await createStage()
    createTier2Lead(stage)
    await stage.quiet()
    const [dm, channel] = [liveMessage(stage, CLEO), liveMessage(stage, 'C0000SDR')]
    await Promise.all([
      stage.slack.click({ user: CLEO, channel: dm.channel, ts: dm.ts, actionId: 'lead.contacted' }),
      stage.slack.click({ user: DAN, channel: channel.channel, ts: channel.ts, actionId: 'lead.contacted' }),
    ])
    await stage.quiet()
    const told = [...stage.slack.ephemerals(CLEO), ...stage.slack.ephemerals(DAN)]
    expect(told).toEqual([expect.objectContaining({ text: expect.stringContaining('settled already') })])
  })
})

describe('a response that HubSpot shows', () => {
  it('stops the clock when a logged activity rises', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    await stage.advance(10 * MINUTE)
    stage.hubspot.changeContact(id, { num_contacted_notes: '1' })
    await stage.quiet()
    expect(stage.hubspot.contact(id)).toMatchObject({
      baton_sla_status: 'responded',
      baton_first_response_minutes: '10',
    })
    expect(stage.texts(CLEO)[0]).toContain('Contacted: seen in HubSpot')
  })

  it('stops the clock when a person, not a workflow, changes the lead status', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    stage.hubspot.changeContact(id, { hs_lead_status: 'CONNECTED' }, { by: 'other-app' })
    await stage.quiet()
    expect(stage.hubspot.contact(id)?.baton_sla_status).toBe('running')
    stage.hubspot.changeContact(id, { hs_lead_status: 'ATTEMPTED_TO_CONTACT' }, { by: 'person' })
    await stage.quiet()
    expect(stage.hubspot.contact(id)?.baton_sla_status).toBe('responded')
  })

  it('is looked for before anybody is reminded, also when no event came', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    stage.hubspot.changeContact(id, { num_contacted_notes: '1' }, { silent: true })
    await stage.advance(HOUR)
    expect(stage.texts(CLEO)).toEqual([expect.stringContaining('seen in HubSpot')])
    expect(stage.hubspot.contact(id)?.baton_sla_status).toBe('responded')
  })
})

function sdrPool(config: Stage['config']) {
  const pool = config.team.pools.sdr
  if (!pool) throw new Error('no pool sdr')
  return pool
}

describe('an owner whom a person sets in HubSpot', () => {
  it('gets the lead with the clock that runs, and the one before is told', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    const due = stage.hubspot.contact(id)?.baton_sla_due_at
    await stage.advance(10 * MINUTE)
    stage.hubspot.changeContact(id, { hubspot_owner_id: '202' }, { by: 'person' })
    await stage.quiet()
    expect(stage.texts(DAN)).toEqual([expect.stringContaining('Given on in HubSpot: Dana-Canary')])
    expect(stage.texts(CLEO)[0]).toContain(`Given to <@${DAN}> in HubSpot`)
    expect(stage.hubspot.contact(id)).toMatchObject({ hubspot_owner_id: '202', baton_sla_due_at: due })
    await click(stage, DAN, DAN, 'contacted')
    await stage.quiet()
    expect(stage.hubspot.contact(id)?.baton_first_response_minutes).toBe('10')
  })

  it('who is nobody of the team has the lead from then on: their choice stands, and nobody is told or paged', async () => {
    stage = await createStage()
    stage.hubspot.createOwner({ id: '900', email: 'boss@team.example', firstName: 'Bo', lastName: 'Ss' })
    const id = createTier2Lead(stage)
    await stage.quiet()
    stage.hubspot.changeContact(id, { hubspot_owner_id: '900' }, { by: 'person' })
    await stage.quiet()
    expect(stage.texts(CLEO)[0]).toContain('Taken over in HubSpot')
    await stage.advance(8 * HOUR)
    expect(stage.slack.messages()).toHaveLength(2)
    expect(stage.hubspot.contact(id)).toMatchObject({ hubspot_owner_id: '900', baton_sla_status: 'none' })
  })
})
