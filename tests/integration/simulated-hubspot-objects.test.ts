import { describe, expect, test } from 'vitest'
import { START, useSimulatedHubSpot } from '../support/simulated-hubspot.ts'

const start = useSimulatedHubSpot()

describe('companies', () => {
  test('a company that fills in later is found by its change, with its history', async () => {
    const { hubspot, clock, companies } = await start()
    const id = hubspot.createCompany({ domain: 'acme.example' })
    clock.now += 60_000
    hubspot.changeCompany(id, { numberofemployees: '240' }, { by: 'hubspot' })
    const filters = [{ propertyName: 'hs_lastmodifieddate', operator: 'GT', value: String(START) }]
    const found = await companies.searchApi.doSearch({ filterGroups: [{ filters }], limit: 10 } as never)
    expect(found.results.map((each) => each.id)).toEqual([id])
    const read = await companies.basicApi.getById(id, ['numberofemployees'], ['numberofemployees'])
    expect(read.properties.numberofemployees).toBe('240')
    expect(read.propertiesWithHistory?.numberofemployees).toMatchObject([{ value: '240', sourceType: 'ANALYTICS' }])
  })

  test('contacts are associated with a primary company and others, and read from both sides in pages', async () => {
    const { hubspot, associations, contacts } = await start()
    const [first, second] = [hubspot.createCompany({ name: 'First' }), hubspot.createCompany({ name: 'Second' })]
    const ids = Array.from({ length: 501 }, () => hubspot.createContact({}, { companyId: first }))
    const [id = ''] = ids
    hubspot.associate(id, second, { primary: false })
    const ofContact = await associations.v4.basicApi.getPage('contacts', id, 'companies')
    expect(ofContact.results.map((each) => String(each.toObjectId))).toEqual([first, second])
    expect(ofContact.results[0]?.associationTypes.map((each) => each.label)).toEqual(['Primary', null])
    const page = await associations.v4.basicApi.getPage('companies', first, 'contacts')
    expect([page.results.length, page.paging?.next?.after]).toEqual([500, '500'])
    const rest = await associations.v4.basicApi.getPage('companies', first, 'contacts', '500')
    expect(rest.results.map((each) => String(each.toObjectId))).toEqual([ids[500]])
    const inputs = [{ id: first, after: '500' }, { id: second }]
    const batch = await associations.v4.batchApi.getPage('companies', 'contacts', { inputs })
    expect(batch.results.map((each) => each.to.map((to) => String(to.toObjectId)))).toEqual([[ids[500]], [id]])

    hubspot.associate(id, second)
    expect(hubspot.contact(id)?.associatedcompanyid).toBe(second)
    hubspot.removeAssociation(id, second)
    expect(hubspot.contact(id)?.associatedcompanyid).toBeNull()
    hubspot.changeContact(id, {}, { companyId: first })
    expect(hubspot.contact(id)?.associatedcompanyid).toBe(first)
    await contacts.basicApi.update(id, { properties: { associatedcompanyid: second } })
    const again = await associations.v4.basicApi.getPage('contacts', id, 'companies')
    expect(again.results.map((each) => String(each.toObjectId))).toContain(second)
  })
})

describe('deals', () => {
  test('a deal is read with what its stage means, and through its contacts', async () => {
    const { hubspot, associations, client } = await start()
    const { deals } = client.crm
    const [one, two] = [hubspot.createContact({}), hubspot.createContact({})]
    const companyId = hubspot.createCompany({ name: 'Acme' })
    const properties = { dealname: 'Acme', dealstage: 'qualifiedtobuy', amount: '9000' }
    const id = hubspot.createDeal(properties, { contactIds: [one, two], companyId })
    expect((await deals.basicApi.getById(id)).properties).toMatchObject({ ...properties, pipeline: 'default' })
    hubspot.changeDeal(id, { dealstage: 'closedwon' }, { by: 'import' })
    const asked = ['dealstage', 'hs_is_closed_won']
    const inputs = [{ id }, { id: '999' }]
    const read = await deals.batchApi.read({ inputs, properties: asked, propertiesWithHistory: [] })
    expect(read).toMatchObject({
      results: [{ properties: { dealstage: 'closedwon', hs_is_closed_won: 'true' } }],
      numErrors: 1,
    })
    const ofDeal = await associations.v4.basicApi.getPage('deals', id, 'contacts')
    expect(ofDeal.results.map((each) => String(each.toObjectId))).toEqual([one, two])
    const ofContacts = await associations.v4.batchApi.getPage('contacts', 'deals', { inputs: [{ id: two }] })
    expect(ofContacts.results[0]?.to.map((to) => String(to.toObjectId))).toEqual([id])
    const filters = [{ propertyName: 'associations.contact', operator: 'EQ', value: one }]
    const found = await deals.searchApi.doSearch({ filterGroups: [{ filters }], limit: 10 } as never)
    expect(found.results.map((each) => each.id)).toEqual([id])
    const wrong = deals.basicApi.update(id, { properties: { dealstage: 'no-stage' } })
    await expect(wrong).rejects.toMatchObject({ code: 400 })
  })
})

describe('the account', () => {
  test('says which portal it is, which pipelines it has and what the token may', async () => {
    const { hubspot, client } = await start({ portalId: 90_012_345, appId: 7_700_123 })
    const get = async (path: string) => (await client.apiRequest({ path })).json()
    const details = {
      portalId: 90_012_345,
      timeZone: 'US/Eastern',
      companyCurrency: 'USD',
      uiDomain: 'app.hubspot.com',
    }
    expect(await get('/account-info/v3/details')).toMatchObject(details)
    expect(await get('/crm/v3/pipelines/deals')).toMatchObject({
      results: [{ id: 'default', stages: expect.arrayContaining([expect.objectContaining({ id: 'qualifiedtobuy' })]) }],
    })
    hubspot.denyScope('sales-email-read')
    const path = '/oauth/v2/private-apps/get/access-token-info'
    const info = await client.apiRequest({ method: 'POST', path, body: { tokenKey: 'pat-test' } })
    const token = (await info.json()) as { hubId: number; scopes: string[] }
    expect(token).toMatchObject({ userId: 80_011, hubId: 90_012_345, appId: 7_700_123 })
    expect(token.scopes).toContain('crm.objects.contacts.read')
    expect(token.scopes).not.toContain('sales-email-read')
    const other = await client.apiRequest({ method: 'POST', path, body: { tokenKey: 'pat-other' } })
    expect(other.status).toBe(404)
  })

  test('lists workflows where the plan has them', async () => {
    const { hubspot, client } = await start()
    const status = async () => (await client.apiRequest({ path: '/automation/v4/flows' })).status
    expect(await status()).toBe(200)
    hubspot.hasWorkflows(false)
    expect(await status()).toBe(403)
  })
})
