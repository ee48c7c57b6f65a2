import {
  PropertyCreateFieldTypeEnum as Field,
  type PropertyCreate,
  PropertyCreateTypeEnum as Type,
} from '@hubspot/api-client/lib/codegen/crm/properties/models/PropertyCreate.js'
import type { FormQuestion } from '../leads/forms.ts'
import { formProperties, isOwnProperty } from '../leads/forms.ts'
import { PROPERTIES, type PropertyNames } from '../leads/properties.ts'
import { OutsideError } from '../platform/errors.ts'
import { NOT_JUNK } from '../rules/junk.ts'
import { plain } from '../rules/words.ts'
import { type AppNeeds, SCOPES, subscriptionText, webhookUrl } from './app.ts'
import type { HubSpot } from './client.ts'

/** The group of Baton's properties. */
export const GROUP = 'baton'

/** What `setup` did, or would do. `wrongType` are properties of that name that somebody made with another type. */
export interface SetupReport {
  group: 'created' | 'there already'
  created: string[]
  existing: string[]
  /** Choices that got values which they lacked. */
  widened: string[]
  wrongType: { name: string; type: string; wanted: string }[]
}

/**
 * Creates the property group and the properties that are missing, those of forms and those that rules set (`tags`) included; run
 * twice it changes nothing. With `dryRun` it only looks.
 */
export async function setUpHubSpot(
  { client, call }: Pick<HubSpot, 'client' | 'call'>,
  names: PropertyNames,
  dryRun: boolean,
  forms: Readonly<Record<string, readonly FormQuestion[]>> = {},
  tags: readonly string[] = [],
): Promise<SetupReport> {
  const groups = await call('read property groups', () => client.crm.properties.groupsApi.getAll('contacts'))
  const hasGroup = groups.results.some((group) => group.name === GROUP)
  const present = await call('read properties', () => client.crm.properties.coreApi.getAll('contacts'))
  const known = new Map(present.results.map((property) => [property.name, property]))
  const asked = formProperties(forms).filter(({ property }) => isOwnProperty(property))
  const wanted = [
    ...Object.entries(PROPERTIES).map(([key, row]) => ({ ...row, name: names[key as keyof PropertyNames] })),
    ...asked.map((question) => ({
      name: question.property,
      label: question.ask,
      description: 'Asked of sales in Slack; empty: unknown.',
      type: typeOfAnswer(question),
    })),
    {
      name: NOT_JUNK,
      label: 'Baton not junk',
      description: 'Set it where Baton takes a contact for junk that is none.',
      type: 'boolean' as const,
    },
    ...tags.filter(isOwnProperty).map((name) => ({
      name,
      label: plain(name).replace(/^b/, 'B'),
      description: 'Set by a rule of triggers.yaml or handoffs.yaml.',
      type: 'text' as const,
    })),
  ]
  const missing = wanted.filter(({ name }) => !known.has(name))
  if (!dryRun && !hasGroup) {
    await call('create property group', () =>
      client.crm.properties.groupsApi.create('contacts', { name: GROUP, label: 'Baton', displayOrder: -1 }),
    )
  }
  if (!dryRun && missing.length > 0) {
    const inputs = missing.map(({ name, label, description, type }) => ({
      name,
      label,
      description,
      groupName: GROUP,
      ...typeOf(type),
    }))
    const answer = await call('create properties', () => client.crm.properties.batchApi.create('contacts', { inputs }))
    const created = new Set(answer.results.map((property) => property.name))
    const failed = missing.filter(({ name }) => !created.has(name))
    if (failed.length > 0)
      throw new OutsideError('hubspot', 'refused', `not created: ${failed.map(({ name }) => name).join(', ')}`)
  }
  const narrow = wanted.filter(({ name, type }) => lacking(known.get(name), type).length > 0)
  for (const { name, type } of dryRun ? [] : narrow) {
    const property = known.get(name)
    const present = property?.options ?? []
    const after = Math.max(-1, ...present.map(({ displayOrder }) => displayOrder ?? 0)) + 1
    const options = [...present, ...choices(lacking(property, type), after)]
    await call('widen property', () => client.crm.properties.coreApi.update('contacts', name, { options }))
  }
  return {
    group: hasGroup ? 'there already' : 'created',
    created: missing.map(({ name }) => name),
    existing: wanted.filter(({ name }) => known.has(name)).map(({ name }) => name),
    widened: narrow.map(({ name }) => name),
    wrongType: wanted.flatMap(({ name, type: own }) => {
      const [type, expected] = [known.get(name)?.type, typeOf(own).type]
      return type === undefined || type === expected ? [] : [{ name, type, wanted: expected }]
    }),
  }
}

/** The report for a terminal, with what the HubSpot app needs. `tracks` are the nurture tracks that routes name, `ofDeals` lines about deals. */
export function describeSetup(
  report: SetupReport,
  dryRun: boolean,
  needs: AppNeeds,
  publicUrl: string,
  tracks: readonly string[] = [],
  ofDeals: readonly string[] = [],
): string {
  const created = dryRun ? 'would be created' : 'created'
  const wrong = report.wrongType.map(
    ({ name, type, wanted }) =>
      `Property ${name} has the type ${type}, but Baton writes ${wanted}: delete it in HubSpot, or choose another name in hubspot.yaml.`,
  )
  return [
    `Property group Baton: ${report.group === 'created' ? created : report.group}.`,
    `Properties ${created}: ${report.created.join(', ') || 'none'}.`,
    `Properties there already: ${report.existing.join(', ') || 'none'}.`,
    ...(report.widened.length > 0
      ? [`Choices ${dryRun ? 'that would get' : 'that got'} new values: ${report.widened.join(', ')}.`]
      : []),
    ...ofDeals,
    ...wrong,
    '\nYour HubSpot app needs these scopes ("baton hubspot project" writes them and the webhooks into files):',
    ...indented(SCOPES.map(({ name, optional }) => (optional ? `${name} (optional)` : name))),
    `\nand these webhook subscriptions, sent to ${webhookUrl(publicUrl)}:`,
    ...indented(needs.subscriptions.map(subscriptionText)),
    ...(needs.polled.length > 0
      ? [`\nHubSpot sends none for these, so Baton polls them: ${needs.polled.join(', ')}.`]
      : []),
    '\nWhat this command cannot see:',
    ...indented([
      'whether the app\'s webhooks are on: "baton doctor" says when the last event came in',
      tracks.length > 0
        ? `whether a workflow enrols the contacts of each nurture track (${tracks.join(', ')}): docker/README.md has the recipe`
        : 'whether workflows use what Baton writes',
    ]),
  ].join('\n')
}

/** Why HubSpot did not take the set-up, and what to do. */
export function describeSetupFailure({ code, message }: OutsideError): string {
  const needed = SCOPES.filter(({ optional }) => !optional).map(({ name }) => name)
  if (code === '401') return 'HubSpot does not accept HUBSPOT_ACCESS_TOKEN (401). Copy it again from your app.'
  if (code === '403')
    return `HUBSPOT_ACCESS_TOKEN may not do this (403). The app needs these scopes: ${needed.join(', ')}.`
  if (code === 'no-answer' || code === 'deadline') return 'HubSpot does not answer. Try again later.'
  return `HubSpot did not take it: ${message}`
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`)
}

type PropertyType = (typeof PROPERTIES)[keyof typeof PROPERTIES]['type'] | 'date' | readonly string[]

function typeOfAnswer({ type, options = [] }: FormQuestion): PropertyType {
  if (type === 'choice') return options
  return type === 'date' ? 'date' : 'long text'
}

/** The values of a choice that HubSpot does not have yet: a newer version of Baton may know more. */
function lacking(property: { type: string; options?: { value: string }[] } | undefined, type: PropertyType): string[] {
  if (!Array.isArray(type) || property?.type !== Type.Enumeration) return []
  const present = new Set(property.options?.map(({ value }) => value))
  return type.filter((value) => !present.has(value))
}

function choices(values: readonly string[], from = 0) {
  return values.map((value, index) => ({ label: value, value, displayOrder: from + index, hidden: false }))
}

function typeOf(kind: PropertyType): Pick<PropertyCreate, 'type' | 'fieldType' | 'options'> {
  if (kind === 'number') return { type: Type.Number, fieldType: Field.Number }
  if (kind === 'long text') return { type: Type.String, fieldType: Field.Textarea }
  if (kind === 'text') return { type: Type.String, fieldType: Field.Text }
  if (kind === 'date') return { type: Type.Date, fieldType: Field.Date }
  if (kind === 'datetime') return { type: Type.Datetime, fieldType: Field.Date }
  if (kind === 'boolean')
    return { type: Type.Bool, fieldType: Field.Booleancheckbox, options: choices(['true', 'false']) }
  return { type: Type.Enumeration, fieldType: Field.Select, options: choices(kind) }
}
