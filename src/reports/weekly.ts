import type { ReportKind } from './kind.ts'

/** Weekly report. */
export const weekly: ReportKind = {
  name: 'weekly',
  title: 'Weekly report',
  every: 'week',
  reads: ({ period }) => period.from,
  fold: () => ({ add() {}, finish: () => ({ findings: [], sections: [], charts: [] }) }),
}
