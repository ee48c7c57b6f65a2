import { describe, expect, test } from 'vitest'
import { signHubSpotRequestV1 } from '../../simulators/hubspot/simulated-hubspot.ts'
import { CLIENT_SECRET, START } from '../support/simulated-hubspot.ts'
import { type Received, useWebhookTarget } from '../support/webhook-target.ts'

const { connected } = useWebhookTarget()

describe('events of companies, deals and associations', () => {
  test('are not sent unless they are subscribed to', async () => {
    const { hubspot, events } = await connected()
    const companyId = hubspot.createCompany({ name: 'Acme' })
    hubspot.associate(hubspot.createContact({}, { silent: true }), companyId)
    hubspot.createDeal({ dealstage: 'qualifiedtobuy' })
    await hubspot.settled()
    expect(events()).toEqual([])
  })

  test('have the classic form, in which an association has no object id', async () => {
    const { hubspot, names, events } = await connected({ companies: true, deals: ['dealstage'], associations: true })
    const id = hubspot.createContact({}, { silent: true })
    const companyId = hubspot.createCompany({ name: 'Acme', phone: '1' })
    const dealId = hubspot.createDeal({ dealname: 'Acme', dealstage: 'qualifiedtobuy' })
    hubspot.changeDeal(dealId, { dealstage: 'closedwon', amount: '9000' })
    hubspot.associate(id, companyId)
    hubspot.removeAssociation(id, companyId)
    await hubspot.settled()
    expect(names()).toEqual([
      ...['company.creation', 'company.propertyChange name', 'deal.creation', 'deal.propertyChange dealstage'],
      ...['deal.propertyChange dealstage', 'contact.associationChange', 'company.associationChange'],
      ...['contact.associationChange', 'company.associationChange'],
    ])
    const [associated, , removed] = events().slice(5)
    const ends = { fromObjectId: Number(id), toObjectId: Number(companyId), isPrimaryAssociation: true }
    expect(associated).toMatchObject({ ...ends, associationType: 'CONTACT_TO_COMPANY', associationRemoved: false })
    expect(removed).toMatchObject({ ...ends, associationRemoved: true })
    expect(associated).not.toHaveProperty('objectId')
  })

  test('have the generic form with the type of the object', async () => {
    const { hubspot, events } = await connected({ form: 'generic', companies: true, deals: true, associations: true })
    const companyId = hubspot.createCompany({})
    hubspot.changeDeal(hubspot.createDeal({}, { silent: true }), { dealstage: 'closedwon' })
    hubspot.associate(hubspot.createContact({}, { silent: true }), companyId)
    await hubspot.settled()
    expect(events()).toMatchObject([
      { subscriptionType: 'object.creation', objectTypeId: '0-2', objectId: Number(companyId) },
      { subscriptionType: 'object.propertyChange', objectTypeId: '0-3', propertyValue: 'closedwon' },
      { subscriptionType: 'object.associationChange', fromObjectTypeId: '0-1', toObjectTypeId: '0-2' },
      { subscriptionType: 'object.associationChange', fromObjectTypeId: '0-2', toObjectTypeId: '0-1' },
    ])
  })
})

describe('what is not documented', () => {
  test('calculated properties fire only where it is set so', async () => {
    const { hubspot, names, targetUrl } = await connected()
    const id = hubspot.createContact({}, { silent: true })
    hubspot.submitForm(id, { name: 'Request a demo' })
    await hubspot.settled()
    expect(names()).toEqual([])
    hubspot.setWebhooks({ targetUrl, calculatedFire: true })
    hubspot.submitForm(id, { name: 'Request a demo' })
    await hubspot.settled()
    expect(names()).toEqual(['contact.propertyChange num_conversion_events'])
  })

  test('an activity tells of its counters, by HubSpot or by the person', async () => {
    const { hubspot, events } = await connected({ properties: ['num_contacted_notes'] })
    const id = hubspot.createContact({}, { silent: true })
    hubspot.logActivity(id, { type: 'call', by: 'rep', ownerId: '101' })
    hubspot.logActivity(id, { type: 'call', by: 'rep', ownerId: '101', countedBy: 'person' })
    await hubspot.settled()
    expect(events()).toMatchObject([
      { changeSource: 'ANALYTICS' },
      { changeSource: 'CRM_UI', sourceId: 'userId:80011' },
    ])
  })

  test('a merge may be told of with the id of the primary, or not at all; a deletion is told of at once', async () => {
    const { hubspot, names, events } = await connected()
    const [a, b, c] = ['1', '2', '3'].map(() => hubspot.createContact({}, { silent: true }))
    hubspot.mergeContacts(a ?? '', b ?? '', { sameId: true })
    hubspot.mergeContacts(a ?? '', c ?? '', { silent: true, sameId: true })
    hubspot.deleteContact(a ?? '', { visibleForMs: 900 })
    await hubspot.settled()
    expect(names()).toEqual(['contact.merge', 'contact.deletion'])
    expect(events()[0]).toMatchObject({ primaryObjectId: Number(a), newObjectId: Number(a) })
  })

  test.each([
    ['v1', true, false],
    ['v3', false, true],
    ['both', true, true],
  ] as const)('signature %s', async (signature, v1, v3) => {
    const { hubspot, received } = await connected({ signature })
    hubspot.createContact({})
    await hubspot.settled()
    const { headers, body } = received[0] as Received
    const expected = signHubSpotRequestV1({ clientSecret: CLIENT_SECRET, body })
    expect([headers['x-hubspot-signature'], headers['x-hubspot-signature-version']]).toEqual(
      v1 ? [expected, 'v1'] : [undefined, undefined],
    )
    expect('x-hubspot-signature-v3' in headers).toBe(v3)
  })

  test('v1 agrees with the test vector of the official client', () => {
    const clientSecret = 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy'
    const event = {
      ...{ eventId: 1, subscriptionId: 12345, portalId: 62515, occurredAt: 1564113600000 },
      ...{ subscriptionType: 'contact.creation', attemptNumber: 0, objectId: 123, changeSource: 'CRM' },
      ...{ changeFlag: 'NEW', appId: 54321 },
    }
    const signature = signHubSpotRequestV1({ clientSecret, body: JSON.stringify([event]) })
    expect(signature).toBe('232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de')
  })

  test('events can name another portal, and a change that happened earlier', async () => {
    const { hubspot, events } = await connected({ portalId: 1 })
    const id = hubspot.createContact({}, { silent: true })
    hubspot.changeContact(id, { jobtitle: 'CMO' }, { at: START - 1_000 })
    await hubspot.settled()
    expect(events()).toMatchObject([{ portalId: 1, occurredAt: START - 1_000 }])
  })
})
