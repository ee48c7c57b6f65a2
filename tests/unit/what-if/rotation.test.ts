import { expect, it } from 'vitest'
import type { Team } from '../../../src/handoffs/team.ts'
import { createRotation, type Wanted } from '../../../src/what-if/rotation.ts'
import { HOUR, MINUTE, NOW } from '../../support/records.ts'
import { loadTestConfig } from '../../support/stage.ts'

const { team } = await loadTestConfig({ 'routing-cases.yaml': 'cases: []\n' }, NOW)

/** Gives leads out a minute apart, and says to whom. */
function given(requests: Partial<Wanted['request']>[], own: Team = team, lasts = HOUR, caps = true): (string | null)[] {
  const give = createRotation({ caps })
  return requests.map((request, index) =>
    give({ at: NOW + index * MINUTE, lasts, wanted: { team: own, request: { pool: 'ae', ...request } } }),
  )
}

const times = (count: number, request = {}) => Array.from({ length: count }, () => request)

it('gives by weight, as the pools do', () => {
  expect(given(times(6))).toEqual(['ae-1', 'ae-2', 'ae-1', 'ae-2', 'ae-1', 'ae-1'])
})

it('keeps an owner, who takes no turn, and asks the owner of the company first', () => {
  expect(given([{ keep: 'ae-2' }, {}, {}])).toEqual(['ae-2', 'ae-1', 'ae-2'])
  expect(given([{ owner: 'sdr-2' }, {}])).toEqual(['sdr-2', 'ae-1'])
})

it("gives a company's leads to one rep as long as that lasts", () => {
  const company = { key: 'company-1', within: 5 * MINUTE }
  expect(given([{ company }, {}, { company }])).toEqual(['ae-1', 'ae-2', 'ae-1'])
  expect(given([{ company }, ...times(6), { company }]).at(-1)).not.toBe(null)
  const short = { key: 'company-1', within: MINUTE - 1 }
  expect(given([{ company: short }, { company: short }])).toEqual(['ae-1', 'ae-2'])
})

it('asks only those for whom a lead is, then everybody', () => {
  const rounds: Wanted['request']['rounds'] = [
    { ae: { 'ae-1': 'speaks no German' }, sdr: { 'sdr-1': 'x', 'sdr-2': 'x' } },
    {},
  ]
  expect(given([{ rounds }, { rounds }])).toEqual(['ae-2', 'ae-2'])
})

it('keeps to caps by day and of what is open, which ends; without caps it does not', () => {
  const pools = { ...team.pools, ae: { ...team.pools.ae, fallback: undefined, caps: { open: 1 } } } as Team['pools']
  const capped = { ...team, pools }
  expect(given(times(3), capped)).toEqual(['ae-1', 'ae-2', null])
  expect(given(times(3), capped, 2 * MINUTE)).toEqual(['ae-1', 'ae-2', 'ae-1'])
  expect(given(times(3), capped, HOUR, false)).toEqual(['ae-1', 'ae-2', 'ae-1'])
})
