import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { endHandoff, type Handoff } from '../../../src/handoffs/handoff.ts'
import type { LeadRecord } from '../../../src/leads/lead.ts'
import { listedAs } from '../../../src/leads/listed.ts'
import { concernOf } from '../../../src/views/concern.ts'
import { contactIn } from '../../../src/views/leads.ts'
import { sinceIn } from '../../../src/views/since.ts'
import { DAY, facts, leadRecord, MINUTE, NOW, started } from '../../support/records.ts'

const { team } = await loadConfig('config', NOW)

describe('where a lead stands', () => {
  const ended = (how: 'done' | 'returned') => endHandoff(started(), { at: NOW, how }) as Handoff
  test.each<[string, Partial<LeadRecord>, Handoff[]]>([
    ['sales', {}, []],
    ['sales', { route: { name: 'r', to: { nurture: 'calm' }, reason: '', at: NOW } }, [started()]],
    ['sales', { ended: { how: 'done', at: NOW } }, [ended('done')]],
    ['nurture', { ended: { how: 'returned', at: NOW } }, [ended('returned')]],
    ['nurture', { route: { name: 'r', to: { nurture: 'calm' }, reason: '', at: NOW } }, []],
    ['disqualified', { rejected: { by: 'U1', reason: 'no', at: NOW } }, []],
    ['disqualified', { route: { name: 'r', to: { disqualify: 'small' }, reason: '', at: NOW } }, []],
    [
      'junk',
      { route: { name: 'r', to: { disqualify: 'junk' }, reason: '', at: NOW }, attributes: facts({ junk: 'test' }) },
      [],
    ],
    ['archived', { archived: { at: NOW, by: { what: 'trigger', name: 'old' } } }, []],
  ])('%s', (place, changes, handoffs) => {
    expect(listedAs(leadRecord(changes), handoffs)?.place).toBe(place)
  })

  test('is of no account once HubSpot has no such contact', () => {
    expect(listedAs(leadRecord({ missingSince: NOW }), [])).toBeNull()
    expect(listedAs(leadRecord({ mergedInto: '43' }), [])).toBeNull()
  })

  test('it is with whoever has it in hand, else with whoever had it with sales last', () => {
    const holder = { rep: 'sdr-1', pool: 'sdr', since: NOW, how: 'rotation', assignmentId: '42-2-1' } as const
    const other: Handoff = { ...started(), id: '42-2', byRoute: false, holders: [holder] }
    const over = ended('done')
    expect(listedAs(leadRecord(), [started(), other])?.reps).toEqual(['ae-1', 'sdr-1'])
    expect(listedAs(leadRecord(), [over, other])?.reps).toEqual(['sdr-1'])
    expect(listedAs(leadRecord(), [over])?.reps).toEqual(['ae-1'])
    expect(listedAs(leadRecord(), [])?.reps).toEqual([])
  })
})

test.each([
  ['7d', NOW - 7 * DAY],
  ['90m', NOW - 90 * MINUTE],
  ['24h', NOW - DAY],
  ['2w', NOW - 14 * DAY],
  ['2026-11-01', Date.parse('2026-11-01T00:00:00Z')],
  ['2026-11-01T10:00', Date.parse('2026-11-01T10:00:00Z')],
  ['2026-11-01T10:00:00+02:00', Date.parse('2026-11-01T08:00:00Z')],
  ['2026-13-01', undefined],
  ['yesterday', undefined],
  ['7', undefined],
  ['', undefined],
])('since %s', (text, at) => {
  expect(sinceIn(text, NOW)).toBe(at)
})

test.each([
  ['401', '401'],
  [' 401 ', '401'],
  ['https://app.hubspot.com/contacts/7001/record/0-1/401', '401'],
  ['https://app-eu1.hubspot.com/contacts/7001/record/0-1/401/view/1?x=2', '401'],
  ['app.hubspot.com/contacts/7001/contact/401/', '401'],
  ['https://app.hubspot.com/contacts/7001/record/0-3/401', undefined],
  ['https://app.hubspot.com/contacts/7001', undefined],
  ['Dana Ruiz', undefined],
  ['dana@northwind.example', undefined],
  ['1234567890123456789', undefined],
])('the contact in %s is %s', (text, id) => {
  expect(contactIn(text)).toBe(id)
})

describe('what concerns a Slack user', () => {
  const slackOf = (id: string) => (team.reps[id] ?? team.managers[id] ?? team.people[id])?.slackUserId ?? ''
  const [pool = '', { members, manager } = { members: [], manager: '' }] = Object.entries(team.pools)[0] ?? []
  const rep = members[0]?.rep ?? ''

  test('a member sees their own pools, a manager those that they manage, anybody else none', () => {
    const own = Object.entries(team.pools).filter(([, one]) => one.members.some((member) => member.rep === rep))
    expect(concernOf(team, slackOf(rep))).toMatchObject({ who: rep, isRep: true, pools: own.map(([name]) => name) })
    expect(concernOf(team, slackOf(manager))).toMatchObject({ who: manager, manages: expect.arrayContaining([pool]) })
    expect(concernOf(team, 'U0STRANGER')).toEqual({ who: undefined, isRep: false, manages: [], pools: [] })
  })

  test('a rep who manages another pool sees both; one who has left neither, as a rep', () => {
    const other = { ...team.pools[pool], members: [], manager: rep, caps: {}, channel: 'C1' }
    const both = { ...team, pools: { ...team.pools, other } }
    expect(concernOf(both, slackOf(rep))).toMatchObject({
      manages: ['other'],
      pools: expect.arrayContaining([pool, 'other']),
    })
    const member = team.reps[rep]
    const left = { ...team, reps: member ? { [rep]: { ...member, active: false } } : {} }
    expect(concernOf(left, slackOf(rep)).pools).toEqual([])
  })
})
