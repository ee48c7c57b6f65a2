import type { LeadState, NextConfig } from './change.ts'

type Rules = Pick<NextConfig, 'triggers' | 'handoffs'>

// Asked at every look, and the same as long as the config is.
const known = new WeakMap<object, boolean>()

/** Whether some rule of a config asks whose the deal is: to tell them, or to give them a handoff. */
export function asksForDealOwner({ triggers, handoffs }: Rules): boolean {
  const answer = known.get(handoffs) ?? isAsked([triggers, handoffs])
  known.set(handoffs, answer)
  return answer
}

function isAsked(content: unknown): boolean {
  if (content === 'deal-owner') return true
  if (typeof content !== 'object' || content === null) return false
  return (content as { owner?: unknown }).owner === 'deal' || Object.values(content).some(isAsked)
}

/** The deal that a lead's newest signal of one names; undefined when there is none. */
export function dealOf({ lead, inbox }: Pick<LeadState, 'lead' | 'inbox'>): string | undefined {
  const came = inbox.flatMap((item) => (item.kind === 'signal' ? [item.signal] : []))
  const moves = [...(lead?.signals ?? []), ...came].filter(
    ({ type, detail }) => type === 'deal_stage_changed' && detail,
  )
  return moves.sort((a, b) => a.at - b.at).at(-1)?.detail
}
