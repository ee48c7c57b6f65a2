import { z } from 'zod'
import type { Config } from '../config/config.ts'
import type { Clock } from '../platform/clock.ts'
import { REPORT_KINDS } from '../reports/kinds.ts'
import { PERIOD_KINDS, periodAsked, periodsBetween } from '../reports/period.ts'
import { Period, REPORT_NAMES, type Report, type ReportName } from '../reports/report.ts'
import type { ReportAsked } from '../reports/run.ts'
import { reportSettings } from '../reports/settings.ts'
import type { FactStreams } from '../store/facts.ts'
import type { NameAccounts } from './account-names.ts'

/** Makes a report of a name; beside the service it does so in a thread. */
export type RunReport = (name: ReportName, asked: ReportAsked) => Promise<Report>

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
  .meta({ id: 'ReportList' })
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

  return {
    /** Makes a report of a period by its name (`last` unless told). Throws UnknownPeriod. */
    async make(name: ReportName, periodName = 'last'): Promise<Report> {
      const now = clock.now()
      const settings = settingsNow()
      const period = periodAsked(periodName, REPORT_KINDS[name].every, now, settings.timeZone)
      return parts.nameAccounts(await run(name, { period, settings, now, since: await since(now) }))
    },
    periods,
    list,
  }
}
