import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, test } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import type { PropertyInfo } from '../../../src/doctor/options.ts'
import { configPropertyFindings, ownPropertyFindings } from '../../../src/doctor/properties.ts'
import { LOADED_AT } from '../../support/config.ts'

const made: string[] = []
afterEach(async () => {
  for (const directory of made.splice(0)) await rm(directory, { recursive: true })
})

/** The config of the project, with words replaced in its files. */
async function configWith(changes: Record<string, [from: string, to: string]>) {
  const directory = await mkdtemp(join(tmpdir(), 'baton-doctor-'))
  made.push(directory)
  await cp('config', directory, { recursive: true })
  for (const [file, [from, to]] of Object.entries(changes)) {
    const text = await readFile(join(directory, file), 'utf8')
    expect(text).toContain(from)
    await writeFile(join(directory, file), text.replace(from, to))
  }
  return loadConfig(directory, LOADED_AT)
}

const plain = (name: string): [string, PropertyInfo] => [name, { name, type: 'string', options: [] }]
const choice = (name: string, ...values: string[]): [string, PropertyInfo] => [
  name,
  { name, type: 'enumeration', options: values.map((value) => ({ value, label: LABELS[value] ?? value })) },
]
const LABELS: Record<string, string> = { '987654': 'MQL', marketingqualifiedlead: 'Marketing Qualified Lead' }
const STAGES = [
  'subscriber',
  'lead',
  'marketingqualifiedlead',
  'salesqualifiedlead',
  'opportunity',
  'customer',
  'evangelist',
]
const STATUSES = [
  'NEW',
  'OPEN',
  'IN_PROGRESS',
  'OPEN_DEAL',
  'UNQUALIFIED',
  'ATTEMPTED_TO_CONTACT',
  'CONNECTED',
  'BAD_TIMING',
]
const SOURCES = ['ORGANIC_SEARCH', 'PAID_SEARCH', 'DIRECT_TRAFFIC', 'REFERRALS', 'PAID_SOCIAL', 'EMAIL_MARKETING']

/** A portal that has what the config reads, with other definitions laid over it. */
function portal(config: Awaited<ReturnType<typeof configWith>>, ...others: [string, PropertyInfo][]) {
  const contact = new Map([
    ...config.reads.contact.map(plain),
    choice('lifecyclestage', ...STAGES),
    choice('hs_lead_status', ...STATUSES),
    choice('hs_analytics_source', ...SOURCES),
    ...others,
  ])
  return { contact, company: new Map(config.reads.company.map(plain)) }
}

describe('properties of the config', () => {
  it('what only some portals have is no fault when it is missing', async () => {
    const config = await configWith({})
    const { contact, company } = portal(config)
    for (const name of ['utm_source', 'how_did_you_hear_about_us']) contact.delete(name)
    const found = configPropertyFindings(config, contact, company)
    expect(found.map(({ status }) => status)).not.toContain('fault')
    const { found: said } = found.find(({ check }) => check.endsWith('attribution')) ?? {}
    expect(said).toContain('no utm_source, how_did_you_hear_about_us')
  })

  it('all there is one line, options another', async () => {
    const config = await configWith({})
    const { contact, company } = portal(config)
    const found = configPropertyFindings(config, contact, company)
    expect(found.map(({ status }) => status)).toEqual(['ok', 'ok', 'ok'])
    expect(found[1]?.found).toContain('num_conversion_events')
  })

  it('one that HubSpot does not have is named with the one that is meant', async () => {
    const config = await configWith({ 'hubspot.yaml': ['jobTitle: jobtitle', 'jobTitle: job_titel'] })
    const { contact, company } = portal(config, plain('job_title'))
    contact.delete('job_titel')
    company.delete('numberofemployees')
    company.set('number_of_employees', { name: 'number_of_employees', type: 'number', options: [] })
    const faults = configPropertyFindings(config, contact, company).filter(({ status }) => status === 'fault')
    expect(faults.map(({ check, found }) => [check, found])).toEqual([
      ['hubspot property job_titel', 'a contact has no property job_titel; did you mean "job_title"?'],
      [
        'hubspot property numberofemployees',
        'a company has no property numberofemployees; did you mean "number_of_employees"?',
      ],
    ])
  })

  it('one that HubSpot works out is told, also where the list of Baton does not know it', async () => {
    const config = await configWith({ 'hubspot.yaml': ['jobTitle: jobtitle', 'jobTitle: our_title'] })
    const { contact, company } = portal(config, ['our_title', { ...plain('our_title')[1], calculated: true }])
    const found = configPropertyFindings(config, contact, company).find(({ check }) => check.includes('calculated'))
    expect(found).toMatchObject({ status: 'ok', found: expect.stringMatching(/our_title.*num_conversion_events/) })
  })
})

describe('options', () => {
  const faultsWith = async (changes: Parameters<typeof configWith>[0], ...others: [string, PropertyInfo][]) => {
    const config = await configWith(changes)
    const { contact, company } = portal(config, ...others)
    const found = configPropertyFindings(config, contact, company).filter(({ status }) => status === 'fault')
    return found.map(({ found: text }) => text)
  }

  test('of a response', async () => {
    expect(await faultsWith({ 'hubspot.yaml': ['CONNECTED, OPEN_DEAL', 'CONECTED, OPEN_DEAL'] })).toEqual([
      'CONECTED is no option of hs_lead_status; did you mean "CONNECTED"?',
    ])
  })

  test('of a route, once for each value', async () => {
    expect(
      await faultsWith({
        'routing.yaml': ['leadStatus: { in: [UNQUALIFIED] }', 'leadStatus: { in: [UNQALIFIED, unqalified] }'],
      }),
    ).toEqual(['UNQALIFIED is no option of hs_lead_status; did you mean "UNQUALIFIED"?'])
  })

  test('of attempts, by a label where a stage of the portal has a number as its id', async () => {
    const stages = choice('lifecyclestage', ...STAGES, '987654')
    expect(
      await faultsWith({ 'handoffs.yaml': ['salesqualifiedlead, opportunity', 'MQL, opportunity'] }, stages),
    ).toEqual(['MQL is no option of lifecyclestage; did you mean "987654"?'])
  })

  test('case does not matter, as it does not for the rules', async () => {
    expect(
      await faultsWith({ 'handoffs.yaml': ['salesqualifiedlead, opportunity', 'SalesQualifiedLead, opportunity'] }),
    ).toEqual([])
  })

  test('the stage that Baton writes must be there', async () => {
    const own = choice('lifecyclestage', 'lead', 'salesqualifiedlead', 'opportunity', 'customer', 'evangelist')
    expect(await faultsWith({}, own)).toEqual([
      expect.stringMatching(/^marketingqualifiedlead is no option of lifecyclestage/),
    ])
  })

  test('a value that some other source may give is not judged: free text, or enrichment', async () => {
    const status = 'leadStatus: { in: [UNQUALIFIED] }'
    const oneOrTheOther = {
      'hubspot.yaml': ['leadStatus: hs_lead_status', 'leadStatus: [hs_lead_status, our_status]'],
      'routing.yaml': [status, 'leadStatus: { in: [anything] }'],
    } satisfies Parameters<typeof configWith>[0]
    expect(await faultsWith(oneOrTheOther)).toEqual([])
    expect(await faultsWith(oneOrTheOther, choice('our_status', 'NEW'))).toHaveLength(1)
    const enriched = { 'routing.yaml': [status, 'country: { is: Utopia }'] } satisfies Parameters<typeof configWith>[0]
    expect(await faultsWith(enriched, choice('country', 'Norway'))).toEqual([])
  })
})

describe('properties of Baton', () => {
  const report = { group: 'there already' as const, created: [], existing: [], widened: [], wrongType: [] }

  test.each([
    [{ created: ['baton_score'] }, 'missing: baton_score', 'hubspot setup'],
    [{ widened: ['baton_band'] }, 'without values that are written: baton_band', 'hubspot setup'],
    [
      { wrongType: [{ name: 'baton_score', type: 'string', wanted: 'number' }] },
      'baton_score has the type string, Baton writes number',
      'hubspot.yaml',
    ],
  ])('%j', (more, found, todo) => {
    expect(ownPropertyFindings(['baton_score'], { ...report, ...more }, new Map())).toEqual([
      { check: 'hubspot properties of Baton', status: 'fault', found, todo: expect.stringContaining(todo) },
    ])
  })

  it('one that cannot be written', () => {
    const [, baton] = plain('baton_score')
    const known = new Map([['baton_score', { ...baton, modificationMetadata: { readOnlyValue: true } }]])
    expect(ownPropertyFindings(['baton_score'], report, known)[0]).toMatchObject({
      status: 'fault',
      found: 'baton_score cannot be written',
    })
    expect(ownPropertyFindings(['baton_score'], report, new Map())[0]?.status).toBe('ok')
  })
})
