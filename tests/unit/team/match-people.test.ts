import { describe, expect, it } from 'vitest'
import { matchPeople, type PeopleToMatch, type PresentRep } from '../../../src/team/match-people.ts'

const owner = (id: string, name: string, more = {}) => {
  const [firstName = '', lastName = ''] = name.split(' ')
  const email = `${firstName.toLowerCase()}@team.example`
  return { id, email, firstName, lastName, userId: Number(id) - 1_000, type: 'PERSON', archived: false, ...more }
}
const member = (id: string, email: string, more = {}) => {
  return { id, email, timeZone: 'America/New_York', gone: false, bot: false, ...more }
}
const rep = (more: Partial<PresentRep> = {}): PresentRep => ({
  ...{ id: 'ae-1', name: 'Ada L.', hubspotOwnerId: '2001', slackUserId: 'U0ADA', calendar: 'europe', active: true },
  member: member('U0ADA', 'ada@team.example'),
  ...more,
})
const ADA = owner('2001', 'Ada Lane')
const BEN = owner('2002', 'Ben Ortiz')
const MEMBERS = [member('U0ADA', 'ada@team.example'), member('U0BEN', 'ben@team.example')]
const CALENDARS = { europe: { timeZone: 'Europe/Berlin' }, 'us-east': { timeZone: 'America/New_York' } }

function match(given: Partial<Omit<PeopleToMatch, 'members'>> & { members?: typeof MEMBERS } = {}) {
  const { members = MEMBERS, ...rest } = given
  const byEmail = new Map(members.map((each) => [each.email, each]))
  return matchPeople({ owners: [ADA, BEN], present: [], calendars: CALENDARS, ...rest, members: byEmail })
}

describe('new reps', () => {
  it('are owners with a member of their email, in the calendar of their time zone, else the first', () => {
    const members = [MEMBERS[0] as (typeof MEMBERS)[0], member('U0BEN', 'ben@team.example', { timeZone: 'Asia/Tokyo' })]
    expect(match({ members, prefix: 'ae-' })).toEqual({
      added: [
        { id: 'ae-ada-lane', name: 'Ada Lane', hubspotOwnerId: '2001', slackUserId: 'U0ADA', calendar: 'us-east' },
        { id: 'ae-ben-ortiz', name: 'Ben Ortiz', hubspotOwnerId: '2002', slackUserId: 'U0BEN', calendar: 'europe' },
      ],
      mends: [],
      unmatched: [],
    })
  })

  it('email matches whatever its case', () => {
    expect(match({ owners: [owner('2001', 'Ada Lane', { email: 'Ada@Team.example' })] }).added).toHaveLength(1)
  })

  it('leave out who has left, queues, and who is not in Slack, and say why', () => {
    const found = match({
      owners: [
        owner('2003', 'Old Rep', { archived: true }),
        owner('2004', 'A Queue', { type: 'QUEUE' }),
        owner('2005', 'No Mail', { email: null }),
        owner('2006', 'Not There'),
        owner('2007', 'Gone One'),
        owner('2008', 'Robot One'),
      ],
      members: [
        member('U0OLD', 'old@team.example'),
        member('U0A', 'a@team.example'),
        member('U0GONE', 'gone@team.example', { gone: true }),
        member('U0BOT', 'robot@team.example', { bot: true }),
      ],
    })
    expect(found.added).toEqual([])
    expect(found.unmatched.map(({ who, why }) => `${who}: ${why}`)).toEqual([
      'owner 2004 (a@team.example): is a queue and no person',
      'owner 2005 (no email): has no email in HubSpot',
      'owner 2006 (not@team.example): Slack has no member with this email',
      'owner 2007 (gone@team.example): Slack has no member with this email',
      'owner 2008 (robot@team.example): Slack has no member with this email',
    ])
  })

  it('ids are unique and made of what there is', () => {
    const owners = [
      owner('2001', 'Zoë Müller', { email: 'zoe@team.example' }),
      owner('2002', 'Zoe Muller', { email: 'zoe2@team.example' }),
      owner('2003', '李 雷', { email: 'lei.li@team.example' }),
      owner('2004', '', { email: '李@team.example' }),
    ]
    const members = owners.map(({ email }, at) => member(`U0${at}`, email))
    const present = [rep({ id: 'zoe-muller', hubspotOwnerId: '999', member: null })]
    expect(match({ owners, members, present }).added.map(({ id }) => id)).toEqual([
      ...['zoe-muller-2', 'zoe-muller-3', 'lei-li', 'owner-2004'],
    ])
  })

  it('are nobody of the people who get no leads, known by owner or by member', () => {
    for (const other of [{ hubspotOwnerId: '2002', slackUserId: 'U0X' }, { slackUserId: 'U0BEN' }])
      expect(match({ others: [other] }).added.map(({ name }) => name)).toEqual(['Ada Lane'])
  })

  it('may be named by email; one that is nobody is told', () => {
    const found = match({ only: ['ben@team.example', 'eve@team.example'] })
    expect(found.added.map(({ name }) => name)).toEqual(['Ben Ortiz'])
    expect(found.unmatched).toEqual([
      { who: 'eve@team.example', why: 'HubSpot has no owner with this email who is there' },
    ])
  })
})

describe('reps who are there', () => {
  it('stay as they are when their ids are somebody, and are not added again', () => {
    const other = member('U0OTHER', 'ada.private@team.example')
    for (const present of [[rep()], [rep({ slackUserId: 'U0OTHER', member: other })]])
      expect(match({ owners: [ADA], present })).toEqual({ added: [], mends: [], unmatched: [] })
  })

  it('get the owner id in the place of a user id, and the member of the owner in the place of nobody', () => {
    const present = [rep({ hubspotOwnerId: '1001', slackUserId: 'U0000AE1', member: null })]
    expect(match({ owners: [ADA], present })).toMatchObject({
      added: [],
      mends: [
        { rep: 'ae-1', key: 'hubspotOwnerId', value: '2001' },
        { rep: 'ae-1', key: 'slackUserId', value: 'U0ADA' },
      ],
    })
  })

  it('get the owner of their member’s email in the place of nobody', () => {
    expect(match({ owners: [ADA], present: [rep({ hubspotOwnerId: '999' })] })).toMatchObject({
      added: [],
      mends: [{ rep: 'ae-1', key: 'hubspotOwnerId', value: '2001' }],
    })
  })

  it('are never given to somebody else when their owner has left, and are told when nobody can be found', () => {
    const left = [{ ...ADA, archived: true }, owner('2009', 'Ada Lane')]
    const gone = match({ owners: left, present: [rep()] })
    expect(gone.mends).toEqual([])
    expect(gone.unmatched).toEqual([{ who: 'ae-1', why: 'HubSpot has no owner 2001 who is there' }])
    expect(match({ owners: [], present: [rep({ active: false })] }).unmatched).toEqual([])
    const nowhere = match({ owners: [ADA], members: [], present: [rep({ member: null })] })
    expect(nowhere.unmatched.map(({ who }) => who)).toEqual(['ae-1'])
  })
})
