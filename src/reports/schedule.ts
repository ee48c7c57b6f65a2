import type { ReportsConfig } from '../config/schemas/reports.ts'
import type { Calendar } from '../handoffs/business-time.ts'
import { inMonth } from '../handoffs/monthly.ts'
import { earlier, periodAt } from './period.ts'
import type { Period, Report, ReportName } from './report.ts'

/** What is sent by itself: a report, or a part of one, to its people. */
export interface Delivery {
  /** Its place in reports.yaml, such as `feedback.salesToMarketing`. */
  id: string
  report: ReportName
  /** What the ids of its findings, sections and charts begin with, where it is a part. */
  part?: string
  title?: string
  every: Period['kind']
  to: string[]
  /** The weekday, 1 for Monday; else the first business day. */
  weekday?: number
  /** Minutes after midnight. */
  at: number
}

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
/** So many periods of a report that were missed are sent afterwards; those before are left out. */
export const MOST_MISSED = 4

type Plan = { to: string[]; at: number; on?: string }
type What = Pick<Delivery, 'report' | 'part' | 'title' | 'every'>

const PARTS: Record<'salesToMarketing' | 'marketingToSales' | 'successToMarketing', What> = {
  salesToMarketing: { report: 'feedback', part: 'sales-to-marketing', title: 'Sales to marketing', every: 'week' },
  marketingToSales: { report: 'feedback', part: 'marketing-to-sales', title: 'Marketing to sales', every: 'week' },
  successToMarketing: {
    ...{ report: 'feedback', part: 'success-to-marketing', title: 'Customer success to marketing', every: 'month' },
  },
}

/** The reports that the config has sent. */
export function deliveriesOf(reports: ReportsConfig): Delivery[] {
  const { weekly, monthly, quarterly, quality, feedback = {} } = reports
  const whole: [ReportName, Period['kind'], Plan | undefined][] = [
    ['weekly', 'week', weekly],
    ['monthly', 'month', monthly],
    ['quarterly', 'quarter', quarterly],
    ['quality', 'month', quality],
  ]
  return [
    ...whole.flatMap(([report, every, plan]) => (plan ? [deliveryOf(report, { report, every }, plan)] : [])),
    ...Object.entries(PARTS).flatMap(([name, what]) => {
      const plan = feedback[name as keyof typeof PARTS]
      return plan ? [deliveryOf(`feedback.${name}`, what, plan)] : []
    }),
  ]
}

function deliveryOf(id: string, what: What, { to, at, on }: Plan): Delivery {
  return { id, ...what, to, at, ...(on === undefined ? {} : { weekday: WEEKDAYS.indexOf(on) + 1 }) }
}

/** When the report of a period is due (epoch milliseconds): on the first such weekday, or business day, after it. */
export function dueAt({ weekday, at }: Pick<Delivery, 'weekday' | 'at'>, period: Period, calendar: Calendar): number {
  const { timeZone } = calendar
  const first = Temporal.Instant.fromEpochMilliseconds(period.to).toZonedDateTimeISO(timeZone).toPlainDate()
  if (weekday === undefined) return inMonth(calendar, first, at).at
  const plainTime = new Temporal.PlainTime(Math.floor(at / 60), at % 60)
  const date = first.add({ days: (weekday - first.dayOfWeek + 7) % 7 })
  return date.toZonedDateTime({ timeZone, plainTime }).epochMilliseconds
}

/** A report that is due. */
export interface DueReport {
  delivery: Delivery
  period: Period
  at: number
}

/**
 * What is due of a report and was not sent: periods that ended after `begun`, later than the one of the name `last`, the oldest
 * first, at most so many. Goes by the names of periods: another time, zone or people sends none again.
 */
export function dueReports(
  delivery: Delivery,
  calendar: Calendar,
  { begun, last = '' }: { begun: number; last?: string | undefined },
  now: number,
): DueReport[] {
  const due: DueReport[] = []
  let period = earlier(periodAt(delivery.every, now, calendar.timeZone), 1)
  for (; period.to > begun && period.name > last && due.length < MOST_MISSED; period = earlier(period, 1)) {
    const at = dueAt(delivery, period, calendar)
    if (at <= now) due.unshift({ delivery, period, at })
  }
  return due
}

/** What of a report is sent: all of it, or a part under its own title. */
export function partOf(report: Report, { part, title }: Pick<Delivery, 'part' | 'title'>): Report {
  if (part === undefined) return report
  const own = <T extends { id: string }>(all: readonly T[]) => all.filter(({ id }) => id.startsWith(part))
  const { findings, sections, charts } = report
  return {
    ...report,
    title: title ?? report.title,
    findings: own(findings),
    sections: own(sections),
    charts: own(charts),
  }
}
