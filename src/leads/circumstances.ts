import { byAge, type Handoff } from '../handoffs/handoff.ts'
import type { Circumstances } from '../rules/circumstances.ts'
import type { Stage } from '../rules/stages.ts'
import type { LeadRecord } from './lead.ts'
import type { LeadMarks } from './marks.ts'
import { quietSince, type SilenceConfig } from './silence.ts'
import { trackOf } from './tracks.ts'

/** What conditions may ask about a lead beside what it is and did, from what is known of it. `now` is epoch milliseconds. */
export function circumstancesOf(
  config: SilenceConfig,
  lead: Pick<LeadRecord, 'signals' | 'properties'>,
  beside: {
    stage: Stage | undefined
    withSales: boolean
    marks: LeadMarks
    /** Where it stands. */
    route: Pick<LeadRecord['route'], 'name' | 'to'>
    handoffs: readonly Handoff[]
    /** Since when Baton knows it. */
    knownSince: number
  },
  now: number,
): Circumstances {
  const { stage, withSales, marks, route, handoffs, knownSince } = beside
  const inOrder = handoffs.toSorted(byAge)
  const sales = inOrder.findLast(({ byRoute }) => byRoute)
  return {
    stage,
    quietSince: quietSince(config, lead, knownSince, now),
    handoffs: Object.fromEntries(inOrder.map(({ kind, state }) => [kind, state])),
    track: trackOf({ ...marks, route }, sales).name || undefined,
    route: route.name,
    withSales,
    archived: marks.archived !== undefined,
  }
}
