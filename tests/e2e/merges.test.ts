import { afterEach, describe, expect, it } from 'vitest'
import { click, createTier2Lead, DANA, sendSignals } from '../support/leads.ts'
import { createStage, DAY, HOUR, MINUTE, type Stage } from '../support/stage.ts'

const [CLEO, DAN, MANAGER, MARKETING] = ['U000SDR1', 'U000SDR2', 'U000MGR1', 'U0000MKT']

let stage: Stage
afterEach(async () => stage.close())

const leadOf = async (id: string) => (await stage.services[0]?.leads.read(id)) ?? { handoffs: {}, lead: null }
const liveOf = async (id: string) => Object.values((await leadOf(id)).handoffs).filter(({ ended }) => !ended)

/** Merges a lead with another contact. Returns the id of the new contact that both become. */
async function merge(lead: string, isPrimary: boolean, email = 'kim@private.example'): Promise<string> {
  const other = stage.hubspot.createContact({ email })
  await stage.quiet()
  const merged = isPrimary ? stage.hubspot.mergeContacts(lead, other) : stage.hubspot.mergeContacts(other, lead)
  await stage.quiet()
  return merged
}

describe.each([
  ['as the primary one', true],
  ['as the other one', false],
])('a lead that is merged into a new contact, %s', (_, isPrimary) => {
  it('after its rep has contacted it: goes on as answered, without a word, and is followed up', async () => {
    stage = await createStage()
    const lead = createTier2Lead(stage)
    await stage.quiet()
    await click(stage, CLEO, CLEO, 'contacted')
    await stage.quiet()
    const [answered] = await liveOf(lead)

    const merged = await merge(lead, isPrimary)
    expect(merged).not.toBe(lead)
    expect(stage.hubspot.contact(merged)).toMatchObject({ baton_sla_status: 'responded', hubspot_owner_id: '201' })
    expect(await liveOf(merged)).toMatchObject([{ answered: answered?.answered, attempts: answered?.attempts }])
    expect(await liveOf(lead)).toEqual([])
    await stage.advance(5 * HOUR)
    expect(stage.slack.messages()).toHaveLength(2)
    await stage.advance(8 * DAY)
    expect(stage.hubspot.contact(merged)).toMatchObject({ baton_route: 'no-answer', baton_sla_status: 'none' })
    for (const { text } of stage.slack.messages()) expect(text).toContain('Back to nurture')
  })

  it('while its clock runs: keeps the rep, the deadline, the steps and the messages with their buttons', async () => {
    stage = await createStage()
    const lead = createTier2Lead(stage)
    await stage.quiet()
    await stage.advance(HOUR / 2)
    const [before] = await liveOf(lead)

    const merged = await merge(lead, isPrimary)
    const [after] = await liveOf(merged)
    expect(after).toMatchObject({
      startedAt: before?.startedAt,
      dueAt: before?.dueAt,
      ladder: before?.ladder,
      holders: before?.holders,
    })
    const shown = { baton_sla_status: 'running', hubspot_owner_id: '201', baton_route: 'mql' }
    expect(stage.hubspot.contact(merged)).toMatchObject(shown)
    expect(stage.slack.messages()).toHaveLength(2)
    await stage.advance(HOUR / 2)
    expect(stage.texts(CLEO).map((text) => text.startsWith('Still waiting'))).toEqual([false, true])
    await stage.advance(HOUR)
    expect(stage.texts(DAN)).toHaveLength(1)
    await click(stage, DAN, 'C0000SDR', 'contacted')
    await stage.advance(4 * HOUR)
    expect(stage.texts(MANAGER)).toEqual([])
    expect(stage.hubspot.contact(merged)).toMatchObject({ baton_sla_status: 'breached', hubspot_owner_id: '202' })
    expect((await stage.services[0]?.pools.read('sdr', stage.clock.now))?.open).toEqual({ 'sdr-1': 0, 'sdr-2': 0 })
  })

  it('after its rep has reached it: stays with sales, in no track', async () => {
    stage = await createStage()
    const lead = createTier2Lead(stage)
    await stage.quiet()
    await click(stage, CLEO, CLEO, 'contacted')
    stage.hubspot.changeContact(lead, { hs_lead_status: 'CONNECTED' })
    await stage.advance(8 * DAY)
    expect(await liveOf(lead)).toEqual([])
    const merged = await merge(lead, isPrimary)
    expect(stage.hubspot.contact(merged)).toMatchObject({ baton_route: 'mql', baton_sla_status: 'responded' })
    expect(stage.hubspot.contact(merged)?.baton_nurture_track || null).toBeNull()
  })

  it('while its rep fills in the form: what they send is heard', async () => {
    stage = await createStage()
    const lead = createTier2Lead(stage)
    await stage.quiet()
    await click(stage, CLEO, CLEO, 'disqualify')
    const view = stage.slack.views().find(({ user }) => user === CLEO)
    const merged = await merge(lead, isPrimary)
    await stage.slack.submitView({ user: CLEO, viewId: view?.id ?? '', values: { reason: 'competitor' } })
    await stage.quiet()
    expect(stage.hubspot.contact(merged)).toMatchObject({ baton_disqualified_reason: 'competitor' })
    // Marketing has it by now, in a message of its own.
    const ofSales = stage.slack.messages().filter(({ user }) => user !== MARKETING)
    for (const { text } of ofSales) expect(text).toContain('Disqualified by')
    expect(ofSales).toHaveLength(2)
  })
})

/** HubSpot tells of a contact, whatever it has of it by now. */
async function tellOf(id: string): Promise<void> {
  await stage.hubspot.fire([{ subscriptionType: 'contact.propertyChange', objectId: Number(id), propertyName: 'city' }])
  await stage.quiet()
}

const pointsOf = (id: string) => stage.hubspot.contact(id)?.baton_engagement_score

describe('a merge that HubSpot does not tell of', () => {
  it.each([
    ['seen by the id that a read of the old one comes back with', 'old'],
    ['seen by the new contact', 'new'],
  ])('%s: the handoff goes on', async (_, first) => {
    stage = await createStage()
    const lead = createTier2Lead(stage)
    const other = stage.hubspot.createContact({ email: 'kim@private.example' })
    await stage.quiet()
    const [before] = await liveOf(lead)
    await stage.advance(HOUR / 2)
    const merged = stage.hubspot.mergeContacts(lead, other, { silent: true })
    await tellOf(first === 'old' ? lead : merged)
    expect(await liveOf(merged)).toMatchObject([{ dueAt: before?.dueAt, holders: before?.holders }])
    expect(await liveOf(lead)).toEqual([])
    // Both old ids lead there, whoever asks for them later.
    for (const id of [lead, other]) expect((await leadOf(id)).lead?.mergedInto).toBe(merged)
    await stage.advance(HOUR / 2)
    expect(stage.texts(CLEO).map((text) => text.startsWith('Still waiting'))).toEqual([false, true])
    expect(stage.slack.messages()).toHaveLength(3)
  })

  it('into a contact that keeps its id: the handoff goes on as well', async () => {
    stage = await createStage()
    const survivor = stage.hubspot.createContact({ email: 'kim@private.example' })
    const lead = createTier2Lead(stage)
    await stage.quiet()
    const [before] = await liveOf(lead)
    stage.hubspot.mergeContacts(survivor, lead, { silent: true, sameId: true })
    await tellOf(survivor)
    expect(await liveOf(survivor)).toMatchObject([{ dueAt: before?.dueAt, holders: before?.holders }])
    expect(await liveOf(lead)).toEqual([])
    expect(stage.slack.messages()).toHaveLength(2)
    await stage.advance(2 * HOUR)
    expect(stage.texts(DAN)).toHaveLength(1)
  })
})

describe('a merge that is told of', () => {
  it.each([
    ['late, after the new contact was read', 1],
    ['twice', 2],
  ])('%s: changes nothing more', async (_, times) => {
    stage = await createStage()
    const lead = createTier2Lead(stage)
    const other = stage.hubspot.createContact({ email: 'kim@private.example' })
    await stage.quiet()
    const merged = stage.hubspot.mergeContacts(lead, other, { silent: true })
    await tellOf(lead)
    const before = await liveOf(merged)
    stage.clock.now += MINUTE
    const event = {
      ...{ subscriptionType: 'contact.merge', objectId: Number(lead), primaryObjectId: Number(lead) },
      ...{ mergedObjectIds: [Number(other)], newObjectId: Number(merged) },
    }
    for (let time = 0; time < times; time++) await stage.hubspot.fire([event], { duplicates: 1 })
    await stage.quiet()
    expect(await liveOf(merged)).toEqual(before)
    expect(stage.slack.messages()).toHaveLength(2)
  })

  it('after another one: what was inherited is inherited again', async () => {
    stage = await createStage()
    const lead = createTier2Lead(stage)
    await stage.quiet()
    const [before] = await liveOf(lead)
    const first = await merge(lead, true)
    const second = await merge(first, false, 'kim@home.example')
    expect(await liveOf(second)).toMatchObject([{ dueAt: before?.dueAt, holders: before?.holders }])
    for (const id of [lead, first]) expect(await liveOf(id)).toEqual([])
    await click(stage, CLEO, CLEO, 'contacted')
    await stage.quiet()
    expect(stage.hubspot.contact(second)).toMatchObject({ baton_sla_status: 'responded' })
    expect(stage.slack.messages()).toHaveLength(2)
  })

  it('while a lead waits for a rep: it waits on, and is given out once', async () => {
    stage = await createStage({
      edit: (config) => {
        for (const rep of Object.values(config.team.reps)) rep.active = false
      },
    })
    const lead = createTier2Lead(stage)
    await stage.quiet()
    const merged = await merge(lead, true)
    expect(await liveOf(merged)).toMatchObject([{ state: 'waiting' }])
    for (const rep of Object.values(stage.config.team.reps)) rep.active = true
    await stage.advance(2 * MINUTE)
    expect(await liveOf(merged)).toMatchObject([{ state: 'open' }])
    expect(stage.texts(CLEO)).toHaveLength(1)
  })

  it('of two leads that sales has: the older clock goes on, the other one ends', async () => {
    stage = await createStage()
    const [lead, other] = [createTier2Lead(stage), createTier2Lead(stage, { email: 'kim@private.example' })]
    await stage.quiet()
    expect(stage.texts(DAN)).toHaveLength(1)
    stage.hubspot.mergeContacts(lead, other)
    await stage.quiet()
    const merged = stage.hubspot.contact(lead)?.hs_object_id ?? ''
    const live = await liveOf(merged)
    expect(live).toHaveLength(1)
    await stage.advance(HOUR)
    expect(stage.slack.messages().filter(({ text }) => text.startsWith('Still waiting'))).toHaveLength(1)
  })

  it('of one that a person has disqualified: it stays out', async () => {
    stage = await createStage()
    const lead = createTier2Lead(stage)
    await stage.quiet()
    await click(stage, CLEO, CLEO, 'disqualify')
    const view = stage.slack.views().find(({ user }) => user === CLEO)
    await stage.slack.submitView({ user: CLEO, viewId: view?.id ?? '', values: { reason: 'competitor' } })
    await stage.quiet()
    const merged = await merge(lead, false)
    expect(stage.hubspot.contact(merged)).toMatchObject({ baton_disqualified_reason: 'competitor' })
    // What marketing has goes on under the new id.
    expect(await liveOf(merged)).toMatchObject([{ kind: 'disqualified-recycle', holders: [{ rep: 'marketing' }] }])
    expect(stage.slack.messages()).toHaveLength(3)
  })
})

it('the history of a contact that was merged is shown with the one that lives on', async () => {
  stage = await createStage()
  const lead = createTier2Lead(stage)
  await stage.quiet()
  await stage.advance(HOUR)
  const merged = await merge(lead, false)
  const headers = { authorization: 'Bearer canary-api-token' }
  const response = await fetch(`${stage.addresses[0]}/v1/leads/${merged}`, { headers })
  const { history } = (await response.json()) as { history: { what: string; text: string; decision?: number }[] }
  const lines = history.map(({ what, text, decision }) => [what, decision, text.split(';')[0]])
  expect(lines).toContainEqual(['decided', undefined, `contact ${lead}`])
  expect(lines).toContainEqual(['ladder', undefined, `contact ${lead}`])
  expect(lines.filter(([, decision]) => decision === 1)).toHaveLength(1)
})

describe('what both contacts did', () => {
  const create = (age: number, properties: Record<string, string>, email: string) =>
    stage.hubspot.createContact({ ...DANA, email, ...properties }, { createdAt: stage.clock.now - age })
  const forms = (count: number, name = 'Newsletter') => ({
    num_conversion_events: String(count),
    recent_conversion_event_name: name,
    recent_conversion_date: new Date(stage.clock.now - 50 * DAY).toISOString(),
  })

  it.each([
    ['a new id', {}],
    ['the same id', { sameId: true }],
    ['nobody telling of it', { silent: true }],
  ])('counts once, with %s', async (_, how) => {
    stage = await createStage()
    const loser = create(0, {}, 'a@x.example')
    stage.hubspot.submitForm(loser, { name: 'Request a demo' })
    await stage.advance(MINUTE)
    const survivor = create(0, {}, 'b@x.example')
    stage.hubspot.submitForm(survivor, { name: 'Download', page: 'Pricing guide' })
    await stage.quiet()
    expect([pointsOf(loser), pointsOf(survivor)]).toEqual(['20', '10'])
    const merged = stage.hubspot.mergeContacts(survivor, loser, how)
    await tellOf(merged)
    expect(stage.hubspot.contact(merged)?.num_conversion_events).toBe('2')
    expect(pointsOf(merged)).toBe('30')
    await stage.advance(MINUTE)
    stage.hubspot.submitForm(merged, { name: 'Request a demo' })
    await tellOf(merged)
    expect(pointsOf(merged)).toBe('50')
  })

  it('at the same time, by counters without a date, counts for both', async () => {
    stage = await createStage()
    const [a, b] = [
      create(0, { hs_email_click: '2' }, 'a@x.example'),
      create(0, { hs_email_click: '3' }, 'b@x.example'),
    ]
    await stage.quiet()
    expect([pointsOf(a), pointsOf(b)]).toEqual(['10', '15'])
    const merged = stage.hubspot.mergeContacts(a, b)
    await tellOf(merged)
    expect(stage.hubspot.contact(merged)).toMatchObject({ hs_email_click: '5', baton_engagement_score: '25' })
  })

  it('before Baton knew them is no news', async () => {
    stage = await createStage()
    const [one, five] = [create(90 * DAY, forms(1), 'a@x.example'), create(90 * DAY, forms(5), 'b@x.example')]
    await stage.quiet()
    const merged = stage.hubspot.mergeContacts(one, five)
    await tellOf(merged)
    expect(stage.hubspot.contact(merged)).toMatchObject({ num_conversion_events: '6', baton_engagement_score: '0' })
  })

  it('is added to what stood before', async () => {
    stage = await createStage()
    const survivor = create(90 * DAY, forms(3), 'a@x.example')
    const loser = create(0, {}, 'b@x.example')
    stage.hubspot.submitForm(loser, { name: 'Request a demo' })
    await stage.quiet()
    const merged = stage.hubspot.mergeContacts(survivor, loser)
    await tellOf(merged)
    expect(stage.hubspot.contact(merged)).toMatchObject({ num_conversion_events: '4', baton_engagement_score: '20' })
  })

  it('between the last look and the merge is not lost', async () => {
    stage = await createStage()
    const [a, b] = [create(90 * DAY, forms(3), 'a@x.example'), create(90 * DAY, forms(2), 'b@x.example')]
    await stage.quiet()
    for (const [id, name] of [
      [a, 'Request a demo'],
      [b, 'Routing guide'],
    ] as const) {
      await stage.advance(MINUTE)
      stage.hubspot.submitForm(id, { name, silent: true })
    }
    await tellOf(b)
    const merged = stage.hubspot.mergeContacts(b, a)
    await stage.quiet()
    expect(stage.hubspot.contact(merged)).toMatchObject({ num_conversion_events: '7', baton_engagement_score: '30' })
  })

  it('what sales did with the other contact is no answer of this one’s rep', async () => {
    stage = await createStage()
    const other = create(90 * DAY, { num_contacted_notes: '5', hs_lead_status: 'CONNECTED' }, 'a@x.example')
    const lead = createTier2Lead(stage)
    await stage.quiet()
    const merged = stage.hubspot.mergeContacts(lead, other)
    await stage.quiet()
    expect(stage.hubspot.contact(merged)).toMatchObject({ num_contacted_notes: '5', baton_sla_status: 'running' })
    await stage.advance(HOUR / 2)
    stage.hubspot.changeContact(merged, { num_contacted_notes: '6' })
    await stage.quiet()
    expect(stage.hubspot.contact(merged)).toMatchObject({ baton_sla_status: 'responded' })
  })

  it('comes along from a contact that HubSpot has merged before Baton has read it', async () => {
    stage = await createStage()
    const lead = create(0, {}, 'a@x.example')
    await stage.quiet()
    await sendSignals(stage, [{ type: 'demo_requested', contactId: lead }])
    await stage.quiet()
    const young = create(0, {}, 'b@x.example')
    stage.hubspot.submitForm(young, { name: 'Free trial' })
    const merged = stage.hubspot.mergeContacts(young, lead)
    await stage.quiet()
    expect(Number(pointsOf(merged))).toBe(40)
  })
})

describe('a contact that is deleted while HubSpot still shows it', () => {
  const lead = async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    return id
  }

  it('is left alone until it is gone', async () => {
    const id = await lead()
    await stage.advance(HOUR - 500)
    stage.hubspot.deleteContact(id, { visibleForMs: 20_000 })
    await stage.hubspot.settled()
    // The reminder is due meanwhile.
    stage.clock.now += 1_000
    await stage.services[0]?.work.sweep({ grace: false })
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(stage.slack.messages()).toHaveLength(2)
    await stage.advance(20_000)
    expect(stage.texts(CLEO)[0]).toContain('no longer in HubSpot')
    await stage.advance(5 * HOUR)
    expect(stage.slack.messages()).toHaveLength(2)
    expect(await liveOf(id)).toEqual([])
  })

  it('has no message sent about it that waited for Slack', async () => {
    stage = await createStage()
    stage.slack.failNext({ method: 'chat.postMessage', kind: 'http-500', times: Number.POSITIVE_INFINITY })
    const id = createTier2Lead(stage)
    await expect.poll(() => stage.hubspot.contact(id)?.baton_sla_status, { timeout: 10_000 }).toBe('running')
    stage.hubspot.deleteContact(id, { visibleForMs: 20_000 })
    await stage.hubspot.settled()
    stage.slack.mend()
    await new Promise((resolve) => setTimeout(resolve, 4_000))
    expect(stage.slack.messages()).toEqual([])
    await stage.advance(20_000)
    expect(stage.slack.messages()).toEqual([])
  })

  it('and stays there, goes on as it was', async () => {
    const id = await lead()
    stage.hubspot.deleteContact(id, { visibleForMs: DAY })
    await stage.hubspot.settled()
    await stage.advance(2 * MINUTE)
    expect(await liveOf(id)).toMatchObject([{ state: 'open' }])
    await stage.advance(HOUR)
    expect(stage.texts(CLEO)).toHaveLength(2)
  })

  it('and restored at once, goes on as it was', async () => {
    const id = await lead()
    stage.hubspot.deleteContact(id, { visibleForMs: 500 })
    stage.clock.now += 600
    stage.hubspot.restoreContact(id)
    await stage.quiet()
    await stage.advance(HOUR)
    expect(stage.texts(CLEO).map((text) => text.startsWith('Still waiting'))).toEqual([false, true])
  })

  it('long after it was restored, goes on as it was', async () => {
    const id = await lead()
    await stage.advance(10 * MINUTE)
    const occurredAt = stage.clock.now - 9 * MINUTE
    await stage.hubspot.fire([{ subscriptionType: 'contact.deletion', objectId: Number(id), occurredAt }])
    await stage.quiet()
    await stage.advance(50 * MINUTE)
    expect(stage.texts(CLEO).map((text) => text.startsWith('Still waiting'))).toEqual([false, true])
  })
})
