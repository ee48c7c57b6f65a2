import {
  PropertyCreateFieldTypeEnum as Field,
  type PropertyCreate,
  PropertyCreateTypeEnum as Type,
} from '@hubspot/api-client/lib/codegen/crm/properties/models/PropertyCreate.js'
import type { PropertyNames } from '../leads/properties.ts'
import { OutsideError } from '../platform/errors.ts'
import { BANDS } from '../rules/score.ts'
import type { HubSpot } from './client.ts'

const GROUP = 'baton'

type Kind = 'number' | 'text' | 'datetime' | 'boolean' | readonly string[]

// A list is a choice between values. Texts that ops name themselves (routes, tracks) stay free text.
const PROPERTIES: Record<keyof PropertyNames, { label: string; description: string; kind: Kind }> = {
  score: { label: 'Baton score', description: 'Fit plus engagement, 0 to 100.', kind: 'number' },
  fitScore: {
    label: 'Baton fit score',
    description: 'How well the contact fits the ideal customer profile.',
    kind: 'number',
  },
  engagementScore: {
    label: 'Baton engagement score',
    description: 'How interested the contact is now; it fades with time.',
    kind: 'number',
  },
  band: { label: 'Baton band', description: 'The band that the score is in.', kind: BANDS },
  icpTier: {
    label: 'Baton ICP tier',
    description: 'The tier of the ideal customer profile; empty for none.',
    kind: 'number',
  },
  route: { label: 'Baton route', description: 'The route in routing.yaml that matched.', kind: 'text' },
  routeReason: { label: 'Baton route reason', description: 'Why the contact went there.', kind: 'text' },
  slaStatus: {
    label: 'Baton SLA status',
    description: 'Where the response clock stands.',
    kind: ['none', 'running', 'responded', 'breached'],
  },
  slaDueAt: { label: 'Baton SLA due at', description: 'Until when sales should respond.', kind: 'datetime' },
  firstResponseMinutes: {
    label: 'Baton first response minutes',
    description: 'Minutes of the clock until the first response.',
    kind: 'number',
  },
  nurtureTrack: {
    label: 'Baton nurture track',
    description: 'Workflows listen to this to enrol the contact.',
    kind: 'text',
  },
  needsReview: {
    label: 'Baton needs review',
    description: 'Enrichment failed, or sales misses something about the contact.',
    kind: 'boolean',
  },
  disqualifiedReason: { label: 'Baton disqualified reason', description: 'Why the contact is out.', kind: 'text' },
  scoredAt: { label: 'Baton scored at', description: 'When the score was worked out.', kind: 'datetime' },
  configVersion: {
    label: 'Baton config version',
    description: 'The version of the config that decided.',
    kind: 'text',
  },
}

/** What the app in HubSpot needs. Source: HubSpot's scope and webhook guides. */
const HUBSPOT_APP = {
  scopes: [
    'crm.objects.contacts.read',
    'crm.objects.contacts.write',
    'crm.objects.companies.read',
    'crm.objects.deals.read',
    'crm.schemas.contacts.read',
    'crm.schemas.contacts.write',
  ],
  subscriptions: [
    'contact.creation',
    'contact.deletion',
    'contact.privacyDeletion',
    'contact.merge',
    'contact.restore',
    'deal.propertyChange (dealstage)',
  ],
}

/** What `setup` did, or would do. `wrongType` are properties of that name that somebody made with another type. */
export interface SetupReport {
  group: 'created' | 'there already'
  created: string[]
  existing: string[]
  wrongType: { name: string; type: string; wanted: string }[]
}

/** Creates the property group and the properties that are missing; run twice it changes nothing. With `dryRun` it only looks. */
export async function setUpHubSpot(
  { client, call }: Pick<HubSpot, 'client' | 'call'>,
  names: PropertyNames,
  dryRun: boolean,
): Promise<SetupReport> {
  const groups = await call('read property groups', () => client.crm.properties.groupsApi.getAll('contacts'))
  const hasGroup = groups.results.some((group) => group.name === GROUP)
  const present = await call('read properties', () => client.crm.properties.coreApi.getAll('contacts'))
  const known = new Map(present.results.map((property) => [property.name, property.type]))
  const wanted = Object.entries(PROPERTIES).map(([key, definition]) => ({
    name: names[key as keyof PropertyNames],
    ...definition,
  }))
  const missing = wanted.filter(({ name }) => !known.has(name))
  if (!dryRun && !hasGroup) {
    await call('create property group', () =>
      client.crm.properties.groupsApi.create('contacts', { name: GROUP, label: 'Baton', displayOrder: -1 }),
    )
  }
  if (!dryRun && missing.length > 0) {
    const inputs = missing.map(({ name, label, description, kind }) => ({
      name,
      label,
      description,
      groupName: GROUP,
      ...typeOf(kind),
    }))
    const answer = await call('create properties', () => client.crm.properties.batchApi.create('contacts', { inputs }))
    const created = new Set(answer.results.map((property) => property.name))
    const failed = missing.filter(({ name }) => !created.has(name))
    if (failed.length > 0)
      throw new OutsideError('hubspot', 'refused', `not created: ${failed.map(({ name }) => name).join(', ')}`)
  }
  return {
    group: hasGroup ? 'there already' : 'created',
    created: missing.map(({ name }) => name),
    existing: wanted.filter(({ name }) => known.has(name)).map(({ name }) => name),
    wrongType: wanted.flatMap(({ name, kind }) => {
      const [type, expected] = [known.get(name), typeOf(kind).type]
      return type === undefined || type === expected ? [] : [{ name, type, wanted: expected }]
    }),
  }
}

/** The report for a terminal, with what has to be set by hand in the HubSpot app. `contactProperties` are those that Baton reads. */
export function describeSetup(
  report: SetupReport,
  dryRun: boolean,
  contactProperties: readonly string[],
  publicUrl: string,
): string {
  const created = dryRun ? 'would be created' : 'created'
  const changes = contactProperties.map((name) => `contact.propertyChange (${name})`)
  const wrong = report.wrongType.map(
    ({ name, type, wanted }) =>
      `Property ${name} has the type ${type}, but Baton writes ${wanted}: delete it in HubSpot, or choose another name in hubspot.yaml.`,
  )
  return [
    `Property group Baton: ${report.group === 'created' ? created : report.group}.`,
    `Properties ${created}: ${report.created.join(', ') || 'none'}.`,
    `Properties there already: ${report.existing.join(', ') || 'none'}.`,
    ...wrong,
    '\nYour HubSpot app needs these scopes:',
    ...indented(HUBSPOT_APP.scopes),
    `\nand these webhook subscriptions, sent to ${publicUrl}/webhooks/hubspot:`,
    ...indented([...HUBSPOT_APP.subscriptions, ...changes]),
  ].join('\n')
}

/** Why HubSpot did not take the set-up, and what to do. */
export function describeSetupFailure({ code, message }: OutsideError): string {
  if (code === '401') return 'HubSpot does not accept HUBSPOT_ACCESS_TOKEN (401). Copy it again from your app.'
  if (code === '403')
    return `HUBSPOT_ACCESS_TOKEN may not do this (403). The app needs these scopes: ${HUBSPOT_APP.scopes.join(', ')}.`
  if (code === 'no-answer' || code === 'deadline') return 'HubSpot does not answer. Try again later.'
  return `HubSpot did not take it: ${message}`
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`)
}

function typeOf(kind: Kind): Pick<PropertyCreate, 'type' | 'fieldType' | 'options'> {
  const choices = (values: readonly string[]) =>
    values.map((value, displayOrder) => ({ label: value, value, displayOrder, hidden: false }))
  if (kind === 'number') return { type: Type.Number, fieldType: Field.Number }
  if (kind === 'text') return { type: Type.String, fieldType: Field.Text }
  if (kind === 'datetime') return { type: Type.Datetime, fieldType: Field.Date }
  if (kind === 'boolean')
    return { type: Type.Bool, fieldType: Field.Booleancheckbox, options: choices(['true', 'false']) }
  return { type: Type.Enumeration, fieldType: Field.Select, options: choices(kind) }
}
