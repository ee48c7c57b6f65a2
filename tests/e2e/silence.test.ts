import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTier2Lead, DANA, sendSignals, triggersInHistory } from '../support/leads.ts'
import { createStage, DAY, HOUR, type Stage } from '../support/stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await createStage()
})
afterEach(async () => stage.close())

async function lead(properties: Record<string, string> = {}): Promise<string> {
  const id = stage.hubspot.createContact({ ...DANA, ...properties }, { by: 'form' })
  await stage.quiet()
  return id
}

async function signal(contactId: string, type: string, at = stage.clock.now) {
  await sendSignals(stage, [{ type, contactId, at }])
  await stage.quiet()
}

const track = (id: string) => stage.hubspot.contact(id)?.baton_nurture_track

const fired = (id: string) => triggersInHistory(stage, id)

/** Goes on day by day, as the sweep does. */
async function days(count: number): Promise<void> {
  for (let day = 0; day < count; day++) await stage.advance(DAY)
}

describe('nothing for 60 days', () => {
  it('asks whether we are still relevant at that instant, and archives when nobody answers in 14 more', async () => {
    const id = await lead()
    await stage.advance(20 * DAY)
    await signal(id, 'email_clicked')
    await stage.advance(60 * DAY - 1_000)
    expect(await fired(id)).toEqual([])
    await stage.advance(1_000)
    expect(await fired(id)).toEqual(['triggered quiet'])
    expect(track(id)).toBe('still-relevant')
    await stage.advance(14 * DAY - 1_000)
    expect(await fired(id)).toHaveLength(1)
    await stage.advance(1_000)
    expect(await fired(id)).toEqual(['triggered quiet', 'followed-up quiet'])
    expect(track(id) ?? '').toBe('')
    expect((await stage.services[0]?.leads.read(id))?.lead?.archived).toBeDefined()
    await stage.advance(200 * DAY)
    expect(await fired(id)).toHaveLength(2)
  })

  it('is ended by an answer, and not by an opened mail; the next silence is a new one', async () => {
    const id = await lead()
    await stage.advance(59 * DAY)
    await signal(id, 'email_opened')
    await stage.advance(DAY)
    expect(track(id)).toBe('still-relevant')
    await stage.advance(5 * DAY)
    await signal(id, 'email_opened')
    await stage.advance(5 * DAY)
    await signal(id, 'email_clicked')
    await stage.advance(4 * DAY)
    expect(await fired(id)).toEqual(['triggered quiet', 'not-followed-up quiet'])
    await stage.advance(55 * DAY)
    expect(await fired(id)).toHaveLength(2)
    await stage.advance(DAY)
    expect(await fired(id)).toEqual(['triggered quiet', 'not-followed-up quiet', 'triggered quiet'])
  })

  it('looks at the contact first: a visit of which no event told ends it', async () => {
    const id = await lead()
    await stage.advance(50 * DAY)
    const visit = new Date(stage.clock.now).toISOString()
    stage.hubspot.changeContact(id, { hs_analytics_last_timestamp: visit }, { silent: true })
    await stage.advance(10 * DAY)
    expect(await fired(id)).toEqual([])
    await stage.advance(50 * DAY)
    expect(await fired(id)).toEqual(['triggered quiet'])
  })

  it('once, also after a long downtime, and what follows has its own 14 days', async () => {
    const id = await lead()
    await stage.advance(80 * DAY)
    expect(await fired(id)).toEqual(['triggered quiet'])
    await stage.advance(13 * DAY)
    expect(await fired(id)).toHaveLength(1)
    await stage.advance(DAY)
    expect(await fired(id)).toEqual(['triggered quiet', 'followed-up quiet'])
  })

  it('archives nobody of whom it hears late that they had done something meanwhile', async () => {
    const [told, merged] = [await lead(), await lead({ email: 'other@northwind.example' })]
    const began = stage.clock.now
    await stage.advance(50 * DAY)
    await signal(merged, 'email_clicked')
    await stage.advance(10 * DAY)
    expect(track(told)).toBe('still-relevant')
    await signal(told, 'email_clicked', began + 59 * DAY)
    // A contact that was asked becomes one with somebody who was there ten days ago.
    const asked = await lead({ email: 'third@northwind.example' })
    await stage.advance(14 * DAY)
    expect(await fired(told)).toEqual(['triggered quiet', 'not-followed-up quiet'])
    await stage.advance(46 * DAY)
    expect(track(asked)).toBe('still-relevant')
    await signal(merged, 'email_clicked', stage.clock.now - 10 * DAY)
    stage.hubspot.mergeContacts(merged, asked)
    await stage.quiet()
    await stage.advance(14 * DAY)
    expect((await stage.services[0]?.leads.read(merged))?.lead?.archived).toBeUndefined()
  })

  it('asks no customer, and nobody whom sales has', async () => {
    const customer = await lead({ lifecyclestage: 'customer' })
    const taken = createTier2Lead(stage)
    await stage.quiet()
    stage.hubspot.changeContact(taken, { hs_lead_status: 'CONNECTED' }, { by: 'person' })
    await stage.quiet()
    await stage.advance(30 * DAY)
    await stage.advance(40 * DAY)
    expect([await fired(customer), await fired(taken)]).toEqual([[], []])
  })

  it('is counted from when Baton came to know a contact: an old portal is not quiet all at once, and is left alone', async () => {
    const old = stage.hubspot.createContact(
      { ...DANA, email: 'old@northwind.example', createdate: new Date(stage.clock.now - 400 * DAY).toISOString() },
      { by: 'import', silent: true },
    )
    // News of it makes it known.
    await signal(old, 'email_clicked', stage.clock.now - 90 * DAY)
    expect(await fired(old)).toEqual([])
    await stage.advance(59 * DAY)
    expect(await fired(old)).toEqual([])
    await stage.advance(DAY)
    expect(await fired(old)).toEqual(['triggered quiet'])
  })

  it('of leads that a new trigger finds quiet already asks nobody', async () => {
    const late = await lead()
    const { config } = stage
    const { quiet, ...others } = config.triggers
    await stage.changeConfig({ ...config, version: 'without', rulesVersion: 1, triggers: others })
    await stage.advance(70 * DAY)
    expect(await fired(late)).toEqual([])
    await stage.changeConfig({
      ...config,
      version: 'with',
      rulesVersion: 2,
      triggers: { ...others, ...(quiet ? { quiet } : {}) },
    })
    await stage.advance(HOUR)
    await days(3)
    expect(await fired(late)).toEqual([])
    await signal(late, 'email_clicked')
    await stage.advance(60 * DAY)
    expect(await fired(late)).toEqual(['triggered quiet'])
  })
})
