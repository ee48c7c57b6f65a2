import type { FactType } from '../facts/fact.ts'
import type { ReportKind } from './kind.ts'
import { leadStory } from './lead-story.ts'
import type { Finding } from './report.ts'
import { acceptancePart } from './weekly-acceptance.ts'
import { anomalyFindings } from './weekly-anomalies.ts'
import { dealsPart } from './weekly-deals.ts'
import { flowsPart } from './weekly-flows.ts'
import { funnelPart } from './weekly-funnel.ts'
import { handoffsPart } from './weekly-handoffs.ts'
import { reasonsPart } from './weekly-reasons.ts'
import { shadowPart } from './weekly-shadow.ts'
import { sourcesPart } from './weekly-sources.ts'
import { speedPart } from './weekly-speed.ts'
import { weeksOf } from './weekly-weeks.ts'

const TYPES: readonly FactType[] = [
  ...(['seen', 'routed', 'signal', 'stage', 'outcome', 'deal', 'shadowed'] as const),
  ...(['waiting', 'assigned', 'reassigned', 'answered', 'breached', 'told', 'undeliverable'] as const),
  ...(['accepted', 'rejected', 'recycled', 'disqualified', 'ended', 'gone'] as const),
]

/**
 * The weekly report. What happens counts in the week in which it happens (leads, MQLs, SQLs, deals, reasons); handoffs and acceptance go by
 * the week in which they began, and are judged by all that is known when the report is made. The most important finding comes first:
 * what is told on its own, what is off its target, what is news, and what is as it should be.
 */
export const weekly: ReportKind = {
  name: 'weekly',
  title: 'Weekly report',
  every: 'week',
  // An open deal is as old as it is.
  reads: () => 0,
  types: TYPES,
  fold(input) {
    const weeks = weeksOf(input)
    const salesKinds = new Set(input.settings.salesKinds)
    const deals = dealsPart(weeks)
    const parts = [
      funnelPart(weeks),
      acceptancePart(input, weeks),
      handoffsPart(input, weeks),
      deals,
      flowsPart(input, weeks),
      reasonsPart(weeks),
      sourcesPart(weeks),
      speedPart(input, weeks),
      shadowPart(weeks),
    ]
    return {
      add(facts) {
        // Of whom nothing has been heard for a quarter nothing but a deal is in any figure.
        if ((facts.at(-1)?.at ?? 0) < weeks.from) {
          deals.add({ facts })
          return
        }
        const story = leadStory(facts, salesKinds)
        for (const part of parts) part.add(story)
      },
      finish() {
        const bodies = parts.map((part) => part.finish())
        const figures = bodies.flatMap((body) => body.figures ?? [])
        const findings = [...bodies.flatMap((body) => body.findings ?? []), ...anomalyFindings(figures, weeks)]
        return {
          findings: findings.toSorted((a, b) => rank(a) - rank(b)),
          sections: bodies.flatMap((body) => body.sections ?? []),
          charts: bodies.flatMap((body) => body.charts ?? []),
        }
      },
    }
  },
}

const LEVELS: readonly Finding['level'][] = ['warn', 'info', 'good']

function rank({ level, alert }: Finding): number {
  return alert ? -1 : LEVELS.indexOf(level)
}
