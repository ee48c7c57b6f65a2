import { expect, it, test } from 'vitest'
import { ownerFindings } from '../../../src/doctor/owners.ts'

const OWNERS = [
  {
    id: '880111',
    email: 'ada@team.example',
    firstName: 'Ada',
    lastName: 'Lane',
    userId: 101,
    userIdIncludingInactive: 101,
  },
  {
    id: '880112',
    email: 'ben@team.example',
    firstName: 'Ben',
    lastName: 'Ortiz',
    userId: 102,
    userIdIncludingInactive: 102,
  },
  {
    id: '880113',
    email: 'old@team.example',
    firstName: 'Old',
    lastName: 'Rep',
    userId: null,
    userIdIncludingInactive: 103,
    archived: true,
  },
]
const rep = (hubspotOwnerId: string, more = {}) => ({
  id: 'ae-2',
  name: 'Nobody Known',
  hubspotOwnerId,
  active: true,
  ...more,
})
const findings = (...reps: ReturnType<typeof rep>[]) => ownerFindings(reps, OWNERS)

it('owners who are there are one line', () => {
  expect(findings(rep('880111'), rep('880112'))).toEqual([
    { check: 'hubspot owners', status: 'ok', found: '2 of 2 are owners in HubSpot' },
  ])
})

test.each([
  ['102', 'ae-2: 102 is a user id; the owner id of that email is 880112', '880112'],
  ['880113', 'ae-2: who has the id 880113 is deactivated in HubSpot', 'active: false'],
  ['103', 'ae-2: who has the id 103 is deactivated in HubSpot', 'active: false'],
  ['999', 'ae-2: HubSpot has no owner 999', 'team import'],
])('owner %s: %s', (id, found, todo) => {
  expect(findings(rep(id))).toEqual([
    { check: 'hubspot owner ae-2', status: 'fault', found, todo: expect.stringContaining(todo) },
  ])
})

it('proposes the owner of the same name, when only one has it', () => {
  expect(findings(rep('999', { name: ' ben ortiz ' }))[0]?.found).toBe(
    'ae-2: HubSpot has no owner 999; the one of that name is 880112',
  )
  const twins = [...OWNERS, { ...OWNERS[1], id: '880119', userId: 109 }]
  expect(ownerFindings([rep('999', { name: 'Ben Ortiz' })], twins as typeof OWNERS)[0]?.found).toBe(
    'ae-2: HubSpot has no owner 999',
  )
})

it('an owner id that is also the user id of somebody else is an owner id', () => {
  const odd = [...OWNERS, { ...OWNERS[0], id: '102', userId: 777 }]
  expect(ownerFindings([rep('102')], odd as typeof OWNERS)[0]?.status).toBe('ok')
})

it('a rep who takes no leads may be gone: a warning', () => {
  expect(findings(rep('880113', { active: false })).map(({ status }) => status)).toEqual(['ok', 'warning'])
})

it('names nobody', () => {
  const text = JSON.stringify(findings(rep('102'), rep('880113'), rep('999', { name: 'Ben Ortiz' })))
  expect(text).not.toMatch(/example|Ben|Ortiz/)
})
