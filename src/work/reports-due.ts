import type { Config } from '../config/config.ts'
import { type DueReport, deliveriesOf, dueReports } from '../reports/schedule.ts'
import { createReportsSent } from '../store/reports-sent.ts'
import type { Parts } from './parts.ts'

// By then a report has been sent, unless something is wrong.
const HOUR = 60 * 60_000

/** Which reports are due, and were not sent, the oldest first. While Baton only observes nobody gets one. */
export async function reportsDue({
  config,
  clock,
  mode,
  store,
}: Pick<Parts, 'clock' | 'config' | 'mode' | 'store'>): Promise<DueReport[]> {
  const { reports, team } = config()
  const deliveries = deliveriesOf(reports)
  const calendar = calendarOf({ reports, team })
  if (mode === 'observe' || deliveries.length === 0 || !calendar) return []
  const now = clock.now()
  const known = await createReportsSent(store).known(
    deliveries.map(({ id }) => id),
    now,
  )
  const due = deliveries.flatMap((one) => dueReports(one, calendar, known.get(one.id) ?? { begun: now }, now))
  return due.sort((a, b) => a.at - b.at)
}

/** How many reports have been due for more than an hour. */
export async function reportsOverdue(parts: Parameters<typeof reportsDue>[0]): Promise<number> {
  const due = await reportsDue(parts)
  return due.filter(({ at }) => at < parts.clock.now() - HOUR).length
}

function calendarOf({ reports, team }: Pick<Config, 'reports' | 'team'>) {
  return team.calendars[reports.calendar ?? ''] ?? Object.values(team.calendars)[0]
}
