import {
  PropertyCreateFieldTypeEnum as Field,
  type PropertyCreate,
  PropertyCreateTypeEnum as Type,
} from '@hubspot/api-client/lib/codegen/crm/properties/models/PropertyCreate.js'
import { expect, test } from 'vitest'
import { appNeeds } from '../../src/hubspot/app.ts'
import { createHubSpot } from '../../src/hubspot/client.ts'
import { describeSetup, describeSetupFailure, setUpHubSpot } from '../../src/hubspot/setup.ts'
import { PROPERTIES, type PropertyNames } from '../../src/leads/properties.ts'
import { OutsideError } from '../../src/platform/errors.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { useSimulatedHubSpot } from '../support/simulated-hubspot.ts'

const start = useSimulatedHubSpot()
const NOTHING = { subscriptions: [], polled: [] }
const WRITTEN = Object.fromEntries(Object.entries(PROPERTIES).map(([key, { name }]) => [key, name])) as PropertyNames
// And one that people set.
const NAMES = [...Object.values(WRITTEN), 'baton_not_junk']

async function startWithBaton() {
  const { hubspot, properties } = await start()
  const baton = createHubSpot({
    accessToken: 'pat-test',
    baseUrl: hubspot.url,
    redis: null,
    prefix: 'test',
    requestsPer10Seconds: 1000,
    properties: () => ({ contact: [], company: [] }),
    metrics: createMetrics(),
  })
  const definitions = async () => {
    const { results } = await properties.coreApi.getAll('contacts')
    return new Map(results.filter(({ groupName }) => groupName === 'baton').map((each) => [each.name, each]))
  }
  const changes = () => hubspot.calls.filter(({ method }) => method !== 'GET').map(({ path }) => path)
  return { hubspot, properties, baton, definitions, changes }
}

test('creates the group and every property with its type', async () => {
  const { baton, definitions, properties } = await startWithBaton()
  const report = await setUpHubSpot(baton, WRITTEN, false)
  expect(report).toEqual({ group: 'created', created: NAMES, existing: [], widened: [], wrongType: [] })

  const groups = await properties.groupsApi.getAll('contacts')
  expect(groups.results).toContainEqual(expect.objectContaining({ name: 'baton', label: 'Baton' }))
  const made = await definitions()
  expect([...made.keys()].sort()).toEqual([...NAMES].sort())
  const types = Object.fromEntries([...made].map(([name, { type }]) => [name, type]))
  expect(types).toMatchObject({
    baton_score: 'number',
    baton_band: 'enumeration',
    baton_route: 'string',
    baton_sla_due_at: 'datetime',
    baton_needs_review: 'bool',
    baton_not_junk: 'bool',
  })
  expect(made.get('baton_sla_status')?.options?.map(({ value }) => value)).toEqual([
    ...['none', 'waiting', 'running', 'responded', 'breached'],
  ])
  expect([...made.values()].every(({ label, description }) => label.startsWith('Baton ') && description)).toBe(true)
})

test('what it makes takes the values that Baton writes', async () => {
  const { baton, hubspot } = await startWithBaton()
  await setUpHubSpot(baton, WRITTEN, false)
  const id = hubspot.createContact({ email: 'dana@acme.example' })
  await baton.writeContact(id, {
    baton_score: '62',
    baton_band: 'high',
    baton_needs_review: 'false',
    baton_sla_status: 'running',
    baton_sla_due_at: '2026-11-20T13:00:00.000Z',
    baton_icp_tier: '',
  })
  expect(hubspot.contact(id)).toMatchObject({ baton_score: '62', baton_needs_review: 'false', baton_band: 'high' })
})

test('run twice it changes nothing', async () => {
  const { baton, changes } = await startWithBaton()
  await setUpHubSpot(baton, WRITTEN, false)
  const before = changes()
  const report = await setUpHubSpot(baton, WRITTEN, false)
  expect(report).toEqual({ group: 'there already', created: [], existing: NAMES, widened: [], wrongType: [] })
  expect(before).toHaveLength(2)
  expect(changes()).toEqual(before)
})

test('creates only what is missing, under the names of the config', async () => {
  const { baton, definitions } = await startWithBaton()
  await setUpHubSpot(baton, WRITTEN, false)
  const report = await setUpHubSpot(baton, { ...WRITTEN, score: 'lead_score' }, false)
  expect(report.created).toEqual(['lead_score'])
  expect((await definitions()).get('lead_score')).toMatchObject({ label: 'Baton score', type: 'number' })
})

test('a dry run changes nothing and tells what would be done', async () => {
  const { baton, changes, definitions } = await startWithBaton()
  const report = await setUpHubSpot(baton, WRITTEN, true)
  expect(report).toMatchObject({ group: 'created', created: NAMES })
  expect(changes()).toEqual([])
  expect((await definitions()).size).toBe(0)
  const text = describeSetup(
    report,
    true,
    appNeeds({ contact: ['jobtitle', 'num_conversion_events'], company: ['industry'] }, []),
    'https://baton.example.com/',
    ['newsletter'],
  )
  expect(text).toContain('Property group Baton: would be created.')
  expect(text).toContain(`Properties would be created: ${NAMES.join(', ')}.`)
  expect(text).toContain('sent to https://baton.example.com/webhooks/hubspot:')
  expect(text).toContain('\n  contact.propertyChange (jobtitle)')
  expect(text).toContain('\n  company.propertyChange (industry)')
  expect(text).not.toContain('contact.propertyChange (num_conversion_events)')
  expect(text).toContain('Baton polls them: num_conversion_events.')
  expect(text).toMatch(/cannot see:.*webhooks are on.*nurture track \(newsletter\)/s)
})

test('a dry run tells of a choice that lacks values, and leaves it as it is', async () => {
  const { baton, changes, properties } = await startWithBaton()
  await setUpHubSpot(baton, WRITTEN, false)
  const options = ['none', 'running'].map((value) => ({ label: value, value, displayOrder: 0, hidden: false }))
  const older: PropertyCreate = {
    ...{ name: 'our_sla', label: 'Our SLA', groupName: 'baton', options },
    ...{ type: Type.Enumeration, fieldType: Field.Select },
  }
  await properties.coreApi.create('contacts', older)
  const before = changes()
  const report = await setUpHubSpot(baton, { ...WRITTEN, slaStatus: 'our_sla' }, true)
  expect(report).toMatchObject({ widened: ['our_sla'], wrongType: [] })
  expect(describeSetup(report, true, NOTHING, '<PUBLIC_URL>')).toContain('Choices that would get new values: our_sla.')
  expect(changes()).toEqual(before)
})

test('gives a choice of an older version the values that it lacks, and takes none away that a person added', async () => {
  const { baton, changes, definitions, hubspot, properties } = await startWithBaton()
  await properties.groupsApi.create('contacts', { name: 'baton', label: 'Baton', displayOrder: -1 })
  const option = (value: string, displayOrder: number, label = value) => ({ label, value, displayOrder, hidden: false })
  const options = [
    ...['none', 'running', 'responded'].map((value, order) => option(value, order)),
    option('breached', 3, 'Too late'),
    { ...option('on_hold', 4, 'On hold'), hidden: true },
  ]
  await properties.coreApi.create('contacts', {
    ...{ name: 'baton_sla_status', label: 'Our own label', groupName: 'baton', options },
    ...{ type: Type.Enumeration, fieldType: Field.Select },
  })
  const report = await setUpHubSpot(baton, WRITTEN, false)
  expect(report).toMatchObject({ existing: ['baton_sla_status'], widened: ['baton_sla_status'], wrongType: [] })
  const property = (await definitions()).get('baton_sla_status')
  expect(property?.label).toBe('Our own label')
  expect(property?.options?.map((one) => ({ ...one }))).toEqual([
    ...options,
    expect.objectContaining({ value: 'waiting', displayOrder: 5, hidden: false }),
  ])

  const id = hubspot.createContact({ email: 'dana@acme.example', baton_sla_status: 'on_hold' })
  await baton.writeContact(id, { baton_sla_status: 'waiting' })
  expect(hubspot.contact(id)).toMatchObject({ baton_sla_status: 'waiting' })
  const before = changes()
  expect((await setUpHubSpot(baton, WRITTEN, false)).widened).toEqual([])
  expect(changes()).toEqual(before)
})

test('says when a property is there with another type', async () => {
  const { baton, properties } = await startWithBaton()
  await setUpHubSpot(baton, WRITTEN, false)
  const own: PropertyCreate = {
    ...{ name: 'lead_score', label: 'Lead score', groupName: 'baton' },
    ...{ type: Type.String, fieldType: Field.Text },
  }
  await properties.coreApi.create('contacts', own)
  const report = await setUpHubSpot(baton, { ...WRITTEN, score: 'lead_score' }, false)
  expect(report.wrongType).toEqual([{ name: 'lead_score', type: 'string', wanted: 'number' }])
  expect(describeSetup(report, false, NOTHING, '<PUBLIC_URL>')).toContain(
    'Property lead_score has the type string, but Baton writes number: delete it in HubSpot, or choose another name in hubspot.yaml.',
  )
})

test.each([
  [401, /^HubSpot does not accept HUBSPOT_ACCESS_TOKEN/],
  [403, /needs these scopes: crm\.objects\.contacts\.read, .*crm\.schemas\.contacts\.write/],
  [500, /^HubSpot did not take it: hubspot: unavailable \(500\)$/],
])('a refusal with %i is told with what to do', async (status, message) => {
  const { baton, hubspot } = await startWithBaton()
  hubspot.failNext({ path: /properties/, status })
  const failure = await setUpHubSpot(baton, WRITTEN, false).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(OutsideError)
  expect(describeSetupFailure(failure as OutsideError)).toMatch(message)
})
