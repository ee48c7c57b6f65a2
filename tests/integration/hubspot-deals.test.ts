import { describe, expect, test } from 'vitest'
import { createHubSpot } from '../../src/hubspot/client.ts'
import { describeDealSetup, setUpDeals } from '../../src/hubspot/setup-deals.ts'
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

describe('the properties of deals', () => {
  const mapping = { baton_first_touch: 'touch.first', description: 'utm.campaign' }

  test('are created once, beside those that are there', async () => {
    const { hubspot, adapter } = await connected()
    expect(await setUpDeals(adapter, mapping, true)).toEqual({
      created: ['baton_first_touch'],
      existing: ['description'],
    })
    expect(hubspot.calls.filter(({ method }) => method !== 'GET')).toEqual([])
    expect(await setUpDeals(adapter, mapping, false)).toMatchObject({ created: ['baton_first_touch'] })
    expect(await setUpDeals(adapter, mapping, false)).toMatchObject({ created: [] })
    const id = hubspot.createDeal({ dealstage: 'appointmentscheduled' })
    expect(await adapter.writeDeal(id, { baton_first_touch: 'REFERRALS' })).toEqual([])
    expect(hubspot.deal(id)?.baton_first_touch).toBe('REFERRALS')
  })

  test.each(['crm.schemas.deals.read', 'crm.schemas.deals.write'])(
    'are left out without the scope %s',
    async (scope) => {
      const { hubspot, adapter } = await connected()
      hubspot.denyScope(scope)
      const report = await setUpDeals(adapter, mapping, false)
      expect(report).toEqual({ refused: true })
      expect(describeDealSetup(report, false)).toEqual([expect.stringContaining('optional scopes')])
    },
  )

  test('that HubSpot does not take are named, and the others written', async () => {
    const { hubspot, adapter } = await connected()
    const id = hubspot.createDeal({ dealstage: 'appointmentscheduled' })
    const refused = await adapter.writeDeal(id, { description: 'a', no_such_property: 'b' })
    expect(refused).toEqual([{ property: 'no_such_property', code: 'PROPERTY_DOESNT_EXIST' }])
    expect(hubspot.deal(id)?.description).toBe('a')
  })

  test('say whose they are by the id of our app, which HubSpot is asked for once', async () => {
    const { hubspot, adapter } = await connected()
    const id = hubspot.createDeal({ dealstage: 'appointmentscheduled' })
    await adapter.writeDeal(id, { description: 'a' })
    const [own, again] = [await adapter.ownApp(), await adapter.ownApp()]
    expect((await adapter.readDeal(id, ['description']))?.history.description).toMatchObject([{ sourceId: own }])
    expect(again).toBe(own)
    expect(hubspot.calls.filter(({ path }) => path.endsWith('access-token-info'))).toHaveLength(1)
  })
})
