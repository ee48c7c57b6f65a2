import { createHash } from 'node:crypto'
import { stringify } from 'yaml'
import type { z } from 'zod'
import { checkCalendars } from './config/calendars.ts'
import { checkMinimumSize } from './config/minimum-size.ts'
import { ConfigError, problemAt, type SourceFile } from './config/problems.ts'
import { checkReferences } from './config/references.ts'
import {
  Enrichment,
  HubSpotMapping,
  Icp,
  Routing,
  RoutingCases,
  Scoring,
  Sla,
  Team as TeamFile,
} from './config/schemas.ts'
import { checkShape } from './config/shape.ts'
import { readSources } from './config/source.ts'
import { attributesOf, type Condition } from './domain/condition.ts'
import type { AttemptsConfig } from './domain/follow-up.ts'
import type { HandoffDefinition } from './domain/handoff.ts'
import type { IcpConfig } from './domain/icp.ts'
import type { RoutingConfig } from './domain/routing.ts'
import type { ScoringConfig } from './domain/score.ts'
import type { Team } from './domain/team.ts'
import { runRoutingCases } from './routing-cases.ts'

/** The files of a config directory with their schemas, in the order in which they are read. */
export const CONFIG_FILES = {
  icp: { schema: Icp, optional: false },
  scoring: { schema: Scoring, optional: false },
  routing: { schema: Routing, optional: false },
  team: { schema: TeamFile, optional: false },
  sla: { schema: Sla, optional: false },
  hubspot: { schema: HubSpotMapping, optional: false },
  enrichment: { schema: Enrichment, optional: true },
  'routing-cases': { schema: RoutingCases, optional: true },
} as const
type FileName = keyof typeof CONFIG_FILES

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

const ENRICHMENT_DEFAULT: z.output<typeof Enrichment> = {
  providers: ['hubspot-company', 'apollo'],
  timeout: 2_500,
  total: 3_000,
  keep: { matched: 90 * 86_400_000, notFound: 86_400_000 },
}

/**
 * Reads and checks a config directory, its routing cases included.
 * Throws `ConfigError` with every mistake at once: file, line, path and the nearest valid key.
 */
export async function loadConfig(directory: string, now: number): Promise<Config> {
  const { sources, problems } = await readSources(directory, CONFIG_FILES)
  const shape = <T>(name: FileName, schema: z.ZodType<T>): T | undefined => {
    const source = sources[name]
    if (!source) return undefined
    const checked = checkShape(source, schema)
    problems.push(...checked.problems)
    return checked.value
  }
  const icp = shape('icp', Icp)
  const scoring = shape('scoring', Scoring)
  const routing = shape('routing', Routing)
  const teamFile = shape('team', TeamFile)
  const sla = shape('sla', Sla)
  const hubspot = shape('hubspot', HubSpotMapping)
  const enrichment = shape('enrichment', Enrichment)
  const cases = shape('routing-cases', RoutingCases)
  problems.push(...checkReferences(sources))
  if (teamFile && sources.team) problems.push(...checkCalendars(sources.team, teamFile, now))
  if (icp && routing && sources.routing) problems.push(...checkMinimumSize(sources.routing, icp, routing))
  if (problems.length > 0 || !icp || !scoring || !routing || !teamFile || !sla || !hubspot) {
    throw new ConfigError(problems)
  }
  const config: Config = {
    icp,
    scoring,
    routing,
    team: {
      calendars: teamFile.calendars,
      reps: Object.fromEntries(teamFile.reps.map((rep) => [rep.id, rep])),
      pools: teamFile.pools,
      managers: Object.fromEntries(teamFile.managers.map((manager) => [manager.id, manager])),
    },
    sla,
    hubspot,
    enrichment: enrichment ?? ENRICHMENT_DEFAULT,
    version: digestOf(sources).slice(0, 12),
    scoringVersion: Number.parseInt(digestOf({ icp: sources.icp, scoring: sources.scoring }).slice(0, 12), 16),
  }
  if (cases && sources['routing-cases']) {
    const source = sources['routing-cases']
    const failures = runRoutingCases(config, cases.cases, now)
    if (failures.length > 0) {
      throw new ConfigError(
        failures.map(({ index, key, message }) => problemAt(source, ['cases', index, 'expect', key], message)),
      )
    }
  }
  return config
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

// Comments, the order of keys, aliases and the routing cases decide nothing, so they do not count.
function digestOf(sources: Partial<Record<FileName, SourceFile | undefined>>): string {
  const { 'routing-cases': _, ...content } = sources
  const plain = Object.fromEntries(Object.entries(content).map(([name, source]) => [name, source?.content]))
  return createHash('sha256')
    .update(stringify(plain, { sortMapEntries: true, aliasDuplicateObjects: false }))
    .digest('hex')
}

function unique(names: string[]): string[] {
  return [...new Set(names)]
}
