import { addBusinessTime, businessTimeBetween, type Calendar } from './business-time.ts'
import { type Handoff, holderAt, holderOf, type Rung } from './handoff.ts'

/*
 * Whether who holds a lead has been told of it. An alert that Slack has not taken leaves the deadline where it is, for the lead
 * waits all the same; but nobody loses a lead for being silent about what they never heard of.
 */

// An alert that comes later than this, and than this part of a rung's time, has cost its rep some of that time.
const LATE_MILLISECONDS = 1_000
const LATE_PART = 10

// What is only for somebody who was told: the rest, such as to tell the manager, is for the lead.
const FOR_THE_TOLD: ReadonlySet<Rung['do']> = new Set(['remind', 'reassign', 'end'])

/** Whether the alert to who holds the lead waits for Slack, which has not refused it. */
export function isUntold(handoff: Handoff): boolean {
  const holder = holderOf(handoff)
  return handoff.state === 'open' && holder?.toldAt === null && holder.refusedAt === undefined
}

/** Whether Slack has said that who holds the lead cannot be reached, and nothing has reached them since. */
export function isRefused(handoff: Handoff): boolean {
  return handoff.state === 'open' && holderOf(handoff)?.refusedAt !== undefined
}

/** Since when the alert to who holds the lead is undelivered; undefined when they were told, or nothing waits any more. */
export function undeliveredSince(handoff: Handoff): number | undefined {
  return isUntold(handoff) || isRefused(handoff) ? holderOf(handoff)?.since : undefined
}

/** Whether a rung waits until who holds the lead has been told. */
export function isHeldBack(handoff: Handoff, rung: Pick<Rung, 'do'>): boolean {
  return FOR_THE_TOLD.has(rung.do) && isUntold(handoff)
}

/** Whether the deadline was missed because Slack did not deliver, and not because of who held the lead then. */
export function isServiceBreach(handoff: Handoff): boolean {
  const holder = handoff.dueAt === null ? undefined : holderAt(handoff, handoff.dueAt)
  if (!holder) return false
  return holder.toldAt === null || (holder.late ?? 0) > 0 || holder.refusedAt !== undefined
}

/** The handoff whose newest alert is on its way: nobody knows yet whether Slack takes it. */
export function alertOnItsWay(handoff: Handoff): Handoff {
  return withHolder(handoff, handoff.holders.length - 1, { toldAt: null })
}

/**
 * Slack has taken the alert to a holder (`at` their place among the holders). Who was told late has the time of every rung that is
 * theirs from then on; `calendar`: the one that the clock counts.
 */
export function alertDelivered(handoff: Handoff, at: number, calendar: Calendar | undefined, now: number): Handoff {
  const holder = handoff.holders[at]
  if (!holder || (holder.toldAt !== null && holder.refusedAt === undefined)) return handoff
  const counts = handoff.calendar === null ? undefined : calendar
  const between = (from: number, to: number) => Math.max(0, counts ? businessTimeBetween(counts, from, to) : to - from)
  const lag = between(holder.since, now)
  const isLateFor = (dueAt: number) =>
    lag > LATE_MILLISECONDS && dueAt > holder.since && lag > between(holder.since, dueAt) / LATE_PART
  const later = (rung: Rung): Rung =>
    FOR_THE_TOLD.has(rung.do) && rung.doneAt === undefined && isLateFor(rung.dueAt)
      ? { ...rung, dueAt: (counts && addBusinessTime(counts, rung.dueAt, lag)?.due) ?? rung.dueAt + lag }
      : rung
  const isCurrent = handoff.state === 'open' && at === handoff.holders.length - 1
  const ladder = isCurrent ? handoff.ladder.map(later) : handoff.ladder
  const isLate =
    ladder.some((rung, index) => rung !== handoff.ladder[index]) || (handoff.dueAt !== null && isLateFor(handoff.dueAt))
  const { refusedAt: _, ...told } = { ...holder, toldAt: now, ...(isLate ? { late: lag } : {}) }
  const holders = handoff.holders.with(at, told)
  const events = told.late === undefined ? handoff.events : [...handoff.events, lateEvent(told, now)]
  return { ...handoff, ladder, holders, events }
}

function lateEvent({ rep, since }: { rep: string; since: number }, now: number): Handoff['events'][number] {
  return { at: now, what: 'told-late', rep, detail: String(since) }
}

/** Slack has said that who holds the lead cannot be reached: it is to go to somebody else at once. */
export function holderRefused(handoff: Handoff, now: number): Handoff {
  const holder = holderOf(handoff)
  if (handoff.state !== 'open' || !holder || holder.refusedAt !== undefined) return handoff
  return {
    ...withHolder(handoff, handoff.holders.length - 1, { refusedAt: now }),
    passOn: handoff.passOn ?? { at: now, why: 'unreachable' },
    events: [...handoff.events, { at: now, what: 'not-told', rep: holder.rep }],
  }
}

function withHolder(handoff: Handoff, at: number, more: Partial<Handoff['holders'][number]>): Handoff {
  const holder = handoff.holders[at]
  return holder ? { ...handoff, holders: handoff.holders.with(at, { ...holder, ...more }) } : handoff
}
