import type { ReportKind } from './kind.ts'
import { leadStory } from './lead-story.ts'
import { COHORTS, cohortsOf } from './month-cohorts.ts'
import { BEFORE, contentPart } from './month-content.ts'
import { funnelBody } from './month-funnel.ts'

/** Monthly: how far the leads of the month have come, against those of the months before; by source; what stood before won deals. */
export const monthly: ReportKind = {
  name: 'monthly',
  title: 'Monthly report',
  every: 'month',
  reads: ({ period, before }) => Math.min(before(COHORTS - 1).from, period.from - BEFORE),
  fold: (input) => {
    const salesKinds = new Set(input.settings.salesKinds)
    const cohorts = cohortsOf(input)
    const content = contentPart(input)
    return {
      add(facts) {
        if (facts[0]?.lead === '') return
        const lead = leadStory(facts, salesKinds)
        cohorts.add(lead)
        content.add(lead)
      },
      finish() {
        const [funnel, seen] = [funnelBody(cohorts), content.finish()]
        return {
          findings: [...funnel.findings, ...seen.findings],
          sections: [...funnel.sections, ...seen.sections],
          charts: [...funnel.charts, ...seen.charts],
        }
      },
    }
  },
}
