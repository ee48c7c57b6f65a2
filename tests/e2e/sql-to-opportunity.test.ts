import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { click, createTier2Lead, fillForm, handoffsOf, press } from '../support/leads.ts'
import { createStage, DAY, HOUR, MINUTE, type Stage } from '../support/stage.ts'

const [CLEO, DAN, ADA, ABE, MANAGER] = ['U000SDR1', 'U000SDR2', 'U0000AE1', 'U0000AE2', 'U000MGR1']
const LEARNED = { baton_budget: '20-50k', baton_authority: 'decides', baton_need: 'routing <fast> & fair' }

let stage: Stage
let id: string
const contact = () => stage.hubspot.contact(id) ?? {}
afterEach(async () => stage.close())

beforeEach(async () => {
  stage = await createStage()
  id = createTier2Lead(stage)
  await stage.quiet()
})

/** The SDR has talked with the lead and takes it on. */
async function qualify(answers: Record<string, string | null> = LEARNED): Promise<void> {
  await click(stage, CLEO, CLEO, 'contacted')
  await stage.advance(MINUTE)
  await press(stage, CLEO, CLEO, 'qualified')
  await fillForm(stage, CLEO, answers)
  await stage.quiet()
}

/** Posts an interaction as Slack does. Returns the body of the answer. */
async function postInteraction(payload: object): Promise<string> {
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString()
  const timestamp = String(Math.floor(stage.clock.now / 1_000))
  const mac = createHmac('sha256', 'slack-canary-secret').update(`v0:${timestamp}:${body}`).digest('hex')
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': `v0=${mac}`,
  }
  const answer = await fetch(`${stage.addresses[0]}/webhooks/slack/interactions`, { method: 'POST', headers, body })
  expect(answer.status).toBe(200)
  return answer.text()
}

async function stageInApi(): Promise<unknown> {
  const response = await fetch(`${stage.addresses[0]}/v1/leads/${id}`, {
    headers: { authorization: 'Bearer canary-api-token' },
  })
  return ((await response.json()) as { state: { stage?: { name: string } } }).state.stage?.name
}

describe('an SDR takes a lead on', () => {
  it('by a form: what was learned stands in HubSpot, what is unknown stays empty, and an AE gets it', async () => {
    expect(contact().baton_stage).toBe('lead')
    await qualify()
    expect(contact()).toMatchObject({
      ...LEARNED,
      lifecyclestage: 'salesqualifiedlead',
      baton_stage: 'sql',
      hubspot_owner_id: '101',
      baton_sla_status: 'running',
    })
    expect(contact().baton_timeline ?? '').toBe('')
    expect(await stageInApi()).toBe('sql')
    expect(await handoffsOf(stage, 'open')).toMatchObject([{ kind: 'sql-to-opportunity', rep: 'ae-1' }])
    const [alert] = stage.texts(ADA)
    expect(alert).toContain(
      'Budget: 20-50k · Authority: decides · Need: routing &lt;fast&gt; &amp; fair · Timeline: unknown',
    )
    expect(stage.texts(CLEO).at(-1)).toMatch(/Contacted by.*Taken on by sales/s)
  })

  it('once: a form that is sent twice changes nothing, and another person hears that it is settled', async () => {
    await click(stage, CLEO, CLEO, 'contacted')
    await stage.quiet()
    await press(stage, CLEO, CLEO, 'qualified')
    await press(stage, DAN, 'C0000SDR', 'qualified')
    const view = stage.slack.views().find(({ user }) => user === CLEO)
    await fillForm(stage, CLEO, { baton_need: 'routing' })
    await stage.quiet()
    // The same form once more, as a client sends it that had no answer.
    const values = { baton_need: { answer: { type: 'plain_text_input', value: 'something else' } } }
    expect(
      await postInteraction({ type: 'view_submission', user: { id: CLEO }, view: { ...view, state: { values } } }),
    ).toBe('')
    expect(await fillForm(stage, DAN, { baton_need: 'mine' })).toMatchObject({
      errors: { baton_budget: expect.stringContaining('settled already: Cleo Park was faster') },
    })
    await stage.quiet()
    expect(contact().baton_need).toBe('routing')
    expect(stage.texts(ADA)).toHaveLength(1)
  })

  it('and the form shows what HubSpot has: who fills it in decides, and what came meanwhile stays', async () => {
    stage.hubspot.changeContact(id, { baton_budget: 'over 50k', baton_authority: 'no say' }, { by: 'person' })
    await stage.quiet()
    await click(stage, CLEO, CLEO, 'contacted')
    await stage.quiet()
    await press(stage, CLEO, CLEO, 'qualified')
    const blocks = JSON.stringify(stage.slack.views().at(-1)?.blocks)
    expect(blocks).toContain('"initial_option":{"text":{"type":"plain_text","text":"over 50k"}')
    stage.hubspot.changeContact(id, { baton_need: 'a person wrote this' }, { by: 'person' })
    await stage.quiet()
    await fillForm(stage, CLEO, { baton_authority: 'unknown', baton_need: 'from the form' })
    await stage.quiet()
    expect(contact()).toMatchObject({ baton_budget: 'over 50k', baton_need: 'a person wrote this' })
    expect(contact().baton_authority ?? '').toBe('')
    // Afterwards HubSpot has the last word.
    stage.hubspot.changeContact(id, { baton_budget: 'under 20k' }, { by: 'person' })
    await stage.quiet()
    await stage.advance(DAY)
    expect(contact().baton_budget).toBe('under 20k')
  })

  it('in HubSpot, without a form: the AE’s alert says what is unknown', async () => {
    stage.hubspot.changeContact(id, { lifecyclestage: 'salesqualifiedlead' }, { by: 'person' })
    await stage.quiet()
    expect(contact()).toMatchObject({ baton_stage: 'sql', hubspot_owner_id: '101' })
    expect(stage.texts(ADA)).toEqual([
      expect.stringContaining('Budget: unknown · Authority: unknown · Need: unknown · Timeline: unknown'),
    ])
    expect(await handoffsOf(stage, 'open')).toMatchObject([{ kind: 'sql-to-opportunity' }])
  })

  it('and sets it back in HubSpot later: that holds', async () => {
    await qualify()
    stage.hubspot.changeContact(id, { lifecyclestage: '' }, { by: 'person' })
    stage.hubspot.changeContact(id, { lifecyclestage: 'lead' }, { by: 'person' })
    await stage.quiet()
    await stage.advance(DAY)
    expect(contact()).toMatchObject({ lifecyclestage: 'lead', baton_stage: 'lead' })
  })

  it('where HubSpot does not take an answer, that answer alone is missing', async () => {
    stage.hubspot.failProperty('baton_need', 'PROPERTY_DOESNT_EXIST')
    await qualify()
    expect(contact()).toMatchObject({ baton_budget: '20-50k', baton_stage: 'sql' })
    expect(contact().baton_need ?? '').toBe('')
    stage.hubspot.mend()
    // What was refused in the same moment by the host's clock is not sent at once again, however far the test's clock has moved.
    const later = async () => {
      await stage.advance(HOUR + MINUTE)
      return contact().baton_need
    }
    await expect.poll(later, { interval: 100 }).toBe(LEARNED.baton_need)
  })
})

describe('an AE who gets an SQL', () => {
  beforeEach(() => qualify())

  it('accepts it by a form: an opportunity, which is theirs', async () => {
    await stage.advance(30 * MINUTE)
    await press(stage, ADA, ADA, 'accept')
    await fillForm(stage, ADA, {
      baton_use_case: 'lead routing',
      baton_decision_maker: null,
      baton_expected_close_date: '2027-01-31',
    })
    await stage.quiet()
    expect(contact()).toMatchObject({
      lifecyclestage: 'opportunity',
      baton_stage: 'opportunity',
      hubspot_owner_id: '101',
      baton_use_case: 'lead routing',
      baton_expected_close_date: '2027-01-31',
    })
    expect(stage.texts(ADA)[0]).toMatch(/Accepted by <@U0000AE1>/)
    await stage.advance(2 * DAY)
    expect(stage.texts(MANAGER)).toEqual([])
  })

  const rejected = async () => {
    await press(stage, ADA, ADA, 'reject', 'no budget')
    await stage.quiet()
    expect(await handoffsOf(stage, 'open')).toMatchObject([{ kind: 'mql-to-sales', rep: 'sdr-1' }])
    expect(stage.texts(CLEO).at(-1)).toContain('no budget')
    expect(contact()).toMatchObject({ hubspot_owner_id: '201', baton_stage: 'sql' })
    await click(stage, CLEO, CLEO, 'contacted')
    await stage.quiet()
  }

  it('rejects it: back to the SDR who had it, with the reason; nobody is reached: recycled', async () => {
    await rejected()
    await stage.advance(8 * DAY)
    expect(contact()).toMatchObject({
      baton_stage: 'recycled',
      lifecyclestage: 'salesqualifiedlead',
      baton_nurture_track: 'signal-based',
    })
    expect(await handoffsOf(stage, 'open')).toEqual([])
  })

  it('rejects it, and the SDR finds that it is not the time: recycled', async () => {
    await rejected()
    stage.hubspot.changeContact(id, { hs_lead_status: 'BAD_TIMING' }, { by: 'person' })
    await stage.quiet()
    expect(contact()).toMatchObject({ baton_stage: 'recycled', lifecyclestage: 'salesqualifiedlead' })
  })

  it('rejects it, and the SDR qualifies it again: another AE’s turn', async () => {
    await rejected()
    await stage.advance(MINUTE)
    await press(stage, CLEO, CLEO, 'qualified')
    await fillForm(stage, CLEO, { baton_budget: 'over 50k' })
    await stage.quiet()
    expect(await handoffsOf(stage, 'open')).toMatchObject([{ kind: 'sql-to-opportunity' }])
  })

  it('does nothing: the manager hears of it after a day, once', async () => {
    await stage.advance(24 * HOUR)
    expect(stage.texts(MANAGER)).toEqual([expect.stringContaining('No response yet')])
    await stage.advance(2 * DAY)
    expect(stage.texts(MANAGER)).toHaveLength(1)
  })

  it('sets the opportunity in HubSpot instead', async () => {
    stage.hubspot.changeContact(id, { lifecyclestage: 'opportunity' }, { by: 'person' })
    await stage.quiet()
    expect(contact()).toMatchObject({ baton_stage: 'opportunity', lifecyclestage: 'opportunity' })
    expect(await handoffsOf(stage, 'open')).toEqual([])
    await stage.advance(2 * DAY)
    expect(stage.texts(MANAGER)).toEqual([])
  })

  it('has the form open while the contact is merged into another: it is the survivor’s', async () => {
    await press(stage, ADA, ADA, 'accept')
    const other = stage.hubspot.createContact({ email: 'kim@private.example' })
    await stage.quiet()
    id = stage.hubspot.mergeContacts(other, id)
    await stage.quiet()
    await fillForm(stage, ADA, { baton_use_case: 'lead routing' })
    await stage.quiet()
    const survivor = stage.hubspot.contact(id) ?? {}
    expect(survivor).toMatchObject({ baton_use_case: 'lead routing', baton_stage: 'opportunity' })
  })

  it('passes it on to another AE, who accepts', async () => {
    await click(stage, ADA, ADA, 'pass_on')
    await stage.quiet()
    await press(stage, ABE, ABE, 'accept')
    await fillForm(stage, ABE, {})
    await stage.quiet()
    expect(contact()).toMatchObject({ hubspot_owner_id: '102', baton_stage: 'opportunity' })
  })
})
