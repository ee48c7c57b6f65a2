import { followPlan } from '../handoffs/follow-plan.ts'
import { type Handoff, holderOf } from '../handoffs/handoff.ts'
import { nextStepAt } from '../handoffs/plan.ts'
import { repWithOwner } from '../handoffs/team.ts'
import type { Signal } from '../rules/attributes.ts'
import type { Lookup } from '../rules/condition.ts'
import type { NextConfig } from './change.ts'
import type { Draft } from './draft.ts'
import type { Because, LeadMarks } from './marks.ts'
import { type CarriedOut, carryOut, joined } from './outcomes.ts'
import { liveHandoffs } from './people.ts'

/**
 * Takes the dated steps of the lead's handoffs that are due, and follows the new signals that pause, resume, skip or finish
 * them. Returns what all of it comes to, on these marks. `now` is epoch milliseconds.
 */
export function followPlans(
  config: NextConfig,
  draft: Draft,
  { signals, lookup, marks }: { signals: readonly Signal[]; lookup: Lookup; marks: LeadMarks },
  now: number,
): CarriedOut {
  const fresh = signals.filter(({ decision }) => decision === undefined)
  const handoffs = Object.fromEntries(draft.handoffs().map((handoff) => [handoff.id, handoff]))
  const parts: CarriedOut[] = []
  let after = marks
  for (const before of liveHandoffs({ handoffs })) {
    const { handoff, taken } = followPlan(before, config.handoffs.kinds[before.kind]?.steps, fresh, lookup, now)
    if (handoff === before) continue
    draft.put(handoff)
    draft.note({ at: now, what: 'steps', reason: handoff.kind, steps: handoff.events.slice(before.events.length) })
    for (const { step, outcomes } of taken) {
      const part = carryOut(outcomes, { what: 'handoff', name: handoff.kind, step }, after, now)
      parts.push(ofHandoff(config, part, handoff))
      after = part.marks
    }
  }
  return joined(parts, after)
}

/** What the kinds of handoffs that begin say to do at once. */
export function started(config: NextConfig, begun: readonly Handoff[], marks: LeadMarks, now: number): CarriedOut {
  const parts: CarriedOut[] = []
  let after = marks
  for (const handoff of begun.filter(({ state }) => state === 'open')) {
    const by: Because = { what: 'handoff', name: handoff.kind }
    const part = carryOut(config.handoffs.kinds[handoff.kind]?.on.started ?? [], by, after, now)
    parts.push(ofHandoff(config, part, handoff))
    after = part.marks
  }
  return joined(parts, after)
}

/** When the next dated step of some handoffs is due; null when none is to come. */
export function nextPlannedAt(handoffs: readonly Handoff[]): number | null {
  const instants = handoffs.flatMap((handoff) => nextStepAt(handoff) ?? [])
  return instants.length > 0 ? Math.min(...instants) : null
}

// Of a handoff the holder, the manager and the deal are its own, whoever else has the lead.
function ofHandoff({ team }: NextConfig, part: CarriedOut, handoff: Handoff): CarriedOut {
  const manager = team.pools[handoff.pool]?.manager
  const holder = holderOf(handoff)?.rep
  const own: Record<string, string | undefined> = {
    manager,
    holder: holder !== undefined && team.reps[holder]?.active ? holder : manager,
    'deal-owner': handoff.deal?.soldBy && repWithOwner(team, handoff.deal.soldBy)?.id,
  }
  return { ...part, tells: part.tells.map((telling) => ({ ...telling, who: own[telling.who] ?? telling.who })) }
}
