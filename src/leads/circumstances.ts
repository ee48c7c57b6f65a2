import type { Handoff } from '../handoffs/handoff.ts'
import type { Circumstances } from '../rules/circumstances.ts'
import type { Stage } from '../rules/stages.ts'
import type { LeadRecord } from './lead.ts'
import type { LeadMarks } from './marks.ts'
import { quietSince, type SilenceConfig } from './silence.ts'

/** What conditions may ask about a lead beside what it is and did, from what is known of it. `now` is epoch milliseconds. */
export function circumstancesOf(
  config: SilenceConfig,
  lead: Pick<LeadRecord, 'signals' | 'properties'>,
  beside: {
    stage: Stage | undefined
    marks: LeadMarks
    /** Where it stands. */
    route: Pick<LeadRecord['route'], 'name' | 'to'>
    handoffs: readonly Handoff[]
    /** Since when Baton knows it. */
    knownSince: number
  },
  now: number,
): Circumstances {
  const { stage, marks, route, handoffs, knownSince } = beside
  const inOrder = handoffs.toSorted((a, b) => a.startedAt - b.startedAt)
  return {
    stage,
    quietSince: quietSince(config, lead, knownSince, now),
    handoffs: Object.fromEntries(inOrder.map(({ kind, state }) => [kind, state])),
    track: trackOf(marks, route),
    route: route.name,
    archived: marks.archived !== undefined,
  }
}

// No track while they pause; what a rule enrolled in comes before the route's.
function trackOf({ tracks }: LeadMarks, { to }: Pick<LeadRecord['route'], 'to'>): string | undefined {
  if (tracks?.paused) return undefined
  return tracks?.enrolled?.track ?? (('nurture' in to && to.nurture) || undefined)
}
