import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { click, createTier2Lead, handoffsOf, press } from '../support/leads.ts'
import { loseRedis } from '../support/lose-redis.ts'
import { createStage, DAY, HOUR, MINUTE, type Stage } from '../support/stage.ts'

const [CLEO, ADA, BEN, MANAGER] = ['U000SDR1', 'U0000AE1', 'U0000AE2', 'U000MGR1']

let stage: Stage
afterEach(async () => stage.close())

const kinds = async (status = 'open') => (await handoffsOf(stage, status)).map(({ kind, rep }) => `${kind} ${rep}`)

describe('a lead that becomes an SQL', () => {
  async function qualified(): Promise<string> {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    await click(stage, CLEO, CLEO, 'contacted')
    await stage.advance(HOUR)
    stage.hubspot.changeContact(id, { lifecyclestage: 'salesqualifiedlead' }, { by: 'person' })
    await stage.quiet()
    return id
  }

  it('goes from the SDR to an AE, who becomes its owner: one handoff with sales', async () => {
    const id = await qualified()
    expect(await kinds()).toEqual(['sql-to-opportunity ae-1'])
    expect(await kinds('responded')).toEqual(['mql-to-sales sdr-1'])
    expect(stage.texts(ADA)).toEqual([expect.stringMatching(/^Sql to opportunity: Dana-Canary/)])
    expect(stage.hubspot.contact(id)).toMatchObject({ hubspot_owner_id: '101', baton_sla_status: 'running' })
    // The clock counts every hour.
    expect((await handoffsOf(stage, 'open'))[0]?.dueAt).toBe(new Date(stage.clock.now + 24 * HOUR).toISOString())
    stage.hubspot.changeContact(id, { jobtitle: 'CMO' }, { by: 'person' })
    await stage.quiet()
    expect(await kinds()).toEqual(['sql-to-opportunity ae-1'])
  })

  it('is rejected with a reason: back to the SDR who had it, who reads why', async () => {
    const id = await qualified()
    await press(stage, ADA, ADA, 'reject', 'no budget', 'before summer')
    await stage.quiet()
    expect(await kinds()).toEqual(['mql-to-sales sdr-1'])
    expect(stage.texts(CLEO).at(-1)).toMatch(
      /Sent on by <@U0000AE1>.*no budget: before summer.*You had this lead before|You had this lead before.*no budget: before summer/s,
    )
    expect(stage.texts(ADA)[0]).toMatch(/Rejected by <@U0000AE1>.*no budget: before summer/)
    expect(stage.hubspot.contact(id)).toMatchObject({ hubspot_owner_id: '201', baton_sla_status: 'running' })
    expect(stage.texts(BEN)).toEqual([])
  })

  it('goes back to the SDR who had it also when Redis was emptied meanwhile', async () => {
    const id = await qualified()
    await loseRedis(stage)
    stage.hubspot.changeContact(id, { jobtitle: 'CMO' }, { by: 'person' })
    await stage.quiet()
    expect(await kinds()).toEqual(['sql-to-opportunity ae-1'])
    await press(stage, ADA, ADA, 'reject', 'no need')
    await stage.quiet()
    expect(await kinds()).toEqual(['mql-to-sales sdr-1'])
    expect(stage.texts(CLEO).at(-1)).toContain('You had this lead before')
  })

  it('nothing happened within 24 hours: the manager is told', async () => {
    await qualified()
    await stage.advance(23 * HOUR)
    expect(stage.texts(MANAGER)).toEqual([])
    await stage.advance(HOUR)
    expect(stage.texts(MANAGER)).toEqual([expect.stringContaining('No response yet')])
  })

  it('becomes an opportunity in HubSpot: that is done, before anybody is bothered', async () => {
    const id = await qualified()
    await stage.advance(HOUR)
    stage.hubspot.setWebhooks(undefined)
    stage.hubspot.changeContact(id, { lifecyclestage: 'opportunity' }, { by: 'person' })
    await stage.advance(23 * HOUR)
    expect(stage.texts(MANAGER)).toEqual([])
    expect(await kinds()).toEqual([])
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_sla_status: 'responded' })
  })

  it('before Baton came starts none; moved on by a person later, one', async () => {
    stage = await createStage()
    const id = stage.hubspot.createContact(
      { email: 'old@smalltown.example', lifecyclestage: 'salesqualifiedlead' },
      { by: 'person', createdAt: stage.clock.now - 90 * DAY },
    )
    stage.hubspot.changeContact(id, { city: 'Utica' }, { by: 'person' })
    await stage.quiet()
    expect(await kinds()).toEqual([])
    stage.hubspot.changeContact(id, { lifecyclestage: 'lead' }, { by: 'person' })
    await stage.quiet()
    stage.hubspot.changeContact(id, { lifecyclestage: 'salesqualifiedlead' }, { by: 'person' })
    await stage.quiet()
    expect(await kinds()).toEqual(['sql-to-opportunity ae-1'])
  })

  it('whose owner is nobody of the team stays theirs: the manager is told', async () => {
    stage = await createStage()
    stage.hubspot.createOwner({ id: '900', email: 'olga@elsewhere.example', firstName: 'Olga', lastName: 'Other' })
    const id = stage.hubspot.createContact({ email: 'a@smalltown.example', hubspot_owner_id: '900' }, { by: 'person' })
    await stage.quiet()
    stage.hubspot.changeContact(id, { lifecyclestage: 'salesqualifiedlead' }, { by: 'person' })
    await stage.quiet()
    expect(await kinds()).toEqual([])
    expect(stage.texts(MANAGER)).toEqual([expect.stringContaining('owner 900')])
    expect(stage.hubspot.contact(id)).toMatchObject({ hubspot_owner_id: '900' })
  })
})

describe('a lead status', () => {
  const KIND = `handoffs:
  call-back:
    start: { leadStatus: [OPEN_DEAL, BAD_TIMING] }
    to: { person: cs-manager }
    respondWithin: 1h
    hours: elapsed
    ladder: []
    buttons: [ { called: { label: Called } } ]
    on: { answered: [ { tell: vp-sales } ], done: [ { tell: marketing } ] }
`

  it('starts a kind when it is set, once, and not at first sight', async () => {
    const text = await readFile(join('config', 'handoffs.yaml'), 'utf8')
    stage = await createStage({ files: { 'handoffs.yaml': text.replace('handoffs:\n', KIND) } })
    const id = stage.hubspot.createContact(
      { email: 'a@smalltown.example', hs_lead_status: 'OPEN_DEAL' },
      { by: 'person' },
    )
    await stage.quiet()
    expect(await kinds()).toEqual([])
    stage.hubspot.changeContact(id, { hs_lead_status: 'BAD_TIMING' }, { by: 'person' })
    await stage.quiet()
    stage.hubspot.changeContact(id, { firstname: 'Ann' }, { by: 'person' })
    await stage.quiet()
    expect(await kinds()).toEqual(['call-back cs-manager'])
    await stage.advance(20 * MINUTE)
    await press(stage, 'U000CSMG', 'U000CSMG', 'called')
    await stage.quiet()
    expect(stage.texts('U000CSMG')).toEqual([expect.stringMatching(/Called by <@U000CSMG>/)])
    // What follows an answer and an end is told to whom each names.
    expect([stage.texts('U0000VPS').length, stage.texts('U0000MKT').length]).toEqual([1, 1])
    expect(await handoffsOf(stage, 'responded')).toMatchObject([{ kind: 'call-back', answered: { minutes: 20 } }])
    await stage.advance(DAY)
    expect(await kinds()).toEqual([])
  })
})
