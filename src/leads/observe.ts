import type { Attribute, Attributes, AttributeValue } from '../rules/attributes.ts'
import type { Condition } from '../rules/condition.ts'
import { type DomainCorrections, domainOf } from '../rules/domains.ts'
import { amountValue, type Counted, readAmount } from '../rules/numbers.ts'
import { languageKey } from '../rules/places.ts'
import { plainNumber } from '../rules/plain-number.ts'
import { keyOf } from '../rules/texts.ts'
import { utmAttributes } from './attribution.ts'
import { isFreeMail } from './free-mail.ts'
import { saysNothing, type UnknownValues } from './unknown-values.ts'

/** Property values of a HubSpot record: text, or null where nothing is set. */
export type Properties = Record<string, string | null | undefined>

/** A contact as HubSpot has it now. `createdAt` is epoch milliseconds. */
export interface Contact {
  id: string
  createdAt: number
  properties: Properties
}

/** A value that a property had: from when on (epoch milliseconds), and what set it, in HubSpot's words. */
export interface PropertyVersion {
  value: string
  at: number
  source: string
  sourceId?: string
}

/** The values that properties had, newest first. A property that was not asked for is absent. */
export type PropertyHistory = Readonly<Record<string, readonly PropertyVersion[]>>

/** Whether a person set a property's present value in HubSpot, and not a workflow, a form or an app. */
export function setByPerson(history: PropertyHistory, property: string): boolean {
  const last = history[property]?.[0]
  return last !== undefined && personSet(last)
}

/** Whether a person set a value in HubSpot. */
export function personSet({ source, sourceId }: PropertyVersion): boolean {
  return /^(CRM_UI|MOBILE)/.test(source) || (sourceId ?? '').startsWith('userId:')
}

/** How HubSpot's properties become attributes, signals and responses (`config/hubspot.yaml`). */
export interface HubSpotMapping {
  attributes: Record<string, string[]>
  /** The texts that count as unknown; absent: none. */
  unknownValues?: UnknownValues | undefined
  signals: {
    signal: string
    rises?: string | undefined
    changes?: string | undefined
    when?: Condition | undefined
    at?: string | undefined
    detail?: string | undefined
    /** It is found beside whatever the first rule that holds says. */
    beside?: boolean | undefined
    /** A step so many milliseconds after another date was made by a machine. */
    notWithin?: Record<string, number> | undefined
    /** What rises must rise by so much while this counter, of visits, stays the same. */
    atLeast?: number | undefined
    during?: string | undefined
  }[]
  /** The properties that date what the lead did itself, whether or not it is a signal. */
  activity: string[]
  responses: {
    rises?: string | undefined
    changes?: string | undefined
    to?: string[] | undefined
    by?: 'person' | undefined
  }[]
  disqualified: {
    changes: string
    to: string[]
    by?: 'person' | undefined
    reason?: string | undefined
  }[]
  /** The types of signals by which the lead itself says that it is out. */
  notInterested: string[]
  freeMail?: DomainCorrections | undefined
}

/** What says how properties become attributes. */
export type AttributeMapping = Pick<HubSpotMapping, 'attributes' | 'freeMail' | 'unknownValues'>

// What tells when somebody acted, and that sales has taken the lead on, whatever the rules name.
const BESIDE_RULES = [{ changes: 'notes_last_contacted' }, { changes: 'lifecyclestage' }]
const NUMBERS: Record<string, Counted | undefined> = { 'company.size': 'people', 'company.revenue': 'money' }

/** The attributes that a contact's and its company's properties give. First known source wins; empty is unknown. */
export function observeAttributes(
  mapping: AttributeMapping,
  contact: Properties,
  company: Properties | null,
  rawNames: readonly string[],
): Attributes {
  const attributes = observeNamed(mapping, Object.keys(mapping.attributes), contact, company)
  for (const name of rawNames) {
    const text = contact[name.slice('hubspot.'.length)]
    if (text && saysNothing(mapping.unknownValues, name, text)) continue
    const value = readRaw(text)
    if (value !== undefined) attributes[name] = { value, source: name.replace('.', ':') }
  }
  return { ...attributes, ...utmAttributes(contact, attributes), ...emailAttributes(attributes.email, mapping) }
}

/** The same of the email address and its domain alone, for who asks nothing else. */
export function observeDomain(mapping: AttributeMapping, contact: Properties, company: Properties | null): Attributes {
  const attributes = observeNamed(mapping, ['email', 'email.domain', 'email.free'], contact, company)
  return { ...attributes, ...emailAttributes(attributes.email, mapping) }
}

function observeNamed(
  mapping: AttributeMapping,
  names: readonly string[],
  contact: Properties,
  company: Properties | null,
): Attributes {
  const attributes: Attributes = {}
  for (const name of names) {
    for (const source of mapping.attributes[name] ?? []) {
      const fromCompany = source.startsWith('company:')
      const text = fromCompany ? company?.[source.slice('company:'.length)] : contact[source]
      if (text && saysNothing(mapping.unknownValues, name, text)) continue
      const value = readValue(name, text)
      if (value === undefined) continue
      attributes[name] = { value, source: fromCompany ? source : `hubspot:${source}` }
      break
    }
  }
  return attributes
}

/** `email.domain` and `email.free` of an address; nothing when there is none or it has no domain. */
export function emailAttributes(
  email: Attribute | undefined,
  { freeMail }: Pick<HubSpotMapping, 'freeMail'>,
): Attributes {
  const domain = /@([^@]*)$/
    .exec(String(email?.value ?? ''))?.[1]
    ?.trim()
    .replace(/\.+$/, '')
    .toLowerCase()
  if (!email || !domain) return {}
  return {
    'email.domain': { value: domain, source: email.source },
    'email.free': { value: isFreeMail(domain, freeMail), source: 'list of free mail providers' },
  }
}

/**
 * The rules by which a person takes the lead out that a contact meets since `before` (the values of the last read). At
 * the first sight (`before` is null) what stands there is a word as well.
 */
export function disqualifications(
  mapping: Pick<HubSpotMapping, 'disqualified'>,
  contact: Properties,
  before: Properties | null,
): HubSpotMapping['disqualified'] {
  return mapping.disqualified.filter((rule) => {
    const value = contact[rule.changes] ?? null
    if (value === null || !isOneOf(rule.to, value)) return false
    // A property that the config names since the last read has nothing to compare with.
    return before === null || (Object.hasOwn(before, rule.changes) && before[rule.changes] !== value)
  })
}

/** The values that later show a response: kept when a handoff starts. */
export function responseBaseline(
  mapping: Pick<HubSpotMapping, 'responses'>,
  contact: Properties,
): Record<string, string | null> {
  return { ...valuesOf(BESIDE_RULES, contact), ...valuesOf(mapping.responses, contact) }
}

/** Which response rules a contact meets against the baseline of its handoff; who acted, and when, is still to be judged. */
export function possibleResponses(
  mapping: Pick<HubSpotMapping, 'responses'>,
  contact: Properties,
  baseline: Properties,
): { property: string; rule: HubSpotMapping['responses'][number] }[] {
  return mapping.responses.flatMap((rule) => {
    const property = rule.rises ?? rule.changes ?? ''
    // A rule that is younger than the handoff has nothing to compare with.
    if (!Object.hasOwn(baseline, property)) return []
    const [value, before] = [contact[property] ?? null, baseline[property] ?? null]
    const met =
      rule.rises !== undefined
        ? Number(value ?? 0) > Number(before ?? 0)
        : value !== before && (!rule.to || (value !== null && isOneOf(rule.to, value)))
    return met ? [{ property, rule }] : []
  })
}

/** Whether a value is among those that a rule names, by code or label. */
function isOneOf(values: readonly string[], value: string): boolean {
  return values.some((one) => keyOf(one) === keyOf(value))
}

function valuesOf(rules: { rises?: string | undefined; changes?: string | undefined }[], contact: Properties) {
  const names = rules.map((rule) => rule.rises ?? rule.changes ?? '')
  return Object.fromEntries(names.map((name) => [name, contact[name] ?? null]))
}

/** Reads a HubSpot date: ISO 8601 or epoch milliseconds. */
export function readInstant(text: string | null | undefined): number | undefined {
  if (!text) return undefined
  const value = /^\d+$/.test(text) ? Number(text) : Date.parse(text)
  return Number.isFinite(value) ? value : undefined
}

function readValue(name: string, text: string | null | undefined): AttributeValue | undefined {
  const trimmed = text?.trim()
  if (!trimmed) return undefined
  const counted = NUMBERS[name]
  if (counted) {
    const amount = readAmount(trimmed, counted)
    return amount && amountValue(amount)
  }
  if (name === 'company.techStack') {
    const tools = trimmed.split(';').flatMap((tool) => tool.trim() || [])
    return tools.length > 0 ? tools : undefined
  }
  if (name === 'language') return languageKey(trimmed)
  if (name === 'company.domain') return domainOf(trimmed) ?? trimmed
  // HubSpot's industries are codes such as COMPUTER_SOFTWARE; the config speaks plain words.
  if (name === 'company.industry') return trimmed.replaceAll('_', ' ').toLowerCase()
  return trimmed
}

/** A property as conditions see it: a number where it is one, else text. */
export function readRaw(text: string | null | undefined): AttributeValue | undefined {
  if (text === null || text === undefined || text === '') return undefined
  return plainNumber(text) ?? text
}
