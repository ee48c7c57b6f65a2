import { periodNamed } from '../../src/reports/period.ts'
import type { Report } from '../../src/reports/report.ts'

/** A weekly report with a little of everything, as people know them. */
export function weeklyReport(more: Partial<Report> = {}): Report {
  const period = periodNamed('2026-W47', 'America/New_York')
  return {
    name: 'weekly',
    title: 'Weekly report',
    period,
    asOf: period.to + 8 * 60 * 60_000,
    findings: [
      { id: 'leads', level: 'info', text: '66 leads came in, 8 more than in the week before (+14 %).' },
      {
        id: 'acceptance',
        level: 'warn',
        text: 'Sales accepted 12 of 18 MQLs that were handed over and decided (67 %), above the band of 40–60 %: the bar may be too high.',
        alert: true,
      },
      { id: 'sla', level: 'good', text: '17 of 18 handoffs were answered in time (94 %), the target is 90 %.' },
    ],
    sections: [
      {
        id: 'counts',
        title: 'This week',
        columns: [
          { id: 'what', title: 'What', unit: 'text' },
          { id: 'now', title: 'This week', unit: 'count' },
          { id: 'before', title: 'The week before', unit: 'count' },
          { id: 'change', title: 'Change', unit: 'change' },
        ],
        rows: [
          { what: 'Leads', now: 66, before: 58, change: 66 / 58 - 1 },
          { what: 'MQLs', now: 18, before: 16, change: 0.125 },
          { what: 'SQLs', now: 8, before: 6, change: 1 / 3 },
          { what: 'Opportunities', now: 3, before: 0, change: null },
        ],
        empty: 'No lead came in.',
      },
      {
        id: 'reps',
        title: 'Reps',
        note: 'Handoffs that began in the week; answered in time: of those that were answered or are overdue.',
        columns: [
          { id: 'rep', title: 'Rep', unit: 'text' },
          { id: 'leads', title: 'Leads', unit: 'count' },
          { id: 'inTime', title: 'In time', unit: 'text' },
          { id: 'median', title: 'Median', unit: 'minutes' },
          { id: 'p90', title: '90th percentile', unit: 'minutes' },
        ],
        rows: [
          { rep: 'Ada Lane', leads: 12, inTime: '9 of 11', median: 38, p90: 71 },
          { rep: 'Ben <!channel> & Söhne', leads: 6, inTime: '6 of 6', median: 3.4, p90: null },
          { rep: 'Cy Ng', leads: 0, inTime: null, median: null, p90: null },
        ],
        empty: 'Nobody had a lead.',
      },
      {
        id: 'sources',
        title: 'Sources',
        columns: [
          { id: 'source', title: 'Source', unit: 'text' },
          { id: 'leads', title: 'Leads', unit: 'count' },
          { id: 'accepted', title: 'Accepted', unit: 'share' },
        ],
        rows: [
          { source: 'ORGANIC_SEARCH', leads: 40, accepted: 0.7 },
          { source: 'PAID_SEARCH', leads: 26, accepted: 0.42 },
        ],
        empty: 'No source is known.',
      },
    ],
    charts: [
      {
        id: 'leads',
        title: 'Leads, MQLs and SQLs by week',
        kind: 'lines',
        unit: 'count',
        x: ['W43', 'W44', 'W45', 'W46', 'W47'],
        series: [
          { name: 'Leads', values: [61, 70, 44, 58, 66] },
          { name: 'MQLs', values: [20, 22, 11, 16, 18] },
          { name: 'SQLs', values: [9, 12, 6, 6, 8] },
        ],
      },
      {
        id: 'acceptance',
        title: 'Acceptance of MQLs handed over',
        kind: 'lines',
        unit: 'share',
        x: ['W43', 'W44', 'W45', 'W46', 'W47'],
        series: [{ name: 'Accepted', values: [0.42, 0.51, 0.38, null, 12 / 18] }],
        target: { from: 0.4, to: 0.6, name: 'Target: 40 to 60 %' },
      },
    ],
    ...more,
  }
}
