import { describe, expect, it } from 'vitest'
import { isNews, knowsOtherCompany } from '../../../src/leads/found.ts'
import type { LeadRecord } from '../../../src/leads/lead.ts'

const lead = (over: Partial<LeadRecord> = {}) =>
  ({ properties: { jobtitle: 'CMO', num_notes: '3', hubspot_owner_id: '101' }, company: null, ...over }) as LeadRecord

const NAMES = { read: ['jobtitle', 'num_notes', 'hubspot_owner_id'], own: ['baton_score', 'baton_sla_due_at'] }
const FOUND = { jobtitle: 'CMO', num_notes: '3', hubspot_owner_id: '101', baton_score: '50', hs_notes: 'x' }
const WRITTEN = { baton_score: '50' }

describe('a contact that a search found is news', () => {
  it.each([
    ['what Baton does not know', null, WRITTEN, FOUND, true],
    ['what it read, and wrote', lead(), WRITTEN, FOUND, false],
    ['a value that changed', lead(), WRITTEN, { ...FOUND, jobtitle: 'VP' }, true],
    ['a value that was cleared', lead(), WRITTEN, { ...FOUND, num_notes: null }, true],
    ['a value that is new', lead({ properties: {} }), {}, { jobtitle: 'CMO' }, true],
    ['a number that is written otherwise', lead(), WRITTEN, { ...FOUND, num_notes: '3.0' }, false],
    [
      'an owner whom Baton wrote after it read',
      lead(),
      { hubspot_owner_id: '102' },
      { ...FOUND, hubspot_owner_id: '102' },
      false,
    ],
    ['an owner whom a person set back', lead(), { hubspot_owner_id: '102' }, FOUND, true],
    ['a score that somebody edited', lead(), WRITTEN, { ...FOUND, baton_score: '99' }, true],
    ['a score that Baton never wrote', lead(), {}, { ...FOUND, baton_score: '99' }, false],
    [
      'a date that is written otherwise',
      lead(),
      { baton_sla_due_at: '2026-11-18T15:05:00.000Z' },
      { ...FOUND, baton_sla_due_at: '2026-11-18T15:05:00Z' },
      false,
    ],
    ['a contact that was missing', lead({ missingSince: 1 }), WRITTEN, FOUND, true],
    ['a contact that another one took in', lead({ mergedInto: '7' }), WRITTEN, { jobtitle: 'VP' }, false],
  ])('%s', (_, known, written, found, news) => {
    expect(isNews({ lead: known, written }, found, NAMES)).toBe(news)
  })

  it('a mail that got through only where the last ones came back: a mailing is no news of everybody', () => {
    const names = { ...NAMES, read: [...NAMES.read, 'hs_email_delivered'] }
    const bounced = lead({ mail: { address: 'a@x.example', bounces: 2, reached: 0, inARow: 2 } })
    const found = { ...FOUND, hs_email_delivered: '1' }
    expect(isNews({ lead: lead(), written: WRITTEN }, found, names)).toBe(false)
    expect(isNews({ lead: bounced, written: WRITTEN }, found, names)).toBe(true)
  })

  it('whatever it is, where nothing can be compared', () => {
    expect(isNews({ lead: lead(), written: WRITTEN }, FOUND, { read: [], own: [] })).toBe(true)
  })
})

describe('a lead has to hear of its company', () => {
  const NOW = { name: 'Northwind', numberofemployees: '240', city: null }
  it.each([
    ['that is the same', { name: 'Northwind', numberofemployees: '240' }, NOW, false],
    ['that has grown', { name: 'Northwind', numberofemployees: '24' }, NOW, true],
    ['of which it knew nothing', null, NOW, true],
    ['that is gone', { name: 'Northwind' }, null, true],
    ['that is still not there', null, null, false],
  ])('%s', (_, company, present, other) => {
    expect(knowsOtherCompany(lead({ company }), present, ['name', 'numberofemployees', 'city'])).toBe(other)
  })

  it('but not when another contact took it in', () => {
    expect(knowsOtherCompany(lead({ mergedInto: '7' }), NOW, ['name'])).toBe(false)
  })
})
