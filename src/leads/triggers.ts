import type { Signal } from '../rules/attributes.ts'
import { type Condition, type Evaluation, evaluate, type Lookup } from '../rules/condition.ts'
import { holdsNextAt, PERIODS, signalsNamed, type Trigger } from '../rules/triggers.ts'
import { decidingTests, whyOf } from '../rules/why.ts'
import type { HistoryEntry } from './history.ts'
import type { Because, FiredMark, LeadMarks } from './marks.ts'
import { type CarriedOut, carryOut, joined } from './outcomes.ts'

const LONGEST_REASON = 200
const NOTES = ['triggered', 'followed-up', 'not-followed-up'] as const

/** A lead as triggers look at it. Instants are epoch milliseconds. */
export interface TriggerLook {
  triggers: Record<string, Trigger>
  marks: LeadMarks
  /** The lead as it is now; `since`: whether it has answered counts from then. */
  lookup: (since?: number) => Lookup
  /** Whether a trigger's condition held before what is new now. */
  held: (name: string, when: Condition) => boolean
  /** What the lead did, and what of it is new now. */
  signals: readonly Pick<Signal, 'type' | 'at'>[]
  fresh: readonly Pick<Signal, 'type' | 'at'>[]
  /** When the lead last did something itself. */
  lastAct: number | undefined
  now: number
}

/** What a line of the history says of a trigger: it fired, or what follows it was done or not; undefined where it is another line. */
export function triggerNote(
  entry: HistoryEntry,
): { what: (typeof NOTES)[number]; rule: string; at: number } | undefined {
  const what = NOTES.find((one) => one === entry.what)
  return what && 'rule' in entry && entry.rule !== undefined ? { what, rule: entry.rule, at: entry.at } : undefined
}

/** What triggers come to: outcomes with the marks that they leave, and what the history says of it. */
export interface Triggered {
  result: CarriedOut
  notes: HistoryEntry[]
}

/**
 * Follows up what has fired, then fires every trigger that holds, once per occasion. All conditions see the lead as it came
 * in, whatever an earlier trigger does. Pure.
 */
export function fireTriggers(look: TriggerLook): Triggered {
  const followed = followUp(look)
  const parts = [...followed.parts]
  const notes = [...followed.notes]
  let marks = followed.marks
  for (const [name, trigger] of Object.entries(look.triggers)) {
    const evaluation = evaluate(trigger.when, look.lookup())
    const before = marks.fired?.[name] ?? {}
    if (!isOccasion(look, name, trigger, before, evaluation)) {
      marks = withMark(marks, name, { ...before, holds: evaluation.truth === 'true' || undefined })
      continue
    }
    const mark: FiredMark = { ...before, at: look.now, holds: true }
    if (trigger.then)
      mark.followUps = [...(before.followUps ?? []), { at: look.now + trigger.then.after, since: look.now }]
    const part = carryOut(trigger.do, because(name), withMark(marks, name, mark), look.now)
    notes.push({
      at: look.now,
      what: 'triggered',
      rule: name,
      reason: reasonOf(trigger.when, evaluation, look.lookup()),
    })
    parts.push(part)
    marks = part.marks
  }
  return { result: { ...joined(parts, marks), marks }, notes }
}

/**
 * The marks once other rules hold: whether each condition holds under them is kept, and nothing fires, for a change of rules
 * is nothing that the lead did.
 */
export function marksUnderNewRules({
  triggers,
  marks,
  held,
}: Pick<TriggerLook, 'triggers' | 'marks' | 'held'>): LeadMarks {
  return Object.entries(triggers).reduce(
    (after, [name, { when }]) =>
      withMark(after, name, { ...after.fired?.[name], holds: held(name, when) || undefined }),
    marks,
  )
}

/** Whether a trigger fires now: its condition holds, and this is a new occasion. */
function isOccasion(
  look: TriggerLook,
  name: string,
  { when, once }: Trigger,
  mark: FiredMark,
  { truth }: Evaluation,
): boolean {
  if (truth !== 'true') return false
  const isNamed = () => namedSince(look.fresh, when, Number.NEGATIVE_INFINITY)
  const isNew = () => !look.held(name, when)
  switch (once) {
    case 'ever':
      return mark.at === undefined && (isNew() || isNamed())
    case 'per silence':
      // What was known only later belongs to the silence in which it fired.
      return mark.at === undefined ? isNew() : look.lastAct !== undefined && look.lastAct > mark.at
    case 'per rise':
      return isNew()
    case 'per signal':
      return isNamed()
    default:
      if (mark.at === undefined) return isNew() || isNamed()
      if (look.now - mark.at < (PERIODS[once] ?? 0)) return false
      // A condition about no signal is met again by itself. Else it has to have happened again: what came while it could not
      // fire belongs to the last time.
      if (signalsNamed(when).length === 0 || namedSince(look.fresh, when, mark.at)) return true
      return isNew() && namedSince(look.signals, when, mark.at)
  }
}

function namedSince(signals: TriggerLook['signals'], when: Condition, since: number): boolean {
  const named = signalsNamed(when)
  return signals.some(({ type, at }) => at > since && named.includes(type))
}

/** What is due of the triggers that fired: done once, unless its condition holds by now. What no rule says any more is dropped. */
function followUp({ triggers, marks, lookup, now }: TriggerLook) {
  const parts: CarriedOut[] = []
  const notes: HistoryEntry[] = []
  let after = marks
  for (const [name, mark] of Object.entries(marks.fired ?? {})) {
    const due = mark.followUps?.filter(({ at }) => at <= now) ?? []
    if (due.length === 0) continue
    const later = mark.followUps?.filter(({ at }) => at > now) ?? []
    after = withMark(after, name, { ...mark, followUps: later.length > 0 ? later : undefined })
    const then = triggers[name]?.then
    if (!then) continue
    for (const { since } of due) {
      const unless = then.unless && evaluate(then.unless, lookup(since))
      const reason = then.unless && unless ? reasonOf(then.unless, unless, lookup(since)) : 'no condition'
      const isOff = unless?.truth === 'true'
      notes.push({ at: now, what: isOff ? 'not-followed-up' : 'followed-up', rule: name, reason })
      if (isOff) continue
      const part = carryOut(then.do, because(name), after, now)
      parts.push(part)
      after = part.marks
    }
  }
  return { parts, notes, marks: after }
}

/**
 * The next instant at which a trigger has to be looked at although nothing happens: a follow-up is due, a condition comes to
 * hold by time alone, or one that holds may fire again. Null when there is none.
 */
export function triggersDueAt(
  { triggers, marks }: Pick<TriggerLook, 'triggers' | 'marks'>,
  dates: Parameters<typeof holdsNextAt>[1],
  now: number,
): number | null {
  const instants = Object.entries(triggers).flatMap(([name, { when, once }]) => {
    const { at, holds } = marks.fired?.[name] ?? {}
    const period = PERIODS[once]
    // What names signals waits for another one.
    const repeats = period !== undefined && at !== undefined && holds && signalsNamed(when).length === 0
    const again = repeats && at + period > now ? at + period : null
    return [holdsNextAt(when, dates, now), again]
  })
  const followUps = Object.values(marks.fired ?? {}).flatMap((mark) => mark.followUps?.map(({ at }) => at) ?? [])
  const known = [...instants, ...followUps].filter((at) => at !== null)
  return known.length > 0 ? Math.min(...known) : null
}

function withMark(marks: LeadMarks, name: string, { at, holds, followUps }: FiredMark): LeadMarks {
  const { [name]: before, ...others } = marks.fired ?? {}
  const mark: FiredMark = {
    ...(at === undefined ? {} : { at }),
    ...(holds ? { holds } : {}),
    ...(followUps ? { followUps } : {}),
  }
  if (Object.keys(mark).length > 0) return { ...marks, fired: { ...marks.fired, [name]: mark } }
  return before ? { ...marks, fired: others } : marks
}

function because(name: string): Because {
  return { what: 'trigger', name }
}

// The tests alone that made it so: not those of a part that would have held either way.
function reasonOf(condition: Condition, { truth }: Evaluation, lookup: Lookup): string {
  return whyOf({ truth, checks: decidingTests(condition, lookup) }, 'short').slice(0, LONGEST_REASON)
}
