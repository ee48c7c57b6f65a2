import { describe, expect, test } from 'vitest'
import { useSimulatedHubSpot } from '../support/simulated-hubspot.ts'

const start = useSimulatedHubSpot()

/** One row of a batch update. */
function row(id: string, properties: Record<string, string>) {
  return { id, properties }
}

/** The detail of a 400 that names one property. */
function detail(code: string, name: string) {
  return { errors: [{ code, context: { propertyName: [name] }, message: expect.any(String) }] }
}

describe('values that HubSpot does not take', () => {
  test.each([
    ['the user id of an owner', '80011'],
    ['an unknown id', '999'],
  ])('%s is not an owner id', async (_what, hubspot_owner_id) => {
    const { hubspot, contacts } = await start()
    const [good, bad] = [hubspot.createContact({}), hubspot.createContact({})]
    const inputs = [row(good, { jobtitle: 'CMO' }), row(bad, { hubspot_owner_id })]
    const body = { category: 'VALIDATION_ERROR', ...detail('INVALID_OWNER_ID', 'hubspot_owner_id') }
    await expect(contacts.batchApi.update({ inputs })).rejects.toMatchObject({ code: 400, body })
    expect(hubspot.contact(good)?.jobtitle).toBeUndefined()
  })

  test('an archived owner is listed apart, and is an owner or not, as set', async () => {
    const { hubspot, contacts, owners } = await start()
    const id = hubspot.createContact({})
    hubspot.archiveOwner('101')
    const archived = await owners.ownersApi.getPage(undefined, undefined, 10, true)
    expect(archived.results).toMatchObject([{ id: '101', userId: null, userIdIncludingInactive: 80_011 }])
    const write = () => contacts.basicApi.update(id, { properties: { hubspot_owner_id: '101' } })
    hubspot.setArchivedOwners('refuse')
    await expect(write()).rejects.toMatchObject({ code: 400, body: detail('INVALID_OWNER_ID', 'hubspot_owner_id') })
    hubspot.setArchivedOwners('take')
    await write()
    expect(hubspot.contact(id)?.hubspot_owner_id).toBe('101')
  })

  test('a property whose writes are made to fail is refused to apps, not to people, until mended', async () => {
    const { hubspot, contacts } = await start()
    const id = hubspot.createContact({})
    hubspot.failProperty('jobtitle', 'READ_ONLY_VALUE')
    const write = () => contacts.basicApi.update(id, { properties: { jobtitle: 'CMO' } })
    await expect(write()).rejects.toMatchObject({ code: 400, body: detail('READ_ONLY_VALUE', 'jobtitle') })
    hubspot.changeContact(id, { jobtitle: 'VP' })
    hubspot.mend()
    await write()
    expect(hubspot.contact(id)?.jobtitle).toBe('CMO')
  })

  test('a batch refuses one bad row alone where it is set so, and every error row has errors and links', async () => {
    const { hubspot, contacts } = await start({ partial: true })
    const [good, bad] = [hubspot.createContact({}), hubspot.createContact({})]
    const inputs = [
      row(good, { jobtitle: 'CMO' }),
      row(bad, { hs_lead_status: 'Open' }),
      row('999', { jobtitle: 'CMO' }),
    ]
    const answer = await contacts.batchApi.updateWithHttpInfo({ inputs })
    expect(answer.httpStatusCode).toBe(207)
    expect(answer.data).toMatchObject({
      results: [{ id: good }],
      numErrors: 2,
      errors: [
        {
          category: 'VALIDATION_ERROR',
          context: { ids: [bad] },
          ...detail('INVALID_OPTION', 'hs_lead_status'),
          links: {},
        },
        { category: 'OBJECT_NOT_FOUND', context: { ids: ['999'] }, errors: [], links: {} },
      ],
    })
    hubspot.setPartial(false)
    await expect(contacts.batchApi.update({ inputs })).rejects.toMatchObject({ code: 400 })
  })

  test('opt-outs are read, by subscription too, and not written', async () => {
    const { hubspot, contacts, properties } = await start()
    hubspot.createSubscriptionType('20202', 'Newsletter')
    const id = hubspot.createContact({ hs_email_optout: 'false', hs_email_optout_20202: 'true' })
    const read = await contacts.basicApi.getById(id, ['hs_email_optout', 'hs_email_optout_20202'])
    expect(read.properties).toMatchObject({ hs_email_optout: 'false', hs_email_optout_20202: 'true' })
    const write = contacts.basicApi.update(id, { properties: { hs_email_optout_20202: 'false' } })
    await expect(write).rejects.toMatchObject({ code: 400, body: detail('READ_ONLY_VALUE', 'hs_email_optout_20202') })
    const definition = await properties.coreApi.getByName('contacts', 'hs_email_optout_20202')
    expect(definition).toMatchObject({ type: 'bool', label: 'Opted out of email: Newsletter', calculated: false })
  })

  test.each([
    ['contacts', 'num_conversion_events', true, true],
    ['contacts', 'hs_first_outreach_date', true, true],
    ['contacts', 'notes_last_contacted', false, true],
    ['contacts', 'hs_sa_first_engagement_date', false, true],
    ['contacts', 'associatedcompanyid', false, false],
    ['contacts', 'hs_analytics_source', false, false],
    ['contacts', 'hs_v2_date_entered_lead', false, true],
    ['companies', 'numberofemployees', false, false],
  ])('%s: %s is calculated %s and read-only %s', async (type, name, calculated, readOnlyValue) => {
    const { properties } = await start()
    const definition = await properties.coreApi.getByName(type, name)
    expect(definition).toMatchObject({ calculated, modificationMetadata: { readOnlyValue } })
  })
})

describe('scopes', () => {
  const CALLS: [scope: string, method: string, path: string][] = [
    ['crm.objects.contacts.read', 'GET', '/crm/v3/objects/contacts/1'],
    ['crm.objects.contacts.read', 'POST', '/crm/v3/objects/contacts/search'],
    ['crm.objects.contacts.read', 'POST', '/crm/v3/objects/calls/batch/read'],
    ['crm.objects.contacts.read', 'GET', '/crm/v4/objects/contacts/1/associations/meetings'],
    ['crm.objects.contacts.write', 'POST', '/crm/v3/objects/contacts/batch/update'],
    ['crm.objects.companies.read', 'POST', '/crm/v3/objects/companies/batch/read'],
    ['crm.objects.deals.read', 'GET', '/crm/v3/objects/deals/1'],
    ['crm.objects.owners.read', 'GET', '/crm/v3/owners'],
    ['crm.schemas.contacts.read', 'GET', '/crm/v3/properties/contacts'],
    ['crm.schemas.contacts.write', 'POST', '/crm/v3/properties/contacts/groups'],
    ['crm.schemas.companies.read', 'GET', '/crm/v3/properties/companies'],
    ['crm.schemas.deals.read', 'GET', '/crm/v3/pipelines/deals'],
    ['sales-email-read', 'POST', '/crm/v3/objects/emails/search'],
    ['automation', 'GET', '/automation/v4/flows'],
  ]

  test.each(CALLS)('without %s, %s %s is refused by its name, until it is allowed', async (scope, method, path) => {
    const { hubspot, client } = await start()
    const call = () => client.apiRequest({ method: method as 'GET', path, ...(method === 'POST' ? { body: {} } : {}) })
    for (const [other] of CALLS) if (other !== scope) hubspot.denyScope(other)
    expect((await call()).status).not.toBe(403)
    hubspot.denyScope(scope)
    const refused = await call()
    expect(refused.status).toBe(403)
    expect(await refused.json()).toMatchObject({
      category: 'MISSING_SCOPES',
      errors: [{ context: { requiredGranularScopes: [scope] } }],
    })
    hubspot.allowScope(scope)
    expect((await call()).status).not.toBe(403)
  })
})
