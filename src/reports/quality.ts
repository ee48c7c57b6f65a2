import type { ReportKind } from './kind.ts'
import { conversions } from './quality-conversion.ts'
import { MONTHS, scorecard } from './quality-scorecard.ts'

/** The scorecard of the data, a month, and whether scores and routes hold what they say. */
export const quality: ReportKind = {
  name: 'quality',
  title: 'Data quality',
  every: 'month',
  reads: ({ before }) => before(MONTHS - 1).from,
  fold(input) {
    const parts = [scorecard(input), conversions(input, MONTHS)] as const
    return {
      add(facts) {
        for (const part of parts) part.add(facts)
      },
      finish() {
        const [card, conversion] = [parts[0].finish(), parts[1].finish()]
        return {
          findings: [...card.findings, ...conversion.findings],
          sections: [...card.sections, ...conversion.sections],
          charts: card.charts,
        }
      },
    }
  },
}
