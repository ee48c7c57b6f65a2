import type { Change, LeadState, NextConfig, StuckAct } from './change.ts'
import { draftOf } from './draft.ts'
import { isInHubSpot } from './lead.ts'
import { marksOf, withMarks } from './marks.ts'
import { carryOut } from './outcomes.ts'

/**
 * Somebody decides about a lead that is stuck in its stage: what the config says is done, or it is archived. Null when there is
 * no such lead, or it is archived already.
 */
export function onStuck(
  config: NextConfig,
  state: LeadState,
  { by, does }: { by: string; does: StuckAct },
  now: number,
): Change | null {
  const { lead } = state
  if (!lead || !isInHubSpot(lead) || lead.archived) return null
  const outcomes = does === 'archive' ? [{ do: 'archive' as const }] : (config.handoffs.stuck?.act ?? [])
  const { name = '' } = lead.stage ?? {}
  const part = carryOut(
    outcomes,
    { what: 'list', name: 'stuck', ...(name ? { step: `in stage ${name}` } : {}) },
    marksOf(lead),
    now,
  )
  const toOpen = [...(part.marks.toOpen ?? []), ...part.opens.map((opening) => ({ ...opening, at: now }))]
  const draft = draftOf(config, state)
  draft.note({ at: now, what: `stuck-${does}`, by })
  draft.tell(part.tells, { now })
  return draft.change(withMarks(lead, toOpen.length > 0 ? { ...part.marks, toOpen } : part.marks))
}
