import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import {
  click,
  createTier1Lead,
  createTier2Lead,
  fillForm,
  handoffsOf,
  press,
  sendDealEvents,
  sendSignals,
} from '../support/leads.ts'
import { loseRedis } from '../support/lose-redis.ts'
import { createStage, DAY, HOUR, MINUTE, type Stage, type StageOptions } from '../support/stage.ts'

const [CLEO, ADA, MANAGER] = ['U000SDR1', 'U0000AE1', 'U000MGR1']

let stage: Stage
let id: string
const contact = () => stage.hubspot.contact(id) ?? {}
const byPerson = async (properties: Record<string, string>) => {
  stage.hubspot.changeContact(id, properties, { by: 'person' })
  await stage.quiet()
}
const signal = async (type: string) => {
  await sendSignals(stage, [{ type, contactId: id }])
  await stage.quiet()
}
afterEach(async () => stage.close())

async function begin(create: (stage: Stage) => string, options: StageOptions = {}): Promise<void> {
  stage = await createStage(options)
  sendDealEvents(stage)
  id = create(stage)
  await stage.quiet()
}
const visitor = (lifecyclestage: string) => (on: Stage) =>
  on.hubspot.createContact({ email: 'vi@quiet.example', firstname: 'Vi', lifecyclestage }, { by: 'form' })

/** An opportunity of the AE's. */
async function opportunity(options: StageOptions = {}): Promise<void> {
  await begin(createTier1Lead, options)
  await click(stage, ADA, ADA, 'contacted')
  await stage.advance(MINUTE)
  await press(stage, ADA, ADA, 'qualified')
  await fillForm(stage, ADA, {})
  await stage.quiet()
  await press(stage, ADA, ADA, 'accept')
  await fillForm(stage, ADA, {})
  await stage.quiet()
  expect(contact()).toMatchObject({ lifecyclestage: 'opportunity', baton_stage: 'opportunity' })
}

/** What the API says of the lead. */
async function view(): Promise<{
  state: { stage: { name: string; since: string } }
  history: { what: string; text: string }[]
}> {
  const answer = await fetch(`${stage.addresses[0]}/v1/leads/${id}`, {
    headers: { authorization: 'Bearer canary-api-token' },
  })
  return (await answer.json()) as Awaited<ReturnType<typeof view>>
}

describe('stages move by themselves', () => {
  it('from subscriber to lead by what it does, written forwards and told once', async () => {
    await begin(visitor('subscriber'))
    expect(contact()).toMatchObject({ baton_stage: 'subscriber', lifecyclestage: 'subscriber' })
    await signal('content_downloaded')
    expect(contact()).toMatchObject({ baton_stage: 'lead', lifecyclestage: 'lead' })
    await signal('email_opened')
    expect((await view()).history.filter(({ what }) => what === 'stage').map(({ text }) => text)).toEqual([
      'subscriber to lead',
    ])
  })

  it('a new lead that qualifies is an MQL at once', async () => {
    await begin((on) => createTier1Lead(on, { hs_email_click: '3' }))
    expect(contact()).toMatchObject({ baton_stage: 'mql', lifecyclestage: 'marketingqualifiedlead' })
    const { state } = await view()
    expect(state.stage).toEqual({ name: 'mql', since: new Date(stage.clock.now).toISOString() })
  })

  it('a deal that is won makes a customer, who stays with the owner', async () => {
    await opportunity()
    const dealId = stage.hubspot.createDeal({ dealstage: 'contractsent' }, { contactIds: [id] })
    await stage.quiet()
    stage.clock.now += MINUTE
    stage.hubspot.changeDeal(dealId, { dealstage: 'closedwon' })
    await stage.quiet()
    expect(contact()).toMatchObject({ baton_stage: 'customer', lifecyclestage: 'customer', hubspot_owner_id: '101' })
  })

  it('a deal that is lost recycles: HubSpot’s stage stays, the lead rests, and comes back by its own rule', async () => {
    await opportunity()
    const dealId = stage.hubspot.createDeal({ dealstage: 'contractsent' }, { contactIds: [id] })
    await stage.quiet()
    const alerts = stage.texts(ADA).length
    stage.clock.now += MINUTE
    stage.hubspot.changeDeal(dealId, { dealstage: 'closedlost' })
    await stage.quiet()
    expect(contact()).toMatchObject({ baton_stage: 'recycled', lifecyclestage: 'opportunity' })
    expect((await handoffsOf(stage, 'open')).filter(({ kind }) => String(kind).startsWith('mql'))).toEqual([])
    await stage.advance(DAY)
    expect(stage.texts(ADA)).toHaveLength(alerts)
    await signal('demo_requested')
    expect(contact()).toMatchObject({
      baton_stage: 'recycled',
      baton_route: 'returning-tier-1',
      hubspot_owner_id: '101',
    })
    expect(stage.texts(ADA).length).toBeGreaterThan(alerts)
  })

  it.each<[string, string, (dealId: string) => unknown]>([
    ['a rule', 'opportunity', (dealId) => stage.hubspot.changeDeal(dealId, { dealstage: 'contractsent' })],
    ['a person in HubSpot', 'sql', () => byPerson({ lifecyclestage: 'salesqualifiedlead' })],
  ])('what was recycled goes on where %s takes it on again', async (_, expected, takeOn) => {
    const stages = await readFile(join('config', 'stages.yaml'), 'utf8')
    const rule = '  - { to: opportunity, when: { dealStage: [contractsent] } }\n'
    await opportunity({ files: { 'stages.yaml': stages.replace('moves:\n', `moves:\n${rule}`) } })
    const dealId = stage.hubspot.createDeal({ dealstage: 'appointmentscheduled' }, { contactIds: [id] })
    await stage.quiet()
    stage.clock.now += MINUTE
    stage.hubspot.changeDeal(dealId, { dealstage: 'closedlost' })
    await stage.quiet()
    expect(contact()).toMatchObject({ baton_stage: 'recycled' })
    stage.clock.now += MINUTE
    await takeOn(dealId)
    await stage.quiet()
    expect(contact()).toMatchObject({ baton_stage: expected })
    await signal('email_clicked')
    expect(contact()).toMatchObject({ baton_stage: expected })
  })

  it('a customer’s further deal that is lost takes nothing from them', async () => {
    await begin(createTier1Lead)
    await byPerson({ lifecyclestage: 'customer' })
    const dealId = stage.hubspot.createDeal({ dealstage: 'contractsent' }, { contactIds: [id] })
    await stage.quiet()
    stage.clock.now += MINUTE
    stage.hubspot.changeDeal(dealId, { dealstage: 'closedlost' })
    await stage.quiet()
    expect(contact()).toMatchObject({ baton_stage: 'customer', lifecyclestage: 'customer', hubspot_owner_id: '101' })
  })

  it('a rule of one’s own makes an evangelist', async () => {
    const [stages, signals] = await Promise.all(
      ['stages', 'signals'].map((name) => readFile(join('config', `${name}.yaml`), 'utf8')),
    )
    await begin(createTier1Lead, {
      files: {
        'stages.yaml': (stages ?? '').replace('  # - { to: evangelist', '  - { to: evangelist'),
        'signals.yaml': `${signals}  referral_made: { words: referred somebody }\n`,
      },
    })
    await byPerson({ lifecyclestage: 'customer' })
    await signal('referral_made')
    expect(contact()).toMatchObject({ baton_stage: 'evangelist', lifecyclestage: 'evangelist' })
  })

  it('what a person sets holds, in either direction, and a stage of the portal’s own is left alone', async () => {
    await begin(createTier1Lead)
    await byPerson({ lifecyclestage: 'opportunity' })
    expect(contact()).toMatchObject({ baton_stage: 'opportunity', lifecyclestage: 'opportunity' })
    await byPerson({ lifecyclestage: '' })
    await byPerson({ lifecyclestage: 'lead' })
    await stage.advance(2 * DAY)
    expect(contact()).toMatchObject({ baton_stage: 'lead', lifecyclestage: 'lead' })
    await byPerson({ lifecyclestage: 'other' })
    await signal('trial_started')
    expect(contact().lifecyclestage).toBe('other')
  })

  it('a stage is an attribute of conditions', async () => {
    const routing = await readFile(join('config', 'routing.yaml'), 'utf8')
    const own = '  - { name: reader-lane, when: { stage: { is: subscriber } }, to: { nurture: newsletter } }\n'
    await begin(visitor('subscriber'), {
      files: { 'routing.yaml': routing.replace('routes:\n', `routes:\n${own}`) },
    })
    expect(contact()).toMatchObject({ baton_route: 'reader-lane', baton_stage: 'subscriber' })
    await byPerson({ lifecyclestage: 'lead' })
    expect(contact()).toMatchObject({ baton_route: 'low', baton_stage: 'lead' })
  })
})

describe('a lead that a person took out and that raises its hand', () => {
  const disqualify = async () => {
    await click(stage, CLEO, CLEO, 'disqualify')
    await fillForm(stage, CLEO, { reason: 'not_a_fit' })
    await stage.quiet()
    expect(contact()).toMatchObject({ baton_stage: 'disqualified' })
    await stage.advance(HOUR)
  }

  it('returns as a lead, by its own rule, and who rejected it hears of it', async () => {
    await begin(createTier2Lead)
    await disqualify()
    await signal('demo_requested')
    expect(contact()).toMatchObject({ baton_stage: 'lead', baton_route: 'returning' })
    const told = [CLEO, 'U000SDR2', MANAGER].flatMap((who) => stage.texts(who)).join('\n')
    expect(told).toMatch(/comes back|is back/i)
  })

  it('returns as recycled when it was SQL', async () => {
    await begin(createTier2Lead)
    await byPerson({ lifecyclestage: 'salesqualifiedlead' })
    await press(stage, ADA, ADA, 'reject', 'no need')
    await stage.quiet()
    await disqualify()
    expect(contact().lifecyclestage).toBe('salesqualifiedlead')
    await signal('demo_requested')
    expect(contact()).toMatchObject({ baton_stage: 'recycled', baton_route: 'returning' })
  })

  it('goes on waiting by the same rule while nobody is free', async () => {
    await begin(createTier2Lead)
    await disqualify()
    for (const rep of Object.values(stage.config.team.reps)) rep.active = false
    await signal('demo_requested')
    expect(await handoffsOf(stage, 'waiting')).toMatchObject([{ kind: 'mql-to-sales' }])
    await stage.advance(10 * MINUTE)
    expect(contact()).toMatchObject({ baton_route: 'returning', baton_sla_status: 'waiting' })
  })
})

describe('a lead whose record is lost', () => {
  it('keeps its stage and since when, and no transition is told again', async () => {
    await begin((on) => createTier1Lead(on, { hs_email_click: '3' }))
    await byPerson({ lifecyclestage: 'salesqualifiedlead' })
    await press(stage, ADA, ADA, 'reject', 'no need')
    await stage.quiet()
    stage.clock.now += MINUTE
    await byPerson({ hs_lead_status: 'BAD_TIMING' })
    expect(contact()).toMatchObject({ baton_stage: 'recycled', lifecyclestage: 'salesqualifiedlead' })
    const { state } = await view()
    await stage.advance(DAY)
    await loseRedis(stage)
    await byPerson({ jobtitle: 'VP of Marketing' })
    const after = await view()
    expect(contact()).toMatchObject({ baton_stage: 'recycled', lifecyclestage: 'salesqualifiedlead' })
    expect(after.state.stage).toEqual(state.stage)
    expect(after.history.filter(({ what }) => what === 'stage')).toEqual([])
  })

  it('hears what a person has set meanwhile', async () => {
    await begin((on) => createTier1Lead(on, { hs_email_click: '3' }))
    stage.hubspot.setWebhooks(undefined)
    stage.hubspot.changeContact(id, { lifecyclestage: '' }, { by: 'person' })
    stage.hubspot.changeContact(id, { lifecyclestage: 'lead' }, { by: 'person' })
    await loseRedis(stage)
    await byPerson({ jobtitle: 'VP of Marketing' })
    expect(contact()).toMatchObject({ baton_stage: 'lead', lifecyclestage: 'lead' })
  })
})
