import type { ReportKind } from './kind.ts'

/** Stuck leads. */
export const stuck: ReportKind = {
  name: 'stuck',
  title: 'Stuck leads',
  every: 'month',
  reads: ({ period }) => period.from,
  fold: () => ({ add() {}, finish: () => ({ findings: [], sections: [], charts: [] }) }),
}
