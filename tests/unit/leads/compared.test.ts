import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { knownAfterRead } from '../../../src/leads/compared.ts'
import { changedProperties, crmProperties, sameValue } from '../../../src/leads/properties.ts'
import { leadRecord, NOW, started } from '../../support/records.ts'

const names = (await loadConfig('config', NOW)).hubspot.properties
const wanted = crmProperties(leadRecord(), started(), names, { 'ae-1': '101' })
const read = (properties: Record<string, string | null>, written = wanted, handoffs = {}) =>
  knownAfterRead(names, { written, handoffs }, { properties })

describe('values that are the same to HubSpot', () => {
  it.each([
    ['number', '80', '80.0', true],
    ['number', '80', '8.0E1', true],
    ['number', '80', '81', false],
    ['number', '0', '', false],
    ['datetime', '2026-11-18T15:00:00.000Z', '2026-11-18T15:00:00Z', true],
    ['datetime', '2026-11-18T15:00:00.000Z', '1795014000000', true],
    ['datetime', '2026-11-18T15:00:00.000Z', '2026-11-18T15:00:01Z', false],
    ['datetime', '', '2026-11-18T15:00:01Z', false],
    ['boolean', 'true', 'TRUE', true],
    ['boolean', 'true', 'false', false],
    ['text', 'two\nlines', 'two\r\nlines ', true],
    ['text', 'Demo', 'demo', false],
    [['high', 'hot'], 'high', 'HIGH', false],
  ] as const)('%s: %j and %j: %s', (type, a, b, same) => {
    expect(sameValue(type, a, b)).toBe(same)
    expect(sameValue(type, b, a)).toBe(same)
  })
})

describe('what HubSpot is known to have after a read', () => {
  it('is what was known, and the same object, when it shows that in its own words', () => {
    const shown = {
      ...wanted,
      baton_score: '85.0',
      baton_scored_at: '2026-11-18T15:00:00Z',
      baton_nurture_track: null,
      hubspot_owner_id: '101',
    }
    expect(read(shown)).toBe(wanted)
  })

  it.each([
    ['another value', { baton_score: '99' }, { baton_score: '85' }],
    ['no value', { baton_band: null }, { baton_band: 'hot' }],
    ['a value where none should be', { baton_nurture_track: 'newsletter' }, { baton_nurture_track: '' }],
  ])('leads to what is put right: %s', (_, shown, right) => {
    expect(changedProperties(wanted, read({ ...wanted, ...shown }), names)).toEqual(right)
  })

  it('leads to a write also when only what is quiet was changed by somebody else', () => {
    const known = read({ ...wanted, baton_config_version: 'x' })
    expect(changedProperties(wanted, known, names)).toEqual({ baton_config_version: 'abc123' })
    // What Baton itself has newer is no reason.
    expect(changedProperties({ ...wanted, baton_config_version: 'def' }, read(wanted), names)).toEqual({})
  })

  it('comes to rest: what HubSpot shows after the write is what was wanted', () => {
    const known = read({ ...wanted, baton_score: '99', baton_scored_at: '2020-01-01T00:00:00Z' })
    const confirmed = { ...known, ...changedProperties(wanted, known, names) }
    expect(read({ ...wanted, baton_score: '85.0' }, confirmed)).toBe(confirmed)
  })

  it('stays as it was known for what was not read', () => {
    expect(read({ firstname: 'Dana' })).toBe(wanted)
  })

  it('is for whoever writes to say, while somebody writes', () => {
    const written = { ...wanted, '~': String(NOW) }
    expect(read({ ...wanted, baton_score: '99' }, written)).toBe(written)
  })

  it('has the owner that it shows, but while a rep holds the lead: then the rules about owners say what it means', () => {
    const shown = { ...wanted, hubspot_owner_id: '999' }
    const handoff = started()
    expect(read(shown).hubspot_owner_id).toBe('999')
    expect(read(shown, wanted, { [handoff.id]: handoff }).hubspot_owner_id).toBe('101')
  })

  it('forgets that a property was not there once it is', () => {
    const written = {
      ...wanted,
      '!baton_band': 'PROPERTY_DOESNT_EXIST 1 v d hot',
      '!baton_score': 'INVALID_DOUBLE 1 v d 85',
    }
    const known = read({ ...wanted, baton_band: null }, written)
    expect([known['!baton_band'], known['!baton_score']]).toEqual([undefined, 'INVALID_DOUBLE 1 v d 85'])
  })
})
