import { REPORT_KINDS } from '../reports/kinds.ts'
import type { Report, ReportName } from '../reports/report.ts'
import { makeReport, type ReportAsked, readsFrom } from '../reports/run.ts'
import type { FactStreams } from '../store/facts.ts'

/** Makes what makes reports in this process: the service does it in a thread, the command line is a process of its own. */
export function createReportRunner(facts: Pick<FactStreams, 'streams'>) {
  return function run(name: ReportName, asked: ReportAsked): Promise<Report> {
    const kind = REPORT_KINDS[name]
    return makeReport(kind, asked, facts.streams(readsFrom(kind, asked.period), asked.now))
  }
}
