import { endHandoff, type Handoff, holderOf } from '../handoffs/handoff.ts'
import { nextDue, takeDueSteps, wantsAnotherRep } from '../handoffs/ladder.ts'
import { stepPosts } from '../handoffs/posts.ts'
import { evaluate } from '../rules/condition.ts'
import { factLookup } from '../rules/score.ts'
import type { Reserved } from './assign.ts'
import type { Change, Click, Gathered, LeadState, Next, NextConfig } from './change.ts'
import { decide } from './decision.ts'
import { type Draft, draftOf } from './draft.ts'
import { type LeadRecord, STAGES_OF_SALES, type StandingRoute, stageOf } from './lead.ts'
import { attemptsSince, observeAttributes } from './observe.ts'
import { answered, hasResponded, liveHandoffs } from './people.ts'
import { withOutcome } from './record.ts'

type Looked = Pick<Gathered, 'contact' | 'history'>

/**
 * A step of a handoff is due: a rung, a wish to pass it on, or the end of the attempts. `gathered` is null when HubSpot
 * could not be asked: the ladder goes on, for a needless reminder is better than a lead that nobody hears of.
 */
export function onDue(
  config: NextConfig,
  state: LeadState,
  handoffId: string,
  gathered: Looked | null,
  reserved: Reserved,
  now: number,
): Next {
  const handoff = state.handoffs[handoffId]
  const due = handoff ? nextDue(handoff) : null
  if (!handoff || !state.lead || due === null || (due > now && !handoff.passOn)) return null
  const draft = draftOf(config, state, gathered?.contact)
  if (handoff.attempts) {
    if (!gathered) return null
    return endAttempts(config, state.lead, handoff, gathered, draft, now)
  }
  if (!handoff.passOn && gathered && hasResponded(config, handoff, gathered))
    return seen(config, state.lead, handoff, draft, now)
  const assignmentId = `${handoff.id}-${handoff.holders.length + 1}`
  const choice = reserved[assignmentId]
  if (wantsAnotherRep(handoff, now) && !choice) {
    const hadIt = handoff.holders.map((holder) => holder.rep)
    return { wanted: { assignmentId, pool: handoff.pool, hadIt } }
  }
  const next = choice?.rep ? { rep: choice.rep, pool: choice.pool, assignmentId } : null
  const { handoff: after, messages } = takeDueSteps(handoff, now, next)
  draft.put(after)
  draft.post(...stepPosts(after, messages))
  draft.note({ at: now, what: 'ladder', steps: after.events.slice(handoff.events.length) })
  return draft.change(undefined)
}

function seen(config: NextConfig, lead: LeadRecord, handoff: Handoff, draft: Draft, now: number): Change | null {
  const after = answered(config, handoff, { at: now, how: 'seen-in-hubspot' })
  if (!after) return null
  draft.put(after)
  draft.note({ at: now, what: 'seen-in-hubspot' })
  return draft.change(afterAnswer(lead, after))
}

/** A person clicked. Null when it changes nothing: the handoff is over, or somebody was faster. */
export function onClick(
  config: NextConfig,
  state: LeadState,
  { handoffId, by, does }: { handoffId: string; by: string; does: Click },
  now: number,
): Change | null {
  const handoff = state.handoffs[handoffId]
  if (!handoff || !state.lead || handoff.state !== 'open') return null
  const draft = draftOf(config, state)
  if (does === 'contacted') {
    const after = answered(config, handoff, { at: now, how: 'contacted', by })
    if (!after) return null
    draft.put(after)
    draft.note({ at: now, what: 'contacted', by })
    return draft.change(afterAnswer(state.lead, after))
  }
  if (does === 'pass-on') {
    if (handoff.passOn) return null
    draft.put({ ...handoff, passOn: { by, at: now } })
    draft.note({ at: now, what: 'pass-on', by })
    const outcomes = withOutcome(state.lead.outcomes, 'passed-on', { at: now })
    return draft.change(outcomes === state.lead.outcomes ? undefined : { ...state.lead, outcomes })
  }
  const { reason, choice } = does.disqualify
  for (const one of liveHandoffs(state)) draft.put(endHandoff(one, { at: now, how: 'disqualified', by, reason }) ?? one)
  draft.note({ at: now, what: 'disqualified', by })
  const { ended: _, ...lead } = state.lead
  const outcomes = withOutcome(lead.outcomes, 'disqualified', { at: now, reason: choice })
  return draft.change({ ...lead, rejected: { by, reason, choice, at: now }, outcomes })
}

// The lead's record after an answer to a handoff with sales; a kind without attempts is over with it.
function afterAnswer(lead: LeadRecord, handoff: Handoff): LeadRecord | undefined {
  const { answered: answer, ended, byRoute } = handoff
  if (!byRoute || !answer) return undefined
  const outcomes = withOutcome(lead.outcomes, 'answered', { at: answer.at, minutes: answer.minutes })
  return { ...lead, outcomes, ...(ended ? { ended: { how: ended.how, at: ended.at } } : {}) }
}

/** The time for reaching a lead is over: sales has it, it was reached, it said no meanwhile, or it goes back to nurture. */
function endAttempts(
  config: NextConfig,
  lead: LeadRecord,
  handoff: Handoff,
  { contact }: Looked,
  draft: Draft,
  now: number,
): Change {
  const { attempts } = handoff
  const attributes = observeAttributes(config.hubspot, contact.properties, null, config.reads.raw)
  const condition = config.handoffs.kinds[handoff.kind]?.attempts?.answered
  const reached = condition !== undefined && evaluate(condition, factLookup(attributes)).truth === 'true'
  const finish = (ending: { how: 'qualified' | 'done' | 'returned' | 'disqualified'; reason?: string }) => {
    draft.put(endHandoff(handoff, { at: now, ...ending }) ?? handoff)
    return handoff.byRoute ? { ...lead, ended: { how: ending.how, at: now } } : lead
  }
  if (STAGES_OF_SALES.includes(stageOf(attributes))) return draft.change(finish({ how: 'qualified' }))
  if (reached) return draft.change(finish({ how: 'done' }))
  const made = attemptsSince(config.hubspot, contact.properties, handoff.baseline)
  const reason = `no answer after ${made} of ${attempts?.count ?? made} attempts`
  draft.note({ at: now, what: 'returned', reason })
  const { route: wanted } = decide(config, lead, { withSales: false, rejected: false }, now)
  if (!handoff.byRoute) return draft.change(finish({ how: 'returned', reason }))
  // Who turned out to be wrong for us is not nurtured either.
  if ('disqualify' in wanted.to) {
    const out: StandingRoute = { name: wanted.route, to: wanted.to, reason: wanted.to.disqualify, at: now }
    return draft.change({ ...finish({ how: 'disqualified', reason: wanted.to.disqualify }), route: out })
  }
  const route: StandingRoute = { name: 'no-answer', to: { nurture: attempts?.nurture ?? '' }, reason, at: now }
  const outcomes = withOutcome(lead.outcomes, 'returned', { at: now })
  return draft.change({ ...finish({ how: 'returned', reason }), route, outcomes })
}

/** The assignment by which a pool counts an open handoff: undefined when there is none, or a person chose the rep. */
export function heldAssignment(handoff: Handoff | undefined): { assignmentId: string; pool: string } | undefined {
  const holder = handoff?.state === 'open' ? holderOf(handoff) : undefined
  return holder && holder.how !== 'owner-changed' ? { assignmentId: holder.assignmentId, pool: holder.pool } : undefined
}
