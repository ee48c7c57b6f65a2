import type { ReportKind } from './kind.ts'

/** Quarterly report. */
export const quarterly: ReportKind = {
  name: 'quarterly',
  title: 'Quarterly report',
  every: 'quarter',
  reads: ({ period }) => period.from,
  fold: () => ({ add() {}, finish: () => ({ findings: [], sections: [], charts: [] }) }),
}
