import type { ReportKind } from './kind.ts'
import { conversions } from './quality-conversion.ts'
import { fillsPart } from './quality-fills.ts'
import { MONTHS, scorecard } from './quality-scorecard.ts'

/** The scorecard of the data, a month, and whether scores and routes hold what they say. */
export const quality: ReportKind = {
  name: 'quality',
  title: 'Data quality',
  every: 'month',
  reads: ({ before }) => before(MONTHS - 1).from,
  fold(input) {
    const parts = [scorecard(input), fillsPart(input), conversions(input, MONTHS)] as const
    return {
      add(facts) {
        for (const part of parts) part.add(facts)
      },
      finish() {
        const [card, fills, conversion] = [parts[0].finish(), parts[1].finish(), parts[2].finish()]
        return {
          findings: [...card.findings, ...fills.findings, ...conversion.findings],
          sections: [...card.sections, ...fills.sections, ...conversion.sections],
          charts: card.charts,
        }
      },
    }
  },
}
