import { loadConfig } from '../../src/config/load.ts'
import type { Fact, FactType, KeptFact } from '../../src/facts/fact.ts'
import type { ReportKind } from '../../src/reports/kind.ts'
import { periodNamed } from '../../src/reports/period.ts'
import type { Report } from '../../src/reports/report.ts'
import { makeReport, readsFrom } from '../../src/reports/run.ts'
import { type ReportSettings, reportSettings } from '../../src/reports/settings.ts'
import { instant } from './business-time-vectors.ts'

/** What reports know of the shipped config. */
export const SETTINGS: ReportSettings = reportSettings(await loadConfig('config', instant('2026-11-02T00:00:00Z')))

/** A fact of a lead at a time as ISO 8601 has it, without the zone: UTC; noon, unless it says more than the day. */
export function fact(lead: string, type: FactType, at: string, said: Partial<Fact> = {}): Fact {
  return { type, lead, at: instant(at.length === 10 ? `${at}T12:00:00Z` : `${at}Z`), ...said }
}

/** That a lead came: it was seen, and routed at once. */
export function came(lead: string, at: string, said: Partial<Fact> = {}): Fact[] {
  return [
    fact(lead, 'seen', at, { stage: 'lead', ...said }),
    fact(lead, 'routed', at, { reason: 'nurture newsletter', ...said }),
  ]
}

/** That a lead reached a stage of sales, as HubSpot shows it. */
export function reached(lead: string, stage: 'sql' | 'opportunity' | 'customer', at: string): Fact[] {
  const outcome = stage === 'sql' ? 'salesqualifiedlead' : stage
  return [fact(lead, 'stage', at, { stage }), fact(lead, 'outcome', at, { stage: outcome })]
}

/** Makes a report of facts as the service does, those of each lead in one stream. `since`: the first day on which there are facts. */
export async function reportOf(
  kind: ReportKind,
  facts: readonly Fact[],
  {
    period,
    now,
    since,
    settings = {},
  }: { period: string; now: string; since?: string; settings?: Partial<ReportSettings> },
): Promise<Report> {
  const asked = { ...SETTINGS, ...settings }
  const named = periodNamed(period, asked.timeZone)
  const from = readsFrom(kind, named)
  const kept = facts.filter(({ at }) => at >= from).map((one, line): KeptFact => ({ ...one, id: `0-1-0.${line}` }))
  const first = since === undefined ? null : instant(`${since}T00:00:00Z`)
  async function* streams() {
    yield kept
  }
  return makeReport(kind, { period: named, settings: asked, now: instant(`${now}Z`), since: first }, streams())
}

/** A table of a report by its id. */
export function section({ sections }: Report, id: string): Report['sections'][number]['rows'] {
  const found = sections.find((one) => one.id === id)
  if (!found) throw new Error(`no section ${id}: there are ${sections.map((one) => one.id).join(', ')}`)
  // Every column has a value in every row, and no row has others.
  const ids = found.columns.map((column) => column.id)
  for (const row of found.rows) {
    const missing = ids.filter((one) => row[one] === undefined)
    if (missing.length > 0) throw new Error(`${id}: a row without ${missing.join(', ')}`)
  }
  return found.rows
}

/** What a report says in sentences, by the id of each. */
export function sentences({ findings }: Report): string[] {
  return findings.map(({ id, level, text }) => `${id} ${level}: ${text}`)
}
