import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import {
  disqualifications,
  emailAttributes,
  observeAttributes,
  observeDomain,
  type Properties,
  possibleResponses,
  readInstant,
  responseBaseline,
} from '../../../src/leads/observe.ts'
import { NOW } from '../../support/records.ts'

const { hubspot } = await loadConfig('config', NOW)
const observe = (
  contact: Record<string, string | null>,
  company: Record<string, string> | null = null,
  raw: string[] = [],
) => observeAttributes(hubspot, contact, company, raw)
const valueIn = (name: string, contact: Record<string, string | null>, company: Record<string, string> | null = null) =>
  observe(contact, company)[name]?.value

describe('attributes', () => {
  it('are read from the contact, with their source', () => {
    expect(observe({ jobtitle: ' CMO ', firstname: '', lastname: '  ', country: null })).toEqual({
      jobTitle: { value: 'CMO', source: 'hubspot:jobtitle' },
    })
  })

  it('take the company first, then the contact', () => {
    const contact = { company: 'On the form', industry: 'Retail' }
    expect(observe(contact, { name: 'In the CRM', industry: '' })).toMatchObject({
      'company.name': { value: 'In the CRM', source: 'company:name' },
      'company.industry': { value: 'retail', source: 'hubspot:industry' },
    })
    expect(valueIn('company.name', contact)).toBe('On the form')
  })

  it.each([
    ['50', 50],
    ['0', 0],
    ['51-100', 100],
    ['11–50', 50],
    ['1000+', 1000],
    ['1,001-5,000', 5000],
    ['10,001+', 10001],
    ['about 30 people', 30],
    [' 7 ', 7],
    ['unknown', undefined],
    ['', undefined],
    ['9'.repeat(400), undefined],
    ['2.000 Mitarbeiter', 2000],
    ['51-200 employees, 3 offices', 200],
    ['< 5', 'below 5'],
    ['3 offices', undefined],
  ])('a company size of %j is %s', (numemployees, size) => {
    expect(valueIn('company.size', { numemployees })).toBe(size)
  })

  it.each([
    ['1.0E7', 10_000_000],
    ['€ 1.500.000', 1_500_000],
    ['$10M', 10_000_000],
    ['under $1M', 'below 1000000'],
    ['secret', undefined],
  ])('a revenue of %j is %s', (annualrevenue, revenue) => {
    expect(valueIn('company.revenue', { annualrevenue })).toBe(revenue)
  })

  it.each([
    ['https://www.Acme.example/about', 'acme.example'],
    ['ACME.example.', 'acme.example'],
    ['Acme Inc', 'Acme Inc'],
  ])('a company domain of %j is %s', (domain, value) => {
    expect(valueIn('company.domain', {}, { domain })).toBe(value)
  })

  it('a size that says nothing gives way to the next source', () => {
    expect(valueIn('company.size', { numemployees: '20' }, { numberofemployees: 'n/a' })).toBe(20)
  })

  it.each([
    ['COMPUTER_SOFTWARE', 'computer software'],
    ['INFORMATION_TECHNOLOGY_AND_SERVICES', 'information technology and services'],
    ['Financial Services', 'financial services'],
  ])('the industry %s is %s', (industry, words) => {
    expect(valueIn('company.industry', {}, { industry })).toBe(words)
  })

  it.each<[string, string[] | undefined]>([
    ['slack;hubspot', ['slack', 'hubspot']],
    ['slack; hubspot ;', ['slack', 'hubspot']],
    [';', undefined],
    [' ; ', undefined],
  ])('the tools %j are %j', (web_technologies, tools) => {
    const mapping = { attributes: { 'company.techStack': ['company:web_technologies'] } }
    expect(observeAttributes(mapping, {}, { web_technologies }, [])['company.techStack']?.value).toEqual(tools)
  })

  it.each([
    ['7', 7],
    ['-1.5', -1.5],
    ['0', 0],
    ['02134', '02134'],
    ['1.200', '1.200'],
    ['12345678901234567890', '12345678901234567890'],
    ['yes', 'yes'],
    ['', undefined],
  ])('a property %j that a condition names is %j', (text, value) => {
    const attributes = observe({ some_property: text }, null, ['hubspot.some_property', 'hubspot.other'])
    expect(attributes['hubspot.some_property']?.value).toBe(value)
    expect(attributes).not.toHaveProperty(['hubspot.other'])
    if (value !== undefined) expect(attributes['hubspot.some_property']?.source).toBe('hubspot:some_property')
  })
})

describe('email', () => {
  it.each([
    ['dana@Northwind.Example', 'northwind.example', false],
    ['dana@gmail.com', 'gmail.com', true],
    ['dana@GMX.de ', 'gmx.de', true],
    ['dana@gmx.de.', 'gmx.de', true],
    ['dana@hey.com', 'hey.com', true],
    ['dana@clerk.com', 'clerk.com', false],
    ['"a@b"@northwind.example', 'northwind.example', false],
    ['dana@mail.gmail.com', 'mail.gmail.com', false],
  ])('%s', (email, domain, free) => {
    expect(observe({ email })).toMatchObject({ 'email.domain': { value: domain }, 'email.free': { value: free } })
  })

  it.each([undefined, 'dana', 'dana@', '@'])('%s has no domain', (value) => {
    expect(emailAttributes(value === undefined ? undefined : { value, source: 'x' }, {})).toEqual({})
  })
})

describe('responses', () => {
  const baseline = responseBaseline(hubspot, { num_contacted_notes: '2', hs_lead_status: 'NEW', other: 'x' })
  const [note, status] = hubspot.responses.map((rule) => ({ property: rule.rises ?? rule.changes ?? '', rule }))
  const beside = { notes_last_contacted: null, lifecyclestage: null }

  it('are compared with the values at the start', () => {
    expect(baseline).toEqual({ num_contacted_notes: '2', hs_lead_status: 'NEW', ...beside })
    expect(responseBaseline(hubspot, {})).toEqual({ num_contacted_notes: null, hs_lead_status: null, ...beside })
  })

  it.each([
    ['nothing new', {}, []],
    ['another note', { num_contacted_notes: '3' }, [note]],
    ['fewer notes', { num_contacted_notes: '1' }, []],
    ['no notes any more', { num_contacted_notes: null }, []],
    ['a status that counts, if a person set it', { hs_lead_status: 'CONNECTED' }, [status]],
    ['a status that counts, as its label says it', { hs_lead_status: 'Open deal' }, [status]],
    ['a status that does not count', { hs_lead_status: 'IN_PROGRESS' }, []],
    ['no status any more', { hs_lead_status: null }, []],
    ['both', { num_contacted_notes: '10', hs_lead_status: 'OPEN_DEAL' }, [note, status]],
  ])('%s', (_, change, found) => {
    const contact = { num_contacted_notes: '2', hs_lead_status: 'NEW', ...change }
    expect(possibleResponses(hubspot, contact, baseline)).toEqual(found)
  })

  it('a first note counts, and a status that was there before does not', () => {
    expect(possibleResponses(hubspot, { num_contacted_notes: '1' }, responseBaseline(hubspot, {}))).toEqual([note])
    const connected = { hs_lead_status: 'CONNECTED' }
    expect(possibleResponses(hubspot, connected, responseBaseline(hubspot, connected))).toEqual([])
  })

  it('any change counts when no values are listed', () => {
    const mapping = { responses: [{ changes: 'stage' }] }
    expect(possibleResponses(mapping, { stage: 'b' }, { stage: 'a' })).toEqual([
      { property: 'stage', rule: { changes: 'stage' } },
    ])
    expect(possibleResponses(mapping, { stage: 'a' }, { stage: 'a' })).toEqual([])
  })

  it('a rule that came into the config after the handoff started stops no clock', () => {
    expect(possibleResponses(hubspot, { num_contacted_notes: '9', hs_lead_status: 'CONNECTED' }, {})).toEqual([])
  })
})

describe('the domain of an address alone', () => {
  const ofDomain = ['email', 'email.domain', 'email.free']
  const mapped = { ...hubspot, attributes: { ...hubspot.attributes, 'email.domain': ['hs_email_domain'] } }
  it.each<[string, typeof hubspot, Properties]>([
    ['of a company', hubspot, { email: 'dana@Harbour.example', jobtitle: 'CMO' }],
    ['of a free mail provider', hubspot, { email: 'dana@gmail.com' }],
    ['that is none', hubspot, { email: 'dana' }],
    ['of nobody', hubspot, { jobtitle: 'CMO' }],
    ['that HubSpot says', mapped, { hs_email_domain: 'harbour.example' }],
    ['that HubSpot says otherwise', mapped, { email: 'dana@other.example', hs_email_domain: 'harbour.example' }],
  ])('%s is the same as among all attributes', (_, mapping, contact) => {
    const all = Object.entries(observeAttributes(mapping, contact, null, []))
    expect(observeDomain(mapping, contact, null)).toEqual(
      Object.fromEntries(all.filter(([name]) => ofDomain.includes(name))),
    )
  })
})

describe('a person takes the lead out', () => {
  const out = { hs_lead_status: 'UNQUALIFIED' }
  it.each<[string, Properties, Properties | null, number]>([
    ['by a status that says so', out, { hs_lead_status: 'NEW' }, 1],
    ['where there was no status', out, { hs_lead_status: null }, 1],
    ['before the first look', out, null, 1],
    ['not again: it says so still', out, out, 0],
    ['not by another status', { hs_lead_status: 'CONNECTED' }, { hs_lead_status: 'NEW' }, 0],
    ['not by taking the status away', { hs_lead_status: null }, out, 0],
    ['not by what a rule that came into the config since finds there', out, {}, 0],
  ])('%s', (_, contact, before, count) => {
    expect(disqualifications(hubspot, contact, before)).toHaveLength(count)
  })
})

describe('readInstant', () => {
  it.each([
    ['1795014000000', 1795014000000],
    ['2026-11-18T15:00:00Z', NOW],
    ['2026-11-18T15:00:00.123Z', NOW + 123],
    ['soon', undefined],
    ['', undefined],
    [null, undefined],
  ])('%s', (text, at) => {
    expect(readInstant(text)).toBe(at)
  })
})
