import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import type { Activities, Activity, ActivityType } from '../../../src/leads/change.ts'
import type { Properties, PropertyHistory, PropertyVersion } from '../../../src/leads/observe.ts'
import { historyOfResponses, judge, wantsActivities, whoActed } from '../../../src/leads/responses.ts'
import { DAY, HOUR, MINUTE, NOW, started } from '../../support/records.ts'

const config = await loadConfig('config', NOW)

const START = NOW
const LOOK = NOW + HOUR
const iso = (at: number) => new Date(at).toISOString()
const BASELINE = {
  num_contacted_notes: '2',
  hs_lead_status: null,
  notes_last_contacted: iso(NOW - DAY),
  lifecyclestage: 'lead',
}
const open = { ...started(), baseline: BASELINE }
const ALL: ActivityType[] = ['calls', 'emails', 'meetings', 'communications']

function act(type: ActivityType, at: number, properties: Properties, createdAt = at): Activity {
  return { type, at, createdAt, properties }
}
const call = (at: number, createdAt = at) => act('calls', at, { hs_call_direction: 'OUTBOUND' }, createdAt)
const mailBack = (at: number) => act('emails', at, { hs_email_direction: 'INCOMING_EMAIL' })
const booked = (at: number, createdAt: number) =>
  act('meetings', at, { hs_meeting_source: 'MEETINGS_PUBLIC' }, createdAt)
const unknown = (at: number) => act('communications', at, {})
const read = (...found: Activity[]): Activities => ({ found, unread: [] })
const NONE: Activities = { found: [], unread: ALL }

function version(value: string, at: number, by: 'person' | 'hubspot' = 'hubspot'): PropertyVersion {
  return by === 'person'
    ? { value, at, source: 'CRM_UI', sourceId: 'userId:80011' }
    : { value, at, source: 'ANALYTICS' }
}

/** What HubSpot shows an hour after the start, when the counter has risen by one unless told. */
function judged(given: { properties?: Properties; history?: PropertyHistory; activities?: Activities | undefined }) {
  const properties = { ...BASELINE, num_contacted_notes: '3', ...given.properties }
  const contact = { id: '42', createdAt: NOW - DAY, properties }
  return judge(config, open, { contact, history: given.history ?? {}, activities: given.activities }, LOOK)
}
type Given = Parameters<typeof judged>[0]

const engaged = (at: number, type = 'CALL') => ({
  hs_sa_first_engagement_date: iso(at),
  hs_sa_first_engagement_object_type: type,
})

describe('a contact attempt counts as an answer from when it happened', () => {
  const AT = START + 10 * MINUTE
  it.each<[string, string, number, Given]>([
    ['a call of the rep', 'activity', AT, { activities: read(call(AT)) }],
    ['the first of two', 'activity', AT, { activities: read(call(AT + MINUTE), call(AT)) }],
    ['a call that was written down later', 'activity', AT, { activities: read(call(AT, LOOK - MINUTE)) }],
    [
      'a meeting that lies ahead, when it was arranged',
      'activity',
      AT,
      { activities: read(act('meetings', LOOK + DAY, { hs_meeting_source: 'CRM_UI' }, AT)) },
    ],
    [
      'a meeting that was arranged before and took place',
      'activity',
      AT,
      { activities: read(act('meetings', AT, { hs_meeting_source: 'CRM_UI' }, START - DAY)) },
    ],
    [
      'a call beside what the lead did',
      'activity',
      AT,
      { properties: { num_contacted_notes: '4' }, activities: read(mailBack(START + MINUTE), call(AT)) },
    ],
    ['the first engagement of the owner', 'engagement', AT, { properties: engaged(AT), activities: NONE }],
    [
      'a chat in which the owner took part',
      'engagement',
      AT,
      { properties: engaged(AT, 'CONVERSATION_SESSION'), activities: read() },
    ],
    [
      'a person raised the counter',
      'history',
      AT,
      { history: { num_contacted_notes: [version('3', AT, 'person'), version('2', START - DAY)] }, activities: NONE },
    ],
    [
      'a person raised it, and HubSpot once more',
      'history',
      AT,
      {
        properties: { num_contacted_notes: '4' },
        history: { num_contacted_notes: [version('4', AT + MINUTE), version('3', AT, 'person')] },
      },
    ],
    [
      'nobody can tell: by the date of the last attempt',
      'unclear',
      AT,
      { properties: { notes_last_contacted: iso(AT) }, activities: NONE },
    ],
    [
      'nobody can tell: by the first of the dates that it had since',
      'unclear',
      AT,
      {
        properties: { num_contacted_notes: '4', notes_last_contacted: iso(AT + MINUTE) },
        history: {
          notes_last_contacted: [
            version(iso(AT + MINUTE), AT + 2 * MINUTE),
            version(iso(AT), AT + MINUTE),
            version(iso(START - DAY), START - DAY),
          ],
        },
      },
    ],
    [
      'nobody can tell: by when the counter rose',
      'unclear',
      AT,
      { history: { num_contacted_notes: [version('3', AT), version('2', START - DAY)] } },
    ],
    ['nobody can tell who or when: now', 'unclear', LOOK, {}],
    ['a message of which nobody knows who sent it', 'unclear', LOOK, { activities: read(unknown(AT)) }],
    [
      'one that the mails which may not be read would explain',
      'unclear',
      LOOK,
      { activities: { found: [], unread: ['emails'] } },
    ],
    [
      'more than the lead did, and the rest may not be read',
      'unclear',
      LOOK,
      {
        properties: { num_contacted_notes: '4' },
        activities: { found: [booked(LOOK + DAY, AT)], unread: ['emails'] },
      },
    ],
    ['a clock ahead of ours', 'activity', LOOK, { activities: read(call(LOOK + MINUTE)) }],
  ])('%s', (_, evidence, at, given) => {
    expect(judged(given).response).toEqual({ at, evidence, takenOn: false })
  })

  it.each<[string, Given]>([
    ['a mail of the lead', { activities: read(mailBack(AT)) }],
    ['a meeting that the lead booked', { activities: read(booked(LOOK + DAY, AT)) }],
    [
      'two things that it did',
      { properties: { num_contacted_notes: '4' }, activities: read(mailBack(AT), booked(LOOK, AT)) },
    ],
    ['a chat, which is in none of the activities', { activities: read() }],
    ['a call from before the start that was written down since', { activities: read(call(START - HOUR, AT)) }],
    ['a date of the last attempt before the start', { properties: { notes_last_contacted: iso(START - HOUR) } }],
    ['nothing new', { properties: { num_contacted_notes: '2' }, activities: read(call(START - HOUR)) }],
    ['the first engagement was before', { properties: engaged(START - HOUR), activities: read() }],
    ['the owner ticked off a task', { properties: engaged(AT, 'TASK'), activities: read() }],
  ])('no answer: %s', (_, given) => {
    expect(judged(given).response).toBeNull()
  })

  it('what the lead did is told, with its own time', () => {
    expect(judged({ activities: read(booked(LOOK + DAY, AT)) }).byLead).toEqual([{ at: AT, what: 'meeting' }])
    const chat = { activities: read(), history: { num_contacted_notes: [version('3', AT)] } }
    expect(judged(chat).byLead).toEqual([{ at: AT, what: 'chat' }])
  })

  it('a counter of ops’ own counts whoever made it rise', () => {
    const rules = { hubspot: { ...config.hubspot, responses: [{ rises: 'num_visits' }] } }
    const handoff = { ...open, baseline: { num_visits: '0' } }
    const contact = { id: '42', createdAt: NOW, properties: { num_visits: '1' } }
    const looked = { contact, history: { num_visits: [version('1', AT)] }, activities: read(mailBack(AT)) }
    expect(judge(rules, handoff, looked, LOOK).response).toEqual({ at: AT, evidence: 'unclear', takenOn: false })
  })
})

describe('a word in HubSpot counts from when it was set', () => {
  const still = { num_contacted_notes: '2' }
  const AT = START + 10 * MINUTE
  const status = (value: string, ...versions: PropertyVersion[]): Given => ({
    properties: { ...still, hs_lead_status: value },
    history: { hs_lead_status: versions },
  })
  const stage = (value: string, ...versions: PropertyVersion[]): Given => ({
    properties: { ...still, lifecyclestage: value },
    history: { lifecyclestage: versions },
  })
  const word = (at: number) => ({ at, evidence: 'history', takenOn: false })

  it.each<[string, Given, object | null]>([
    ['a status by a person', status('CONNECTED', version('CONNECTED', AT, 'person')), word(AT)],
    [
      'the first of two',
      status('CONNECTED', version('CONNECTED', AT + MINUTE, 'person'), version('ATTEMPTED_TO_CONTACT', AT, 'person')),
      word(AT),
    ],
    [
      'one by a person that a workflow then moved on',
      status('CONNECTED', version('CONNECTED', AT + MINUTE), version('ATTEMPTED_TO_CONTACT', AT, 'person')),
      word(AT),
    ],
    ['a status by a workflow', status('CONNECTED', version('CONNECTED', AT)), null],
    ['a stage of sales', stage('opportunity', version('opportunity', AT, 'person')), { ...word(AT), takenOn: true }],
    ['a stage of sales of which the history is gone', stage('customer'), { ...word(LOOK), takenOn: true }],
    [
      'the stage of another contact, by a merge',
      stage('customer', { value: 'customer', at: AT, source: 'MERGE_OBJECTS' }),
      null,
    ],
    ['a stage that another contact had before', stage('customer', version('customer', START - DAY, 'person')), null],
    ['the stage that Baton sets', stage('marketingqualifiedlead', version('marketingqualifiedlead', AT)), null],
    ['the stage that it had', stage('lead'), null],
    [
      'a call, and then a stage',
      {
        ...stage('opportunity', version('opportunity', AT + MINUTE, 'person')),
        activities: read(call(AT)),
        properties: { lifecyclestage: 'opportunity' },
      },
      { at: AT, evidence: 'activity', takenOn: true },
    ],
  ])('%s', (_, given, response) => {
    expect(judged(given).response).toEqual(response)
  })

  it('a stage of sales from before the start is none, and an older handoff has nothing to compare with', () => {
    const contact = { id: '42', createdAt: NOW, properties: { ...BASELINE, lifecyclestage: 'customer' } }
    for (const baseline of [{ ...BASELINE, lifecyclestage: 'customer' }, { num_contacted_notes: '2' }])
      expect(judge(config, { ...open, baseline }, { contact, history: {} }, LOOK).response).toBeNull()
  })
})

describe('who acted', () => {
  it.each<[ReturnType<typeof whoActed>, ActivityType, Properties]>([
    ['rep', 'calls', { hs_call_direction: 'OUTBOUND' }],
    ['rep', 'calls', { hs_call_direction: 'INBOUND', hs_call_status: 'COMPLETED' }],
    ['lead', 'calls', { hs_call_direction: 'INBOUND', hs_call_status: 'NO_ANSWER' }],
    ['lead', 'calls', { hs_call_direction: 'INBOUND' }],
    ['rep', 'calls', { hs_created_by_user_id: '80011' }],
    ['unknown', 'calls', {}],
    ['rep', 'emails', { hs_email_direction: 'EMAIL' }],
    ['rep', 'emails', { hs_email_direction: 'FORWARDED_EMAIL' }],
    ['lead', 'emails', { hs_email_direction: 'INCOMING_EMAIL', hs_created_by_user_id: '80011' }],
    ['unknown', 'emails', {}],
    ['lead', 'meetings', { hs_meeting_source: 'MEETINGS_PUBLIC', hs_created_by_user_id: '80011' }],
    ['lead', 'meetings', { hs_meeting_created_from_link_id: '7' }],
    ['rep', 'meetings', { hs_meeting_source: 'CRM_UI' }],
    ['unknown', 'meetings', { hs_meeting_source: 'INTEGRATION' }],
    ['rep', 'communications', { hs_created_by_user_id: '80011' }],
    ['unknown', 'communications', { hs_communication_channel_type: 'SMS' }],
  ])('%s: %s %j', (who, type, properties) => {
    expect(whoActed({ type, properties })).toBe(who)
  })
})

describe('what is asked of HubSpot', () => {
  const contact = (properties: Properties) => ({ id: '42', createdAt: NOW, properties: { ...BASELINE, ...properties } })
  it.each<[string, Properties, string[], boolean]>([
    ['nothing while nothing changed', {}, [], false],
    ['a counter rose', { num_contacted_notes: '3' }, ['num_contacted_notes', 'notes_last_contacted'], true],
    ['a status', { hs_lead_status: 'CONNECTED' }, ['hs_lead_status'], false],
    ['a stage of sales', { lifecyclestage: 'customer' }, ['lifecyclestage'], false],
  ])('%s', (_, properties, history, activities) => {
    expect(historyOfResponses(config, open, contact(properties))).toEqual(history)
    expect(wantsActivities(config, [open], contact(properties))).toBe(activities)
    const settled = { ...open, state: 'answered' } as const
    expect(historyOfResponses(config, settled, contact(properties))).toEqual([])
    expect(wantsActivities(config, [settled], contact(properties))).toBe(false)
  })
})
