import { afterEach, describe, expect, it } from 'vitest'
import { click, createTier2Lead, DANA, SMALLTOWN, sendSignals } from '../support/leads.ts'
import { createStage, DAY, HOUR, MINUTE, type Stage } from '../support/stage.ts'

let stage: Stage
afterEach(async () => stage.close())

const CLEO = 'U000SDR1'
const shown = (id: string) => stage.hubspot.contact(id)
const handoffs = async (id: string) => Object.values((await stage.services[0]?.leads.read(id))?.handoffs ?? {})

async function look(id: string): Promise<void> {
  const headers = { authorization: 'Bearer canary-api-token' }
  await fetch(`${stage.addresses[0]}/v1/leads/${id}/rescore`, { method: 'POST', headers })
  await stage.quiet()
}

async function signal(contactId: string, ...types: string[]): Promise<void> {
  await sendSignals(
    stage,
    types.map((type) => ({ type, contactId })),
  )
  await stage.quiet()
}

/** Somebody who fits a little and did nothing: to the newsletter. */
function createQuietLead(properties: Record<string, string> = {}): string {
  const companyId = stage.hubspot.createCompany(SMALLTOWN)
  const contact = { ...DANA, email: 'kim@smalltown.example', ...properties }
  return stage.hubspot.createContact(contact, { companyId, by: 'form' })
}

type Saying = (id: string) => Promise<void>

const setTo =
  (properties: Record<string, string>, by: 'person' | 'hubspot' | 'other-app'): Saying =>
  async (id) => {
    stage.hubspot.changeContact(id, properties, { by })
    await stage.quiet()
  }

const sendForm =
  (name: string, page?: string): Saying =>
  async (id) => {
    await stage.advance(MINUTE)
    stage.hubspot.submitForm(id, { name, ...(page ? { page } : {}) })
    await look(id)
  }

const inSlack: Saying = async () => {
  await click(stage, CLEO, CLEO, 'disqualify')
  const viewId = stage.slack.views().find(({ user }) => user === CLEO)?.id ?? ''
  await stage.slack.submitView({ user: CLEO, viewId, values: { reason: 'not_interested' } })
  await stage.quiet()
}

const bySignal: Saying = (id) => signal(id, 'not_interested')

describe('a lead that says it is not interested, while a rep has it,', () => {
  it.each<[string, Saying]>([
    ['by a status that a person sets', setTo({ hs_lead_status: 'UNQUALIFIED' }, 'person')],
    ['by a status that an app sets', setTo({ hs_lead_status: 'UNQUALIFIED' }, 'other-app')],
    ['to its rep, who says so in Slack', inSlack],
    ['by a signal', bySignal],
    ['by a form', sendForm('Not interested', 'Preferences')],
    ['by a form to unsubscribe', sendForm('Unsubscribe from everything', 'Preferences')],
  ])('%s: its handoffs end, and it stays as it is until it raises its hand', async (_, say) => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    const told = stage.texts(CLEO).length
    await say(id)
    expect((await handoffs(id)).map(({ ended }) => ended?.how)).toEqual(['disqualified'])
    expect(shown(id)).toMatchObject({ baton_disqualified_reason: 'not interested', hubspot_owner_id: '201' })
    expect(shown(id)?.baton_nurture_track ?? '').toBe('')
    // No reminder, no reassignment, no manager, and no track as it cools down.
    await stage.advance(5 * HOUR)
    await stage.advance(20 * DAY)
    expect(stage.texts(CLEO)).toHaveLength(told)
    expect(stage.texts('U000MGR1')).toEqual([])
    expect(shown(id)).toMatchObject({ baton_disqualified_reason: 'not interested' })
    expect(shown(id)?.baton_nurture_track ?? '').toBe('')

    await signal(id, 'demo_requested', 'trial_started')
    expect(shown(id)).toMatchObject({ baton_disqualified_reason: null, baton_sla_status: 'running' })
    expect(stage.texts(CLEO).at(-1)).toContain('Comes back')
  })

  it('has not been answered by its rep', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    await bySignal(id)
    const [handoff] = await handoffs(id)
    expect(handoff).not.toHaveProperty('answered')
    expect(stage.texts(CLEO).at(-1)).toContain('not interested, as the lead says itself')
  })
})

describe('a lead that says it is not interested, while it is nurtured,', () => {
  it.each<[string, Saying]>([
    ['by a signal', bySignal],
    ['by a status that an app sets', setTo({ hs_lead_status: 'UNQUALIFIED' }, 'other-app')],
    ['by a form', sendForm('Not interested')],
  ])('%s: is in no track until it raises its hand', async (_, say) => {
    stage = await createStage()
    const id = createQuietLead()
    await stage.quiet()
    expect(shown(id)?.baton_nurture_track).toBe('newsletter')
    await say(id)
    expect(shown(id)).toMatchObject({ baton_nurture_track: null, baton_disqualified_reason: 'not interested' })
    // A mail that it opens is no change of mind.
    await signal(id, 'email_opened')
    await stage.advance(40 * DAY)
    expect(shown(id)?.baton_nurture_track).toBeNull()
    await signal(id, 'demo_requested')
    expect(shown(id)?.baton_disqualified_reason).toBeNull()
    expect(shown(id)?.baton_nurture_track).toBeTruthy()
  })

  it('is not out by what it said before it raised its hand, heard of late', async () => {
    stage = await createStage()
    const id = createQuietLead()
    await stage.quiet()
    const said = stage.clock.now
    await stage.advance(HOUR)
    await signal(id, 'demo_requested')
    await sendSignals(stage, [{ type: 'not_interested', contactId: id, at: said }])
    await stage.quiet()
    expect(shown(id)?.baton_disqualified_reason ?? '').toBe('')
  })

  it('is back by a hand that it raised after it, heard of late', async () => {
    stage = await createStage()
    const id = createQuietLead()
    await stage.quiet()
    const said = stage.clock.now
    await stage.advance(2 * HOUR)
    await sendSignals(stage, [{ type: 'not_interested', contactId: id, at: said }])
    await stage.quiet()
    expect(shown(id)?.baton_disqualified_reason).toBe('not interested')
    await sendSignals(stage, [{ type: 'demo_requested', contactId: id, at: said + HOUR }])
    await stage.quiet()
    expect(shown(id)?.baton_disqualified_reason).toBeNull()
  })

  it('says so by whatever signal the config names', async () => {
    stage = await createStage({
      edit: (config) => {
        config.hubspot.notInterested = ['please_stop']
        config.scoring.engagement.signals.please_stop = { points: 0 }
      },
    })
    const id = createQuietLead()
    await stage.quiet()
    await signal(id, 'not_interested')
    expect(shown(id)?.baton_disqualified_reason ?? '').toBe('')
    await signal(id, 'please_stop')
    expect(shown(id)?.baton_disqualified_reason).toBe('please stop')
  })
})

describe('a lead that only opts out of email', () => {
  it('stays with its rep, and is in no track', async () => {
    stage = await createStage()
    const [withRep, nurtured] = [createTier2Lead(stage), createQuietLead({ email: 'lee@smalltown.example' })]
    await stage.quiet()
    for (const id of [withRep, nurtured]) {
      stage.hubspot.changeContact(id, { hs_email_optout: 'true' }, { by: 'hubspot' })
      await look(id)
    }
    expect((await handoffs(withRep)).map(({ state }) => state)).toEqual(['open'])
    expect(shown(nurtured)).toMatchObject({ baton_nurture_track: null, baton_route: 'low' })
    expect(shown(nurtured)?.baton_disqualified_reason ?? '').toBe('')
  })
})
