import { loadConfig } from '../../src/config/load.ts'
import type { FactType, KeptFact } from '../../src/facts/fact.ts'
import { REPORT_KINDS } from '../../src/reports/kinds.ts'
import { periodNamed } from '../../src/reports/period.ts'
import type { Report, ReportName } from '../../src/reports/report.ts'
import { makeReport } from '../../src/reports/run.ts'
import { type ReportSettings, reportSettings } from '../../src/reports/settings.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** The week of 16 to 22 November 2026 in New York, and the Monday after it at 08:00, when its report is due. */
export const WEEK = periodNamed('2026-W47', 'America/New_York')
export const MONDAY_8 = WEEK.to + 8 * HOUR

/** What reports know of the shipped config. */
export const SETTINGS: ReportSettings = reportSettings(await loadConfig('config', MONDAY_8))

/** An instant of that week: day 0 is its Monday, negative ones lie before it; hours of that day. */
export const on = (day: number, hour = 10) => WEEK.from + day * DAY + hour * HOUR

let ids = 0

/** A fact of a lead at an instant. */
export function fact(lead: string, at: number, type: FactType, more: Partial<KeptFact> = {}): KeptFact {
  return { id: `0-${ids++}-0.0`, type, at, lead, ...more }
}

/** The facts by which a lead is seen first and routed; seconds after its event was received. */
export function comes(lead: string, at: number, more: Partial<KeptFact> = {}, seconds = 2): KeptFact[] {
  return [
    fact(lead, at, 'seen', more),
    fact(lead, at, 'routed', { reason: 'nurture newsletter', ...more, value: seconds }),
  ]
}

/** A lead becomes an MQL. */
export const mql = (lead: string, at: number) => fact(lead, at, 'stage', { stage: 'mql', reason: 'lead' })

/** Makes a report of facts as the service does; `since`: from when on there are facts, long before unless told. */
export async function reportOf(
  facts: readonly KeptFact[],
  {
    name = 'weekly',
    period = WEEK.name,
    now = MONDAY_8,
    since = on(-400) as number | null,
    settings = SETTINGS,
  }: { name?: ReportName; period?: string; now?: number; since?: number | null; settings?: ReportSettings } = {},
): Promise<Report> {
  async function* streams() {
    yield facts
  }
  return makeReport(REPORT_KINDS[name], { period: periodNamed(period, WEEK.timeZone), settings, now, since }, streams())
}

/** The rows of a table of a report. */
export function rowsOf({ sections }: Report, id: string): Report['sections'][number]['rows'] {
  return sections.find((section) => section.id === id)?.rows ?? []
}

/** What a report says about a subject; undefined when it says nothing. */
export function findingOf({ findings }: Report, id: string): Report['findings'][number] | undefined {
  return findings.find((finding) => finding.id === id)
}
