import type { AttributeValue } from './attributes.ts'
import type { Stage } from './stages.ts'

/** Where a handoff of a kind stands, for conditions. */
export const HANDOFF_STATES = ['waiting', 'open', 'answered', 'ended'] as const

/**
 * What stands for a lead beside what it is and did: conditions of triggers may ask about it. What is absent is unknown.
 * `quietSince`: since when it has done nothing, in epoch milliseconds; `answered`: it has done something since a trigger
 * fired; `handoffs`: where the newest of each kind stands; `track`: the nurture track that it is in; `withSales`:
 * sales has it, or has it on its list since it was reached.
 */
export interface Circumstances {
  stage?: Stage | undefined
  quietSince?: number | undefined
  answered?: boolean | undefined
  handoffs?: Record<string, (typeof HANDOFF_STATES)[number]> | undefined
  track?: string | undefined
  route?: string | undefined
  archived?: boolean | undefined
  withSales?: boolean | undefined
}

/** The same as attributes by name: silence in milliseconds until `now`. */
export function valuesOf(circumstances: Circumstances, now: number): Record<string, AttributeValue> {
  const { quietSince, handoffs = {}, ...rest } = circumstances
  const known: Record<string, AttributeValue> = {}
  for (const [name, value] of Object.entries(rest)) if (value !== undefined) known[name] = value
  for (const [kind, state] of Object.entries(handoffs)) known[`handoff.${kind}`] = state
  return quietSince === undefined ? known : { ...known, quiet: Math.max(0, now - quietSince) }
}
