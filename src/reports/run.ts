import type { KeptFact } from '../facts/fact.ts'
import type { ReportFold, ReportKind } from './kind.ts'
import { earlier } from './period.ts'
import type { Counts } from './reconcile.ts'
import type { Period, Report } from './report.ts'
import type { ReportSettings } from './settings.ts'
import { validByLead } from './valid.ts'

/** What a report is asked for with: plain data, for it goes to another process. `since`: from when on there are facts; null: there are none. */
export interface ReportAsked {
  period: Period
  settings: ReportSettings
  /** Epoch milliseconds. */
  now: number
  since: number | null
  /** Its counts are to be held against HubSpot's: they come with it. */
  reconcile?: boolean
}

/** A report that was made, with its counts where they were asked for. */
export interface Made {
  report: Report
  counts: Counts | null
}

/** More reports are asked for than can be made soon. */
export class TooManyReports extends Error {
  override name = 'TooManyReports'
  constructor() {
    super('Many reports are being made: try again in a moment.')
  }
}

/** From when on a report needs facts, in epoch milliseconds. */
export function readsFrom({ reads }: Pick<ReportKind, 'reads'>, period: Period): number {
  return reads({ period, before: (count) => earlier(period, count) })
}

/** Makes a report from facts, a stream at a time: no more of them are in memory. `beside` is given the same facts. */
export async function makeReport(
  kind: ReportKind,
  { period, settings, now, since }: ReportAsked,
  streams: AsyncIterable<readonly KeptFact[]>,
  beside?: Pick<ReportFold, 'add'>,
): Promise<Report> {
  const fold = kind.fold({ period, before: (count) => earlier(period, count), settings, now, since })
  for await (const stream of streams) {
    for (const own of validByLead(stream).values()) {
      fold.add(own)
      beside?.add(own)
    }
  }
  return { name: kind.name, title: kind.title, period, asOf: now, ...fold.finish() }
}
