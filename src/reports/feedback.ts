import type { ReportKind } from './kind.ts'

/** Feedback. */
export const feedback: ReportKind = {
  name: 'feedback',
  title: 'Feedback',
  every: 'week',
  reads: ({ period }) => period.from,
  fold: () => ({ add() {}, finish: () => ({ findings: [], sections: [], charts: [] }) }),
}
