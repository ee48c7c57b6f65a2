import type { FactType } from '../facts/fact.ts'
import { REPORT_KINDS } from '../reports/kinds.ts'
import { createCounts, RECONCILED_TYPES } from '../reports/reconcile.ts'
import type { ReportName } from '../reports/report.ts'
import { type Made, makeReport, type ReportAsked, readsFrom } from '../reports/run.ts'
import type { FactStreams } from '../store/facts.ts'

/** Makes what makes reports in this process: the service does it in another one, the command line is one of its own. */
export function createReportRunner(facts: Pick<FactStreams, 'streams'>) {
  return async function run(name: ReportName, asked: ReportAsked): Promise<Made> {
    const kind = REPORT_KINDS[name]
    const { types } = kind
    const counted = asked.reconcile ? createCounts(asked.period) : null
    // What takes facts back belongs to all of them.
    const wanted = types && new Set<FactType>([...types, ...(counted ? RECONCILED_TYPES : []), 'corrected', 'undone'])
    const streams = facts.streams(readsFrom(kind, asked.period), asked.now, wanted)
    const report = await makeReport(kind, asked, streams, counted ?? undefined)
    return { report, counts: counted?.counts ?? null }
  }
}
