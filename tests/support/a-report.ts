import { periodNamed } from '../../src/reports/period.ts'
import type { Report } from '../../src/reports/report.ts'
import { weeklyReport } from './reports.ts'

const WEEKS = ['W39', 'W40', 'W41', 'W42', 'W43', 'W44', 'W45', 'W46']

/** A report as kinds make them, with everything that one can hold. */
export function aReport(changes: Partial<Report> = {}): Report {
  const period = periodNamed('2026-W46', 'Europe/Berlin')
  return weeklyReport({
    period,
    asOf: period.to + 8 * 60 * 60_000,
    findings: [
      {
        id: 'acceptance',
        level: 'warn',
        text: 'Sales accepted 5 of 17 MQLs handed over (29 %), target 40–60 %: scoring is too loose.',
      },
      { id: 'within-sla', level: 'good', text: '38 of 40 handoffs were answered in time (95 %), target 90 %.' },
      { id: 'leads', level: 'info', text: '40 new leads, 14 % fewer than the week before (47).' },
    ],
    sections: [
      {
        id: 'funnel',
        title: 'Leads to opportunities',
        note: 'Each lead counts in the week in which it came there.',
        columns: [
          { id: 'stage', title: 'Stage', unit: 'text' },
          { id: 'count', title: 'This week', unit: 'count' },
          { id: 'before', title: 'Week before', unit: 'count' },
          { id: 'change', title: 'Change', unit: 'change' },
        ],
        rows: [
          { stage: 'Leads', count: 1_240, before: 1_447, change: -0.143 },
          { stage: 'Opportunities', count: 0, before: 0, change: null },
        ],
        empty: 'No lead came.',
      },
      {
        id: 'reps',
        title: 'Answers by rep',
        columns: [
          { id: 'rep', title: 'Rep', unit: 'text' },
          { id: 'handed', title: 'Handed over', unit: 'count' },
          { id: 'within', title: 'In time', unit: 'share', target: { atLeast: 0.9 } },
          { id: 'median', title: 'Median answer', unit: 'minutes' },
          { id: 'value', title: 'Pipeline', unit: 'money' },
          { id: 'last', title: 'Last answer', unit: 'instant' },
          { id: 'url', title: 'HubSpot', unit: 'text' },
        ],
        rows: [
          {
            rep: 'Ada Lane',
            handed: 21,
            within: 0.952,
            median: 18,
            value: 42_000,
            last: period.from + 3_600_000,
            url: 'https://hubspot.example/7',
          },
          {
            rep: 'Ben <b>Ortiz</b>',
            handed: 19,
            within: 0.842,
            median: 125,
            value: null,
            last: null,
            url: 'javascript:alert(1)',
          },
        ],
        empty: 'Nobody had a handoff.',
      },
      {
        id: 'rejections',
        title: 'Why leads were rejected',
        columns: [
          { id: 'reason', title: 'Reason', unit: 'text' },
          { id: 'leads', title: 'Leads', unit: 'count' },
        ],
        rows: [],
        empty: 'None of 17 was rejected.',
      },
    ],
    charts: [
      {
        id: 'answers',
        title: 'Answered in time, by week',
        kind: 'lines',
        unit: 'share',
        x: WEEKS,
        series: [{ name: 'in time', values: [0.91, 0.92, 0.88, 0.95, 0.97, null, 0.9, 0.95] }],
        target: { from: 0.9, name: 'target: at least 90 %' },
      },
      {
        id: 'sources',
        title: 'Leads by source',
        kind: 'bars',
        unit: 'count',
        x: ['Organic search', 'Paid <script>', 'Referrals', 'Direct'],
        series: [{ name: 'leads', values: [20, 11, 6, 3] }],
      },
      {
        id: 'nothing',
        title: 'Nothing',
        kind: 'bars',
        unit: 'count',
        x: ['a'],
        series: [{ name: 'a', values: [null] }],
      },
    ],
    ...changes,
  })
}
