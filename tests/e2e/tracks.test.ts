import { readFile } from 'node:fs/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { createTier1Lead, DANA, signalsCome } from '../support/leads.ts'
import { createStage, DAY, HOUR, type Stage } from '../support/stage.ts'

let stage: Stage
afterEach(async () => stage.close())

/** Starts with triggers, each on a signal of its own: `name: [type, outcomes]`. */
async function begin(triggers: Record<string, [string, string]>, files: Record<string, string> = {}) {
  const lines = Object.entries(triggers).map(
    ([name, [type, outcomes]]) =>
      `  ${name}: { when: { signals.${type}: { atLeast: 1 } }, once: per signal, do: [ ${outcomes} ] }\n`,
  )
  stage = await createStage({ files: { 'triggers.yaml': `triggers:\n${lines.join('')}`, ...files } })
}

async function contact(properties: Record<string, string> = {}): Promise<string> {
  const id = stage.hubspot.createContact({ ...DANA, ...properties }, { by: 'form' })
  await stage.quiet()
  return id
}

const signal = (id: string, ...types: string[]) => signalsCome(stage, id, ...types)

const track = (id: string) => stage.hubspot.contact(id)?.baton_nurture_track ?? ''

async function state(id: string) {
  const response = await fetch(`${stage.addresses[0]}/v1/leads/${id}`, {
    headers: { authorization: 'Bearer canary-api-token' },
  })
  return ((await response.json()) as { state: { track?: object; notEnrolled?: string } }).state
}

describe('an enrolment', () => {
  it('takes over from the track of the route until its time is up, at that instant and without an event', async () => {
    await begin({ upgrade: ['upgrade_page_viewed', '{ enrol: expansion, for: 14d }'] })
    const id = await contact()
    expect(track(id)).toBe('newsletter')
    await signal(id, 'upgrade_page_viewed')
    expect(track(id)).toBe('expansion')
    expect(await state(id)).toMatchObject({
      track: { name: 'expansion', base: 'newsletter', enrolled: { track: 'expansion', by: 'trigger upgrade' } },
    })
    await stage.advance(14 * DAY - HOUR)
    expect(track(id)).toBe('expansion')
    await stage.advance(HOUR)
    expect(track(id)).toBe('newsletter')
    expect((await state(id)).track).toBeUndefined()
  })

  it('ends by the signal that it waits for, and by no other', async () => {
    await begin({ trial: ['churn_risk', '{ enrol: onboarding, until: activation_reached }'] })
    const id = await contact()
    await signal(id, 'churn_risk')
    await signal(id, 'upgrade_page_viewed')
    await stage.advance(100 * DAY)
    expect(track(id)).toBe('onboarding')
    await signal(id, 'activation_reached')
    expect(track(id)).toBe('newsletter')
  })

  it('ends by another one', async () => {
    await begin({
      one: ['churn_risk', '{ enrol: re-engagement, for: 30d }'],
      two: ['upgrade_page_viewed', '{ enrol: expansion, for: 1d }'],
    })
    const id = await contact()
    await signal(id, 'churn_risk')
    await signal(id, 'upgrade_page_viewed')
    expect(track(id)).toBe('expansion')
    await stage.advance(DAY)
    expect(track(id)).toBe('newsletter')
  })

  it('follows the base meanwhile: what is back is what its route says then', async () => {
    await begin({ upgrade: ['upgrade_page_viewed', '{ enrol: expansion, for: 2d }'] })
    const id = await contact()
    await signal(id, 'upgrade_page_viewed', 'webinar_attended', 'demo_requested')
    expect([track(id), stage.hubspot.contact(id)?.baton_route]).toEqual(['expansion', 'medium'])
    await stage.advance(2 * DAY)
    expect(track(id)).toBe('signal-based')
  })

  it('shows while sales has the lead, and the track of its route does not', async () => {
    await begin({ upgrade: ['upgrade_page_viewed', '{ enrol: expansion, for: 2d }'] })
    const id = createTier1Lead(stage)
    await stage.quiet()
    expect(track(id)).toBe('')
    await signal(id, 'upgrade_page_viewed')
    expect(track(id)).toBe('expansion')
    await stage.advance(2 * DAY)
    expect(track(id)).toBe('')
  })
})

describe('a pause', () => {
  it('empties the track of the route and what was enrolled before it; resume brings back what is not over', async () => {
    await begin({
      enrol: ['upgrade_page_viewed', '{ enrol: expansion, for: 10d }'],
      hold: ['churn_risk', 'pause'],
      go: ['activation_reached', 'resume'],
    })
    const id = await contact()
    await signal(id, 'upgrade_page_viewed')
    await signal(id, 'churn_risk')
    expect(track(id)).toBe('')
    expect(await state(id)).toMatchObject({ track: { name: '', paused: { by: 'trigger hold' } } })
    await signal(id, 'activation_reached')
    expect(track(id)).toBe('expansion')
    await signal(id, 'churn_risk')
    await stage.advance(10 * DAY)
    expect(track(id)).toBe('')
    await signal(id, 'activation_reached')
    expect(track(id)).toBe('newsletter')
  })

  it.each([
    'pause, { enrol: onboarding, until: activation_reached }',
    '{ enrol: onboarding, until: activation_reached }, pause',
  ])('lets the track show that the same rule enrols in: %s', async (outcomes) => {
    await begin({ trial: ['trial_started', outcomes], later: ['upgrade_page_viewed', '{ enrol: expansion, for: 1d }'] })
    const id = await contact()
    await signal(id, 'trial_started')
    expect(track(id)).toBe('onboarding')
    await signal(id, 'upgrade_page_viewed')
    expect(track(id)).toBe('expansion')
    await stage.advance(DAY)
    expect(track(id)).toBe('')
  })
})

describe('who is in no track', () => {
  it.each([
    ['opted out of all email', { hs_email_optout: 'true' }],
    ['opted out of the subscription of that track', { hs_email_optout_123456: 'true' }],
  ])('%s', async (_, properties) => {
    const routing = await readFile('config/routing.yaml', 'utf8')
    await begin(
      { upgrade: ['upgrade_page_viewed', '{ enrol: expansion, for: 2d }'] },
      { 'routing.yaml': `${routing}\ntracks: { expansion: { subscription: 123456 } }\n` },
    )
    stage.hubspot.createSubscriptionType('123456')
    const id = await contact(properties)
    await signal(id, 'upgrade_page_viewed')
    expect(track(id)).toBe('')
    expect((await state(id)).notEnrolled).toContain('not enrolled in expansion')
  })

  it('whom a person took out', async () => {
    await begin({ upgrade: ['upgrade_page_viewed', '{ enrol: expansion, for: 20d }'] })
    const id = await contact()
    await signal(id, 'upgrade_page_viewed')
    stage.hubspot.changeContact(id, { hs_lead_status: 'UNQUALIFIED' }, { by: 'person' })
    await stage.quiet()
    expect(track(id)).toBe('')
  })
})

it("what a person writes into Baton's property is put right", async () => {
  await begin({ upgrade: ['upgrade_page_viewed', '{ enrol: expansion, for: 2d }'] })
  const id = await contact()
  await signal(id, 'upgrade_page_viewed')
  for (const value of ['', 'something-else']) {
    stage.hubspot.changeContact(id, { baton_nurture_track: value }, { by: 'person' })
    await stage.advance(2 * HOUR)
    await signal(id, 'email_clicked')
    expect(track(id)).toBe('expansion')
  }
})

describe('a property that a rule sets', () => {
  const fires = { upgrade: ['upgrade_page_viewed', '{ set: { buying_stage: "comparing as {jobTitle}" } }'] } as Record<
    string,
    [string, string]
  >
  const defined = async () => {
    const property = { name: 'buying_stage', label: 'Buying stage', groupName: 'contactinformation' }
    const response = await fetch(`${stage.hubspot.url}/crm/v3/properties/contacts`, {
      method: 'POST',
      headers: { authorization: 'Bearer pat-canary-token', 'content-type': 'application/json' },
      body: JSON.stringify({ ...property, type: 'string', fieldType: 'text' }),
    })
    expect(response.status).toBe(201)
  }

  it('is written with its attributes filled in', async () => {
    await begin(fires)
    await defined()
    const id = await contact()
    await signal(id, 'upgrade_page_viewed')
    expect(stage.hubspot.contact(id)?.buying_stage).toBe('comparing as VP Marketing')
  })

  it('is left as it is where what it would say is unknown', async () => {
    await begin(fires)
    await defined()
    const id = await contact({ jobtitle: '' })
    await signal(id, 'upgrade_page_viewed')
    expect(stage.hubspot.contact(id)?.buying_stage ?? '').toBe('')
    stage.hubspot.changeContact(id, { jobtitle: 'CMO' }, { by: 'person' })
    // Another visit: one counts once.
    await stage.advance(HOUR)
    await signal(id, 'upgrade_page_viewed')
    expect(stage.hubspot.contact(id)?.buying_stage).toBe('comparing as CMO')
  })

  it('never overwrites a person: what stood there before, what they set since, what they cleared', async () => {
    await begin(fires)
    await defined()
    const taken = await contact({ buying_stage: 'theirs' })
    await signal(taken, 'upgrade_page_viewed')
    expect(stage.hubspot.contact(taken)?.buying_stage).toBe('theirs')

    const id = await contact({ email: 'other@northwind.example' })
    await signal(id, 'upgrade_page_viewed')
    for (const value of ['mine', '']) {
      stage.hubspot.changeContact(id, { buying_stage: value }, { by: 'person' })
      await stage.quiet()
      await signal(id, 'email_clicked')
      await stage.advance(DAY)
      expect(stage.hubspot.contact(id)?.buying_stage ?? '').toBe(value)
    }
    // The next occasion finds it empty.
    await signal(id, 'upgrade_page_viewed')
    expect(stage.hubspot.contact(id)?.buying_stage).toBe('comparing as VP Marketing')
  })

  it('costs only itself when HubSpot has no such property', async () => {
    await begin(fires)
    const id = await contact()
    await signal(id, 'upgrade_page_viewed', 'webinar_attended', 'demo_requested')
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_route: 'medium' })
  })
})
