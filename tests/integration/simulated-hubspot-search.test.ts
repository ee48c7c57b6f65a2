import { describe, expect, test } from 'vitest'
import { useSimulatedHubSpot } from '../support/simulated-hubspot.ts'

const start = useSimulatedHubSpot()

describe('search', () => {
  test('filters, sorts and pages', async () => {
    const { hubspot, contacts } = await start()
    const ids = [3, 1, 2].map((day) => {
      const recent_conversion_date = `2026-11-0${day}T00:00:00Z`
      return hubspot.createContact({
        email: `${day}@acme.example`,
        recent_conversion_date,
        num_conversion_events: '10',
      })
    })
    hubspot.createContact({ email: 'none@acme.example' })
    const search = (filters: object[], more: object = {}) =>
      contacts.searchApi.doSearch({ filterGroups: [{ filters }], properties: [], limit: 200, ...more } as never)
    const found = async (...filters: object[]) => (await search(filters)).results.map((each) => each.id)
    const date = (operator: string, value?: string) => ({ propertyName: 'recent_conversion_date', operator, value })
    expect(await found(date('GTE', '2026-11-02T00:00:00.000Z'))).toEqual([ids[0], ids[2]])
    expect(await found(date('GT', String(Date.parse('2026-11-02T00:00:00Z'))))).toEqual([ids[0]])
    expect(await found(date('HAS_PROPERTY'))).toEqual(ids)
    expect(await found({ propertyName: 'email', operator: 'EQ', value: '1@ACME.example' })).toEqual([ids[1]])
    expect(await found({ propertyName: 'hs_object_id', operator: 'IN', values: ids.slice(1) })).toEqual(ids.slice(1))
    expect(await found({ propertyName: 'num_conversion_events', operator: 'GT', value: '9' })).toEqual(ids)
    const sorts = [{ propertyName: 'recent_conversion_date', direction: 'ASCENDING' }]
    const first = await search([date('HAS_PROPERTY')], { sorts, limit: 2 })
    expect([first.total, first.results.map((each) => each.id)]).toEqual([3, [ids[1], ids[2]]])
    const second = await search([date('HAS_PROPERTY')], { sorts, limit: 2, after: first.paging?.next?.after })
    expect([second.results.map((each) => each.id), second.paging]).toEqual([[ids[0]], undefined])
  })

  test('finds words and patterns, sorts newest first, and leaves out values', async () => {
    const { hubspot, contacts } = await start()
    const [one, two] = ['Head of Sales', 'Sales Ops'].map((jobtitle, index) => {
      return hubspot.createContact({ jobtitle, email: `${index}@acme.example` }, { createdAt: 1_000 * index })
    })
    const found = async (propertyName: string, operator: string, more: object) => {
      const filterGroups = [{ filters: [{ propertyName, operator, ...more }] }]
      const sorts = [{ propertyName: 'createdate', direction: 'DESCENDING' }]
      return (await contacts.searchApi.doSearch({ filterGroups, sorts, limit: 10 } as never)).results.map(
        ({ id }) => id,
      )
    }
    expect(await found('jobtitle', 'CONTAINS_TOKEN', { value: 'sales' })).toEqual([two, one])
    expect(await found('jobtitle', 'CONTAINS_TOKEN', { value: 'sale' })).toEqual([])
    expect(await found('email', 'CONTAINS_TOKEN', { value: '0@*' })).toEqual([one])
    expect(await found('jobtitle', 'NOT_IN', { values: ['sales ops'] })).toEqual([one])
    expect(await found('hs_object_id', 'GT', { value: one })).toEqual([two])
    expect(await found('createdate', 'BETWEEN', { value: '0', highValue: '500' })).toEqual([one])
  })

  test('refuses a body of more than 3,000 characters', async () => {
    const { contacts } = await start()
    const values = Array.from({ length: 250 }, (_, index) => String(401_000_000_000 + index))
    const filterGroups = [{ filters: [{ propertyName: 'hs_object_id', operator: 'IN', values }] }]
    await expect(contacts.searchApi.doSearch({ filterGroups } as never)).rejects.toMatchObject({ code: 400 })
  })

  test('refuses more than 200 at a time, more than 10,000 in all and unknown properties', async () => {
    const { contacts } = await start()
    const search = (request: object) => contacts.searchApi.doSearch(request as never)
    const unknown = [{ filters: [{ propertyName: 'no_such', operator: 'HAS_PROPERTY' }] }]
    for (const request of [{ limit: 201 }, { limit: 200, after: '9801' }, { filterGroups: unknown }])
      await expect(search(request)).rejects.toMatchObject({ code: 400 })
    expect((await search({ limit: 200, after: '9800' })).results).toEqual([])
  })
})

describe('the index of search', () => {
  test('sees new and changed records only after its lag, with the values that they had', async () => {
    const { hubspot, clock, contacts } = await start({ searchLagMs: 5_000 })
    const filters = [{ propertyName: 'email', operator: 'HAS_PROPERTY' }]
    const found = async () => {
      const request = { filterGroups: [{ filters }], properties: ['jobtitle'], limit: 10 }
      return (await contacts.searchApi.doSearch(request as never)).results.map((each) => each.properties.jobtitle)
    }
    const id = hubspot.createContact({ email: 'dana@acme.example', jobtitle: 'CMO' })
    clock.now += 4_999
    expect(await found()).toEqual([])
    clock.now += 1
    expect(await found()).toEqual(['CMO'])
    hubspot.changeContact(id, { jobtitle: 'VP' })
    clock.now += 3_000
    hubspot.changeContact(id, { jobtitle: 'CEO' })
    expect([await found(), hubspot.contact(id)?.jobtitle]).toEqual([['CMO'], 'CEO'])
    clock.now += 2_000
    expect(await found()).toEqual(['VP'])
    hubspot.setSearchLag(0)
    expect(await found()).toEqual(['CEO'])
  })
})

describe('property definitions', () => {
  const score = {
    name: 'baton_score',
    label: 'Score',
    groupName: 'baton',
    type: 'number',
    fieldType: 'number',
  } as const
  const group = { name: 'baton', label: 'Baton' }

  test('a group and a property are created once, and the property is then written and checked', async () => {
    const { hubspot, contacts, properties } = await start()
    const id = hubspot.createContact({})
    await expect(properties.coreApi.getByName('contacts', 'baton_score')).rejects.toMatchObject({ code: 404 })
    await expect(properties.coreApi.create('contacts', score as never)).rejects.toMatchObject({ code: 400 })
    await properties.groupsApi.create('contacts', group)
    await expect(properties.groupsApi.create('contacts', group)).rejects.toMatchObject({ code: 409 })
    expect((await properties.groupsApi.getAll('contacts')).results.map((each) => each.name)).toContain('baton')
    await properties.coreApi.create('contacts', score as never)
    await expect(properties.coreApi.create('contacts', score as never)).rejects.toMatchObject({ code: 409 })
    expect(await properties.coreApi.getByName('contacts', 'baton_score')).toMatchObject({
      type: 'number',
      calculated: false,
    })
    await contacts.basicApi.update(id, { properties: { baton_score: '61' } })
    expect(hubspot.contact(id)?.baton_score).toBe('61')
    const text = contacts.basicApi.update(id, { properties: { baton_score: 'high' } })
    await expect(text).rejects.toMatchObject({
      code: 400,
      body: { message: expect.stringContaining('INVALID_DOUBLE') },
    })
  })

  test('a batch creates what is new and reports what exists', async () => {
    const { properties } = await start()
    await properties.groupsApi.create('contacts', group)
    await properties.coreApi.create('contacts', score as never)
    const inputs = [score, { ...score, name: 'baton_fit_score' }]
    const answer = await properties.batchApi.createWithHttpInfo('contacts', { inputs: inputs as never })
    expect(answer.httpStatusCode).toBe(207)
    expect(answer.data).toMatchObject({ results: [{ name: 'baton_fit_score' }], numErrors: 1 })
    const all = (await properties.coreApi.getAll('contacts')).results
    expect(all.find((each) => each.name === 'hs_email_open')?.modificationMetadata?.readOnlyValue).toBe(true)
    expect(all.find((each) => each.name === 'num_conversion_events')?.calculated).toBe(true)
  })
})
