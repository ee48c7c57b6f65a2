import { basename, join } from 'node:path'
import type { z } from 'zod'
import { catalogueOf, withResets } from './catalogue.ts'
import { runRoutingCases } from './check/cases.ts'
import { checkMinimumSize } from './check/minimum-size.ts'
import { checkReferences } from './check/references.ts'
import { checkShape } from './check/shape.ts'
import { type Config, conditionsOf, readsOf } from './config.ts'
import { ConfigError, type ConfigProblem, problemAt, type SourceFile } from './problems.ts'
import { Enrichment } from './schemas/enrichment.ts'
import { Handoffs } from './schemas/handoffs.ts'
import { HubSpotMapping } from './schemas/hubspot.ts'
import { Icp } from './schemas/icp.ts'
import { Reports } from './schemas/reports.ts'
import { Retention } from './schemas/retention.ts'
import { Routing } from './schemas/routing.ts'
import { RoutingCases } from './schemas/routing-cases.ts'
import { Scoring } from './schemas/scoring.ts'
import { Signals } from './schemas/signals.ts'
import { Stages } from './schemas/stages.ts'
import { Team as TeamFile } from './schemas/team.ts'
import { Triggers } from './schemas/triggers.ts'
import { Webhooks } from './schemas/webhooks.ts'
import { readSources } from './source.ts'
import { checkedTeam } from './team.ts'
import { withoutNamed } from './unknown-values.ts'
import { digestOf } from './version.ts'

/** The files of a config directory with their schemas, in the order in which they are read. */
export const CONFIG_FILES = {
  icp: { schema: Icp, optional: false },
  scoring: { schema: Scoring, optional: false },
  routing: { schema: Routing, optional: false },
  team: { schema: TeamFile, optional: false },
  handoffs: { schema: Handoffs, optional: true },
  // What the kinds of handoffs were called before.
  sla: { schema: Handoffs, optional: true },
  triggers: { schema: Triggers, optional: true },
  signals: { schema: Signals, optional: true },
  stages: { schema: Stages, optional: true },
  hubspot: { schema: HubSpotMapping, optional: false },
  enrichment: { schema: Enrichment, optional: true },
  retention: { schema: Retention, optional: true },
  webhooks: { schema: Webhooks, optional: true },
  reports: { schema: Reports, optional: true },
  'routing-cases': { schema: RoutingCases, optional: true },
} as const
/** A file of the config, without its ending. */
export type FileName = keyof typeof CONFIG_FILES

const ENRICHMENT_DEFAULT = Enrichment.parse({
  providers: ['hubspot-company', 'apollo'],
  timeout: '2.5s',
  total: '3s',
  keep: { matched: '90d', notFound: '1d' },
})

// Raised when the same rules give other scores than before: every lead is then scored again.
const ENGINE = 2

/**
 * Reads and checks a config directory, its routing cases included.
 * Throws `ConfigError` with every mistake at once: file, line, path and the nearest valid key.
 */
export async function loadConfig(directory: string, now: number): Promise<Config> {
  const { config, problems } = await readConfig(directory, now)
  if (!config || problems.length > 0) throw new ConfigError(problems)
  return config
}

/**
 * The same with the files that could be read, of which more may be said (`sense/findings.ts`). `config` is null where it
 * holds mistakes; cases that fail are no such ones.
 */
export async function readConfig(
  directory: string,
  now: number,
): Promise<{ config: Config | null; sources: Partial<Record<FileName, SourceFile>>; problems: ConfigProblem[] }> {
  const { sources, problems } = await readSources(directory, CONFIG_FILES)
  const unread = { signals: problems.some(({ file }) => basename(file) === 'signals.yaml') }
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
  problems.push(...kindsOnce(directory, { sources, problems }))
  const handoffs = shape(sources.handoffs ? 'handoffs' : 'sla', Handoffs)
  const triggers = shape('triggers', Triggers)
  const signals = shape('signals', Signals)
  const stages = shape('stages', Stages)
  const hubspot = shape('hubspot', HubSpotMapping)
  const enrichment = shape('enrichment', Enrichment)
  const retention = shape('retention', Retention)
  const webhooks = shape('webhooks', Webhooks)
  const reports = shape('reports', Reports)
  const cases = shape('routing-cases', RoutingCases)
  problems.push(...checkReferences(sources, unread))
  const team = teamFile && sources.team && (await checkedTeam(sources.team, teamFile, now))
  problems.push(...(team?.problems ?? []))
  if (icp && routing && sources.routing) problems.push(...checkMinimumSize(sources.routing, icp, routing))
  if (problems.length > 0 || !icp || !scoring || !routing || !team || !handoffs || !hubspot) {
    return { config: null, sources, problems }
  }
  const catalogue = catalogueOf(signals, scoring.engagement.signals, hubspot.signals)
  const rules: Omit<Config, 'reads'> = {
    icp,
    scoring: { ...scoring, engagement: withResets(scoring.engagement, catalogue) },
    routing,
    team: team.value,
    handoffs,
    triggers: triggers?.triggers ?? {},
    signals: catalogue,
    forms: stages?.forms ?? {},
    moves: stages?.moves ?? [],
    hubspot,
    enrichment: enrichment ?? ENRICHMENT_DEFAULT,
    retention: retention ?? Retention.parse({}),
    webhooks: webhooks?.webhooks ?? [],
    reports: reports ?? Reports.parse({}),
    ...versionsOf(sources, catalogue),
  }
  rules.hubspot = { ...hubspot, unknownValues: withoutNamed(hubspot.unknownValues, conditionsOf(rules)) }
  const config: Config = { ...rules, reads: readsOf(rules) }
  const source = sources['routing-cases']
  const failures = cases && source ? runRoutingCases(config, cases.cases, now) : []
  return {
    config,
    sources,
    problems: failures.flatMap(({ index, key, message }) =>
      source ? problemAt(source, ['cases', index, 'expect', key], message) : [],
    ),
  }
}

// What leads were decided by, and what they were scored by.
function versionsOf(
  sources: Partial<Record<FileName, SourceFile>>,
  catalogue: Config['signals'],
): Pick<Config, 'version' | 'rulesVersion'> {
  const engine = { content: ENGINE }
  const { icp, scoring, hubspot, triggers } = sources
  // The types of signals as they come out, wherever that stands.
  const rules = digestOf({ engine, icp, scoring, hubspot, triggers, signals: { content: catalogue } })
  return {
    version: digestOf({ engine, ...sources }).slice(0, 12),
    rulesVersion: Number.parseInt(rules.slice(0, 12), 16),
  }
}

// An older directory has sla.yaml; of both one would be read, and the other go unnoticed.
function kindsOnce(
  directory: string,
  { sources, problems }: { sources: Partial<Record<FileName, SourceFile>>; problems: readonly ConfigProblem[] },
): ConfigProblem[] {
  const files = ['handoffs.yaml', 'sla.yaml'].map((name) => join(directory, name))
  const isUnread = problems.some(({ file }) => file === directory || files.includes(file))
  if (Boolean(sources.handoffs) !== Boolean(sources.sla) || isUnread) return []
  const message = sources.sla ? 'sla.yaml is there as well; keep one of them' : 'the file is missing'
  return [{ file: files[0] ?? directory, line: 1, path: '', message }]
}
