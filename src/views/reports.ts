import { z } from 'zod'
import type { Config } from '../config/config.ts'
import type { Clock } from '../platform/clock.ts'
import { OutsideError } from '../platform/errors.ts'
import { REPORT_KINDS } from '../reports/kinds.ts'
import { PERIOD_KINDS, periodAsked, periodsBetween } from '../reports/period.ts'
import { COMPARED, type Compared, type HubSpotCount, withReconciled } from '../reports/reconcile.ts'
import { Period, REPORT_NAMES, type Report, type ReportName } from '../reports/report.ts'
import type { Made, ReportAsked } from '../reports/run.ts'
import { reportSettings } from '../reports/settings.ts'
import { dayText } from '../reports/words.ts'
import type { FactStreams } from '../store/facts.ts'
import type { NameAccounts } from './account-names.ts'

type CountContacts = (filters: { propertyName: string; operator: 'GTE' | 'LT'; value: string }[]) => Promise<number>

/** Makes a report of a name; beside the service it does so in a process of its own. */
export type RunReport = (name: ReportName, asked: ReportAsked) => Promise<Made>

/** Which reports there are, and of which periods: what is from before `since` is not known. */
export const ReportList = z
  .object({
    reports: z.array(
      z.object({
        name: z.enum(REPORT_NAMES),
        title: z.string(),
        every: z.enum(PERIOD_KINDS).describe('the kind of period that it is about, unless another one is asked for'),
      }),
    ),
    timeZone: z.string().describe('in which weeks, months and quarters begin'),
    since: z.iso.datetime().nullable().describe('the first fact that is kept; null: there are none yet'),
    periods: z
      .object({ week: z.array(Period), month: z.array(Period), quarter: z.array(Period) })
      .describe('those of which there are facts, the latest first; the first of each is not over yet'),
  })
  .meta({
    id: 'ReportList',
    examples: [
      {
        reports: [{ name: 'weekly', title: 'Weekly report', every: 'week' }],
        timeZone: 'America/New_York',
        since: '2026-11-17T15:02:11.000Z',
        periods: {
          week: [
            {
              name: '2026-W47',
              kind: 'week',
              from: 1_794_805_200_000,
              to: 1_795_410_000_000,
              timeZone: 'America/New_York',
              title: '16–22 Nov 2026',
            },
          ],
          month: [],
          quarter: [],
        },
      },
    ],
  })
export type ReportList = z.output<typeof ReportList>

/** Makes reports for the API, the command line, the console and Slack alike. */
export type Reports = ReturnType<typeof createReports>

/** Makes what makes reports. */
export function createReports(parts: {
  config: () => Config
  clock: Clock
  facts: Pick<FactStreams, 'earliest'>
  run: RunReport
  nameAccounts: NameAccounts
  /** How many contacts HubSpot has that filters let through; absent where nobody can ask it. */
  countContacts?: CountContacts | undefined
}) {
  const { config, clock, run } = parts
  const settingsNow = () => reportSettings(config())

  /** From when on there are facts: streams are trimmed a block at a time, so some stand there that are past their time. */
  async function since(now: number): Promise<number | null> {
    const first = await parts.facts.earliest()
    return first === null ? null : Math.max(first, now - config().retention.facts)
  }

  /** The periods of a report's own kind of which there are facts, the latest first; the first one is not over yet. */
  async function periods(name: ReportName): Promise<Period[]> {
    return (await list()).periods[REPORT_KINDS[name].every]
  }

  async function list(): Promise<ReportList> {
    const now = clock.now()
    const first = await since(now)
    const { timeZone } = settingsNow()
    const of = (kind: Period['kind']) => periodsBetween(kind, Math.min(first ?? now, now), now, timeZone)
    return {
      reports: REPORT_NAMES.map((name) => ({ name, title: REPORT_KINDS[name].title, every: REPORT_KINDS[name].every })),
      timeZone,
      since: first === null ? null : new Date(first).toISOString(),
      periods: { week: of('week'), month: of('month'), quarter: of('quarter') },
    }
  }

  /** HubSpot's own counts, one after the other: its search allows few at a time. What it does not tell says why. */
  async function countInHubSpot(period: Period, now: number): Promise<Record<Compared, HubSpotCount>> {
    const counts: Partial<Record<Compared, HubSpotCount>> = {}
    for (const [name, { property }] of Object.entries(COMPARED)) {
      counts[name as Compared] = await (parts
        .countContacts?.([
          { propertyName: property, operator: 'GTE', value: String(period.from) },
          { propertyName: property, operator: 'LT', value: String(Math.min(period.to, now)) },
        ])
        .catch((error) => ({ refused: refusalText(error, property) })) ?? {
        refused: 'HUBSPOT_ACCESS_TOKEN is not set',
      })
    }
    return counts as Record<Compared, HubSpotCount>
  }

  return {
    /**
     * Makes a report of a period by its name (`last` unless told). `reconcile`: its counts are held against HubSpot's own. Throws
     * UnknownPeriod.
     */
    async make(name: ReportName, periodName = 'last', { reconcile = false } = {}): Promise<Report> {
      const now = clock.now()
      const settings = settingsNow()
      const period = periodAsked(periodName, REPORT_KINDS[name].every, now, settings.timeZone)
      const first = await since(now)
      const made = await run(name, { period, settings, now, since: first, reconcile })
      const report = withSince(await parts.nameAccounts(made.report), first)
      return made.counts ? withReconciled(report, made.counts, await countInHubSpot(period, now), first) : report
    },
    periods,
    list,
  }
}

// What was before is not known, and not nothing.
function withSince(report: Report, since: number | null): Report {
  const { from, to, timeZone } = report.period
  if (since !== null && since <= from) return report
  if (since !== null && since >= to) {
    const text = `Baton has facts from ${dayText(since, timeZone)} on: of this time it knows nothing, so no 0 in this report is a count.`
    return { ...report, findings: [{ id: 'since', level: 'warn', text }, ...report.findings] }
  }
  const text =
    since === null
      ? 'Baton has noted nothing yet.'
      : `Baton has facts from ${dayText(since, timeZone)} on: what was before is not in this report.`
  return { ...report, findings: [...report.findings, { id: 'since', level: 'info', text }] }
}

function refusalText(error: unknown, property: string): string {
  if (!(error instanceof OutsideError)) throw error
  const { kind, code } = error
  if (kind !== 'refused') return `HubSpot does not answer now (${code})`
  if (code === '400') return `HubSpot does not know ${property} (400)`
  return code === '401' || code === '403'
    ? `HubSpot does not let this token search contacts (${code})`
    : `HubSpot refused it (${code})`
}
