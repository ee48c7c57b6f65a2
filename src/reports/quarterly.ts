import type { ReportKind } from './kind.ts'
import { leadStory } from './lead-story.ts'
import { scorecard } from './quality-scorecard.ts'
import { capacityPart } from './quarter-capacity.ts'
import { effectsPart } from './quarter-effects.ts'

/** Quarterly: what triggers and routes were followed by, the quality of the data, and whether there are people enough. */
export const quarterly: ReportKind = {
  name: 'quarterly',
  title: 'Quarterly report',
  every: 'quarter',
  // How far a lead was before, as far as it is known.
  reads: ({ before }) => before(2).from,
  fold: (input) => {
    const salesKinds = new Set(input.settings.salesKinds)
    const [effects, capacity, quality] = [effectsPart(input), capacityPart(input), scorecard(input)]
    return {
      add(facts) {
        quality.add(facts)
        if (facts[0]?.lead === '') return
        effects.add(facts)
        capacity.add(leadStory(facts, salesKinds))
      },
      finish() {
        const bodies = [effects.finish(), quality.finish(), capacity.finish()]
        return {
          findings: bodies.flatMap(({ findings }) => findings),
          sections: bodies.flatMap(({ sections }) => sections),
          charts: bodies.flatMap(({ charts }) => charts),
        }
      },
    }
  },
}
