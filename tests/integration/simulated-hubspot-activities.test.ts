import { describe, expect, test } from 'vitest'
import { START, useSimulatedHubSpot } from '../support/simulated-hubspot.ts'

const start = useSimulatedHubSpot()
const MINUTE = 60_000

/** An instant some minutes after the start, as HubSpot writes it. */
function minute(minutes: number): string {
  return new Date(START + minutes * MINUTE).toISOString()
}

describe('forms', () => {
  test('a form counts, names page and form, keeps its own date and a history of each value', async () => {
    const { hubspot, clock, contacts } = await start()
    const id = hubspot.createContact({ email: 'dana@acme.example' })
    clock.now += 5 * MINUTE
    hubspot.submitForm(id, { name: 'Request a demo', page: 'Pricing' })
    clock.now += 5 * MINUTE
    hubspot.submitForm(id, { name: 'Request a demo' })
    hubspot.submitForm(id, { name: 'Guide', at: START + 7 * MINUTE, properties: { jobtitle: 'CMO' } })
    expect(hubspot.contact(id)).toMatchObject({
      ...{ num_conversion_events: '3', num_unique_conversion_events: '2', jobtitle: 'CMO' },
      ...{ recent_conversion_event_name: 'Request a demo', recent_conversion_date: minute(10) },
      ...{ first_conversion_event_name: 'Pricing: Request a demo', first_conversion_date: minute(5) },
      lastmodifieddate: minute(10),
    })
    const read = await contacts.basicApi.getById(id, [], ['num_conversion_events'])
    const history = read.propertiesWithHistory?.num_conversion_events?.map((each) => [each.value, each.timestamp])
    const times = [10, 7, 5].map((each) => new Date(START + each * MINUTE))
    expect(history).toEqual([
      ['2', times[0]],
      ['3', times[1]],
      ['1', times[2]],
    ])
  })
})

describe('activities', () => {
  test('a call by the owner counts as a contact attempt and as the first engagement, at the time of the call', async () => {
    const { hubspot, clock, client } = await start()
    const id = hubspot.createContact({ hubspot_owner_id: '101' })
    clock.now += 10 * MINUTE
    const callId = hubspot.logActivity(id, { type: 'call', by: 'rep', at: START + 3 * MINUTE })
    expect(hubspot.contact(id)).toMatchObject({
      ...{ num_contacted_notes: '1', num_notes: '1', notes_last_contacted: minute(3), notes_last_updated: minute(3) },
      ...{ hs_sa_first_engagement_date: minute(3), hs_sa_first_engagement_object_type: 'CALL' },
      ...{ hs_first_outreach_date: minute(3), hs_time_to_first_engagement: String(3 * MINUTE) },
      lastmodifieddate: minute(10),
    })
    const asked = ['hs_timestamp', 'hubspot_owner_id', 'hs_created_by_user_id', 'hs_call_direction']
    const call = await client.crm.objects.calls.basicApi.getById(callId, asked)
    expect(call.properties).toMatchObject({
      ...{ hs_timestamp: minute(3), hubspot_owner_id: '101', hs_created_by_user_id: '80011' },
      ...{ hs_call_direction: 'OUTBOUND', hs_createdate: minute(10) },
    })
  })

  test('what the lead did raises the same counters, and the activity says who acted', async () => {
    const { hubspot, client } = await start()
    const id = hubspot.createContact({ hubspot_owner_id: '101' })
    const { calls, meetings, emails } = client.crm.objects
    const call = hubspot.logActivity(id, { type: 'call', by: 'lead' })
    const meeting = hubspot.logActivity(id, { type: 'meeting', by: 'lead' })
    const email = hubspot.logActivity(id, { type: 'email', by: 'lead' })
    hubspot.logChat(id)
    const asked = ['hs_call_direction', 'hs_meeting_source', 'hs_email_direction', 'hs_created_by_user_id']
    const read = await Promise.all([
      calls.basicApi.getById(call, asked),
      meetings.basicApi.getById(meeting, asked),
      emails.basicApi.getById(email, asked),
    ])
    expect(read.map((each) => each.properties)).toMatchObject([
      { hs_call_direction: 'INBOUND', hs_created_by_user_id: null },
      { hs_meeting_source: 'MEETINGS_PUBLIC', hs_created_by_user_id: null },
      { hs_email_direction: 'INCOMING_EMAIL', hs_created_by_user_id: null },
    ])
    const contact = hubspot.contact(id)
    expect(contact).toMatchObject({ num_contacted_notes: '4', engagements_last_meeting_booked: minute(0) })
    expect(contact?.hs_sales_email_last_replied).toBe(minute(0))
    expect([contact?.hs_sa_first_engagement_date, contact?.hs_first_outreach_date]).toEqual([undefined, undefined])
  })

  test('notes and tasks are no contact attempts, and a new owner starts without an engagement', async () => {
    const { hubspot } = await start()
    hubspot.createOwner({ id: '102', email: 'b@team.example', firstName: 'Bo', lastName: 'Two', userId: 90_777 })
    const id = hubspot.createContact({ hubspot_owner_id: '101' })
    hubspot.logActivity(id, { type: 'note', by: 'rep' })
    hubspot.logActivity(id, { type: 'task', by: 'rep' })
    const { num_notes, num_contacted_notes, notes_last_contacted, hs_sa_first_engagement_object_type } =
      hubspot.contact(id) ?? {}
    expect([num_notes, num_contacted_notes, notes_last_contacted]).toEqual(['2', undefined, undefined])
    expect(hs_sa_first_engagement_object_type).toBe('TASK')
    hubspot.changeContact(id, { hubspot_owner_id: '102' })
    expect(hubspot.contact(id)?.hs_sa_first_engagement_date).toBeNull()
    // Another rep's activity is none of the owner's.
    hubspot.logActivity(id, { type: 'email', by: 'rep', ownerId: '101' })
    expect(hubspot.contact(id)?.hs_sa_first_engagement_date).toBeNull()
    hubspot.logActivity(id, { type: 'email', by: 'rep', countedBy: 'person' })
    expect(hubspot.contact(id)?.hs_sa_first_engagement_object_type).toBe('EMAIL')
    expect(hubspot.history(id, 'num_contacted_notes')).toMatchObject([
      { value: '2', sourceType: 'CRM_UI', sourceId: 'userId:90777', updatedByUserId: 90_777 },
      { value: '1', sourceType: 'ANALYTICS' },
    ])
  })

  test('activities are found by their contact, through associations and by search', async () => {
    const { hubspot, associations, client } = await start()
    const [id, other] = [hubspot.createContact({}), hubspot.createContact({})]
    const old = hubspot.logActivity(id, { type: 'communication', by: 'rep', at: START - MINUTE, channel: 'SMS' })
    const recent = hubspot.logActivity(id, { type: 'communication', by: 'rep' })
    hubspot.logActivity(other, { type: 'communication', by: 'rep' })
    // Ids are unique in one type only.
    for (let call = 0; call < 3; call += 1) hubspot.logActivity(id, { type: 'call', by: 'rep' })
    const page = await associations.v4.basicApi.getPage('contacts', id, 'communications')
    expect(page.results.map((each) => String(each.toObjectId))).toEqual([old, recent])
    const inputs = [{ id }, { id: other }]
    const batch = await associations.v4.batchApi.getPage('contacts', 'communications', { inputs })
    expect(batch.results.map((each) => each.to.length)).toEqual([2, 1])
    const { communications } = client.crm.objects
    const filters = [
      { propertyName: 'associations.contact', operator: 'EQ', value: id },
      { propertyName: 'hs_timestamp', operator: 'GTE', value: String(START) },
    ]
    const found = await communications.searchApi.doSearch({ filterGroups: [{ filters }], limit: 10 } as never)
    expect(found.results.map((each) => each.id)).toEqual([recent])
    const properties = ['hs_communication_channel_type']
    const read = await communications.batchApi.read({ inputs: [{ id: old }], properties, propertiesWithHistory: [] })
    expect(read.results[0]?.properties).toMatchObject({ hs_communication_channel_type: 'SMS' })
  })
})
