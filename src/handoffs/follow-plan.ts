import { holds, type Lookup } from '../rules/condition.ts'
import type { Outcome } from '../rules/outcomes.ts'
import { endHandoff, type Handoff, isHeld } from './handoff.ts'
import type { Steps } from './kinds.ts'
import { type Plan, type PlannedStep, type StepResult, stepsLeft } from './plan.ts'

/** A signal, as far as steps ask about it. */
interface Heard {
  type: string
  at: number
}

/** What a step that was taken comes to. */
export interface StepTaken {
  step: string
  outcomes: Outcome[]
}

/** One look at a plan: a copy that changes on the way. A step that the config no longer has is noted and does nothing. */
interface Walk {
  plan: Plan
  config: Steps | undefined
  lookup: Lookup
  now: number
  events: Handoff['events']
  taken: StepTaken[]
}

/**
 * Takes the steps that are due, each once and in order, and follows the new signals that pause, resume, skip or finish them:
 * what was due before a signal is taken before it. Answered, with nothing to come and no attempts under way, the handoff is
 * done. Returns the same handoff when nothing changed. `now` is epoch milliseconds.
 */
export function followPlan(
  handoff: Handoff,
  config: Steps | undefined,
  fresh: readonly Heard[],
  lookup: Lookup,
  now: number,
): { handoff: Handoff; taken: StepTaken[] } {
  if (!handoff.plan || !isHeld(handoff) || stepsLeft(handoff.plan).length === 0) return { handoff, taken: [] }
  const walk: Walk = { plan: structuredClone(handoff.plan), config, lookup, now, events: [], taken: [] }
  if (config?.finishedBy && holds(config.finishedBy, lookup)) finish(walk, now)
  for (const { type, at } of fresh.filter(({ at }) => at >= handoff.startedAt).sort((a, b) => a.at - b.at)) {
    takeBefore(walk, Math.min(at, now))
    hear(walk, type, Math.min(at, now))
  }
  takeBefore(walk, now + 1)
  if (walk.events.length === 0) return { handoff, taken: [] }
  const after = { ...handoff, plan: walk.plan, events: [...handoff.events, ...walk.events] }
  const isOver = after.state === 'answered' && !after.attempts && stepsLeft(after.plan).length === 0
  return { handoff: (isOver && endHandoff(after, { at: now, how: 'done' })) || after, taken: walk.taken }
}

function takeBefore(walk: Walk, instant: number): void {
  const { plan, config, lookup, now, taken } = walk
  if (plan.pausedAt !== undefined) return
  for (const step of stepsLeft(plan).filter(({ dueAt }) => dueAt < instant)) {
    const rule = config?.list.find(({ name }) => name === step.name)
    const isMet = rule?.when === undefined || holds(rule.when, lookup)
    settle(walk, step, rule ? (isMet ? 'yes' : 'no') : 'gone', now)
    if (rule) taken.push({ step: step.name, outcomes: isMet ? rule.do : rule.else })
  }
}

function hear(walk: Walk, type: string, at: number): void {
  const { plan, config, events } = walk
  if (!config) return
  const needless = config.list.filter(({ skippedBy }) => skippedBy.includes(type)).map(({ name }) => name)
  for (const step of stepsLeft(plan)) if (needless.includes(step.name)) settle(walk, step, 'skipped', at)
  if (config.finishedBySignals.includes(type)) finish(walk, at)
  if (plan.pausedAt === undefined && config.pausedBy.includes(type) && stepsLeft(plan).length > 0) {
    plan.pausedAt = at
    events.push({ at, what: 'steps-paused' })
  } else if (plan.pausedAt !== undefined && config.resumedBy.includes(type)) {
    for (const step of stepsLeft(plan)) step.dueAt += Math.max(0, at - plan.pausedAt)
    delete plan.pausedAt
    events.push({ at, what: 'steps-resumed' })
  }
}

function finish({ plan, events }: Walk, at: number): void {
  const left = stepsLeft(plan)
  if (left.length === 0) return
  for (const step of left) Object.assign(step, { doneAt: at, how: 'finished' })
  delete plan.pausedAt
  events.push({ at, what: 'steps-finished' })
}

function settle({ events }: Walk, step: PlannedStep, how: StepResult, at: number): void {
  Object.assign(step, { doneAt: at, how })
  events.push({ at, what: 'step', detail: `${step.name}: ${how}` })
}
