import { attributesOf, type Condition } from '../rules/condition.ts'
import { type DomainCorrections, domainOf } from '../rules/domains.ts'
import { addressFault } from '../rules/junk.ts'
import { EITHER } from '../rules/routing.ts'
import { folded, keyOf } from '../rules/texts.ts'
import type { NextConfig } from './change.ts'
import { isFreeMail } from './free-mail.ts'
import { type LeadRecord, STAGES_BEFORE_MQL, stageOf } from './lead.ts'
import { type Properties, readInstant } from './observe.ts'
import { ANSWERS } from './reading.ts'
import { lastOwnAct } from './silence.ts'

/*
 * What is wrong with the data of a lead in HubSpot, and how well all of it is kept. Pure: one lead at a time, by its record.
 */

/** What can be wrong, the worst first. */
export const FLAWS = ['email', 'missing', 'duplicate', 'source', 'needs-review', 'stale'] as const
export type Flaw = (typeof FLAWS)[number]

/** The measures of the data, each a share of all contacts that HubSpot has; of the life cycle stage, of those that were judged. */
export const MEASURES = [
  'validEmails',
  'requiredFields',
  'duplicates',
  'lifecycleStage',
  'leadSource',
  'stale',
] as const
export type Measure = (typeof MEASURES)[number]

/** Before the name of an attribute: how many have a value of it, and of how many HubSpot's text says nothing. */
export const KNOWN = 'known:'
export const SAYS_NOTHING = 'says-nothing:'

/** What is held against the data (`config/reports.yaml`, `dataQuality`). */
export interface QualityRules {
  /** What every contact needs; of a list inside one is enough. */
  required: (string | string[])[]
  /** The lead sources that there are to be; absent: any. */
  sources?: string[] | undefined
  staleAfter: number
}

/** What the scan knows of the config. */
export type QualityConfig = Pick<NextConfig, 'hubspot' | 'icp' | 'routing' | 'signals'> & {
  reports: { dataQuality: QualityRules }
}

/** What is wrong with a lead's data; what is not there is fine. */
export interface Flaws {
  /** Why mail does not reach it. */
  email?: string
  /** What HubSpot lacks: of what every contact needs, and of what sales needs where it is for sales. */
  missing: string[]
  /** What every contact needs is there. */
  complete: boolean
  /** Its source: one that is off the list, or an empty text for none. */
  source?: string
  /** Why it is flagged for review: what sales needs and nobody knows, and which providers did not answer, and how. */
  review?: { lacks: string[]; failed: string[] }
  /** Since when nothing has changed, in epoch milliseconds. */
  stale?: number
}

const BOUNCES = 2

/** Whether HubSpot itself has a value, on the contact or on its company; what a provider told Baton is not in HubSpot. */
export function isInCrm({ attributes }: Pick<LeadRecord, 'attributes'>, name: string): boolean {
  return /^(hubspot|company):/.test(attributes[name]?.source ?? '')
}

/** Whether a lead is for sales, or with it. */
export function isForSales(lead: LeadRecord): boolean {
  return 'pool' in lead.route.to || !STAGES_BEFORE_MQL.includes(stageOf(lead.attributes))
}

/** What is wrong with the data of a lead at `now`; that it stands twice is for whoever sees all of them. */
export function flawsOf(config: QualityConfig, lead: LeadRecord, now: number): Flaws {
  const { required, sources, staleAfter } = config.reports.dataQuality
  const lacks = lackedIn(lead, required)
  const forSales = isForSales(lead) ? lackedIn(lead, config.routing.requiredForSales) : []
  const email = emailFault(config.icp.junk?.domains, lead)
  const source = String(lead.attributes.leadSource?.value ?? '')
  const onList = source !== '' && (!sources || sources.some((one) => keyOf(one) === keyOf(source)))
  const changedAt = lastChange(config, lead, now)
  return {
    ...(email === undefined ? {} : { email }),
    missing: [...new Set([...lacks, ...forSales])],
    complete: lacks.length === 0,
    ...(onList ? {} : { source }),
    ...reviewOf(lead),
    ...(now - changedAt >= staleAfter ? { stale: changedAt } : {}),
  }
}

/** The kinds of what is wrong. */
export function kindsOf({ email, missing, source, review, stale }: Flaws, isTwice: boolean): Flaw[] {
  const has: Record<Flaw, boolean> = {
    email: email !== undefined,
    missing: missing.length > 0,
    duplicate: isTwice,
    source: source !== undefined,
    'needs-review': review !== undefined,
    stale: stale !== undefined,
  }
  return FLAWS.filter((kind) => has[kind])
}

// What hurts most counts most: mail that reaches nobody, then what rules and people lack.
const WEIGHT: Record<Flaw, number> = { email: 6, missing: 3, duplicate: 4, source: 2, 'needs-review': 2, stale: 1 }

/** How bad it is, for the order of lists: a lead for sales before all others, then by what is wrong, then by its score. */
export function badness(lead: LeadRecord, flaws: Flaws, kinds: readonly Flaw[]): number {
  const weight = kinds.reduce((sum, kind) => sum + WEIGHT[kind], 0) + Math.max(0, flaws.missing.length - 1)
  return (isForSales(lead) ? 1_000_000 : 0) + weight * 10_000 + Math.round(lead.score.total)
}

/** What every lead is compared by to find it twice: its address, and its name at its company's domain. */
export function duplicateKeys(config: Pick<QualityConfig, 'hubspot'>, lead: LeadRecord): string[] {
  const text = (name: string) => folded(String(lead.attributes[name]?.value ?? ''))
  const [first, last] = [text('firstName'), text('lastName')]
  const address = sameAddress(text('email'))
  const domain = domainOf(text('company.domain'))
  const isOwn = domain !== undefined && !isFreeMail(domain, config.hubspot.freeMail)
  return [
    ...(address === undefined ? [] : [`email ${address}`]),
    ...(first && last && isOwn && isInCrm(lead, 'company.domain') ? [`name ${first} ${last} @ ${domain}`] : []),
  ]
}

const GMAIL = new Set(['gmail.com', 'googlemail.com'])

/** An address in the form in which all that reach one mailbox are alike; undefined for what is no address. */
export function sameAddress(address: string): string | undefined {
  const [, local = '', host = ''] = /^([^@\s]+)@([^@\s]+)$/.exec(folded(address)) ?? []
  const domain = domainOf(host)
  const name = local.replace(/(?<=.)\+.*$/, '')
  if (!name || domain === undefined) return undefined
  return GMAIL.has(domain) ? `${name.replaceAll('.', '')}@gmail.com` : `${name}@${domain}`
}

/** The attributes that rules ask about and HubSpot's properties fill, also what they are derived of. */
export function attributesOfRules(config: QualityConfig, conditions: readonly Condition[]): string[] {
  const asked = new Set(conditions.flatMap(attributesOf))
  for (const [derived, of] of Object.entries(DERIVED)) if (asked.has(derived)) asked.add(of)
  for (const name of config.routing.requiredForSales.flat()) asked.add(name)
  return Object.keys(config.hubspot.attributes).filter((name) => asked.has(name))
}

const DERIVED: Record<string, string> = {
  persona: 'jobTitle',
  'title.seniority': 'jobTitle',
  'title.department': 'jobTitle',
  'icp.sizeTier': 'company.size',
  'company.belowMinimum': 'company.size',
  'icp.industryTier': 'company.industry',
  region: 'country',
  'email.domain': 'email',
  'email.free': 'email',
}

/** Whether HubSpot has a text of an attribute that says nothing, such as "n/a". */
export function saysNothingOf({ hubspot }: Pick<QualityConfig, 'hubspot'>, lead: LeadRecord, name: string): boolean {
  if (isInCrm(lead, name)) return false
  return (hubspot.attributes[name] ?? []).some((source) => textAt(lead, source) !== '')
}

/** A value that HubSpot lacks and enrichment knows. `property`: where it would be written. */
export interface Proposal {
  attribute: string
  property: string
  value: string
  source: string
}

// What the company's record in HubSpot may know although no rule reads it from there.
const OF_COMPANY: Record<string, string> = {
  'company.name': 'name',
  'company.domain': 'domain',
  'company.size': 'numberofemployees',
  'company.industry': 'industry',
  'company.revenue': 'annualrevenue',
  country: 'country',
}

/** What can be filled in of what a lead lacks, by what providers told of it; `beside`: what they told of its company, and is kept. */
export function proposalsFor(
  config: QualityConfig,
  lead: LeadRecord,
  missing: readonly string[],
  beside: LeadRecord['attributes'] = {},
): Proposal[] {
  const names = missing.flatMap((one) => one.split(EITHER))
  return names.flatMap((attribute) => {
    const sources = config.hubspot.attributes[attribute] ?? []
    const property = sources.find((source) => !source.startsWith('company:') && textAt(lead, source) === '')
    const told = lead.attributes[attribute] ?? beside[attribute]
    const ofCompany = lead.company?.[OF_COMPANY[attribute] ?? ''] ?? ''
    const value = told === undefined ? ofCompany : [told.value].flat().join(';')
    const source = told?.source ?? 'hubspot-company'
    if (property === undefined || property.startsWith('hs_') || value.trim() === '') return []
    return isInCrm(lead, attribute) ? [] : [{ attribute, property, value, source }]
  })
}

function lackedIn(lead: LeadRecord, required: readonly (string | string[])[]): string[] {
  const isThere = (name: string) => name === 'score' || isInCrm(lead, name)
  return required.map((one) => [one].flat()).flatMap((names) => (names.some(isThere) ? [] : [names.join(EITHER)]))
}

const NO_CORRECTIONS: DomainCorrections = { add: [], remove: [] }

function emailFault(domains: DomainCorrections = NO_CORRECTIONS, { attributes }: LeadRecord): string | undefined {
  const address = String(attributes.email?.value ?? '').trim()
  if (address === '') return 'there is no address'
  const fault = addressFault(domains, attributes)
  if (fault) return fault
  if (sameAddress(address) === undefined) return 'the address is none'
  const hard = attributes['email.hardBounce']?.value
  if (hard !== undefined) return `HubSpot sends it no mail (${String(hard)})`
  const bounces = Number(attributes['email.bouncesInARow']?.value ?? 0)
  return bounces >= BOUNCES ? `${bounces} mails in a row came back` : undefined
}

// What sets the flag on the contact.
function reviewOf(lead: LeadRecord): Pick<Flaws, 'review'> {
  if (!lead.needsReview) return {}
  const failed = Object.entries(lead.enrichment).filter(([, { status }]) => !ANSWERS.has(status))
  const lacks = isForSales(lead) ? lead.missing : []
  return { review: { lacks, failed: failed.map(([name, { status }]) => `${name}: ${status}`) } }
}

// A signal, something that it did itself, somebody who wrote to it, or another value of what Baton reads.
function lastChange(config: QualityConfig, lead: LeadRecord, now: number): number {
  const dates = [lead.changedAt, readInstant(lead.properties.notes_last_contacted), lastOwnAct(config, lead, now)]
  const signals = lead.signals.map(({ at }) => at)
  return Math.max(lead.createdAt, ...[...dates, ...signals].filter((at) => at !== undefined && at <= now).map(Number))
}

function textAt({ properties, company }: Pick<LeadRecord, 'properties' | 'company'>, source: string): string {
  const record: Properties | null = source.startsWith('company:') ? company : properties
  return (record?.[source.replace(/^company:/, '')] ?? '').trim()
}
