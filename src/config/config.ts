import type { z } from 'zod'
import type { HandoffsConfig } from '../handoffs/kinds.ts'
import { MAIL_PROPERTIES } from '../leads/bounces.ts'
import type { NextConfig } from '../leads/change.ts'
import { optOutProperty } from '../leads/consent.ts'
import { formProperties } from '../leads/forms.ts'
import { junkProperties } from '../leads/junk.ts'
import { LAST_BOOKED } from '../leads/meetings.ts'
import { STAGE_DATES } from '../leads/stage-dates.ts'
import { attributesFilled, propertiesSet, tracksEnrolled } from '../leads/tags.ts'
import { namesInBraces } from '../rules/attributes.ts'
import { attributesOf, type Condition } from '../rules/condition.ts'
import { attributesInFilters } from '../rules/rep-filter.ts'
import type { Enrichment } from './schemas/enrichment.ts'
import type { HubSpotMapping } from './schemas/hubspot.ts'
import type { ReportsConfig } from './schemas/reports.ts'
import type { Retention } from './schemas/retention.ts'
import type { WebhookEndpoint } from './schemas/webhooks.ts'

/** Everything that ops decide, checked. `version` is the hash of the content and stands on every decision. */
export interface Config extends NextConfig {
  handoffs: HandoffsConfig
  hubspot: z.output<typeof HubSpotMapping>
  enrichment: z.output<typeof Enrichment>
  /** How long what is kept, in milliseconds. */
  retention: z.output<typeof Retention>
  /** Who else is told of what happens. */
  webhooks: WebhookEndpoint[]
  /** Which reports go to whom, and what they hold figures against. */
  reports: ReportsConfig
  version: string
  /** The same for what scores a lead and fires triggers (icp, scoring, hubspot, triggers, signals), as a whole number of 48 bits. */
  rulesVersion: number
}

// What Baton itself looks at, whatever the rules name.
const ALWAYS = [
  'createdate',
  'hubspot_owner_id',
  'lifecyclestage',
  'associatedcompanyid',
  'website',
  'hs_analytics_num_page_views',
  'hs_analytics_last_url',
  'hs_merged_object_ids',
  ...['notes_last_contacted', 'hs_sa_first_engagement_date', 'hs_sa_first_engagement_object_type'],
  LAST_BOOKED,
  'hs_sales_email_last_replied',
  optOutProperty(),
  ...MAIL_PROPERTIES,
]

/**
 * What has to be read from HubSpot for a config: properties of the contact and of its company, and the
 * `hubspot.<property>` attributes that some condition asks for.
 */
export function readsOf(config: Omit<Config, 'reads'>): Config['reads'] {
  const sources = Object.values(config.hubspot.attributes).flat()
  const { routing, handoffs, triggers } = config
  const reasons = [
    ...routing.routes.flatMap(({ to }) => ('disqualify' in to ? to.disqualify : [])),
    ...routing.noMail.map(({ reason }) => reason),
  ]
  const asked = [
    ...conditionsOf(config).flatMap(attributesOf),
    ...attributesFilled(config),
    ...junkProperties(config),
    ...reasons.flatMap(namesInBraces),
    ...attributesInFilters([routing.routes, handoffs, triggers]),
  ]
  const raw = unique([...asked, ...config.reports.dataQuality.required.flat()]).filter((name) =>
    name.startsWith('hubspot.'),
  )
  const { signals, activity, responses, disqualified } = config.hubspot
  const optOuts = Object.values(routing.tracks ?? {}).map(({ subscription }) => optOutProperty(subscription))
  const fromRules = [
    ...signals.flatMap((rule) => [
      ...[rule.rises, rule.changes, rule.at, rule.detail, rule.during],
      ...Object.keys(rule.notWithin ?? {}),
    ]),
    ...activity,
    ...responses.flatMap((rule) => [rule.rises, rule.changes]),
    ...disqualified.flatMap((rule) => [rule.changes, rule.reason]),
  ].filter((name) => name !== undefined)
  const ofCompany = (name: string) => name.startsWith('company:')
  return {
    raw,
    contact: unique([
      ...ALWAYS,
      ...sources.filter((name) => !ofCompany(name)),
      ...raw.map((name) => name.slice('hubspot.'.length)),
      ...fromRules,
      ...optOuts,
      ...formProperties(config.forms).map(({ property }) => property),
      ...propertiesSet(config),
    ]),
    // Whose the company is, and by which domain its people are told from strangers.
    company: unique([
      ...sources.filter(ofCompany).map((name) => name.slice('company:'.length)),
      'hubspot_owner_id',
      'domain',
    ]),
  }
}

/** The nurture tracks that routes, attempts, triggers and handoffs name. */
export function nurtureTracks(config: Pick<Config, 'routing' | 'handoffs' | 'triggers'>): string[] {
  const { routing, handoffs } = config
  return unique([
    ...routing.routes.flatMap(({ to }) => ('nurture' in to ? [to.nurture] : [])),
    ...Object.values(handoffs.kinds).flatMap(({ attempts }) => attempts?.then.nurture ?? []),
    ...tracksEnrolled(config),
  ])
}

/** The properties of a contact that every read asks for: what the config reads, what Baton itself has written, when stages were entered. */
export function contactReads({ reads, hubspot }: Pick<Config, 'reads' | 'hubspot'>): string[] {
  return unique([...reads.contact, ...Object.values(hubspot.properties), ...Object.values(STAGE_DATES)])
}

/** The same with what a config reads that runs beside it, and for companies. */
export function readsOfBoth(live: Config, beside: Config | null): { contact: string[]; company: string[] } {
  return {
    contact: unique([...contactReads(live), ...(beside?.reads.contact ?? [])]),
    company: unique([...live.reads.company, ...(beside?.reads.company ?? [])]),
  }
}

/** Every condition in a config. */
export function conditionsOf(config: Omit<Config, 'reads'>): Condition[] {
  const attempts = Object.values(config.handoffs.kinds).flatMap((kind) => [
    { when: kind.attempts?.answered },
    { when: kind.done },
    { when: kind.steps?.finishedBy },
    ...(kind.steps?.list ?? []),
  ])
  const triggers = Object.values(config.triggers).flatMap(({ when, then }) => [{ when }, { when: then?.unless }])
  return [
    ...config.icp.tiers,
    ...config.icp.personas,
    ...config.icp.negative,
    ...config.scoring.fit.rules,
    ...config.routing.routes,
    ...config.routing.noMail,
    ...config.hubspot.signals,
    ...attempts,
    ...Object.values(config.team.pools).flatMap(({ members }) => members),
    ...triggers,
    config.enrichment,
    { when: config.icp.junk?.unless },
  ].flatMap((item) => item.when ?? [])
}

function unique(names: string[]): string[] {
  return [...new Set(names)]
}
