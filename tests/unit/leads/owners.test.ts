import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import type { Handoff } from '../../../src/handoffs/handoff.ts'
import { companyOf } from '../../../src/leads/company-key.ts'
import type { Properties, PropertyVersion } from '../../../src/leads/observe.ts'
import { afterOwner, ownerGiven, ownerInDoubt } from '../../../src/leads/owners.ts'
import { DAY, FITTING, gathered, HOUR, leadRecord, leadState, MINUTE, NOW, started } from '../../support/records.ts'

const config = await loadConfig('config', NOW)
const person = (value: string, at: number): PropertyVersion => ({ value, at, source: 'CRM_UI', sourceId: 'userId:7' })
const ours = (value: string, at: number): PropertyVersion => ({ value, at, source: 'INTEGRATION', sourceId: '55' })

/** Held by `ae-1` (101) since NOW. */
const held = started()
/** Given on to `ae-2` (102) an hour later. */
const moved: Handoff = {
  ...held,
  holders: [...held.holders, { rep: 'ae-2', pool: 'ae', since: NOW + HOUR, how: 'reassigned', assignmentId: '42-1-2' }],
}

function given(handoff: Handoff, owner: string, versions: PropertyVersion[], known = '', written = {}) {
  const state = leadState(leadRecord({ properties: known ? { hubspot_owner_id: known } : {} }), [handoff], { written })
  const read = gathered({ ...FITTING, hubspot_owner_id: owner }, { history: { hubspot_owner_id: versions } })
  return ownerGiven(config, state, handoff, read)
}

describe('the owner that HubSpot shows', () => {
  it.each<[string, string | undefined, Parameters<typeof given>]>([
    ['is our own choice', undefined, [held, '101', []]],
    ['was set since', '999', [held, '999', [person('999', NOW + 1), ours('101', NOW)]]],
    [
      'was set since, back to who had it before our choice',
      '300',
      [held, '300', [person('300', NOW + 1), person('300', NOW - DAY)], '300'],
    ],
    ['stands there from before our choice', undefined, [held, '300', [person('300', NOW - DAY)], '300']],
    ['was set after Baton looked, and just before it chose', '300', [held, '300', [person('300', NOW - 1)]]],
    ['is the one before, whom we gave it to ourselves', undefined, [moved, '101', [ours('101', NOW)]]],
    ['is the one before, by a write of ours that came late', undefined, [moved, '101', [ours('101', NOW + HOUR + 1)]]],
    [
      'is the one before again, by a person',
      '101',
      [moved, '101', [person('101', NOW + 2 * HOUR), ours('102', NOW + HOUR)]],
    ],
    [
      'is the one before again, in the same moment',
      '101',
      [moved, '101', [person('101', NOW + HOUR), ours('102', NOW + HOUR)]],
    ],
    ['is our own choice by now', undefined, [held, '', [ours('101', NOW + 1)]]],
    ['was cleared since', '', [held, '', [person('', NOW + MINUTE), ours('101', NOW)]]],
    ['was never set', undefined, [held, '', []]],
    ['was cleared before', undefined, [held, '', [person('', NOW - DAY)]]],
    ['cannot be looked up, and our own choice is confirmed', '999', [held, '999', [], '', { hubspot_owner_id: '101' }]],
    ['cannot be looked up, and our own choice is not', undefined, [held, '999', []]],
  ])('%s: %s', (_, word, args) => {
    expect(given(...args)).toBe(word)
  })

  it('is the owner who is away where somebody stands in, and nobody where a person cleared it', () => {
    const [holder] = held.holders
    if (!holder) throw new Error('nobody holds it')
    const covered: Handoff = { ...held, holders: [{ ...holder, rep: 'ae-2', for: 'ae-1', how: 'stand-in' }] }
    const unowned: Handoff = { ...held, holders: [{ ...holder, unowned: true }] }
    const shown = (handoff: Handoff, owner: string) =>
      ownerInDoubt(config, leadState(), handoff, gathered({ ...FITTING, hubspot_owner_id: owner }).contact)
    expect([shown(covered, '101'), shown(covered, '102')]).toEqual([false, true])
    expect([shown(unowned, ''), shown(unowned, '101')]).toEqual([false, true])
  })

  it('of a rep who is no longer in team.yaml is what we last wrote', () => {
    const [holder] = held.holders
    if (!holder) throw new Error('nobody holds it')
    const gone: Handoff = { ...held, holders: [{ ...holder, rep: 'gone' }] }
    const left: Handoff = { ...moved, holders: [...gone.holders, ...moved.holders.slice(1)] }
    expect(given(gone, '300', [person('300', NOW + 1)])).toBeUndefined()
    expect(given(gone, '300', [ours('300', NOW + 1)], '', { hubspot_owner_id: '300' })).toBeUndefined()
    expect(given(gone, '999', [person('999', NOW + 1)], '', { hubspot_owner_id: '300' })).toBe('999')
    expect(given(left, '300', [ours('300', NOW + 1)], '', { hubspot_owner_id: '300' })).toBeUndefined()
  })
})

describe('an owner who was given a lead', () => {
  it('takes it with the clock that runs as a rep, and ends the handoff as anybody else', () => {
    const rep = afterOwner(config, held, '102', NOW + MINUTE)
    expect(rep).toMatchObject({
      state: 'open',
      dueAt: held.dueAt,
      holders: [{}, { rep: 'ae-2', how: 'owner-changed' }],
    })
    const stranger = afterOwner(config, held, '999', NOW + MINUTE)
    expect(stranger).toMatchObject({ state: 'ended', ended: { how: 'taken-over', reason: 'owner 999' } })
    const team = structuredClone(config.team)
    if (team.reps['ae-2']) team.reps['ae-2'].active = false
    expect(afterOwner({ ...config, team }, held, '102', NOW).ended?.how).toBe('taken-over')
  })

  it('is nobody: back to the pool, or at rest', () => {
    expect(afterOwner(config, held, '', NOW + MINUTE)).toMatchObject({
      state: 'open',
      passOn: { at: NOW + MINUTE, why: 'owner-cleared' },
      holders: [{ rep: 'ae-1', unowned: true }],
    })
    const rests = { ...config, routing: { ...config.routing, ownerCleared: 'rest' as const } }
    expect(afterOwner(rests, held, '', NOW)).toMatchObject({ ended: { how: 'recycled' } })
  })
})

describe('the company of a contact', () => {
  it.each<[string, Properties, Properties | null, string | undefined]>([
    ['by its id', { associatedcompanyid: '7', email: 'a@x.example' }, { domain: 'x.example' }, 'company-7'],
    ['by its id, whatever the address', { associatedcompanyid: '7', email: 'a@gmail.com' }, null, 'company-7'],
    ['by the domain of the address', { email: 'A@X.Example' }, null, 'domain-x.example'],
    ['is none at a free mail provider', { email: 'a@gmail.com' }, null, undefined],
    [
      'is none where a free mail provider counts as one',
      { associatedcompanyid: '7', email: 'a@b.example' },
      { domain: 'gmail.com' },
      undefined,
    ],
    ['is none without an address', {}, null, undefined],
  ])('%s', (_, contact, company, key) => {
    expect(companyOf(config.hubspot, contact, company)?.key).toBe(key)
  })
})
