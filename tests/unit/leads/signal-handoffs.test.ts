import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { waitingHandoff } from '../../../src/handoffs/start.ts'
import type { LeadState, NextConfig } from '../../../src/leads/change.ts'
import {
  bySignal,
  changed,
  contactRead,
  ended,
  FITTING,
  HOUR,
  leadRecord,
  leadState,
  MINUTE,
  MQL_TO_SALES,
  NOW,
  ORDER,
  setByPersonJustNow,
  signalCame,
  started,
  stateAfter,
} from '../../support/records.ts'

const config = await loadConfig('config', NOW)
const demo = signalCame('demo_requested', NOW - MINUTE)
const fresh = (...inbox: LeadState['inbox']) => leadState(null, [], { inbox })

describe('a kind that a signal starts', () => {
  const trial = { ...MQL_TO_SALES, ...bySignal('trial_started', 'sdr') }
  const kinds = { ...config.handoffs.kinds, trial }
  const rules: NextConfig = { ...config, triggers: {}, handoffs: { ...config.handoffs, kinds } }
  const tried = signalCame('trial_started', NOW)
  const sales = started()

  it('begins beside what sales has', () => {
    const change = changed(rules, leadState(leadRecord(), [sales], { inbox: [tried] }), contactRead())
    expect(change.decision?.action).toBe('stay-with-sales')
    expect(change.handoffs).toMatchObject([
      { id: '42-2', kind: 'trial', byRoute: false, pool: 'sdr', route: 'trial_started', state: 'open' },
    ])
    expect(change.lead).toMatchObject({ handoffs: { 'mql-to-sales': '42-1', trial: '42-2' }, handoffCount: 2 })
    expect(change.posts.map(({ kind, rep }) => [kind, rep])).toEqual([
      ['rep-alert', 'ae-1'],
      ['pool-alert', undefined],
    ])
  })

  it('begins together with the handoff that the route starts, each under a number of its own', () => {
    const change = changed(rules, fresh(demo, tried), contactRead())
    expect(change.handoffs.map(({ id, kind }) => [id, kind])).toEqual([
      ['42-1', 'mql-to-sales-tier-1'],
      ['42-2', 'trial'],
    ])
    expect(change.lead?.handoffCount).toBe(2)
  })

  it('begins once for a signal, and no other while one is not over', () => {
    const state = leadState(leadRecord(), [sales], { inbox: [tried] })
    const after = stateAfter(state, changed(rules, state, contactRead()))
    expect(changed(rules, after, contactRead(), NOW + 1).handoffs).toEqual([])
    const again = { ...after, inbox: [signalCame('trial_started', NOW + 1)] }
    expect(changed(rules, again, contactRead(), NOW + 2).handoffs).toEqual([])
  })

  it('begins anew by another signal once it is over, and not by one that is known', () => {
    const state = leadState(leadRecord(), [sales], { inbox: [tried] })
    const begun = changed(rules, state, contactRead())
    const [handoff] = begun.handoffs
    if (!handoff) throw new Error('none has begun')
    const over = ended(handoff, NOW, 'done')
    const after = { ...stateAfter(state, begun), handoffs: { '42-1': sales, '42-2': over } }
    expect(changed(rules, after, contactRead(), NOW + HOUR).handoffs).toEqual([])
    const again = { ...after, inbox: [signalCame('trial_started', NOW + HOUR)] }
    expect(changed(rules, again, contactRead(), NOW + HOUR).handoffs).toMatchObject([{ id: '42-3', kind: 'trial' }])
  })

  it('waits until somebody is free', () => {
    const state = leadState(leadRecord(), [sales], { inbox: [tried] })
    const waits = changed(rules, state, contactRead(), NOW, null)
    expect(waits.lead?.wakeAt).toBe(NOW + MINUTE)
    const goesOn = changed(rules, stateAfter(state, waits), contactRead(), NOW + MINUTE, null)
    expect(goesOn).toMatchObject({ handoffs: [], posts: [], lead: { wakeAt: NOW + 2 * MINUTE } })
    const taken = changed(rules, stateAfter(state, waits), contactRead(), NOW + MINUTE)
    expect(taken.handoffs).toMatchObject([{ id: '42-2', state: 'open', startedAt: NOW + MINUTE }])
    expect(taken.lead?.handoffCount).toBe(2)
  })

  it('ends by a person’s word, also while nobody is free', () => {
    const waiting = waitingHandoff({ ...ORDER, id: '42-2', kind: 'trial', byRoute: false, pool: 'sdr' }, NOW - HOUR)
    const state = leadState(leadRecord({ counters: { hs_lead_status: null }, handoffCount: 2 }), [waiting])
    const word = setByPersonJustNow('hs_lead_status')
    const change = changed(rules, state, contactRead({ ...FITTING, hs_lead_status: 'UNQUALIFIED' }, word))
    expect(change.lead?.rejected).toMatchObject({ by: 'HubSpot' })
    expect(change.handoffs).toMatchObject([
      { id: '42-2', state: 'ended', ended: { how: 'disqualified' } },
      { id: '42-3', kind: 'disqualified-recycle', state: 'open' },
    ])
  })
})
