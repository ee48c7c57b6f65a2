import { feedback } from './feedback.ts'
import type { ReportKind } from './kind.ts'
import { monthly } from './monthly.ts'
import { quality } from './quality.ts'
import { quarterly } from './quarterly.ts'
import type { ReportName } from './report.ts'
import { stuck } from './stuck.ts'
import { weekly } from './weekly.ts'

/** What makes each report. */
export const REPORT_KINDS: Record<ReportName, ReportKind> = { weekly, monthly, quarterly, quality, stuck, feedback }
