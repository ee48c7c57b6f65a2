import { expect, it } from 'vitest'
import type { Handoff } from '../../../src/handoffs/handoff.ts'
import type { NextConfig } from '../../../src/leads/change.ts'
import { mayDo } from '../../../src/leads/may-act.ts'

const manager = (id: string) => ({ id, name: id, slackUserId: `U${id}` })
const config = {
  team: {
    calendars: {},
    reps: {},
    people: {},
    pools: { ae: { members: [], manager: 'M1', managers: ['M2'], channel: 'C1', caps: {} } },
    managers: { M1: manager('M1'), M2: manager('M2'), M3: manager('M3') },
  },
  handoffs: { kinds: {} },
} as unknown as Pick<NextConfig, 'team' | 'handoffs'>
const handoff = { id: '1-1', kind: 'k', pool: 'ae', state: 'answered', holders: [] } as unknown as Handoff

it.each([
  ['the manager of the pool', 'UM1', true],
  ['who stands in for them', 'UM2', true],
  ['the manager of other pools', 'UM3', false],
  ['whoever runs Baton', 'api:12345678', true],
])('%s: may reopen a handoff: %s %s', (_, by, expected) => {
  expect(mayDo(config, null, handoff, by, 'reopen')).toBe(expected)
})
