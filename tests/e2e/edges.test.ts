import { afterEach, describe, expect, it } from 'vitest'
import { click, createTier2Lead, DANA, SMALLTOWN, sendSignals } from '../support/leads.ts'
import { createStage, DAY, HOUR, MINUTE, type Stage } from '../support/stage.ts'

let stage: Stage
afterEach(async () => stage.close())

const [CLEO, DAN, MANAGER] = ['U000SDR1', 'U000SDR2', 'U000MGR1']

function service() {
  const [first] = stage.services
  if (!first) throw new Error('the stage has no service')
  return first
}

describe('nothing that was acknowledged is lost', () => {
  it('a signal that is faster than its contact waits for it', async () => {
    stage = await createStage()
    await sendSignals(stage, [{ type: 'demo_requested', contactId: '401000000001', id: 'form-1' }])
    await expect.poll(async () => (await service().leads.read('401000000001')).inboxCount).toBe(1)
    const id = createTier2Lead(stage, { num_conversion_events: '0' })
    expect(id).toBe('401000000001')
    await stage.quiet()
    expect((await service().leads.read(id)).lead?.signals.map(({ type }) => type)).toContain('demo_requested')
  })

  it('an import of many contacts, whose events come in full requests: each is scored, and read about once', async () => {
    stage = await createStage()
    const ids = Array.from({ length: 90 }, (_, index) =>
      stage.hubspot.createContact({ email: `lead${index}@import.example`, jobtitle: 'CMO' }),
    )
    await stage.quiet()
    for (const id of ids) expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '15', baton_route: 'low' })
    expect(Math.max(...stage.hubspot.deliveries.map(({ events }) => events))).toBeGreaterThan(50)
    const reads = stage.hubspot.calls.filter(({ path }) => path.endsWith('contacts/batch/read'))
    expect(reads.length).toBeLessThan(10)
  })

  it('signals by email wait for the contact from when they came, however old they are', async () => {
    stage = await createStage()
    const body = (id: string, type: string, at: number) => ({
      ...{ id, type, email: 'kim@smalltown.example', occurredAt: new Date(at).toISOString() },
    })
    const answer = await fetch(`${stage.addresses[0]}/v1/signals`, {
      method: 'POST',
      headers: { authorization: 'Bearer canary-api-token', 'content-type': 'application/json' },
      body: JSON.stringify({
        signals: [
          body('old', 'webinar_attended', stage.clock.now - 3 * DAY),
          body('new', 'demo_requested', stage.clock.now),
        ],
      }),
    })
    expect(answer.status).toBe(202)
    await stage.quiet()
    const id = createTier2Lead(stage, { num_conversion_events: '0', hs_email_click: '0' })
    await stage.quiet()
    await stage.advance(5 * MINUTE)
    expect((await service().leads.read(id)).lead?.signals).toHaveLength(2)
  })

  it('one contact that HubSpot will not read costs none of the others, and is tried again within two hours', async () => {
    stage = await createStage()
    // The whole batch, both of its halves and so on down to one: everything that holds that contact is refused.
    stage.hubspot.failNext({ path: /contacts\/batch\/read/, status: 400, times: 4 })
    const ids = Array.from({ length: 8 }, (_, number) =>
      createTier2Lead(stage, { email: `x${number}@smalltown.example` }),
    )
    await stage.quiet()
    const routed = () => ids.filter((id) => stage.hubspot.contact(id)?.baton_route === 'mql').length
    expect(routed()).toBe(7)
    expect(await service().store.count('dead')).toBe(1)
    await stage.advance(HOUR)
    expect(routed()).toBe(8)
  })

  it('a contact that is merged brings its signals along, and stays with its rep', async () => {
    stage = await createStage()
    const companyId = stage.hubspot.createCompany(SMALLTOWN)
    const createdAt = stage.clock.now - 30 * DAY
    const contact = { ...DANA, email: 'kim@smalltown.example', jobtitle: 'Head of Marketing' }
    const id = stage.hubspot.createContact(contact, { companyId, createdAt })
    await stage.quiet()
    const signals = { num_conversion_events: '1', recent_conversion_event_name: 'Request a demo', hs_email_click: '4' }
    stage.hubspot.changeContact(id, signals)
    await stage.quiet()
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '65', hubspot_owner_id: '201' })
    const other = stage.hubspot.createContact({ email: 'kim2@smalltown.example' }, { createdAt })
    await stage.quiet()
    const merged = stage.hubspot.mergeContacts(id, other)
    await stage.quiet()
    expect(stage.hubspot.contact(merged)).toMatchObject({
      baton_score: '65',
      baton_route: 'mql',
      baton_sla_status: 'running',
      hubspot_owner_id: '201',
    })
  })
})

describe('privacy', () => {
  it('an announced deletion erases, also while HubSpot still shows the contact', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    await stage.hubspot.fire([{ subscriptionType: 'contact.privacyDeletion', objectId: Number(id) }])
    await stage.quiet()
    expect((await service().leads.read(id)).lead).toBeNull()
    expect(stage.slack.messages().filter(({ text }) => /canary/i.test(text))).toEqual([])
  })

  it('a message whose fate is unknown loses its content too', async () => {
    stage = await createStage()
    stage.slack.failNext({ method: 'chat.postMessage', kind: 'accept-then-reset', times: 2 })
    const id = createTier2Lead(stage)
    await expect.poll(() => stage.slack.messages().length, { interval: 2 }).toBe(2)
    stage.hubspot.privacyDeleteContact(id)
    await stage.quiet()
    expect(stage.slack.messages().filter(({ text }) => /canary/i.test(text))).toEqual([])
  })
})

describe('people have the last word', () => {
  it('a lead that a rep marks as unqualified is out, and not nurtured either', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    stage.hubspot.changeContact(id, { hs_lead_status: 'UNQUALIFIED' }, { by: 'person' })
    await stage.quiet()
    expect(stage.hubspot.contact(id)?.baton_sla_status).toBe('responded')
    await stage.advance(8 * DAY)
    expect(stage.hubspot.contact(id)).toMatchObject({
      baton_route: 'not-interested',
      baton_disqualified_reason: 'not interested',
    })
    expect(stage.hubspot.contact(id)?.baton_nurture_track ?? '').toBe('')
  })

  it('a click between the choice of the next rep and its commit frees that rep', async () => {
    stage = await createStage()
    createTier2Lead(stage)
    await stage.quiet()
    const { pools } = service()
    const assign = pools.assign.bind(pools)
    let clicked = false
    pools.assign = async (...request) => {
      const choice = await assign(...request)
      if (!clicked) {
        clicked = true
        await click(stage, CLEO, CLEO, 'contacted')
      }
      return choice
    }
    await stage.advance(2 * HOUR)
    expect(stage.texts(DAN)).toEqual([])
    // Whoever reserved a rep may be about to commit, so it is looked at once more.
    await stage.advance(20_000)
    expect((await pools.read('sdr', stage.clock.now)).open).toEqual({ 'sdr-1': 0 })
  })
})

describe('a team that changes while clocks run', () => {
  it('a rep who was chosen and leaves before the commit makes room for another', async () => {
    stage = await createStage()
    const { pools } = service()
    const assign = pools.assign.bind(pools)
    let failed = false
    pools.assign = async (...request) => {
      const choice = await assign(...request)
      if (failed) return choice
      failed = true
      const gone = stage.config.team.reps['sdr-1']
      if (gone) gone.active = false
      throw new Error('a crash before the commit')
    }
    createTier2Lead(stage)
    await stage.quiet()
    expect(stage.texts(DAN)).toHaveLength(1)
    expect((await pools.read('sdr', stage.clock.now)).open).toEqual({ 'sdr-2': 1 })
  })

  it('a rep who was reserved for a lead that then goes elsewhere is free again, with the place of the day', async () => {
    stage = await createStage({
      edit({ team: { pools, reps } }) {
        if (pools.sdr) pools.sdr.caps = { perDay: 1, open: 1 }
        if (reps['sdr-2']) reps['sdr-2'].active = false
      },
    })
    const { pools } = service()
    const assign = pools.assign.bind(pools)
    let failed = false
    pools.assign = async (...request) => {
      const choice = await assign(...request)
      if (failed) return choice
      failed = true
      stage.hubspot.changeContact(id, { jobtitle: 'Student' })
      throw new Error('a crash before the commit')
    }
    const id = createTier2Lead(stage)
    await stage.quiet()
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_route: 'negative-icp' })
    expect(await pools.read('sdr', stage.clock.now)).toMatchObject({ open: { 'sdr-1': 1 } })
    await stage.advance(2 * MINUTE)
    const next = createTier2Lead(stage, { email: 'lee@smalltown.example' })
    await stage.quiet()
    expect(stage.hubspot.contact(next)).toMatchObject({ hubspot_owner_id: '201' })
    expect(await pools.read('sdr', stage.clock.now)).toMatchObject({
      open: { 'sdr-1': 1 },
      days: { 'sdr-1': { leads: 1 } },
    })
  })

  it('a pool that is taken out while it has an open lead: the manager still hears of it', async () => {
    stage = await createStage()
    createTier2Lead(stage)
    await stage.quiet()
    delete stage.config.team.pools.sdr
    await stage.advance(5 * HOUR)
    expect(stage.texts(MANAGER)).toEqual([expect.stringContaining('No response yet')])
  })
})
