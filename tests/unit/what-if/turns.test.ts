import { describe, expect, it } from 'vitest'
import type { Config } from '../../../src/config/config.ts'
import type { Attributes } from '../../../src/rules/attributes.ts'
import { compareLead } from '../../../src/what-if/compare.ts'
import { turnsOf } from '../../../src/what-if/turns.ts'
import { BEST_FIT, facts, leadRecord, NOW } from '../../support/records.ts'
import { loadTestConfig } from '../../support/stage.ts'
import { kept } from './decisions.ts'

const config = await loadTestConfig({ 'routing-cases.yaml': 'cases: []\n' }, NOW)
const other: Config = { ...structuredClone(config), version: 'other' }
// Only one of the reps gets large companies.
const [member] = other.team.pools.ae?.members ?? []
if (member) member.when = { kind: 'test', attribute: 'company.size', test: { atLeast: 200 } }

function wanted(more: Attributes = {}) {
  const attributes = { ...BEST_FIT, ...more }
  const past = kept(config, ['demo_requested'], { attributes })
  const { compared } = compareLead('42', { configOf: () => config, after: other, attributesUnder: () => attributes }, [
    past,
  ])
  const [turn] = turnsOf(compared, { before: () => config, after: other }, leadRecord({ attributes }), [])
  if (!turn?.before || !turn.after) throw new Error('it does not go to sales')
  return { before: turn.before.request.rounds, after: turn.after.request.rounds }
}

describe('for whom of a pool a lead is', () => {
  it('is kept once for all leads of which the same holds', () => {
    const [one, two] = [wanted({ ...facts({ 'company.size': 240 }) }), wanted({ ...facts({ 'company.size': 300 }) })]
    expect(one.after?.[0]?.ae).toEqual({})
    expect(two.after).toBe(one.after)
  })

  it('follows each lead where a member has a condition', () => {
    const [large, small] = [wanted({ ...facts({ 'company.size': 240 }) }), wanted({ ...facts({ 'company.size': 80 }) })]
    expect(large.after?.[0]?.ae).toEqual({})
    expect(Object.keys(small.after?.[0]?.ae ?? {})).toEqual([member?.rep])
    expect(small.before).toEqual(large.before)
  })
})
