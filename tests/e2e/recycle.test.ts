import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { click, createTier2Lead, handoffsOf, press, submitReason } from '../support/leads.ts'
import { loseRedis } from '../support/lose-redis.ts'
import { createStage, HOUR, type Stage } from '../support/stage.ts'

const [CLEO, DAN, MANAGER, MARKETING] = ['U000SDR1', 'U000SDR2', 'U000MGR1', 'U0000MKT']

let stage: Stage
afterEach(async () => stage.close())

async function lead(): Promise<string> {
  stage = await createStage()
  const id = createTier2Lead(stage)
  await stage.quiet()
  return id
}

const open = () => handoffsOf(stage, 'open')

describe('a lead that a person disqualified', () => {
  it('in Slack goes back to marketing with its reason, once', async () => {
    const id = await lead()
    await click(stage, CLEO, CLEO, 'disqualify')
    await submitReason(stage, CLEO, 'not_a_fit', 'too small')
    await stage.quiet()
    expect(await open()).toMatchObject([
      {
        leadId: id,
        kind: 'disqualified-recycle',
        rep: 'marketing',
        dueAt: new Date(stage.clock.now + 48 * HOUR).toISOString(),
      },
    ])
    expect(stage.texts(MARKETING)).toEqual([expect.stringMatching(/^Disqualified recycle: Dana-Canary/)])
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_disqualified_reason: 'not a fit: too small' })
    // The reason is there, so it is asked of nobody.
    expect(stage.texts(CLEO)).toHaveLength(1)
    stage.hubspot.changeContact(id, { jobtitle: 'CMO' }, { by: 'person' })
    await stage.quiet()
    expect(await open()).toHaveLength(1)
  })

  it('is taken back by a click within the time, and nobody is told', async () => {
    await lead()
    await click(stage, CLEO, CLEO, 'disqualify')
    await submitReason(stage, CLEO, 'competitor')
    await stage.quiet()
    await press(stage, MARKETING, MARKETING, 'taken-back')
    await stage.advance(60 * HOUR)
    expect(stage.texts(MARKETING)).toEqual([expect.stringMatching(/Accepted by <@U0000MKT>/)])
    expect(stage.texts(MANAGER)).toEqual([])
    expect(await handoffsOf(stage, 'responded')).toMatchObject([{ kind: 'disqualified-recycle' }])
  })

  it('is told to the manager when nobody takes it back in 48 hours', async () => {
    await lead()
    await click(stage, CLEO, CLEO, 'disqualify')
    await submitReason(stage, CLEO, 'competitor')
    await stage.quiet()
    await stage.advance(47 * HOUR)
    expect(stage.texts(MANAGER)).toEqual([])
    await stage.advance(HOUR)
    expect(stage.texts(MANAGER)).toEqual([expect.stringContaining('No response yet')])
  })

  it('in HubSpot without a reason: whoever had it is asked, and what they say is written', async () => {
    const id = await lead()
    stage.hubspot.changeContact(id, { hs_lead_status: 'UNQUALIFIED' }, { by: 'person' })
    await stage.quiet()
    expect(await open()).toMatchObject([{ kind: 'disqualified-recycle', rep: 'marketing' }])
    expect(stage.texts(CLEO).at(-1)).toMatch(/^Why is this lead out: Dana-Canary/)
    const asked = stage.slack.messages(CLEO).at(-1)
    const target = { user: CLEO, channel: asked?.channel ?? '', ts: asked?.ts ?? '' }
    await stage.slack.click({ ...target, actionId: 'handoff.give-reason' })
    await submitReason(stage, CLEO, 'not_interested', 'has bought elsewhere')
    await stage.quiet()
    expect(stage.hubspot.contact(id)).toMatchObject({
      baton_disqualified_reason: 'not interested: has bought elsewhere',
    })
    expect(stage.texts(CLEO).at(-1)).toMatch(/Reason by <@U000SDR1>.*has bought elsewhere/)
    // Said once; the handoff waits for marketing all the same.
    expect(
      (await stage.slack.click({ ...target, actionId: 'handoff.give-reason' }).catch(() => undefined)) ?? {},
    ).toBeDefined()
    expect(await open()).toHaveLength(1)
    expect(stage.texts(DAN)).toEqual([])
  })

  it('by a rule starts none', async () => {
    stage = await createStage()
    const companyId = stage.hubspot.createCompany({ name: 'Two People', domain: 'two.example', numberofemployees: '2' })
    stage.hubspot.createContact({ email: 'x@two.example' }, { companyId, by: 'form' })
    await stage.quiet()
    expect(await open()).toEqual([])
    expect(stage.texts(MARKETING)).toEqual([])
  })

  it('before Baton came starts none', async () => {
    stage = await createStage()
    stage.hubspot.createContact(
      { email: 'old@smalltown.example', hs_lead_status: 'UNQUALIFIED', createdate: '2026-01-01T00:00:00Z' },
      { by: 'person' },
    )
    await stage.quiet()
    expect(await open()).toEqual([])
  })
})

describe('what becomes of it', () => {
  it('is over when the lead is out no more: nobody waits, nobody is told', async () => {
    const id = await lead()
    stage.hubspot.changeContact(id, { hs_lead_status: 'UNQUALIFIED' }, { by: 'person' })
    await stage.quiet()
    await stage.advance(HOUR)
    stage.hubspot.changeContact(id, { hs_lead_status: 'OPEN' }, { by: 'person' })
    await stage.quiet()
    const kinds = (await open()).map(({ kind }) => kind)
    expect(kinds).not.toContain('disqualified-recycle')
    expect(stage.texts(MARKETING)).toEqual([expect.stringContaining('the lead is back')])
    expect(stage.texts(CLEO).filter((text) => text.startsWith('Why is this lead out'))).toEqual([
      expect.stringContaining('Nothing is wanted any more'),
    ])
  })

  it('knows the reason when HubSpot has it by a property', async () => {
    const text = await readFile(join('config', 'hubspot.yaml'), 'utf8')
    const hubspot = text.replace(
      /^(disqualified:\n {2}- \{ changes: hs_lead_status, to: \[UNQUALIFIED\])/m,
      '$1, reason: city',
    )
    expect(hubspot).not.toBe(text)
    stage = await createStage({ files: { 'hubspot.yaml': hubspot } })
    const id = createTier2Lead(stage)
    await stage.quiet()
    stage.hubspot.changeContact(id, { hs_lead_status: 'UNQUALIFIED' }, { by: 'person' })
    await stage.quiet()
    expect(stage.texts(CLEO).at(-1)).toMatch(/^Why is this lead out/)
    stage.hubspot.changeContact(id, { city: 'merged with a rival', jobtitle: 'CMO' }, { by: 'person' })
    await stage.quiet()
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_disqualified_reason: 'merged with a rival' })
    expect(stage.texts(CLEO).at(-1)).toContain('merged with a rival')
  })

  it('goes on when Redis is emptied, with its ladder and its buttons', async () => {
    const id = await lead()
    await click(stage, CLEO, CLEO, 'disqualify')
    await submitReason(stage, CLEO, 'competitor')
    await stage.quiet()
    await stage.advance(HOUR)
    await loseRedis(stage)
    stage.hubspot.changeContact(id, { firstname: 'Dana' }, { by: 'person' })
    await stage.quiet()
    expect(await open()).toMatchObject([{ kind: 'disqualified-recycle', rep: 'marketing' }])
    expect(stage.texts(MARKETING)).toHaveLength(1)
    await stage.advance(47 * HOUR)
    expect(stage.texts(MANAGER)).toEqual([expect.stringContaining('No response yet')])
    await press(stage, MARKETING, MARKETING, 'taken-back')
    await stage.quiet()
    expect(await handoffsOf(stage, 'responded')).toMatchObject([{ kind: 'disqualified-recycle' }])
  })
})
