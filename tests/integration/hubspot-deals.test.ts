import { describe, expect, test } from 'vitest'
import { createHubSpot } from '../../src/hubspot/client.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { useSimulatedHubSpot } from '../support/simulated-hubspot.ts'

const start = useSimulatedHubSpot()

async function connected() {
  const { hubspot } = await start()
  const adapter = createHubSpot({
    accessToken: 'pat-test',
    baseUrl: hubspot.url,
    redis: null,
    prefix: 'deals',
    requestsPer10Seconds: 1_000,
    properties: () => ({ contact: [], company: [] }),
    metrics: createMetrics(),
  })
  return { hubspot, adapter }
}

describe('reading a deal', () => {
  test('gives what it is about, its stages and its contacts', async () => {
    const { hubspot, adapter } = await connected()
    hubspot.createOwner({ id: '101', email: 'ae@team.example', firstName: 'Ada', lastName: 'Lane' })
    const contactIds = [hubspot.createContact({ firstname: 'Dana' }), hubspot.createContact({ firstname: 'Kim' })]
    const given = { dealname: 'Northwind', amount: '12000', closedate: '2026-12-01', hubspot_owner_id: '101' }
    const id = hubspot.createDeal({ ...given, dealstage: 'appointmentscheduled' }, { contactIds })
    hubspot.changeDeal(id, { dealstage: 'closedwon' })
    expect(await adapter.readDeal(id)).toMatchObject({
      id,
      name: 'Northwind',
      amount: 12_000,
      closesAt: Date.parse('2026-12-01'),
      ownerId: '101',
      stage: 'closedwon',
      pipeline: 'default',
      isClosed: true,
      isWon: true,
      contactIds,
      stages: [{ value: 'closedwon' }, { value: 'appointmentscheduled' }],
    })
  })

  test('gives further properties with who set them, and none that does not exist', async () => {
    const { hubspot, adapter } = await connected()
    const id = hubspot.createDeal({ dealstage: 'appointmentscheduled', description: 'a pilot' })
    const deal = await adapter.readDeal(id, ['description', 'no_such_property'])
    expect(deal?.properties.description).toBe('a pilot')
    expect(deal?.history).toMatchObject({ description: [{ source: 'CRM_UI' }], no_such_property: [] })
    expect(deal).not.toHaveProperty('amount')
  })

  test('gives null where there is none', async () => {
    const { adapter } = await connected()
    expect(await adapter.readDeal('999')).toBeNull()
  })
})
