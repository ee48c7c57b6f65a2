import type { Handoff } from '../handoffs/handoff.ts'
import type { Signal } from '../rules/attributes.ts'
import { valuesOf } from '../rules/circumstances.ts'
import { type Condition, type Lookup, truthOf } from '../rules/condition.ts'
import { fullLookup, scoreLead } from '../rules/score.ts'
import type { LeadState, NextConfig } from './change.ts'
import { circumstancesOf } from './circumstances.ts'
import { type Decision, type standingAttributes, standingRoute } from './decision.ts'
import type { LeadRecord } from './lead.ts'
import { type LeadMarks, marksOf } from './marks.ts'
import { countedFrom, type LeadReading } from './reading.ts'
import { lastOwnAct, quietSince } from './silence.ts'
import { standingOf } from './standing.ts'
import { fireTriggers, marksUnderNewRules, type Triggered, type TriggerLook, triggersDueAt } from './triggers.ts'

const DAY = 24 * 60 * 60_000

type Known = Pick<LeadRecord, 'attributes' | 'signals' | 'properties'>

/** What triggers need to know of a look at a contact. */
export interface ContactLook {
  /** The state that the look began with; its lead is null at the first sight. */
  state: LeadState
  reading: LeadReading
  decision: Decision
  /** What stands for it, as conditions may ask about it. */
  beside: ReturnType<typeof standingAttributes> & { withSales: boolean }
  /** The handoffs as they are by now. */
  handoffs: readonly Handoff[]
  marks: LeadMarks
  /** The signals that are new, and that no merged contact has been heard for. */
  fresh: readonly Signal[]
  /** The record was just made from what HubSpot shows. */
  isRebuilt: boolean
}

/** Whether no trigger is looked at: the lead was there before Baton came, or is archived, and has done nothing since. */
export function isLeftAlone({ action }: Pick<Decision, 'action'>, { archived }: Pick<LeadMarks, 'archived'>): boolean {
  return action === 'stay-adopted' || archived !== undefined
}

/** Since when Baton knows a lead; one of an older version counts from its first look under this one. */
export function knownSinceOf(lead: Pick<LeadRecord, 'knownSince'> | null, now: number): number {
  return lead?.knownSince ?? now
}

/** What conditions can ask of a contact that was read; with more, such as whether it has answered. */
export function contactLookup(config: NextConfig, look: ContactLook, now: number) {
  const { state, reading, decision, handoffs, marks, beside } = look
  const knownSince = knownSinceOf(state.lead, now)
  const route = standingRoute(decision, state.lead?.route, now)
  const circumstances = circumstancesOf(config, reading, { ...beside, marks, route, handoffs, knownSince }, now)
  return (more: { answered?: boolean } = {}): Lookup => {
    const values = valuesOf({ ...circumstances, ...more }, now)
    return fullLookup(reading.attributes, reading.signals, decision.score, now, { ...beside, ...values })
  }
}

/** Fires the triggers of a contact that was read. `dueAt`: when they have to be looked at although nothing happens. */
export function triggersOf(
  config: NextConfig,
  look: ContactLook,
  now: number,
): Triggered & { dueAt: (marks: LeadMarks) => number | null } {
  const { state, reading, marks, fresh } = look
  const knownSince = knownSinceOf(state.lead, now)
  const seen = contactLookup(config, look, now)
  const lastAct = lastOwnAct(config, reading, now)
  const answered = (since: number | undefined) =>
    since === undefined ? {} : { answered: lastAct !== undefined && lastAct > since }
  const lookup = (since?: number) => seen(answered(since))
  const fired = fireTriggers({
    triggers: config.triggers,
    marks,
    lookup,
    held: heldBefore(config, look, now),
    signals: reading.signals,
    fresh: fresh.filter(({ decision }) => decision === undefined),
    lastAct,
    now,
  })
  return { ...fired, dueAt: (after) => dueAt(config, reading, after, knownSince, now) }
}

/** The marks of a lead that is computed again by other rules, and when its triggers have to be looked at. */
export function triggersUnderNewRules(
  config: NextConfig,
  state: LeadState,
  lead: LeadRecord,
  now: number,
): { marks: LeadMarks; dueAt: number | null } {
  const held = holding(pastLookup(config, state, lead, justBeforeDue(lead, now)), true)
  const marks = marksUnderNewRules({ triggers: config.triggers, marks: marksOf(lead), held })
  return { marks, dueAt: dueAt(config, lead, marks, knownSinceOf(lead, now), now) }
}

/** Whether time alone has made the condition of a trigger hold, or ended it, since the lead was last looked at. */
export function movesTriggers(
  config: NextConfig,
  handoffs: readonly Handoff[],
  lead: LeadRecord,
  now: number,
): boolean {
  const holds = holding(() => recordLookup(config, handoffs, lead, now), false)
  return Object.entries(config.triggers).some(
    ([name, { when }]) => holds(name, when) !== (lead.fired?.[name]?.holds === true),
  )
}

/** When the triggers of a lead have to be looked at although nothing happens; null: never. */
export function dueAt(
  config: NextConfig,
  lead: Pick<LeadRecord, 'signals' | 'properties'>,
  marks: LeadMarks,
  knownSince: number,
  now: number,
): number | null {
  const dates = { quietSince: quietSince(config, lead, knownSince, now), signals: lead.signals }
  return triggersDueAt({ triggers: config.triggers, marks }, dates, now)
}

/**
 * Whether conditions held before what is new now. That a rule is new, or that Baton sees a contact for the first time, makes
 * nothing fire that held already.
 */
function heldBefore(config: NextConfig, look: ContactLook, now: number): TriggerLook['held'] {
  const { state, reading, decision, beside, marks, handoffs, isRebuilt } = look
  const previous = state.lead
  const marked = (name: string) => marks.fired?.[name]?.holds === true
  if (isRebuilt && marks.fired) return marked
  if (!previous || isRebuilt) {
    const isNew = !previous && now - countedFrom(state, reading.createdAt, now) <= DAY
    if (isNew) return () => false
    const old = reading.signals.filter((signal) => signal.decision !== undefined)
    const route = standingRoute(decision, undefined, now)
    const before = { ...beside, route, marks, handoffs, knownSince: knownSinceOf(previous, now) }
    return holding(() => lookupOf(config, { ...reading, signals: old }, before, now), true)
  }
  if (previous.adopted || previous.rulesVersion !== config.rulesVersion)
    return holding(pastLookup(config, state, previous, justBeforeDue(previous, now)), true)
  // Time alone may have ended what held, such as a count within some days.
  const still = holding(pastLookup(config, state, previous, now), false)
  return (name, when) => marked(name) && still(name, when)
}

// An instant that passed unseen, because nobody was there to look, is still to be seen.
function justBeforeDue({ wakeAt }: LeadRecord, now: number): number {
  return wakeAt !== null && wakeAt <= now ? wakeAt - 1 : now
}

/** Answers by a lookup that is made once it is needed; `doubt` is the answer where something is unknown. */
function holding(lookup: () => Lookup, doubt: boolean): TriggerLook['held'] {
  let made: Lookup | undefined
  return (_, when: Condition) => {
    made ??= lookup()
    const truth = truthOf(when, made)
    return truth === 'true' || (truth === 'unknown' && doubt)
  }
}

/** The lead as it was last known, at an instant. */
function pastLookup(config: NextConfig, { handoffs }: LeadState, lead: LeadRecord, at: number): () => Lookup {
  return () => recordLookup(config, Object.values(handoffs), lead, at)
}

/** Reads what is kept of a lead for conditions of triggers, as of an instant. */
export function recordLookup(config: NextConfig, handoffs: readonly Handoff[], lead: LeadRecord, at: number): Lookup {
  const beside = {
    stage: lead.stage?.name,
    withSales: standingOf(config, lead, handoffs, lead.signals).withSales,
    returning: lead.returning !== undefined,
    route: lead.route,
    marks: marksOf(lead),
    handoffs,
    knownSince: knownSinceOf(lead, at),
  }
  return lookupOf(config, lead, beside, at)
}

/** What conditions can ask of a lead at an instant. */
export function lookupOf(
  config: NextConfig,
  known: Known,
  { returning, ...beside }: Parameters<typeof circumstancesOf>[2] & { returning: boolean },
  at: number,
): Lookup {
  const score = scoreLead(config, known.attributes, known.signals, at)
  const values = valuesOf(circumstancesOf(config, known, beside, at), at)
  return fullLookup(known.attributes, known.signals, score, at, { ...values, returning })
}
