import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import type { Handoff } from '../../../src/handoffs/handoff.ts'
import { takeDueSteps } from '../../../src/handoffs/ladder.ts'
import { waitingHandoff } from '../../../src/handoffs/start.ts'
import type { LeadRecord } from '../../../src/leads/lead.ts'
import { changedProperties, crmProperties, PROPERTIES, rejectionText } from '../../../src/leads/properties.ts'
import {
  answered,
  ended,
  facts,
  HOUR,
  leadRecord,
  MINUTE,
  NOW,
  nextRep,
  ORDER,
  started,
} from '../../support/records.ts'

const names = (await loadConfig('config', NOW)).hubspot.properties
const OWNERS = { 'ae-1': '101', 'ae-2': '102' }
const write = (lead: Partial<LeadRecord> = {}, handoff?: Handoff) =>
  crmProperties(leadRecord(lead), handoff, names, OWNERS)

const open = started()
const responded = answered(open, NOW + 7 * MINUTE)
const reached = ended(responded, NOW + HOUR, 'done')
const returned = ended(responded, NOW + HOUR, 'returned')
const closed = ended(open, NOW + 7 * MINUTE, 'disqualified', { by: 'U1' })
const waiting = waitingHandoff(ORDER, NOW)
const late = takeDueSteps(open, NOW + HOUR, null).handoff
const moved = takeDueSteps(open, NOW + 2 * HOUR, nextRep('ae-2')).handoff

describe('what HubSpot should say', () => {
  it('of a lead that a rep has', () => {
    expect(write({}, open)).toEqual({
      baton_score: '85',
      baton_stage: 'mql',
      baton_fit_score: '50',
      baton_engagement_score: '35',
      baton_band: 'hot',
      baton_icp_tier: '1',
      baton_route: 'tier-1-mql',
      baton_route_reason: 'tier-1-mql: score 85',
      baton_sla_status: 'running',
      baton_sla_due_at: '2026-11-18T16:00:00.000Z',
      baton_first_response_minutes: '',
      baton_nurture_track: '',
      baton_needs_review: 'false',
      baton_disqualified_reason: '',
      baton_scored_at: '2026-11-18T15:00:00.000Z',
      baton_config_version: 'abc123',
      baton_signals: expect.stringContaining('content_downloaded'),
      baton_handoffs: expect.stringContaining('"dueAt":"2026-11-18T16:00:00.000Z"'),
      hubspot_owner_id: '101',
      lifecyclestage: 'marketingqualifiedlead',
    })
  })

  it.each<[string, Handoff | undefined, Record<string, string>]>([
    ['no handoff', undefined, { baton_sla_status: 'none', baton_sla_due_at: '', baton_first_response_minutes: '' }],
    ['late', late, { baton_sla_status: 'breached', baton_sla_due_at: '2026-11-18T16:00:00.000Z' }],
    [
      'responded',
      responded,
      { baton_sla_status: 'responded', baton_sla_due_at: '', baton_first_response_minutes: '7' },
    ],
    ['waiting', waiting, { baton_sla_status: 'waiting', baton_sla_due_at: '', baton_first_response_minutes: '' }],
    ['reached', reached, { baton_sla_status: 'responded', baton_sla_due_at: '', baton_first_response_minutes: '7' }],
    ['closed', closed, { baton_sla_status: 'none', baton_sla_due_at: '', baton_first_response_minutes: '' }],
  ])('of a clock: %s', (_, handoff, properties) => {
    expect(write({}, handoff)).toMatchObject(properties)
  })

  it('of a lead in nurture', () => {
    const route = { name: 'low', to: { nurture: 'newsletter' }, reason: 'low: score 3', at: NOW }
    const score = { ...leadRecord().score, mql: false, tier: undefined }
    expect(write({ route, score })).toMatchObject({ baton_nurture_track: 'newsletter', baton_icp_tier: '' })
    expect(write({ route, score }, responded)).toMatchObject({ baton_nurture_track: '' })
    expect(write({ route, score }, returned)).toMatchObject({ baton_nurture_track: 'newsletter' })
  })

  it('of a disqualified lead', () => {
    const route = { name: 'negative-icp', to: { disqualify: 'competitor' }, reason: 'competitor', at: NOW }
    expect(write({ route })).toMatchObject({
      baton_route: 'negative-icp',
      baton_route_reason: 'competitor',
      baton_disqualified_reason: 'competitor',
      baton_nurture_track: '',
    })
  })

  it('of a lead that a person took out: their word wins', () => {
    const rejected = { by: 'U1', reason: 'not a fit: too small', at: NOW }
    const route = { name: 'low', to: { nurture: 'newsletter' }, reason: 'low', at: NOW }
    const properties = write({ rejected, route }, closed)
    expect(properties).toMatchObject({
      baton_route: 'disqualified-by-person',
      baton_route_reason: 'not a fit: too small',
      baton_disqualified_reason: 'not a fit: too small',
      baton_nurture_track: '',
    })
    expect(properties).not.toHaveProperty('lifecyclestage')
    expect(properties).not.toHaveProperty('hubspot_owner_id')
  })

  it('uses the names of the config', () => {
    const renamed = { ...names, score: 'our_score' }
    expect(crmProperties(leadRecord(), undefined, renamed, OWNERS)).toMatchObject({ our_score: '85' })
  })

  it('of a lead that a person took out and the rules refuse as well: the rules say why', () => {
    const rejected = { by: 'HubSpot', reason: 'unqualified', at: NOW }
    const route = { name: 'not-interested', to: { disqualify: 'not interested' }, reason: 'not interested', at: NOW }
    expect(write({ rejected, route }, closed)).toMatchObject({
      baton_route: 'not-interested',
      baton_route_reason: 'not interested',
      baton_disqualified_reason: 'not interested',
    })
  })
})

describe('the table of properties', () => {
  const rows = Object.entries(PROPERTIES)
  const states = [undefined, open, late, responded, waiting]
  const said = (name: string) => states.map((handoff) => write({}, handoff)[name] ?? 'missing')

  it.each(rows)('%s is written under the name that the config gives it, in its own type', (key, row) => {
    const { name, type } = row
    expect(names).toHaveProperty(key, name)
    for (const value of said(name)) {
      if (type === 'number') expect(value).toMatch(/^(\d+(\.\d+)?)?$/)
      else if (type === 'datetime') expect(value).toMatch(/^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)?$/)
      else if (type === 'boolean') expect(['true', 'false']).toContain(value)
      else if (type !== 'text' && type !== 'long text') expect(type).toContain(value)
    }
  })

  it('has one row for each, and says what it is', () => {
    for (const field of ['name', 'label', 'description'] as const)
      expect(new Set(rows.map(([, row]) => row[field])).size).toBe(rows.length)
    const owned = rows.map(([, { name }]) => name)
    const others = ['hubspot_owner_id', 'lifecyclestage']
    expect(Object.keys(write({}, open)).toSorted()).toEqual([...owned, ...others].toSorted())
  })
})

describe('the owner', () => {
  it.each([
    ['who holds it', open, '101'],
    ['who holds it now', moved, '102'],
    ['who answered', responded, '101'],
    ['nobody, without a handoff', undefined, undefined],
    ['nobody, while nobody is free', waiting, undefined],
    ['nobody, when it is closed', closed, undefined],
    [
      'nobody, when the rep has left the config',
      { ...open, holders: [{ ...nextRep('gone'), since: NOW, how: 'rotation' as const }] },
      undefined,
    ],
  ])('is the rep %s', (_, handoff, owner) => {
    expect(write({}, handoff).hubspot_owner_id).toBe(owner)
  })
})

describe('the lifecycle stage', () => {
  const stageOf = (lifecycleStage: string | undefined, changes: Partial<LeadRecord> = {}) =>
    write({ attributes: facts(lifecycleStage === undefined ? {} : { lifecycleStage }), ...changes }).lifecyclestage

  it.each([undefined, 'subscriber', 'lead', 'Lead'])('%s becomes a marketing-qualified lead', (stage) => {
    expect(stageOf(stage)).toBe('marketingqualifiedlead')
  })

  it.each([
    'marketingqualifiedlead',
    'salesqualifiedlead',
    'opportunity',
    'customer',
    'evangelist',
    'other',
    '1234567',
  ])('%s stays', (stage) => {
    expect(stageOf(stage)).toBeUndefined()
  })

  it('stays when one of the three scores is too low', () => {
    expect(stageOf('lead', { score: { ...leadRecord().score, mql: false } })).toBeUndefined()
  })

  it('stays when the lead is disqualified, whatever it scores', () => {
    const route = { name: 'not-interested', to: { disqualify: 'not interested' }, reason: 'not interested', at: NOW }
    expect(stageOf('lead', { route })).toBeUndefined()
  })
})

describe('what is written', () => {
  const written = write({}, open)

  it('is only what differs', () => {
    const wanted = write({ score: { ...leadRecord().score, total: 86, at: NOW + 1 } }, open)
    expect(changedProperties(wanted, written, names)).toEqual({
      baton_score: '86',
      baton_scored_at: '2026-11-18T15:00:00.001Z',
    })
  })

  it('is nothing when only the time of scoring and the config version differ', () => {
    const wanted = write({ score: { ...leadRecord().score, at: NOW + HOUR }, configVersion: 'def456' }, open)
    expect(changedProperties(wanted, written, names)).toEqual({})
    expect(changedProperties(written, written, names)).toEqual({})
  })

  it('is an empty text where something was, or may be, and none where none is', () => {
    expect(changedProperties({ a: '', b: '', c: '' }, { b: 'x', c: '' }, names)).toEqual({ a: '', b: '' })
  })

  it('comes to rest: after a write there is nothing left to write', () => {
    const wanted = write({}, responded)
    const merged = { ...written, ...changedProperties(wanted, written, names) }
    expect(changedProperties(wanted, merged, names)).toEqual({})
  })
})

it.each([
  ['not_a_fit', undefined, 'not a fit'],
  ['not_a_fit', '', 'not a fit'],
  ['wrong_data', 'phone of somebody_else', 'wrong data: phone of somebody_else'],
])('a rejection of %s with the note %s reads %s', (reason, note, text) => {
  expect(rejectionText(reason, note)).toBe(text)
})
