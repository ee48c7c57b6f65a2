import { describe, expect, test } from 'vitest'
import { useSimulatedHubSpot } from '../support/simulated-hubspot.ts'

const start = useSimulatedHubSpot()
const HOUR = 3_600_000

describe('merges', () => {
  test('counters add up, the further stage and the newest value stay, histories are one', async () => {
    const { hubspot, clock } = await start()
    const primary = hubspot.createContact({
      ...{ email: 'dana@acme.example', jobtitle: 'CMO', lifecyclestage: 'lead', hs_email_click: '2' },
      hs_email_optout: 'false',
    })
    const merged = hubspot.createContact({
      ...{
        email: 'd@acme.example',
        jobtitle: 'VP',
        country: 'France',
        lifecyclestage: 'customer',
        hs_email_click: '3',
      },
      hs_email_optout: 'true',
    })
    hubspot.submitForm(merged, { name: 'Request a demo' })
    clock.now += HOUR
    hubspot.submitForm(primary, { name: 'Guide' })
    hubspot.changeContact(merged, { jobtitle: 'CEO' })
    clock.now += HOUR
    const id = hubspot.mergeContacts(primary, merged)
    expect(hubspot.contact(id)).toMatchObject({
      ...{ email: 'dana@acme.example', jobtitle: 'CEO', country: 'France', lifecyclestage: 'customer' },
      ...{
        num_conversion_events: '2',
        num_unique_conversion_events: '2',
        hs_email_click: '5',
        hs_email_optout: 'true',
      },
      ...{ recent_conversion_event_name: 'Guide', first_conversion_event_name: 'Request a demo' },
      hs_merged_object_ids: `${primary};${merged}`,
    })
    const values = (name: string) => hubspot.history(id, name).map((each) => each.value)
    expect(values('recent_conversion_event_name')).toEqual(['Guide', 'Request a demo'])
    expect(values('num_conversion_events')).toEqual(['2', '1', '1'])
    expect(hubspot.history(id, 'num_conversion_events')[0]?.sourceType).toBe('MERGE_OBJECTS')
  })

  test('activities and deals of both are those of the survivor', async () => {
    const { hubspot, associations } = await start()
    const [primary, merged] = [hubspot.createContact({}), hubspot.createContact({})]
    const call = hubspot.logActivity(primary, { type: 'call', by: 'rep' })
    const other = hubspot.logActivity(merged, { type: 'call', by: 'rep' })
    const deal = hubspot.createDeal({ dealname: 'Acme' }, { contactIds: [merged] })
    const id = hubspot.mergeContacts(primary, merged)
    expect(hubspot.contact(id)?.num_contacted_notes).toBe('2')
    const calls = await associations.v4.basicApi.getPage('contacts', id, 'calls')
    expect(calls.results.map((each) => String(each.toObjectId))).toEqual([call, other])
    const ofDeal = await associations.v4.basicApi.getPage('deals', deal, 'contacts')
    expect(ofDeal.results.map((each) => String(each.toObjectId))).toEqual([id])
  })

  test('the survivor keeps the id of the primary where it is set so', async () => {
    const { hubspot, contacts } = await start()
    const [primary, merged] = [hubspot.createContact({ jobtitle: 'CMO' }), hubspot.createContact({ country: 'France' })]
    expect(hubspot.mergeContacts(primary, merged, { sameId: true })).toBe(primary)
    for (const id of [primary, merged]) {
      const read = await contacts.basicApi.getById(id, ['jobtitle', 'country'])
      expect(read).toMatchObject({ id: primary, properties: { jobtitle: 'CMO', country: 'France' } })
    }
  })
})

describe('deletions', () => {
  test('a deleted contact is still read for as long as asked on the clock of the simulator', async () => {
    const { hubspot, clock, contacts } = await start()
    const id = hubspot.createContact({})
    hubspot.deleteContact(id, { visibleForMs: 900 })
    clock.now += 899
    expect((await contacts.basicApi.getById(id)).archived).toBe(false)
    clock.now += 1
    await expect(contacts.basicApi.getById(id)).rejects.toMatchObject({ code: 404 })
  })
})

describe('changes', () => {
  test('a change can have happened earlier, and names the person', async () => {
    const { hubspot, clock } = await start()
    const id = hubspot.createContact({ hs_lead_status: 'NEW' }, { createdAt: clock.now - HOUR })
    const at = clock.now - HOUR / 2
    hubspot.changeContact(id, { hs_lead_status: 'OPEN' }, { at, userId: 90_777 })
    expect(hubspot.history(id, 'hs_lead_status')).toMatchObject([
      { value: 'OPEN', timestamp: new Date(at).toISOString(), sourceId: 'userId:90777', updatedByUserId: 90_777 },
      { value: 'NEW', timestamp: new Date(clock.now - HOUR).toISOString(), sourceType: 'CRM_UI' },
    ])
    expect(hubspot.contact(id)?.lastmodifieddate).toBe(new Date(clock.now).toISOString())
  })
})
