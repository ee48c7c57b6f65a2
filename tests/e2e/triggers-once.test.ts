import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFactStreams } from '../../src/store/facts.ts'
import type { LeadView } from '../../src/views/lead-schema.ts'
import { leadViewText } from '../../src/views/lead-text.ts'
import { DANA, sendSignals, triggersInHistory } from '../support/leads.ts'
import { loseRedis } from '../support/lose-redis.ts'
import { createStage, DAY, HOUR, MINUTE, type Stage } from '../support/stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await createStage()
})
afterEach(async () => stage.close())

async function lead(email = DANA.email): Promise<string> {
  const id = stage.hubspot.createContact({ ...DANA, email }, { by: 'form' })
  await stage.quiet()
  return id
}

async function signal(contactId: string, type: string, id?: string, at = stage.clock.now) {
  await sendSignals(stage, [{ type, contactId, at, ...(id ? { id } : {}) }])
  await stage.quiet()
}

async function view(id: string): Promise<LeadView> {
  const response = await fetch(`${stage.addresses[0]}/v1/leads/${id}`, {
    headers: { authorization: 'Bearer canary-api-token' },
  })
  return (await response.json()) as LeadView
}

/** How often triggers did what, by the lines of the history of one or more contacts. */
async function fired(...ids: string[]): Promise<string[]> {
  return (await Promise.all(ids.map((id) => triggersInHistory(stage, id)))).flat()
}

describe('a trigger that has fired', () => {
  it('does not fire again by the same signal told twice, by a late one, by a rescoring, nor by a restart', async () => {
    const id = await lead()
    await signal(id, 'competitor_page_viewed', 'visit-1')
    await signal(id, 'competitor_page_viewed', 'visit-1')
    await signal(id, 'competitor_page_viewed', 'visit-0', stage.clock.now - 2 * HOUR)
    await fetch(`${stage.addresses[0]}/v1/leads/${id}/rescore`, {
      method: 'POST',
      headers: { authorization: 'Bearer canary-api-token' },
    })
    await stage.quiet()
    await stage.services[0]?.close()
    stage.services.splice(0)
    stage.addresses.splice(0)
    await stage.start('both')
    await stage.advance(MINUTE)
    expect(await fired(id)).toEqual(['triggered competitor-comparison'])
    expect(stage.texts('U000MGR1')).toHaveLength(1)
  })

  it('does not fire in the next week by what came in the first, whatever is told or looked at then', async () => {
    const id = await lead()
    const began = stage.clock.now
    await signal(id, 'competitor_page_viewed', 'visit-1')
    await stage.advance(6 * DAY)
    await signal(id, 'competitor_page_viewed', 'visit-2')
    await stage.advance(DAY + HOUR)
    await signal(id, 'email_opened', 'opened')
    await signal(id, 'competitor_page_viewed', 'visit-0', began - HOUR)
    expect(await fired(id)).toEqual(['triggered competitor-comparison'])
    await signal(id, 'competitor_page_viewed', 'visit-3')
    expect(await fired(id)).toHaveLength(2)
  })

  it('has fired when Redis is emptied, and what follows it comes at its time', async () => {
    const id = await lead()
    await stage.advance(60 * DAY)
    expect(await fired(id)).toEqual(['triggered quiet'])
    await loseRedis(stage)
    stage.hubspot.changeContact(id, { jobtitle: 'CMO' }, { by: 'person' })
    await stage.quiet()
    await stage.advance(DAY)
    expect(await fired(id)).toEqual([])
    await stage.advance(13 * DAY)
    expect(await fired(id)).toEqual(['followed-up quiet'])
  })

  it('has not fired yet when Redis is emptied: a silence goes on, and a drop is measured against the report of before', async () => {
    const [id, user] = [await lead(), await lead('user@northwind.example')]
    await signal(id, 'email_clicked')
    await sendSignals(stage, [{ type: 'weekly_usage', contactId: user, value: 40 }])
    await stage.quiet()
    await stage.advance(7 * DAY)
    await loseRedis(stage)
    await sendSignals(stage, [{ type: 'weekly_usage', contactId: user, value: 9 }])
    stage.hubspot.changeContact(id, { jobtitle: 'CMO' }, { by: 'person' })
    await stage.quiet()
    expect(await fired(user)).toEqual(['triggered usage-dropped'])
    await stage.advance(53 * DAY)
    expect(await fired(id)).toEqual(['triggered quiet'])
  })

  it('has fired for both contacts that become one', async () => {
    const [id, other] = [await lead(), await lead('dana@private.example')]
    await signal(other, 'competitor_page_viewed')
    await stage.advance(HOUR)
    const merged = stage.hubspot.mergeContacts(id, other)
    await stage.quiet()
    await signal(merged, 'competitor_page_viewed')
    expect((await fired(id, other, merged)).filter((line) => line === 'triggered competitor-comparison')).toHaveLength(
      1,
    )
    await stage.advance(7 * DAY)
    await signal(merged, 'competitor_page_viewed')
    expect(await fired(merged)).toContain('triggered competitor-comparison')
  })
})

describe('what was there before', () => {
  it('of a customer whom Baton meets by some change fires nothing; what they do then does', async () => {
    const old = new Date(stage.clock.now - 300 * DAY).toISOString()
    const id = stage.hubspot.createContact(
      { ...DANA, createdate: old, lifecyclestage: 'customer' },
      { by: 'import', silent: true },
    )
    stage.hubspot.changeContact(id, { jobtitle: 'CMO' }, { by: 'person' })
    await stage.quiet()
    expect(await fired(id)).toEqual([])
    await signal(id, 'upgrade_page_viewed')
    expect(await fired(id)).toEqual(['triggered customer-looks-further'])
  })
})

describe('explain', () => {
  it('says of every trigger whether it fired, which values decided, and when it is next looked at', async () => {
    const id = await lead()
    await signal(id, 'competitor_page_viewed')
    await stage.advance(3 * DAY)
    const seen = await view(id)
    const of = (name: string) => seen.triggers.find((trigger) => trigger.name === name)
    expect(of('competitor-comparison')).toMatchObject({
      owner: 'Head of Marketing',
      once: 'per week',
      holds: 'true',
      firedAt: new Date(stage.clock.now - 3 * DAY).toISOString(),
      waits: `not before ${new Date(stage.clock.now + 4 * DAY).toISOString()}, and by a signal since`,
    })
    expect(of('quiet')).toMatchObject({
      holds: 'false',
      why: expect.stringContaining('quiet is 3 days, not at least 60 days'),
      mayHoldAt: new Date(stage.clock.now + 57 * DAY).toISOString(),
    })
    expect(of('usage-dropped')).toMatchObject({
      holds: 'unknown',
      why: 'signals.weekly_usage, down more than 50 % over 7 days, is unknown',
    })
    expect(of('quiet')?.checks[0]).toMatchObject({ attribute: 'quiet', wanted: 'at least 60 days', value: '3 days' })
    const text = leadViewText(seen)
    expect(text).toMatch(/Triggers \(triggers\.yaml\)\n {2}no {5}pricing-page \(once per month\)/)
    expect(text).toMatch(/ {2}fired {2}competitor-comparison \(once per week\): Wed 18 Nov/)
    expect(text).toMatch(/quiet \(once per silence\): quiet is 3 days, .*; next by itself Sun 17 Jan/)
    expect(text).toMatch(/triggered: competitor-comparison; signals\.competitor_page_viewed in 7 days is 1/)
    await stage.advance(57 * DAY)
    const later = (await view(id)).triggers.find(({ name }) => name === 'quiet')
    expect(later).toMatchObject({
      waits: 'it has fired in this silence',
      followUpAt: [new Date(stage.clock.now + 14 * DAY).toISOString()],
    })
  })

  it('counts, and keeps as facts', async () => {
    const id = await lead()
    await signal(id, 'competitor_page_viewed')
    const metrics = await (await fetch(`${stage.addresses[0]}/metrics`)).text()
    expect(metrics).toContain('baton_triggers_total{trigger="competitor-comparison",outcome="triggered"} 1')
    const store = stage.services[0]?.store
    const found = store ? (await Array.fromAsync(createFactStreams(store).since(0))).flat() : []
    expect(found.filter(({ type }) => type === 'triggered')).toMatchObject([
      { rule: 'competitor-comparison', reason: 'fired', at: stage.clock.now },
    ])
  })
})
