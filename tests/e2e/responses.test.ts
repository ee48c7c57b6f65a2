import { afterEach, describe, expect, it } from 'vitest'
import type { KeptFact } from '../../src/facts/fact.ts'
import { foldFacts } from '../../src/facts/fold.ts'
import { createFactStreams } from '../../src/store/facts.ts'
import { click, createTier2Lead } from '../support/leads.ts'
import { createSalesStage as createStage } from '../support/sales-stage.ts'
import { DAY, HOUR, MINUTE, type Stage } from '../support/stage.ts'

let stage: Stage
afterEach(async () => stage.close())

// The clock of a tier 2 lead: due and reminded after an hour, reassigned after two, the manager after four.
const [CLEO, DAN, MANAGER] = ['U000SDR1', 'U000SDR2', 'U000MGR1']

/** A lead that Cleo got at 10:00. */
async function givenLead(properties: Record<string, string> = {}): Promise<string> {
  stage = await createStage()
  const id = createTier2Lead(stage, properties)
  await stage.quiet()
  return id
}

async function get(path: string): Promise<Record<string, unknown>> {
  const headers = { authorization: 'Bearer canary-api-token' }
  return (await fetch(`${stage.addresses[0]}${path}`, { headers })).json() as Promise<Record<string, unknown>>
}
const clockOf = async (id: string) => (await get(`/v1/leads/${id}`)).clock as Record<string, unknown>
const breached = async () => ((await get('/v1/handoffs?status=breached')).handoffs as unknown[]).length

async function facts(): Promise<KeptFact[]> {
  const { store } = stage.services[0] as NonNullable<Stage['services'][0]>
  return (await Array.fromAsync(createFactStreams(store).since(0))).flat()
}
async function counted(type: string): Promise<number> {
  const sums = await foldFacts(
    (async function* () {
      yield await facts()
    })(),
    { from: 0, to: Number.MAX_SAFE_INTEGER },
    [],
  )
  return sums.get(type)?.count ?? 0
}

/** What HubSpot, Slack, API and facts say of an answer in time. */
async function answeredInTime(id: string, minutes: number, evidence: string): Promise<void> {
  expect(stage.hubspot.contact(id)).toMatchObject({
    baton_sla_status: 'responded',
    baton_first_response_minutes: String(minutes),
  })
  const clock = await clockOf(id)
  expect(clock).toMatchObject({ status: 'responded', answered: { how: 'seen-in-hubspot', minutes, evidence } })
  expect(clock).not.toHaveProperty('breachedAt')
  expect(await breached()).toBe(0)
  expect(await counted('breached')).toBe(0)
  expect((await facts()).filter(({ type }) => type === 'answered')).toMatchObject([{ value: minutes, rep: 'sdr-1' }])
  expect(stage.texts(CLEO)[0]).toContain(minutes === 0 ? 'after 0 s' : `after ${minutes} min`)
}

describe('a contact attempt counts from when it happened', () => {
  it.each<[string, (id: string, at: number) => void, string]>([
    ['a call', (id, at) => stage.hubspot.logActivity(id, { type: 'call', by: 'rep', at, silent: true }), 'activity'],
    ['a mail', (id, at) => stage.hubspot.logActivity(id, { type: 'email', by: 'rep', at, silent: true }), 'activity'],
    [
      'a message',
      (id, at) => stage.hubspot.logActivity(id, { type: 'communication', by: 'rep', at, silent: true }),
      'activity',
    ],
    [
      'a status that a person set',
      (id, at) => stage.hubspot.changeContact(id, { hs_lead_status: 'CONNECTED' }, { by: 'person', at, silent: true }),
      'history',
    ],
    [
      'a status that says when to call again',
      (id, at) => stage.hubspot.changeContact(id, { hs_lead_status: 'BAD_TIMING' }, { by: 'person', at, silent: true }),
      'history',
    ],
    [
      'a counter that a person raised',
      (id, at) => stage.hubspot.changeContact(id, { num_contacted_notes: '1' }, { by: 'person', at, silent: true }),
      'history',
    ],
  ])('%s of which no event comes is found when the deadline is reached', async (_, acts, evidence) => {
    const id = await givenLead()
    acts(id, stage.clock.now + 10 * MINUTE)
    await stage.advance(HOUR)
    await answeredInTime(id, 10, evidence)
    await stage.advance(5 * HOUR)
    expect(stage.slack.messages()).toHaveLength(2)
  })

  it('a meeting that was arranged for another day counts from when it was arranged', async () => {
    const id = await givenLead()
    await stage.advance(10 * MINUTE)
    stage.hubspot.logActivity(id, { type: 'meeting', by: 'rep', at: stage.clock.now + DAY })
    await stage.quiet()
    await answeredInTime(id, 10, 'activity')
  })

  it('written down after the deadline: the breach is taken back everywhere', async () => {
    const id = await givenLead()
    const called = stage.clock.now + 10 * MINUTE
    await stage.advance(70 * MINUTE)
    expect(stage.hubspot.contact(id)?.baton_sla_status).toBe('breached')
    expect(await breached()).toBe(1)
    expect(await counted('breached')).toBe(1)
    stage.hubspot.logActivity(id, { type: 'call', by: 'rep', at: called })
    await stage.quiet()
    await answeredInTime(id, 10, 'activity')
  })

  it('written down after the lead was passed to another rep: the one who had it then has answered', async () => {
    const id = await givenLead()
    const called = stage.clock.now + 10 * MINUTE
    await stage.advance(2 * HOUR + MINUTE)
    expect(stage.texts(DAN)[0]).toContain('Reassigned: ')
    stage.hubspot.logActivity(id, { type: 'call', by: 'rep', ownerId: '201', at: called })
    await stage.quiet()
    await answeredInTime(id, 10, 'activity')
    expect(await clockOf(id)).toMatchObject({ answered: { rep: 'sdr-1' } })
    expect(stage.texts(DAN)[0]).toContain(`Contacted by <@${CLEO}>: seen in HubSpot`)
    const before = stage.slack.messages().length
    await stage.advance(5 * HOUR)
    expect(stage.slack.messages()).toHaveLength(before)
  })

  it('after the deadline it is late, by its own time', async () => {
    const id = await givenLead()
    await stage.advance(HOUR)
    stage.hubspot.logActivity(id, { type: 'call', by: 'rep', at: stage.clock.now + 10 * MINUTE, silent: true })
    await stage.advance(HOUR)
    expect(stage.hubspot.contact(id)).toMatchObject({
      baton_sla_status: 'breached',
      baton_first_response_minutes: '70',
    })
    expect(stage.texts(DAN)).toEqual([])
    expect(await counted('breached')).toBe(1)
  })

  it('from before the lead was handed over it is no answer to it', async () => {
    const id = await givenLead()
    stage.hubspot.logActivity(id, { type: 'call', by: 'rep', at: stage.clock.now - DAY })
    await stage.advance(HOUR)
    expect(stage.hubspot.contact(id)?.baton_sla_status).toBe('breached')
    expect(stage.texts(CLEO).at(-1)).toContain('Still waiting for you')
  })

  it('dated to the minute in which the lead was handed over it is one', async () => {
    stage = await createStage({ start: Date.parse('2026-11-18T15:00:40Z') })
    const id = createTier2Lead(stage)
    await stage.quiet()
    stage.clock.now += 15_000
    stage.hubspot.logActivity(id, { type: 'call', by: 'rep', at: Date.parse('2026-11-18T15:00:00Z') })
    await stage.quiet()
    await answeredInTime(id, 0, 'activity')
  })

  it('while HubSpot cannot say who acted the ladder goes on, and what happened counts afterwards', async () => {
    const id = await givenLead()
    stage.hubspot.failNext({ path: /associations\/contacts\/calls/, status: 500, times: 1_000 })
    stage.hubspot.logActivity(id, { type: 'call', by: 'rep', at: stage.clock.now + 10 * MINUTE, silent: true })
    await stage.advance(HOUR)
    expect(stage.texts(CLEO).at(-1)).toContain('Still waiting for you')
    stage.hubspot.mend()
    await stage.advance(HOUR)
    await answeredInTime(id, 10, 'activity')
    expect(stage.texts(DAN)).toEqual([])
  })
})

describe('what the lead does itself is no answer', () => {
  it.each<[string, string, (id: string) => void]>([
    [
      'a meeting that it books',
      'The lead booked a meeting',
      (id) => stage.hubspot.logActivity(id, { type: 'meeting', by: 'lead', at: stage.clock.now + DAY }),
    ],
    ['a mail', 'The lead sent a mail', (id) => stage.hubspot.logActivity(id, { type: 'email', by: 'lead' })],
    ['a call that nobody took', 'The lead called', (id) => stage.hubspot.logActivity(id, { type: 'call', by: 'lead' })],
    ['a chat', 'The lead chatted', (id) => stage.hubspot.logChat(id)],
  ])('%s: the clock runs on, and the alert tells', async (_, told, acts) => {
    const id = await givenLead()
    await stage.advance(10 * MINUTE)
    acts(id)
    await stage.quiet()
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_sla_status: 'running' })
    expect(stage.texts(CLEO)).toEqual([expect.stringContaining(told)])
    await stage.advance(50 * MINUTE)
    expect(stage.texts(CLEO).at(-1)).toContain('Still waiting for you')
    await stage.advance(HOUR)
    expect(stage.texts(DAN)[0]).toContain(told)
    // A call of the rep after it is the answer.
    stage.hubspot.logActivity(id, { type: 'call', by: 'rep' })
    await stage.quiet()
    expect(await clockOf(id)).toMatchObject({ answered: { minutes: 120, evidence: 'activity' } })
    expect((await facts()).filter(({ type }) => type === 'answered')).toHaveLength(1)
  })

  it('but where nobody can tell, for want of a scope, it counts, and says so', async () => {
    const id = await givenLead()
    stage.hubspot.denyScope('sales-email-read')
    await stage.advance(10 * MINUTE)
    stage.hubspot.logActivity(id, { type: 'email', by: 'lead' })
    await stage.quiet()
    await answeredInTime(id, 10, 'unclear')
    expect(stage.texts(CLEO)[0]).toContain('nobody can tell who acted')
    expect((await facts()).find(({ type }) => type === 'answered')).toMatchObject({ reason: 'unclear' })
    await stage.advance(5 * HOUR)
    expect(stage.slack.messages()).toHaveLength(2)
  })

  it('without the scope the owner’s first engagement tells that it was the rep', async () => {
    const id = await givenLead()
    stage.hubspot.denyScope('sales-email-read')
    stage.hubspot.logActivity(id, { type: 'email', by: 'rep', at: stage.clock.now + 10 * MINUTE, silent: true })
    await stage.advance(HOUR)
    await answeredInTime(id, 10, 'engagement')
  })

  it('and without the scope what can be read still tells what the lead did', async () => {
    const id = await givenLead()
    stage.hubspot.denyScope('sales-email-read')
    stage.hubspot.logActivity(id, { type: 'meeting', by: 'lead', at: stage.clock.now + DAY })
    await stage.quiet()
    expect(stage.hubspot.contact(id)?.baton_sla_status).toBe('running')
  })
})

describe('a stage of sales that somebody sets while the clock runs is an answer', () => {
  it.each(['salesqualifiedlead', 'opportunity', 'customer'])('%s', async (lifecyclestage) => {
    const id = await givenLead()
    const owner = stage.hubspot.contact(id)?.hubspot_owner_id
    stage.hubspot.changeContact(
      id,
      { lifecyclestage },
      { by: 'person', at: stage.clock.now + 10 * MINUTE, silent: true },
    )
    await stage.advance(HOUR)
    await answeredInTime(id, 10, 'history')
    expect(await clockOf(id)).toMatchObject({ ended: { how: 'qualified' } })
    expect(await counted('accepted')).toBe(1)
    await stage.advance(5 * HOUR)
    expect(stage.hubspot.contact(id)).toMatchObject({ lifecyclestage, hubspot_owner_id: owner })
    expect(stage.slack.messages()).toHaveLength(2)
    expect(stage.texts(MANAGER)).toEqual([])
  })

  it('also by the event of it, with an owner of their own beside', async () => {
    const id = await givenLead()
    await stage.advance(10 * MINUTE)
    stage.hubspot.createOwner({ id: '999', email: 'boss@team.example', firstName: 'The', lastName: 'Boss' })
    stage.hubspot.changeContact(id, { lifecyclestage: 'opportunity', hubspot_owner_id: '999' }, { by: 'person' })
    await stage.quiet()
    await answeredInTime(id, 10, 'history')
    expect(stage.hubspot.contact(id)).toMatchObject({ lifecyclestage: 'opportunity', hubspot_owner_id: '999' })
  })
})

describe('an owner whom a person sets without an event', () => {
  it.each([
    ['of the team: the lead is theirs before a rung acts', '202', 'Given on in HubSpot'],
    ['outside the team: nobody is reminded', '999', undefined],
  ])('%s', async (_, hubspot_owner_id, told) => {
    const id = await givenLead()
    stage.hubspot.createOwner({ id: '999', email: 'boss@team.example', firstName: 'The', lastName: 'Boss' })
    stage.clock.now += 10 * MINUTE
    stage.hubspot.changeContact(id, { hubspot_owner_id }, { by: 'person', silent: true })
    await stage.advance(50 * MINUTE)
    expect(stage.texts(CLEO)).toHaveLength(1)
    expect(stage.texts(DAN)[0] ?? '').toContain(told ?? '')
    await stage.advance(5 * HOUR)
    expect(stage.hubspot.contact(id)).toMatchObject({ hubspot_owner_id })
    expect(stage.texts(MANAGER)).toHaveLength(told ? 1 : 0)
  })
})

describe('a click', () => {
  it('counts at the click', async () => {
    const id = await givenLead()
    await stage.advance(10 * MINUTE)
    await click(stage, CLEO, CLEO, 'contacted')
    await stage.quiet()
    expect(await clockOf(id)).toMatchObject({ answered: { how: 'contacted', minutes: 10 } })
  })
})

describe('a lead that a person takes out while the clock runs', () => {
  it('was answered when they said so', async () => {
    const id = await givenLead()
    const at = stage.clock.now + 10 * MINUTE
    stage.hubspot.changeContact(id, { hs_lead_status: 'UNQUALIFIED' }, { by: 'person', at, silent: true })
    await stage.advance(HOUR)
    expect(await clockOf(id)).toMatchObject({ answered: { minutes: 10 } })
    expect(await counted('breached')).toBe(0)
    expect(stage.hubspot.contact(id)?.baton_disqualified_reason).toBe('not interested')
  })
})
