import type { ReportKind } from './kind.ts'

/** Data quality. */
export const quality: ReportKind = {
  name: 'quality',
  title: 'Data quality',
  every: 'month',
  reads: ({ period }) => period.from,
  fold: () => ({ add() {}, finish: () => ({ findings: [], sections: [], charts: [] }) }),
}
