import { afterEach, describe, expect, it } from 'vitest'
import { click, createTier2Lead, sendSignals } from '../support/leads.ts'
import { createSalesStage as createStage } from '../support/sales-stage.ts'
import { DAY, HOUR, type Stage } from '../support/stage.ts'

let stage: Stage
afterEach(async () => stage.close())

const [CLEO, MANAGER] = ['U000SDR1', 'U000MGR1']
// What a lead does that asks for everything at once: 50 points.
const EAGER = ['demo_requested', 'trial_started', 'content_downloaded']

type Story = (id: string) => Promise<void>

const contacted: Story = async () => {
  await click(stage, CLEO, CLEO, 'contacted')
  await stage.quiet()
}

const disqualified: Story = async () => {
  await click(stage, CLEO, CLEO, 'disqualify')
  const viewId = stage.slack.views().find(({ user }) => user === CLEO)?.id ?? ''
  await stage.slack.submitView({ user: CLEO, viewId, values: { reason: 'competitor' } })
  await stage.quiet()
}

const setByPerson =
  (properties: Record<string, string>): Story =>
  async (id) => {
    stage.hubspot.changeContact(id, properties, { by: 'person' })
    await stage.quiet()
  }

/** A tier 2 lead that Cleo has, for whom the story then ends. */
async function leadAfter(...stories: Story[]): Promise<string> {
  stage = await createStage()
  const id = createTier2Lead(stage)
  await stage.quiet()
  for (const story of stories) await story(id)
  await stage.advance(10 * DAY)
  return id
}

async function raiseHand(contactId: string): Promise<void> {
  await sendSignals(
    stage,
    EAGER.map((type) => ({ type, contactId })),
  )
  await stage.quiet()
}

const handoffs = async (id: string) => Object.values((await stage.services[0]?.leads.read(id))?.handoffs ?? {})
const alerts = (user: string) => stage.texts(user).filter((text) => /^[^:]* · (respond by|was due) /.test(text))

describe('a lead that comes back after 300 quiet days is with its owner again', () => {
  it.each<[string, string, ...Story[]]>([
    ['that was reached', 'done', contacted, setByPerson({ hs_lead_status: 'CONNECTED' })],
    ['that nobody reached', 'returned', contacted],
    ['that sales took on', 'qualified', contacted, setByPerson({ lifecyclestage: 'salesqualifiedlead' })],
    ['that its rep disqualified in Slack', 'disqualified', disqualified],
    ['that a person took out in HubSpot', 'disqualified', setByPerson({ hs_lead_status: 'UNQUALIFIED' })],
    [
      'that a person took out after it was reached',
      'disqualified',
      contacted,
      setByPerson({ hs_lead_status: 'UNQUALIFIED' }),
    ],
  ])('%s', async (_, ending, ...stories) => {
    const id = await leadAfter(...stories)
    expect((await handoffs(id)).map(({ ended }) => ended?.how)).toEqual([ending])
    await stage.advance(290 * DAY)
    const [before, told] = [stage.slack.messages().length, alerts(CLEO).length]

    await raiseHand(id)
    expect(stage.hubspot.contact(id)).toMatchObject({
      baton_score: '75',
      baton_sla_status: 'running',
      hubspot_owner_id: '201',
    })
    const { baton_disqualified_reason: out, baton_nurture_track: track } = stage.hubspot.contact(id) ?? {}
    expect([out ?? '', track ?? '']).toEqual(['', ''])
    // Who took it out hears that it is back; where nobody knows who did, the manager does.
    const byHubSpot = ending === 'disqualified' && stories.at(-1) !== disqualified
    expect(stage.texts(MANAGER)).toEqual(byHubSpot ? [expect.stringContaining('disqualified comes back')] : [])
    expect(alerts(CLEO).at(-1)?.includes('Comes back')).toBe(ending === 'disqualified')
    // The rotation alone would have chosen the other one.
    expect(alerts(CLEO)).toHaveLength(told + 1)
    expect(stage.slack.messages()).toHaveLength(before + (byHubSpot ? 3 : 2))
    // Its clock is a new one, with a ladder of its own.
    await stage.advance(5 * HOUR)
    expect(stage.texts(MANAGER).at(-1)).toContain('No response yet')
  })
})

describe('a lead whose rep never answered', () => {
  it('is handed over anew once its ladder is over and it raises its hand, and not before', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    await stage.advance(HOUR)
    await raiseHand(id)
    await stage.advance(10 * HOUR)
    expect((await handoffs(id)).map(({ state }) => state)).toEqual(['open'])
    await stage.advance(300 * DAY)
    const before = stage.slack.messages().length
    stage.hubspot.changeContact(id, { hs_email_open: '1' })
    await stage.quiet()
    expect(stage.slack.messages()).toHaveLength(before)

    await sendSignals(
      stage,
      EAGER.map((type, number) => ({ id: `again-${number}`, type, contactId: id })),
    )
    await stage.quiet()
    expect((await handoffs(id)).map(({ state, ended }) => ended?.how ?? state).sort()).toEqual(['expired', 'open'])
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_sla_status: 'running' })
    expect(stage.slack.messages()).toHaveLength(before + 2)
  })
})

describe('a lead that its rep disqualified', () => {
  it('goes on cooling down', async () => {
    const id = await leadAfter(disqualified)
    const score = Number(stage.hubspot.contact(id)?.baton_score)
    await stage.advance(200 * DAY)
    expect(Number(stage.hubspot.contact(id)?.baton_score)).toBeLessThan(score)
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_disqualified_reason: expect.stringMatching(/./) })
  })
})

describe('a lead that somebody outside the team has', () => {
  it('is theirs, whatever it does, until they give it up', async () => {
    const id = await leadAfter(async (id) => {
      stage.hubspot.createOwner({ id: '999', email: 'partner@team.example', firstName: 'Not', lastName: 'Ours' })
      await setByPerson({ hubspot_owner_id: '999' })(id)
    })
    expect((await handoffs(id)).map(({ ended }) => ended?.how)).toEqual(['taken-over'])
    const before = stage.slack.messages().length
    await raiseHand(id)
    expect(stage.hubspot.contact(id)).toMatchObject({ hubspot_owner_id: '999', baton_sla_status: 'none' })
    expect(stage.slack.messages()).toHaveLength(before)
    await setByPerson({ hubspot_owner_id: '' })(id)
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_sla_status: 'running' })
    expect(stage.slack.messages().length).toBeGreaterThan(before)
  })
})

describe('a lead that was reached', () => {
  it('and is set to unqualified afterwards is disqualified, with the reason', async () => {
    const id = await leadAfter(contacted, setByPerson({ hs_lead_status: 'CONNECTED' }))
    await stage.advance(300 * DAY)
    await setByPerson({ hs_lead_status: 'UNQUALIFIED' })(id)
    expect(stage.hubspot.contact(id)).toMatchObject({
      baton_route: 'not-interested',
      baton_disqualified_reason: 'not interested',
    })
  })

  it('is not heard again for a mail that it opens', async () => {
    const id = await leadAfter(contacted, setByPerson({ hs_lead_status: 'CONNECTED' }))
    const before = stage.slack.messages().length
    stage.hubspot.changeContact(id, { hs_email_open: '1' })
    await stage.quiet()
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_sla_status: 'responded', baton_score: '68' })
    expect(stage.slack.messages()).toHaveLength(before)
  })
})
