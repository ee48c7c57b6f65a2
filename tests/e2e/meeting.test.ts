import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTier2Lead, DANA, SMALLTOWN, sendSignals } from '../support/leads.ts'
import { createStage, DAY, HOUR, type Stage } from '../support/stage.ts'

const [ADA, BEN, CLEO, MANAGER] = ['U0000AE1', 'U0000AE2', 'U000SDR1', 'U000MGR1']

let stage: Stage
afterEach(async () => stage.close())
beforeEach(async () => {
  stage = await createStage()
})

/** Somebody of a small company who has done nothing yet. */
async function quietLead(properties: Record<string, string> = {}): Promise<string> {
  const companyId = stage.hubspot.createCompany(SMALLTOWN)
  const id = stage.hubspot.createContact(
    { ...DANA, email: 'kim@smalltown.example', ...properties },
    { companyId, by: 'form' },
  )
  await stage.quiet()
  return id
}

/** A meeting that is booked with an owner, seen at the next look. */
async function meets(id: string, ownerId: string, by: 'lead' | 'rep' = 'lead') {
  stage.clock.now += HOUR
  stage.hubspot.logActivity(id, { type: 'meeting', by, ownerId, at: stage.clock.now + 2 * DAY, silent: true })
  await look(id)
}

async function look(id: string) {
  await fetch(`${stage.addresses[0]}/v1/leads/${id}/rescore`, {
    method: 'POST',
    headers: { authorization: 'Bearer canary-api-token' },
  })
  await stage.quiet()
}

const signals = async (id: string) =>
  ((await stage.services[0]?.leads.get(id))?.lead?.signals ?? []).filter(({ type }) => type === 'meeting_booked')

describe('a meeting that the lead booked', () => {
  it('goes to its host, whatever the pool, who reads why', async () => {
    const id = await quietLead()
    await meets(id, '102')
    expect(await signals(id)).toMatchObject([{ type: 'meeting_booked', value: '102' }])
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_route: 'meeting-booked', hubspot_owner_id: '102' })
    expect(stage.texts(BEN)).toEqual([expect.stringContaining('They booked a meeting with you')])
    expect(stage.texts(BEN)[0]).not.toContain('Also')
    expect(stage.texts(CLEO)).toEqual([])
    await look(id)
    await stage.advance(HOUR / 2)
    expect(await signals(id)).toHaveLength(1)
    expect(stage.texts(BEN)).toHaveLength(1)
  })

  it('stays with an owner who keeps the lead, and the host is told', async () => {
    const id = await quietLead({ hubspot_owner_id: '201' })
    await meets(id, '102')
    expect(stage.hubspot.contact(id)).toMatchObject({ hubspot_owner_id: '201', baton_sla_status: 'running' })
    expect(stage.texts(CLEO)).toHaveLength(1)
    expect(stage.texts(BEN)).toEqual([expect.stringContaining('Meeting booked: booked a meeting')])
  })

  it('goes by the pool when the host is nobody of the team, and the manager hears with whom', async () => {
    stage.hubspot.createOwner({ id: '900', email: 'o@x.example', firstName: 'Olga', lastName: 'Outside' })
    const id = await quietLead()
    await meets(id, '900')
    expect(stage.hubspot.contact(id)).toMatchObject({ hubspot_owner_id: '201' })
    expect(stage.texts(MANAGER)).toEqual([expect.stringContaining('Olga Outside, who is not in team.yaml')])
  })

  it('leaves a lead with the rep who has it, and tells the host', async () => {
    const id = createTier2Lead(stage)
    await stage.quiet()
    await meets(id, '101')
    expect(stage.hubspot.contact(id)).toMatchObject({ hubspot_owner_id: '201' })
    expect(stage.texts(ADA)).toHaveLength(1)
    expect(stage.texts(CLEO).join()).toContain('booked a meeting')
  })

  it('is none when a rep arranged it', async () => {
    const id = await quietLead()
    await meets(id, '102', 'rep')
    expect(await signals(id)).toEqual([])
    expect(stage.texts(BEN)).toEqual([])
  })

  it('comes over /v1/signals as well, with its host', async () => {
    const id = await quietLead()
    const response = await fetch(`${stage.addresses[0]}/v1/signals`, {
      method: 'POST',
      headers: { authorization: 'Bearer canary-api-token', 'content-type': 'application/json' },
      body: JSON.stringify({
        signals: [
          {
            id: 'm1',
            type: 'meeting_booked',
            contactId: id,
            occurredAt: new Date(stage.clock.now).toISOString(),
            properties: { host: '102' },
          },
        ],
      }),
    })
    expect(response.status).toBe(202)
    await stage.quiet()
    expect(stage.texts(BEN)).toEqual([expect.stringContaining('They booked a meeting with you')])
  })

  it('without a host goes by the pool', async () => {
    const id = await quietLead()
    await sendSignals(stage, [{ type: 'meeting_booked', contactId: id }])
    await stage.quiet()
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_route: 'meeting-booked', hubspot_owner_id: '201' })
    expect(stage.texts(CLEO)).toHaveLength(1)
  })

  it('of a contact of long ago that Baton sees for the first time is none', async () => {
    const id = stage.hubspot.createContact(
      { ...DANA },
      { by: 'form', createdAt: stage.clock.now - 90 * DAY, silent: true },
    )
    stage.hubspot.logActivity(id, { type: 'meeting', by: 'lead', ownerId: '102', silent: true })
    stage.clock.now += 3 * DAY
    await look(id)
    expect(await signals(id)).toEqual([])
  })
})
