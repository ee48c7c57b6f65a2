import { intentPart } from './feedback-intent.ts'
import { salesPart } from './feedback-sales.ts'
import { successPart } from './feedback-success.ts'
import type { ReportKind } from './kind.ts'
import { leadStory } from './lead-story.ts'

// A verdict needs to know that sales had the lead, which was some time before.
const BEFORE = 90 * 86_400_000

/**
 * What sales tells marketing, marketing sales, and customer success marketing. Each part stands alone, by how its ids begin:
 * `sales-to-marketing`, `marketing-to-sales`, `success-to-marketing`.
 */
export const feedback: ReportKind = {
  name: 'feedback',
  title: 'Feedback',
  every: 'week',
  reads: ({ period, before }) => Math.min(before(1).from, period.from - BEFORE),
  fold: (input) => {
    const salesKinds = new Set(input.settings.salesKinds)
    const parts = [salesPart(input), intentPart(input), successPart(input)]
    return {
      add(facts) {
        if (facts[0]?.lead === '') return
        const lead = leadStory(facts, salesKinds)
        for (const part of parts) part.add(lead)
      },
      finish() {
        const bodies = parts.map((part) => part.finish())
        return {
          findings: bodies.flatMap(({ findings }) => findings),
          sections: bodies.flatMap(({ sections }) => sections),
          charts: bodies.flatMap(({ charts }) => charts),
        }
      },
    }
  },
}
