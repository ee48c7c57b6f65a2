import { describe, expect, it } from 'vitest'
import type { LeadRecord } from '../../../src/leads/lead.ts'
import {
  badness,
  duplicateKeys,
  flawsOf,
  kindsOf,
  proposalsFor,
  type QualityConfig,
  sameAddress,
} from '../../../src/leads/quality.ts'
import { createMeasures } from '../../../src/leads/quality-measures.ts'
import { flawTexts, reviewTexts } from '../../../src/messages/flaws.ts'
import type { AttributeValue } from '../../../src/rules/attributes.ts'
import { DAY, leadRecord, NOW, when } from '../../support/records.ts'

const config = {
  hubspot: {
    attributes: {
      email: ['email'],
      jobTitle: ['jobtitle'],
      'company.size': ['company:numberofemployees', 'numemployees'],
      'company.name': ['company:name', 'company'],
    },
    activity: ['last_seen'],
  },
  icp: {},
  signals: {},
  routing: { requiredForSales: ['jobTitle', ['company.size', 'company.revenue']] },
  reports: {
    dataQuality: {
      required: ['email', 'firstName', ['company.name', 'company.domain'], 'leadSource', 'lifecycleStage'],
      sources: ['ORGANIC_SEARCH', 'Paid search'],
      staleAfter: 180 * DAY,
    },
  },
} as unknown as QualityConfig

const WHOLE: Record<string, AttributeValue> = {
  email: 'dana@northwind.example',
  firstName: 'Dana',
  lastName: 'Ruiz',
  jobTitle: 'VP Marketing',
  'company.name': 'Northwind',
  'company.domain': 'northwind.example',
  'company.size': 240,
  leadSource: 'ORGANIC_SEARCH',
  lifecycleStage: 'lead',
}

/** A lead with these values in HubSpot; null: it has none. */
function lead(changes: Record<string, AttributeValue | null> = {}, record: Partial<LeadRecord> = {}): LeadRecord {
  const known = Object.entries({ ...WHOLE, ...changes }).filter(([, value]) => value !== null)
  const attributes = Object.fromEntries(
    known.map(([name, value]) => [name, { value: value as AttributeValue, source: `hubspot:${name}` }]),
  )
  return leadRecord({ attributes, ...record })
}

const nurtured = { route: { name: 'low', to: { nurture: 'calm' }, reason: '', at: NOW } }
const kinds = (one: LeadRecord) => kindsOf(flawsOf(config, one, NOW), false)

describe('what is wrong with a lead', () => {
  it.each<[string, LeadRecord, string[]]>([
    ['nothing', lead(), []],
    ['it has no address', lead({ email: null }), ['email', 'missing']],
    ['its address is none', lead({ email: 'dana at northwind' }), ['email']],
    ['its address has no domain', lead({ email: 'dana@northwind' }), ['email']],
    ['a slip of a provider', lead({ email: 'dana@gmial.com' }), ['email']],
    ['a disposable one', lead({ email: 'dana@mailinator.com' }), ['email']],
    ['HubSpot sends it nothing any more', lead({ 'email.hardBounce': 'UNKNOWN_USER' }), ['email']],
    ['two mails in a row came back', lead({ 'email.bouncesInARow': 2 }), ['email']],
    ['but not one', lead({ 'email.bouncesInARow': 1 }), []],
    ['one of a list is enough', lead({ 'company.name': null }), []],
    ['none of a list', lead({ 'company.name': null, 'company.domain': null }), ['missing']],
    ['what sales needs, where it is for sales', lead({ jobTitle: null }), ['missing']],
    ['and not where it is nurtured', lead({ jobTitle: null }, nurtured), []],
    ['but with an opportunity', lead({ jobTitle: null, lifecycleStage: 'opportunity' }, nurtured), ['missing']],
    ['a source off the list', lead({ leadSource: 'OFFLINE' }), ['source']],
    ['one on it by its label', lead({ leadSource: 'PAID_SEARCH' }), []],
    ['no source', lead({ leadSource: null }), ['missing', 'source']],
  ])('%s', (_, one, expected) => expect(kinds(one)).toEqual(expected))

  it('what only a provider told is not in HubSpot, and is proposed', () => {
    const told = lead({ 'company.size': null })
    told.attributes['company.size'] = { value: 120, source: 'apollo' }
    const { missing } = flawsOf(config, told, NOW)
    expect(missing).toEqual(['company.size or company.revenue'])
    expect(proposalsFor(config, told, missing)).toEqual([
      { attribute: 'company.size', property: 'numemployees', value: '120', source: 'apollo' },
    ])
    expect(proposalsFor(config, { ...told, properties: { numemployees: 'n/a' } }, missing)).toEqual([])
  })

  it('what the record of its company knows is proposed where no rule reads it from there', () => {
    const one = lead({ jobTitle: null, 'company.size': null }, { company: { numberofemployees: '80' } })
    expect(proposalsFor(config, one, ['jobTitle', 'company.size'])).toEqual([
      { attribute: 'company.size', property: 'numemployees', value: '80', source: 'hubspot-company' },
    ])
  })

  it('says why it is flagged for review: what sales lacks, and who did not answer', () => {
    const flagged = { needsReview: true, missing: ['jobTitle'], enrichment: { apollo: { status: 'failed', at: NOW } } }
    const flaws = flawsOf(config, lead({}, flagged as Partial<LeadRecord>), NOW)
    expect(reviewTexts(flaws)).toEqual(['sales needs job title', 'enrichment did not answer (apollo: failed)'])
    expect(flawTexts({ ...flaws, missing: ['jobTitle'] }, [])).toEqual([
      'HubSpot lacks job title',
      'enrichment did not answer (apollo: failed)',
    ])
    expect(flawsOf(config, lead({}, { missing: ['jobTitle'] }), NOW).review).toBeUndefined()
  })
})

describe('a lead is stale', () => {
  const ago = (days: number) => new Date(NOW - days * DAY).toISOString()
  const old = { createdAt: NOW - 400 * DAY, signals: [] }
  it.each<[string, Partial<LeadRecord>, number | undefined]>([
    ['since it was created', old, 400],
    ['from 180 days on', { ...old, changedAt: NOW - 180 * DAY }, 180],
    ['not a day before', { ...old, changedAt: NOW - 179 * DAY }, undefined],
    ['since its last signal', { ...old, signals: [{ id: 's', type: 'form', at: NOW - 200 * DAY }] }, 200],
    ['not when it was there itself lately', { ...old, properties: { last_seen: ago(3) } }, undefined],
    ['nor when somebody wrote to it', { ...old, properties: { notes_last_contacted: ago(30) } }, undefined],
  ])('%s', (_, record, days) =>
    expect(flawsOf(config, lead({}, record), NOW).stale).toBe(days === undefined ? undefined : NOW - days * DAY),
  )
})

describe('one mailbox', () => {
  it.each([
    ['Dana@Northwind.example', 'dana@northwind.example'],
    ['dana+webinar@northwind.example', 'dana@northwind.example'],
    ['d.a.n.a@gmail.com', 'dana@gmail.com'],
    ['Dana+x@GoogleMail.com', 'dana@gmail.com'],
    ['d.ana@northwind.example', 'd.ana@northwind.example'],
    ['dana@müller.example', 'dana@xn--mller-kva.example'],
    ['+dana@northwind.example', '+dana@northwind.example'],
    ['dana@', undefined],
    ['dana@northwind', undefined],
  ])('%s is %s', (address, same) => expect(sameAddress(address)).toBe(same))

  it('and the same name at the same company, but not at a provider of free mail', () => {
    expect(duplicateKeys(config, lead({ email: 'DANA@northwind.example ' }))).toEqual([
      'email dana@northwind.example',
      'name dana ruiz @ northwind.example',
    ])
    expect(duplicateKeys(config, lead({ email: null, 'company.domain': 'gmail.com' }))).toEqual([])
    expect(duplicateKeys(config, lead({ email: null, lastName: null }))).toEqual([])
  })
})

it('the worst come first: for sales, then by what is wrong, then by score', () => {
  const score = (total: number) => ({ score: { ...leadRecord().score, total } })
  const leads = [
    lead({ email: null }, nurtured),
    lead({ leadSource: null }, score(40)),
    lead({ email: 'none' }, score(20)),
    lead({ email: 'none' }, score(60)),
  ]
  const order = leads.map((one, at) => ({ at, bad: badness(one, flawsOf(config, one, NOW), kinds(one)) }))
  expect(order.sort((a, b) => b.bad - a.bad).map(({ at }) => at)).toEqual([3, 2, 1, 0])
})

it('measures are counted over all leads: right, of how many', () => {
  const measures = createMeasures(config, [when('company.size', { atLeast: 10 }), when('score', { atLeast: 3 })])
  const many = [
    lead(),
    lead({ email: 'none', 'company.size': null }, { ...nurtured, properties: { numemployees: 'n/a' } }),
    lead({ leadSource: 'OFFLINE', lifecycleStage: null }, { createdAt: NOW - 300 * DAY, signals: [] }),
  ]
  for (const one of many) measures.add(one, flawsOf(config, one, NOW))
  expect(Object.fromEntries(measures.result(2).map(({ measure, right, of }) => [measure, [right, of]]))).toEqual({
    validEmails: [2, 3],
    requiredFields: [2, 3],
    leadSource: [2, 3],
    stale: [2, 3],
    duplicates: [1, 3],
    'known:jobTitle': [3, 3],
    'says-nothing:jobTitle': [0, 3],
    'known:company.size': [2, 3],
    'says-nothing:company.size': [1, 3],
  })
})
