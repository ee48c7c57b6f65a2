import { describe, expect, it } from 'vitest'
import type { PropertyVersion } from '../../../src/leads/observe.ts'
import { isSetBack, stageSetBack } from '../../../src/leads/stage.ts'
import { facts, HOUR, leadRecord, NOW } from '../../support/records.ts'

const MQL = 'marketingqualifiedlead'
const version = (value: string, at: number): PropertyVersion => ({ value, at, source: 'CRM_UI' })
const contact = (lifecyclestage: string | null | undefined) => ({
  id: '42',
  createdAt: 0,
  properties: lifecyclestage === undefined ? {} : { lifecyclestage },
})
const lead = (stage?: string, changes = {}) =>
  leadRecord({ attributes: facts(stage === undefined ? {} : { lifecycleStage: stage }), ...changes })

describe('a stage is set back', () => {
  it.each([
    ['written as MQL, shown as lead', 'lead', MQL, 'lead', true],
    ['read as MQL, shown as lead', MQL, undefined, 'lead', true],
    ['read as customer, shown as subscriber', 'customer', undefined, 'subscriber', true],
    ['written as MQL, cleared', 'lead', MQL, null, true],
    ['a stage of the portal’s own, shown as lead', '1234567', undefined, 'lead', true],
    ['shown as it was written', 'lead', MQL, MQL, false],
    ['further on', MQL, MQL, 'opportunity', false],
    ['a lead as before', 'lead', undefined, 'lead', false],
    ['a lead that becomes a subscriber', 'lead', undefined, 'subscriber', false],
    ['not read', MQL, MQL, undefined, false],
  ])('%s', (_, before, written, shown, is) => {
    const known: Record<string, string> = written === undefined ? {} : { lifecyclestage: written }
    const state = { lead: lead(before), written: known }
    expect(isSetBack(state, contact(shown))).toBe(is)
    expect(isSetBack({ ...state, lead: null }, contact(shown))).toBe(false)
  })
})

describe('a stage that was set back stands', () => {
  const history = { lifecyclestage: [version('lead', NOW - HOUR), version(MQL, NOW - 2 * HOUR)] }
  const qualified = { score: { mql: true, fit: { points: 50 } } } as Parameters<typeof stageSetBack>[2]
  const state = { lead: lead('lead'), written: { lifecyclestage: MQL } }
  const signal = (at: number) => ({ id: 'a', type: 'trial_started', at })
  const setBack = (signals = [signal(NOW - 2 * HOUR)], decision = qualified, given = state, versions = history) =>
    stageSetBack(given, { contact: contact('lead'), history: versions }, decision, signals, NOW)

  it('since the history says so, against whatever was before', () => {
    expect(setBack()).toEqual({ at: NOW - HOUR, fit: 50 })
    expect(setBack([signal(NOW - HOUR)])).toEqual({ at: NOW - HOUR, fit: 50 })
  })

  it('since now where the history does not tell, or never had what was written', () => {
    expect(setBack([], qualified, state, { lifecyclestage: [] })?.at).toBe(NOW)
    const never = { lifecyclestage: [version('lead', NOW - 9 * HOUR), version('subscriber', NOW - 10 * HOUR)] }
    expect(setBack([signal(NOW - HOUR)], qualified, state, never)?.at).toBe(NOW)
  })

  it('and goes on standing at later looks', () => {
    const since = { at: NOW - HOUR, fit: 50 }
    const later = { lead: lead('lead', { stageSetBack: since }), written: { lifecyclestage: 'lead' } }
    expect(setBack(undefined, qualified, later)).toEqual(since)
  })

  it.each<[string, Parameters<typeof setBack>]>([
    ['something that the lead did since', [[signal(NOW - HOUR + 1)]]],
    [
      'a better fit',
      [[], qualified, { lead: lead('lead', { stageSetBack: { at: NOW, fit: 40 } }), written: {} } as never],
    ],
    ['a lead that does not qualify any more', [[], { score: { ...qualified.score, mql: false } } as never]],
  ])('until %s', (_, given) => {
    expect(setBack(...given)).toBeUndefined()
  })

  it('until it is moved on in HubSpot', () => {
    const stands = { lead: lead('lead', { stageSetBack: { at: NOW, fit: 50 } }), written: {} }
    expect(stageSetBack(stands, { contact: contact(MQL), history: {} }, qualified, [], NOW)).toBeUndefined()
  })
})
