import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTier2Lead, DANA, SMALLTOWN, signalsCome } from '../support/leads.ts'
import { createStage, DAY, HOUR, type Stage } from '../support/stage.ts'

const [EVA, CS_CHANNEL, CS_MANAGER, CLEO] = ['U0000CS1', 'C00000CS', 'U000CSMG', 'U000SDR1']

let stage: Stage
afterEach(async () => stage.close())
beforeEach(async () => {
  stage = await createStage()
})

async function quietLead(): Promise<string> {
  const companyId = stage.hubspot.createCompany(SMALLTOWN)
  const id = stage.hubspot.createContact({ ...DANA, email: 'kim@smalltown.example' }, { companyId, by: 'form' })
  await stage.quiet()
  return id
}

const signal = (id: string, ...types: string[]) => signalsCome(stage, id, ...types)

const kinds = async (id: string) =>
  Object.values((await stage.services[0]?.leads.get(id))?.handoffs ?? {})
    .map(({ kind, state }) => `${kind} ${state}`)
    .sort()

describe('a free trial', () => {
  it('is with customer success, who does not own the contact; score and route go on as usual', async () => {
    const id = await quietLead()
    await signal(id, 'trial_started')
    expect(await kinds(id)).toEqual(['trial open'])
    expect([stage.texts(EVA).length, stage.texts(CS_CHANNEL).length, stage.texts(CLEO).length]).toEqual([1, 1, 0])
    expect(stage.hubspot.contact(id)).toMatchObject({
      baton_score: '45',
      baton_route: 'medium',
      baton_sla_status: 'none',
      baton_nurture_track: 'trial-onboarding',
    })
    expect(stage.hubspot.contact(id)?.hubspot_owner_id ?? '').toBe('')
  })

  it('goes up the ladder of customer success when nobody gets in touch', async () => {
    await signal(await quietLead(), 'trial_started')
    await stage.advance(DAY)
    await stage.advance(3 * DAY)
    expect(stage.texts(CS_MANAGER).length).toBeGreaterThan(0)
    expect(stage.texts('U000MGR1')).toEqual([])
  })

  it('that qualifies is owned by sales, and customer success is told once', async () => {
    const id = await quietLead()
    await signal(id, 'trial_started')
    await stage.advance(2 * HOUR)
    await signal(id, 'demo_requested')
    expect(await kinds(id)).toEqual(['mql-to-sales open', 'trial open'])
    expect(stage.hubspot.contact(id)).toMatchObject({ hubspot_owner_id: '201', baton_sla_status: 'running' })
    expect(stage.texts(CLEO)).toHaveLength(1)
    expect(stage.texts(CS_CHANNEL).at(-1)).toContain('Trial to sales')
    const told = stage.texts(CS_CHANNEL).length
    await signal(id, 'webinar_attended')
    await stage.advance(HOUR)
    expect(stage.texts(CS_CHANNEL)).toHaveLength(told)
  })

  it('of a lead that sales has by the same event is told in the alert of the trial', async () => {
    const id = createTier2Lead(stage)
    await stage.quiet()
    await signal(id, 'trial_started')
    expect(await kinds(id)).toEqual(['mql-to-sales open', 'trial open'])
    expect(stage.texts(CS_CHANNEL)).toEqual([expect.stringContaining('Trial to sales')])
    expect(stage.hubspot.contact(id)).toMatchObject({
      hubspot_owner_id: '201',
      baton_nurture_track: 'trial-onboarding',
    })
  })

  it('ends its track at the milestone, and marketing goes on after the month', async () => {
    const id = await quietLead()
    await signal(id, 'trial_started')
    await signal(id, 'activation_reached')
    expect(stage.hubspot.contact(id)?.baton_nurture_track).toBe('expansion')
    await stage.advance(31 * DAY)
    expect(stage.hubspot.contact(id)?.baton_nurture_track).toMatch(/newsletter|signal-based/)
  })
})
