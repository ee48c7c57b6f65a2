import type { ReportKind } from './kind.ts'
import type { Finding } from './report.ts'
import { acceptancePart } from './weekly-acceptance.ts'
import { anomalyFindings } from './weekly-anomalies.ts'
import { dealsPart } from './weekly-deals.ts'
import { flowsPart } from './weekly-flows.ts'
import { funnelPart } from './weekly-funnel.ts'
import { handoffsPart } from './weekly-handoffs.ts'
import { leadStory } from './weekly-lead-story.ts'
import { reasonsPart } from './weekly-reasons.ts'
import { shadowPart } from './weekly-shadow.ts'
import { sourcesPart } from './weekly-sources.ts'
import { speedPart } from './weekly-speed.ts'
import { weeksOf } from './weekly-weeks.ts'

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
  fold(input) {
    const weeks = weeksOf(input)
    const salesKinds = new Set(input.settings.salesKinds)
    const parts = [
      funnelPart(weeks),
      acceptancePart(input, weeks),
      handoffsPart(input, weeks),
      dealsPart(weeks),
      flowsPart(input, weeks),
      reasonsPart(weeks),
      sourcesPart(weeks),
      speedPart(input, weeks),
      shadowPart(weeks),
    ]
    return {
      add(facts) {
        const known = facts.filter(({ at }) => at <= input.now)
        const story = leadStory(known, salesKinds)
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
