import type { ReportInput } from './kind.ts'
import type { LeadStory } from './lead-story.ts'
import type { Period } from './report.ts'
import { bySource } from './sources.ts'

/** The stages of the funnel, in their order. */
export const STEPS = ['Leads', 'MQLs', 'SQLs', 'Opportunities', 'Customers'] as const
/** So many periods are looked at, with the report's own. */
export const COHORTS = 6

/** How many leads of a cohort came to each stage or went beyond it: all of them, the MQLs, … the customers. */
export type Reached = number[]

/**
 * The leads that came in one period. `reached`: until now; `atSameAge`: until they were as old as those of the report's own period are now.
 * `open`: those that are neither customers nor out. `bySource`: as `atSameAge`.
 */
export interface Cohort {
  period: Period
  isKnown: boolean
  reached: Reached
  atSameAge: Reached
  open: number
  bySource: ReturnType<typeof bySource<Reached>>
}

const none = (): Reached => STEPS.map(() => 0)

/** Counts the leads of the report's period and of those before, its own first. */
export function cohortsOf({ period, before, now, since }: ReportInput) {
  const periods = [period, ...Array.from({ length: COHORTS - 1 }, (_, at) => before(at + 1))]
  const cohorts = periods.map((one): Cohort => {
    const isKnown = since !== null && since <= one.from
    return { period: one, isKnown, reached: none(), atSameAge: none(), open: 0, bySource: bySource(none) }
  })
  // Days from when a lead came until it was a customer.
  const days: number[] = []

  return {
    cohorts,
    days,
    add(lead: LeadStory): void {
      const { newAt } = lead
      const cohort = cohorts.find((one) => newAt !== undefined && newAt >= one.period.from && newAt < one.period.to)
      if (!cohort || newAt === undefined || newAt > now || hadCome(lead)) return
      const instants = instantsOf(lead, newAt)
      const [, , , , customerAt] = instants
      count(cohort.reached, instants, now)
      // As long after its end as now is after that of the report's own; while that runs, as long after its beginning.
      const until = now < period.to ? now - (period.from - cohort.period.from) : now - (period.to - cohort.period.to)
      count(cohort.atSameAge, instants, until)
      count(cohort.bySource.of(lead.source), instants, until)
      if (customerAt !== undefined && customerAt <= now) days.push((customerAt - newAt) / 86_400_000)
      else if (!isOut(lead, now)) cohort.open += 1
    },
  }
}

// Whoever was with sales, or a customer, at their first sight came by no funnel of ours.
function hadCome({ facts }: LeadStory): boolean {
  const { stage = '' } = facts.find(({ type }) => type === 'seen') ?? {}
  return ['sql', 'opportunity', 'customer', 'evangelist'].includes(stage)
}

/** When a lead came to each stage, or beyond it: whoever skips one has been through it. */
function instantsOf(lead: LeadStory, newAt: number): (number | undefined)[] {
  const own = [newAt, lead.mqlAts[0], lead.sqlAt, lead.opportunityAt, lead.customerAt]
  return own.map((_, step) => {
    const later = own.slice(step).filter((at) => at !== undefined)
    return later.length > 0 ? Math.min(...later) : undefined
  })
}

function count(reached: Reached, instants: readonly (number | undefined)[], until: number): void {
  for (const [step, at] of instants.entries())
    if (at !== undefined && at <= until) reached[step] = (reached[step] ?? 0) + 1
}

// What moved it last says whether it is out; one that is back was routed anew.
function isOut({ facts }: LeadStory, until: number): boolean {
  const last = facts.findLast(
    ({ type, stage, at }) =>
      at <= until &&
      (type === 'archived' ||
        type === 'routed' ||
        type === 'disqualified' ||
        (type === 'stage' && stage !== undefined)),
  )
  if (last?.type === 'routed') return last.reason === 'disqualify'
  return last?.type === 'archived' || last?.type === 'disqualified' || last?.stage === 'disqualified'
}
