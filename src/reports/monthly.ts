import type { ReportKind } from './kind.ts'

/** Monthly report. */
export const monthly: ReportKind = {
  name: 'monthly',
  title: 'Monthly report',
  every: 'month',
  reads: ({ period }) => period.from,
  fold: () => ({ add() {}, finish: () => ({ findings: [], sections: [], charts: [] }) }),
}
