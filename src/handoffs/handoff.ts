import { z } from 'zod'
import type { Party } from '../rules/outcomes.ts'
import { WantedReps } from '../rules/rep-filter.ts'
import { AttemptsMade, firstAttempt, remindAt } from './attempt.ts'
import { businessTimeBetween, type Calendar } from './business-time.ts'
import { CHOSEN_BY } from './choice.ts'
import { untilWhen } from './deadline.ts'
import { DealContext } from './deal.ts'
import { ENDINGS, type Ending } from './endings.ts'
import type { Attempts } from './kinds.ts'
import { Plan, stepsLeft } from './plan.ts'
import { Turn } from './rotation.ts'
import { RUNG_ACTIONS, RUNG_EVENTS } from './rungs.ts'

/*
 * A handoff: a lead in somebody's hands, with a clock and a ladder. It goes waiting (nobody is free) → open → answered →
 * ended, and ends for a reason that has a name. A lead can have several at once, each of another kind.
 */

/**
 * How whoever gets a handoff is found without a pool: a rule names them, they own the contact, company or deal, they manage
 * whoever has it, or they had the lead before.
 */
export const FOUND_BY = ['named', 'owns-contact', 'owns-company', 'owns-deal', 'manages', 'had-it'] as const
export type FoundBy = (typeof FOUND_BY)[number]

/** How a rep came to hold the lead. */
const HOLDER_REASONS = [
  ...CHOSEN_BY,
  ...FOUND_BY,
  'reassigned',
  'passed-on',
  'owner-changed',
  'owner-cleared',
  'handed-on',
  'unreachable',
  'assigned',
  'reopened',
] as const
export type HolderReason = (typeof HOLDER_REASONS)[number]

/** How it became known that a rep has contacted the lead. */
const ANSWERS = ['contacted', 'seen-in-hubspot'] as const
export type Answer = (typeof ANSWERS)[number]

/**
 * What an answer that was seen in HubSpot is known by: an activity there, the owner's first engagement, who made the
 * change; `unclear`: HubSpot shows an attempt, and nobody can tell who acted.
 */
export const EVIDENCE = ['activity', 'engagement', 'history', 'unclear'] as const
export type Evidence = (typeof EVIDENCE)[number]

const OTHER_EVENTS = [
  'waiting',
  'started',
  'passed-on',
  'nobody-left',
  'owner-changed',
  'owner-cleared',
  'owner-stays',
  'handed-on',
  'unreachable',
  'not-told',
  'told-late',
  'manager-told',
  'lead-acted',
  'attempts-reminded',
  'came-back',
  'reason-asked',
  'reason-given',
  'sent-on',
  'step',
  'steps-paused',
  'steps-resumed',
  'steps-finished',
  'assigned',
  'undone',
  'snoozed',
  'reopened',
] as const

/** Something that happened to a handoff, shown in its messages. `by` is a Slack user id, absent when Baton did it. */
export const HandoffEvent = z.object({
  at: z.number(),
  what: z.enum([...OTHER_EVENTS, ...RUNG_EVENTS, ...ANSWERS, ...ENDINGS]),
  by: z.string().optional(),
  rep: z.string().optional(),
  detail: z.string().optional(),
})
export type HandoffEvent = z.output<typeof HandoffEvent>

/**
 * Someone who holds or held the lead. `pool` is the one whose rotation counts it; `by` is the Slack user who passed it on. `for`:
 * they stand in for that rep, who is away and stays the contact's owner. `unowned`: a person cleared the owner, and it stays so.
 * `turn`: the one that it took in the pool; `credited`: which they get back. `toldAt`: when Slack took the alert to them, null as
 * long as it has not (absent: there is none, or an older version sent it); `late`: by how much of the clock's time that was too
 * late, in milliseconds; `refusedAt`: when Slack said that they cannot be reached.
 * `note`: what they were told with it, in a person's own words; `snoozed`: until when they have put off their reminder.
 */
const Holder = z.object({
  rep: z.string(),
  pool: z.string(),
  since: z.number(),
  how: z.enum(HOLDER_REASONS),
  assignmentId: z.string(),
  by: z.string().optional(),
  for: z.string().optional(),
  unowned: z.literal(true).optional(),
  turn: Turn.optional(),
  credited: z.literal(true).optional(),
  toldAt: z.number().nullable().optional(),
  late: z.number().optional(),
  refusedAt: z.number().optional(),
  note: z.string().optional(),
  snoozed: z.object({ at: z.number(), until: z.number() }).optional(),
})
export type Holder = z.output<typeof Holder>

/**
 * A wish that the lead goes to the next rep: somebody wants that, the owner was cleared in HubSpot, or the rep has left. `to`: the one
 * whom they named; `note`: what they say to whoever gets it, in their own words.
 */
const PassOn = z.object({
  by: z.string().optional(),
  at: z.number(),
  why: z.enum(['owner-cleared', 'handed-on', 'assigned', 'unreachable']).optional(),
  to: z.string().optional(),
  note: z.string().optional(),
})
export type PassOn = z.output<typeof PassOn>

/**
 * How an answer can be taken back: until when, the wish that it put an end to, and what it changed of the lead's record (`was` and `is`,
 * by the name of what it changed).
 */
export const Undo = z.object({
  until: z.number(),
  passOn: PassOn.optional(),
  /** The notes that it wrote to HubSpot. */
  notes: z.array(z.string()).optional(),
  lead: z.record(z.string(), z.object({ was: z.unknown().optional(), is: z.unknown().optional() })),
})
export type Undo = z.output<typeof Undo>

/** A rung with its fixed instant. `doneAt` is set once its effect has been decided. */
const Rung = z.object({
  do: z.enum(RUNG_ACTIONS),
  dueAt: z.number(),
  doneAt: z.number().optional(),
  /** Whom it tells, or how it ends the handoff, for the actions of these names. */
  tell: z.string().optional(),
  end: z.enum(ENDINGS).optional(),
})
export type Rung = z.output<typeof Rung>

/** A handoff as it is kept. Instants are epoch milliseconds. */
export const Handoff = z.object({
  v: z.literal(2),
  id: z.string(),
  leadId: z.string(),
  kind: z.string(),
  route: z.string(),
  /** The pool that it is for; empty when a person has it who belongs to none, or nobody was found. */
  pool: z.string(),
  /** Who hears of it where no pool says so: somebody of team.yaml. */
  manager: z.string().optional(),
  /** Whether sales has the lead by it: its holder is the contact's owner then. */
  byRoute: z.boolean(),
  /** A rule started it, and no route. */
  ruled: z.literal(true).optional(),
  /** Who is to get it, where another rule than its kind says so. */
  to: z.custom<Party>((party) => typeof party === 'object').optional(),
  /** The deal that it is about. */
  about: z.string().optional(),
  /** What shows that it is done was there at its start already: it counts once it has been different. */
  doneBefore: z.literal(true).optional(),
  /** Of whom it is asked why the lead was taken out, as long as they have not said. */
  wantsReason: z.object({ of: z.string(), at: z.number() }).optional(),
  state: z.enum(['waiting', 'open', 'answered', 'ended']),
  /** When the clock started; of one that waits, since when. */
  startedAt: z.number(),
  dueAt: z.number().nullable(),
  /** The calendar that the clock counted, or null when it counts elapsed time; `counted` are the open periods used. */
  calendar: z.string().nullable(),
  counted: z.array(z.object({ from: z.number(), to: z.number() })),
  ladder: z.array(Rung),
  /** Its dated steps, of a kind that has some. */
  plan: Plan.optional(),
  holders: z.array(Holder),
  breachedAt: z.number().optional(),
  /** The rep's first response, by its own time; `minutes` are those of the clock. `rep` where another one holds it by now. */
  answered: z
    .object({
      at: z.number(),
      how: z.enum(ANSWERS),
      by: z.string().optional(),
      rep: z.string().optional(),
      evidence: z.enum(EVIDENCE).optional(),
      minutes: z.number(),
    })
    .optional(),
  /** After an answer: until when, and how often, the rep tries to reach the lead; the track when nobody answers. */
  attempts: AttemptsMade.optional(),
  ended: z
    .object({
      at: z.number(),
      how: z.enum(ENDINGS),
      by: z.string().optional(),
      reason: z.string().optional(),
      /** The reason as a choice, without a person's own words. */
      choice: z.string().optional(),
    })
    .optional(),
  /** What HubSpot said of the deal at the start, for whoever gets it. */
  deal: DealContext.optional(),
  /** The response properties of the contact when the handoff started; a response is a change from these. */
  baseline: z.record(z.string(), z.string().nullable()),
  /** It is to go to the next rep. */
  passOn: PassOn.optional(),
  /** Until when who answered by a click can take that back, and what stood before. */
  undo: Undo.optional(),
  /** The clock began anew: what counts as a response is a change from what the contact shows when it is read next. */
  baselineStale: z.literal(true).optional(),
  /** The ids it had under contacts that were merged since; buttons of older messages still name them. */
  formerly: z.array(z.string()).optional(),
  /** What it wants of a rep, also of the next ones. */
  reps: WantedReps.optional(),
  /** It waits because the lead lacks this, which sales needs: nobody is asked to take it. */
  lacks: z.array(z.string()).optional(),
  /** Whose company the lead's is when it began, in HubSpot's owner id. */
  account: z.string().optional(),
  events: z.array(HandoffEvent),
})
export type Handoff = z.output<typeof Handoff>

/** What a handoff waits for of the lead's data; nothing where it waits for a rep, or not at all. */
export function heldFor({ state, lacks = [] }: Pick<Handoff, 'state' | 'lacks'>): readonly string[] {
  return state === 'waiting' ? lacks : []
}

/** Puts handoffs of one lead in the order in which they began; of two of the same instant the number in the id tells. */
export function byAge(a: Pick<Handoff, 'id' | 'startedAt'>, b: Pick<Handoff, 'id' | 'startedAt'>): number {
  return a.startedAt - b.startedAt || numberOf(a.id) - numberOf(b.id)
}

function numberOf(id: string): number {
  return Number(id.slice(id.lastIndexOf('-') + 1)) || 0
}

/** The rep who holds the lead, or held it last; undefined while nobody has. */
export function holderOf(handoff: Handoff): Holder | undefined {
  return handoff.holders.at(-1)
}

/** The rep who held the lead at an instant; the first one before that. */
export function holderAt({ holders }: Handoff, at: number): Holder | undefined {
  return holders.findLast(({ since }) => since <= at) ?? holders[0]
}

/** Whether a rule started a handoff, and no route; older records tell by whether sales has the lead by it. */
export function isRuled({ ruled, byRoute }: Pick<Handoff, 'ruled' | 'byRoute'>): boolean {
  return ruled ?? !byRoute
}

/** Whether the lead is in a rep's hands: the clock runs, or the rep has answered and is at it. */
export function isHeld(handoff: Handoff): boolean {
  return handoff.state === 'open' || handoff.state === 'answered'
}

/** The handoff with another rep, to whom a person gave the lead in HubSpot. No pool counts it as its own choice. */
export function changeOwner(handoff: Handoff, rep: string, now: number): Handoff {
  const assignmentId = `${handoff.id}-${handoff.holders.length + 1}-owner`
  const pool = holderOf(handoff)?.pool ?? handoff.pool
  const { passOn: _, ...rest } = handoff
  return {
    ...rest,
    holders: [...handoff.holders, { rep, pool, since: now, how: 'owner-changed', assignmentId }],
    events: [...handoff.events, { at: now, what: 'owner-changed', rep }],
  }
}

/** A response to a handoff: when it happened, and how it is known. */
export interface GivenAnswer {
  at: number
  how: Answer
  by?: string | undefined
  evidence?: Evidence | undefined
  /** What the button says that it was given by, where that is not the usual one. */
  label?: string | undefined
}

/**
 * The handoff after a person cleared its owner in HubSpot: the contact stays without one until somebody takes it. While the
 * clock runs it goes to the next rep of its pool, with that clock.
 */
export function clearOwner(handoff: Handoff, now: number): Handoff {
  const holder = holderOf(handoff)
  if (!holder) return handoff
  const { for: _, ...rest } = holder
  return {
    ...handoff,
    holders: [...handoff.holders.slice(0, -1), { ...rest, unowned: true }],
    ...(handoff.state === 'open' ? { passOn: { at: now, why: 'owner-cleared' } } : {}),
    events: [...handoff.events, { at: now, what: 'owner-cleared' }],
  }
}

/**
 * The rep has contacted the lead: the clock stops, and the time for reaching the lead begins, fixed now in the rep's own
 * calendar. Without attempts, and without dated steps to come, the handoff is done. Null when it is not open, so that the second of two clicks changes nothing.
 * An answer that becomes known late counts from when it happened: a breach that was noted meanwhile is taken back.
 */
export function answerHandoff(
  handoff: Handoff,
  answer: GivenAnswer,
  attempts: Attempts | undefined,
  calendars: { clock: Calendar | undefined; holder: Calendar | undefined },
): Handoff | null {
  if (handoff.state !== 'open') return null
  const { at, how, by, evidence, label } = answer
  const detail = evidence === 'unclear' ? evidence : label
  const counted =
    handoff.calendar && calendars.clock
      ? businessTimeBetween(calendars.clock, handoff.startedAt, at)
      : Math.max(0, at - handoff.startedAt)
  const person = by === undefined ? {} : { by }
  const rep = holderAt(handoff, at)?.rep
  const earlier = rep !== undefined && rep !== holderOf(handoff)?.rep ? { rep } : {}
  const { passOn: _, breachedAt: __, ...rest } = handoff
  const answered: Handoff = {
    ...rest,
    ...(handoff.dueAt !== null && at > handoff.dueAt ? { breachedAt: handoff.dueAt } : {}),
    state: 'answered',
    answered: {
      at,
      how,
      ...person,
      ...earlier,
      ...(evidence ? { evidence } : {}),
      minutes: Math.round(counted / 60_000),
    },
    events: [...handoff.events, { at, what: how, ...person, ...earlier, ...(detail === undefined ? {} : { detail }) }],
  }
  if (!attempts) return stepsLeft(answered.plan).length > 0 ? answered : endHandoff(answered, { at, how: 'done' })
  const { count, within, then, remind } = attempts
  const until = untilWhen(within, at, calendars.holder)
  const reminder = remindAt(remind, at, until, calendars.holder)
  const made = answered.answered ? [firstAttempt(answered.answered)] : []
  return {
    ...answered,
    attempts: { until, count, nurture: then.nurture, made, ...(reminder === undefined ? {} : { remindAt: reminder }) },
  }
}

/** Ends a handoff, whatever it was; null when it has ended already. */
export function endHandoff(
  handoff: Handoff,
  ending: {
    at: number
    how: Ending
    by?: string | undefined
    reason?: string | undefined
    choice?: string | undefined
  },
): Handoff | null {
  if (handoff.state === 'ended') return null
  const { at, how } = ending
  const by = ending.by === undefined ? {} : { by: ending.by }
  const { passOn: _, attempts: __, wantsReason: ___, undo: ____, ...rest } = handoff
  const after: Handoff = {
    ...rest,
    ...(handoff.state === 'open' ? breach(handoff, at) : {}),
    state: 'ended',
    ended: {
      at,
      how,
      ...by,
      ...(ending.reason === undefined ? {} : { reason: ending.reason }),
      ...(ending.choice === undefined ? {} : { choice: ending.choice }),
    },
  }
  // That a lead was reached says nothing that its answer has not said.
  if (how === 'done') return after
  const detail = ending.reason === undefined ? {} : { detail: ending.reason }
  return { ...after, events: [...after.events, { at, what: how, ...by, ...detail }] }
}

/** Why a handoff ended that was taken over: the owner's id, for people. */
export const takenOverBy = (ownerId: string): string => `owner ${ownerId}`

/** The id of the owner who took a handoff over; undefined when nobody did. */
export function whoTookOver({ ended }: Pick<Handoff, 'ended'>): string | undefined {
  return ended?.how === 'taken-over' ? /^owner (.+)$/.exec(ended.reason ?? '')?.[1] : undefined
}

function breach(handoff: Handoff, at: number): { breachedAt?: number } {
  const late = handoff.dueAt !== null && at > handoff.dueAt && handoff.breachedAt === undefined
  return late && handoff.dueAt !== null ? { breachedAt: handoff.dueAt } : {}
}
