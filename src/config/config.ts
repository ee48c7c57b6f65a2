import type { z } from 'zod'
import type { AttemptsConfig } from '../handoffs/attempts.ts'
import type { HandoffDefinition } from '../handoffs/handoff.ts'
import type { Team } from '../handoffs/team.ts'
import { attributesOf, type Condition } from '../rules/condition.ts'
import type { IcpConfig } from '../rules/icp.ts'
import type { RoutingConfig } from '../rules/routing.ts'
import type { ScoringConfig } from '../rules/score.ts'
import type { Enrichment } from './schemas/enrichment.ts'
import type { HubSpotMapping } from './schemas/hubspot.ts'

/** Everything that ops decide, checked. `version` is the hash of the content and stands on every decision. */
export interface Config {
  icp: IcpConfig
  scoring: ScoringConfig
  routing: RoutingConfig
  team: Team
  sla: { handoffs: Record<string, HandoffDefinition>; attempts?: AttemptsConfig | undefined }
  hubspot: z.output<typeof HubSpotMapping>
  enrichment: z.output<typeof Enrichment>
  version: string
  /** The same for what scores a lead (icp.yaml and scoring.yaml), as a whole number of 48 bits. */
  scoringVersion: number
}

/** Every HubSpot property that Baton has to read from a contact, and from its company, for this config. */
export function propertiesToRead(config: Config): { contact: string[]; company: string[] } {
  const sources = Object.values(config.hubspot.attributes).flat()
  const fromConditions = conditionsOf(config)
    .flatMap(attributesOf)
    .filter((name) => name.startsWith('hubspot.'))
    .map((name) => name.slice('hubspot.'.length))
  const fromRules = [
    ...config.hubspot.signals.flatMap((rule) => [rule.rises, rule.changes, rule.at, rule.detail]),
    ...config.hubspot.responses.flatMap((rule) => [rule.rises, rule.changes]),
  ].filter((name) => name !== undefined)
  const always = [
    'createdate',
    'hubspot_owner_id',
    'lifecyclestage',
    'associatedcompanyid',
    'hs_analytics_num_page_views',
    'hs_analytics_last_url',
  ]
  return {
    contact: unique([
      ...always,
      ...sources.filter((name) => !name.startsWith('company:')),
      ...fromConditions,
      ...fromRules,
    ]),
    company: unique(sources.filter((name) => name.startsWith('company:')).map((name) => name.slice('company:'.length))),
  }
}

/** The `hubspot.<property>` attributes that some condition asks for. */
export function rawPropertiesInConditions(config: Config): string[] {
  return unique(
    conditionsOf(config)
      .flatMap(attributesOf)
      .filter((name) => name.startsWith('hubspot.')),
  )
}

function conditionsOf(config: Config): Condition[] {
  return [
    ...config.icp.tiers,
    ...config.icp.personas,
    ...config.icp.negative,
    ...config.scoring.fit.rules,
    ...config.routing.routes,
    ...config.hubspot.signals,
    { when: config.sla.attempts?.answered },
  ].flatMap((item) => item.when ?? [])
}

function unique(names: string[]): string[] {
  return [...new Set(names)]
}
