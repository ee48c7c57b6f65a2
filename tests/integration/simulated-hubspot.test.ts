import { Client } from '@hubspot/api-client'
import { describe, expect, test } from 'vitest'
import { START, useSimulatedHubSpot } from '../support/simulated-hubspot.ts'

const start = useSimulatedHubSpot()

/** A batch update as the client sends it. */
function update(id: string, properties: Record<string, string>) {
  return { id, properties }
}

describe('reading', () => {
  test('gives the asked properties, null for unset ones, nothing for unknown ones, and the three it always gives', async () => {
    const { hubspot, contacts } = await start()
    const id = hubspot.createContact({ email: 'Dana@Acme.example', jobtitle: 'CMO', num_conversion_events: '2' })
    const read = await contacts.basicApi.getById(id, ['email', 'numemployees', 'num_conversion_events', 'no_such'])
    expect(id).toMatch(/^\d{12}$/)
    expect(read.properties).toEqual({
      createdate: '2026-11-20T12:00:00.000Z',
      email: 'dana@acme.example',
      hs_object_id: id,
      lastmodifieddate: '2026-11-20T12:00:00.000Z',
      num_conversion_events: '2',
      numemployees: null,
    })
    expect(read.createdAt).toEqual(new Date(START))
  })

  test('finds by email, and refuses an unknown id, a wrong token and an unknown path', async () => {
    const { hubspot, client, contacts } = await start()
    const id = hubspot.createContact({ email: 'dana@acme.example' })
    const [no, none] = [undefined, []]
    expect((await contacts.basicApi.getById('DANA@acme.example', none, none, none, false, 'email')).id).toBe(id)
    const missing = contacts.basicApi.getById('999')
    await expect(missing).rejects.toMatchObject({ code: 404, body: { status: 'error', category: 'OBJECT_NOT_FOUND' } })
    const stranger = new Client({ accessToken: 'pat-wrong', basePath: hubspot.url })
    const denied = stranger.crm.contacts.basicApi.getById(id, no)
    await expect(denied).rejects.toMatchObject({ code: 401, body: { category: 'INVALID_AUTHENTICATION' } })
    expect((await client.apiRequest({ path: '/crm/v3/objects/tickets/1?a=b' })).status).toBe(404)
    expect(hubspot.unexpectedCalls).toEqual(['GET /crm/v3/objects/tickets/1'])
    expect(hubspot.calls.map((call) => call.status)).toEqual([200, 404, 401, 404])
  })

  test('a batch names missing ids in a 207, and takes at most 100', async () => {
    const { hubspot, contacts } = await start()
    const id = hubspot.createContact({ email: 'dana@acme.example', jobtitle: 'CMO' })
    const ask = (ids: string[], idProperty?: string) =>
      contacts.batchApi.readWithHttpInfo({
        ...{ inputs: ids.map((each) => ({ id: each })), properties: ['jobtitle'], propertiesWithHistory: [] },
        ...(idProperty ? { idProperty } : {}),
      })
    const partial = await ask([id, '998', '999'])
    expect(partial.httpStatusCode).toBe(207)
    expect(partial.data).toMatchObject({
      results: [{ id }],
      numErrors: 1,
      errors: [{ context: { ids: ['998', '999'] } }],
    })
    const byEmail = await ask(['dana@acme.example'], 'email')
    expect([byEmail.httpStatusCode, byEmail.data.results[0]?.properties.jobtitle]).toEqual([200, 'CMO'])
    const ids = Array.from({ length: 101 }, (_, index) => String(index))
    await expect(ask(ids)).rejects.toMatchObject({ code: 400, body: { category: 'VALIDATION_ERROR' } })
  })

  test('a list gives all records in pages, without archived ones', async () => {
    const { hubspot, contacts } = await start()
    const ids = ['CMO', 'VP', 'CEO', 'CFO'].map((jobtitle) => hubspot.createContact({ jobtitle }))
    hubspot.deleteContact(ids[1] ?? '')
    const first = await contacts.basicApi.getPage(2, undefined, ['jobtitle'])
    expect(first.results.map((each) => each.properties.jobtitle)).toEqual(['CMO', 'CEO'])
    const second = await contacts.basicApi.getPage(2, first.paging?.next?.after, ['jobtitle'])
    expect([second.results.map((each) => each.id), second.paging]).toEqual([[ids[3]], undefined])
    const archived = await contacts.basicApi.getPage(10, undefined, [], [], [], true)
    expect(archived.results.map((each) => each.id)).toEqual([ids[1]])
    for (const [limit, history] of [[101], [51, ['jobtitle']]] as const)
      await expect(contacts.basicApi.getPage(limit, undefined, [], [...(history ?? [])])).rejects.toMatchObject({
        code: 400,
      })
  })

  test('a company is read by its id, through the contact and through its associations', async () => {
    const { hubspot, contacts, companies, associations } = await start()
    const companyId = hubspot.createCompany({ name: 'Acme', domain: 'acme.example', numberofemployees: '240' })
    const id = hubspot.createContact({ email: 'dana@acme.example' }, { companyId })
    const alone = hubspot.createContact({ email: 'eve@solo.example' })
    const contact = await contacts.basicApi.getById(id, ['associatedcompanyid'], [], ['companies'])
    expect(contact.properties.associatedcompanyid).toBe(companyId)
    expect(contact.associations?.companies?.results[0]?.id).toBe(companyId)
    const inputs = [{ id: companyId }]
    const read = await companies.batchApi.read({ inputs, properties: ['numberofemployees'], propertiesWithHistory: [] })
    expect(read.results[0]?.properties.numberofemployees).toBe('240')
    const page = await associations.v4.basicApi.getPage('contacts', id, 'companies')
    expect(page.results.map((each) => String(each.toObjectId))).toEqual([companyId])
    const batch = await associations.v4.batchApi.getPage('contacts', 'companies', { inputs: [{ id }, { id: alone }] })
    expect(batch).toMatchObject({ results: [{ _from: { id } }], errors: [{ context: { fromObjectId: [alone] } }] })
  })

  test('owners are listed in pages, without deactivated ones, and read by id or userId', async () => {
    const { hubspot, owners } = await start()
    hubspot.createOwner({ id: '102', email: 'sdr@team.example', firstName: 'Bo', lastName: 'Two' })
    hubspot.createOwner({ id: '103', email: 'gone@team.example', firstName: 'Cy', lastName: 'Three', archived: true })
    const first = await owners.ownersApi.getPage(undefined, undefined, 1)
    const second = await owners.ownersApi.getPage(undefined, first.paging?.next?.after, 1)
    expect([first.results[0]?.id, second.results[0]?.id, second.paging]).toEqual(['101', '102', undefined])
    const archived = await owners.ownersApi.getPage(undefined, undefined, 100, true)
    expect(archived.results).toMatchObject([{ id: '103', userId: null }])
    await expect(owners.ownersApi.getById(103)).rejects.toMatchObject({ code: 404 })
    expect((await owners.ownersApi.getById(103, 'id', true)).email).toBe('gone@team.example')
    const userId = first.results[0]?.userId ?? 0
    expect((await owners.ownersApi.getById(userId, 'userId')).id).toBe('101')
    await expect(owners.ownersApi.getById(userId, 'id')).rejects.toMatchObject({ code: 404 })
  })
})

describe('writing', () => {
  test('a batch update writes the rows that exist and reports each missing one', async () => {
    const { hubspot, clock, contacts } = await start()
    const id = hubspot.createContact({ email: 'dana@acme.example' })
    clock.now += 60_000
    const inputs = [update('999', { jobtitle: 'X' }), update(id, { jobtitle: 'CMO', hubspot_owner_id: '101' })]
    const answer = await contacts.batchApi.updateWithHttpInfo({ inputs })
    expect(answer.httpStatusCode).toBe(207)
    expect(answer.data).toMatchObject({ results: [{ id }], numErrors: 1, errors: [{ context: { ids: ['999'] } }] })
    expect(hubspot.contact(id)).toMatchObject({
      ...{ jobtitle: 'CMO', hubspot_owner_id: '101', hubspot_owner_assigneddate: '2026-11-20T12:01:00.000Z' },
      ...{ createdate: '2026-11-20T12:00:00.000Z', lastmodifieddate: '2026-11-20T12:01:00.000Z' },
    })
  })

  test.each([
    ['an unknown property', { baton_score: '10' }, 'PROPERTY_DOESNT_EXIST'],
    ['a value that is no option', { hs_lead_status: 'Open' }, 'INVALID_OPTION'],
    ['a read-only property', { hs_email_open: '3' }, 'READ_ONLY_VALUE'],
    ['a calculated property', { num_conversion_events: '3' }, 'READ_ONLY_VALUE'],
    ['an owner id that is none', { hubspot_owner_id: '80011' }, 'INVALID_OWNER_ID'],
    ['an email that is none', { email: 'dana' }, 'INVALID_EMAIL'],
  ])('%s in one input refuses the whole batch', async (_what, properties, code) => {
    const { hubspot, contacts } = await start()
    const [good, bad] = [hubspot.createContact({ jobtitle: 'CMO' }), hubspot.createContact({})]
    const answer = contacts.batchApi.update({ inputs: [update(good, { jobtitle: 'CEO' }), update(bad, properties)] })
    const body = { category: 'VALIDATION_ERROR', message: expect.stringContaining(`"error":"${code}"`) }
    await expect(answer).rejects.toMatchObject({ code: 400, body })
    expect(hubspot.contact(good)?.jobtitle).toBe('CMO')
  })

  test('the same id twice in one batch refuses it', async () => {
    const { hubspot, contacts } = await start()
    const id = hubspot.createContact({ jobtitle: 'CMO' })
    const answer = contacts.batchApi.update({ inputs: [update(id, { jobtitle: 'A' }), update(id, { jobtitle: 'B' })] })
    await expect(answer).rejects.toMatchObject({ code: 400, body: { context: { ids: [id] } } })
    expect(hubspot.contact(id)?.jobtitle).toBe('CMO')
  })

  test('the life cycle does not go back, unless it was cleared first', async () => {
    const { hubspot, contacts } = await start()
    const id = hubspot.createContact({ lifecyclestage: 'salesqualifiedlead' })
    const set = (lifecyclestage: string) => contacts.basicApi.update(id, { properties: { lifecyclestage } })
    await set('lead')
    expect(hubspot.contact(id)?.lifecyclestage).toBe('salesqualifiedlead')
    await set('opportunity')
    expect(hubspot.contact(id)?.lifecyclestage).toBe('opportunity')
    await set('')
    await set('lead')
    expect(hubspot.contact(id)?.lifecyclestage).toBe('lead')
  })

  test('creating refuses an email that is taken, in a batch before anything is written', async () => {
    const { hubspot, contacts } = await start()
    const id = hubspot.createContact({ email: 'dana@acme.example' })
    const conflict = { code: 409, body: { message: `Contact already exists. Existing ID: ${id}` } }
    const again = { properties: { email: 'Dana@acme.example' }, associations: [] }
    await expect(contacts.basicApi.create(again)).rejects.toMatchObject(conflict)
    const other = { properties: { email: 'eve@acme.example' }, associations: [] }
    await expect(contacts.batchApi.create({ inputs: [other, again] })).rejects.toMatchObject(conflict)
    const created = await contacts.batchApi.create({ inputs: [other] })
    expect(hubspot.contact(created.results[0]?.id ?? '')?.email).toBe('eve@acme.example')
  })

  test('the history of a property says who set each value', async () => {
    const { hubspot, contacts } = await start()
    const id = hubspot.createContact({ hs_lead_status: 'NEW' }, { by: 'form' })
    await contacts.basicApi.update(id, { properties: { hs_lead_status: 'OPEN' } })
    hubspot.changeContact(id, { hs_lead_status: 'CONNECTED' })
    const read = await contacts.basicApi.getById(id, [], ['hs_lead_status'])
    const history = read.propertiesWithHistory?.hs_lead_status?.map((each) => [each.value, each.sourceType])
    expect(history).toEqual([
      ['CONNECTED', 'CRM_UI'],
      ['OPEN', 'INTEGRATION'],
      ['NEW', 'FORM'],
    ])
  })
})

describe('life of a record', () => {
  test('a deleted contact is only read as archived, comes back when restored, and is gone after a privacy deletion', async () => {
    const { hubspot, contacts } = await start()
    const id = hubspot.createContact({ email: 'dana@acme.example' })
    const read = (archived: boolean) => contacts.basicApi.getById(id, [], [], [], archived)
    hubspot.deleteContact(id)
    await expect(read(false)).rejects.toMatchObject({ code: 404 })
    expect((await read(true)).archived).toBe(true)
    expect(hubspot.contact(id)).toBeUndefined()
    const inputs = [update(id, { jobtitle: 'CMO' })]
    expect(await contacts.batchApi.update({ inputs })).toMatchObject({ results: [], numErrors: 1 })
    const batch = { inputs: [{ id }], properties: [], propertiesWithHistory: [] }
    expect((await contacts.batchApi.read(batch)).results).toEqual([])
    expect((await contacts.batchApi.read(batch, true)).results).toMatchObject([{ id, archived: true }])
    hubspot.restoreContact(id)
    expect((await read(false)).id).toBe(id)
    hubspot.privacyDeleteContact(id)
    for (const archived of [false, true]) await expect(read(archived)).rejects.toMatchObject({ code: 404 })
  })

  test('both ids of a merge lead to a new record, in which the primary wins', async () => {
    const { hubspot, contacts } = await start()
    const primary = hubspot.createContact({ email: 'dana@acme.example', jobtitle: 'CMO' })
    const merged = hubspot.createContact({ email: 'd@acme.example', jobtitle: 'VP', country: 'France' })
    const newId = hubspot.mergeContacts(primary, merged)
    expect([primary, merged]).not.toContain(newId)
    for (const id of [primary, merged, newId]) {
      const read = await contacts.basicApi.getById(id, ['jobtitle', 'country', 'email'])
      expect(read).toMatchObject({
        id: newId,
        properties: { jobtitle: 'CMO', country: 'France', email: 'dana@acme.example' },
      })
    }
    const inputs = [{ id: merged }]
    const batch = await contacts.batchApi.read({ inputs, properties: [], propertiesWithHistory: [] })
    expect(batch.results.map((each) => each.id)).toEqual([newId])
  })
})
