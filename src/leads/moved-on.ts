import { type Handoff, isHeld } from '../handoffs/handoff.ts'
import type { Signal } from '../rules/attributes.ts'
import { STAGES, type Stage } from '../rules/stages.ts'
import type { NextConfig } from './change.ts'
import { STAGES_OF_SALES } from './lead.ts'
import { answered, asksForContact, endAnswered } from './people.ts'
import { furthest } from './stages.ts'
import { movedBy } from './starts.ts'

/**
 * The handoff with sales once our own people moved its lead on to a stage of sales otherwise than by that stage, as by winning a
 * deal: sales has taken it on, and an open clock is answered at that instant. The same handoff when nothing did. `cameFrom`: the
 * stage before.
 */
export function movedOn(
  config: NextConfig,
  handoff: Handoff,
  cameFrom: Stage,
  signals: readonly Signal[],
  now: number,
): Handoff {
  if (!handoff.byRoute || !isHeld(handoff) || !asksForContact(config, handoff)) return handoff
  const moves = signals.filter((signal) => {
    if (signal.by !== 'sales') return false
    const to = movedBy(config, { signals: [signal] })
    return to !== undefined && isOfSales(to) && !isOfSales(cameFrom) && furthest(cameFrom, to) === to
  })
  if (moves.length === 0) return handoff
  const at = Math.max(handoff.startedAt, Math.min(now, ...moves.map((move) => move.at)))
  const heard = answered(config, handoff, { at, how: 'seen-in-hubspot', evidence: 'history' }) ?? handoff
  return endAnswered(heard, { at: now, how: 'qualified' })
}

function isOfSales(stage: Stage): boolean {
  return STAGES_OF_SALES.includes(STAGES[stage] ?? '')
}
