import type { Ending } from '../handoffs/endings.ts'
import { byAge, type Handoff, isHeld } from '../handoffs/handoff.ts'
import type { Signal } from '../rules/attributes.ts'
import type { ScoringConfig } from '../rules/score.ts'
import { worthOf } from '../rules/signal-points.ts'
import { newsSince } from './adoption.ts'
import type { NextConfig } from './change.ts'
import type { Standing } from './decision.ts'
import type { LeadRecord } from './lead.ts'

// What an ending leaves behind: sales goes on with the lead, or it rests until it does something new, or it is free. That a
// person took it out is a word of its own.
const AFTER: Record<Ending, 'stays with sales' | 'rests' | 'free'> = {
  qualified: 'stays with sales',
  accepted: 'stays with sales',
  done: 'stays with sales',
  'taken-over': 'stays with sales',
  returned: 'rests',
  recycled: 'rests',
  rejected: 'rests',
  expired: 'free',
  archived: 'free',
  disqualified: 'free',
  released: 'free',
  missing: 'free',
  merged: 'free',
}

/** What decides whether a lead whose handoff has ended is heard again. */
export interface ComesBackConfig {
  scoring: ScoringConfig
  handoffs: { comesBack: { points: number; signals?: string[] | undefined } }
}

/**
 * Whether a lead has raised its hand since an instant: by a signal that is worth `comesBack.points` by itself, such as
 * asking for a demo, or by one of `comesBack.signals`. A few opened mails more are no reason to ring again.
 */
export function raisedHandSince(config: ComesBackConfig, signals: readonly Signal[], since: number): boolean {
  const worth = config.scoring.engagement.signals
  const { points, signals: always = [] } = config.handoffs.comesBack
  const isRaised = (signal: Signal) => {
    const rule = Object.hasOwn(worth, signal.type) ? worth[signal.type] : undefined
    return always.includes(signal.type) || (rule !== undefined && (worthOf(rule.points, signal) ?? 0) >= points)
  }
  return signals.some((signal) => signal.at > since && isRaised(signal))
}

/** The handoff with sales that is not over: one that waits counts, for its lead is as good as with sales. */
export function salesHandoff(handoffs: readonly Handoff[]): Handoff | undefined {
  return handoffs.find((handoff) => handoff.byRoute && handoff.state !== 'ended')
}

/**
 * What stands for a lead. Every end is open to a lead that comes back: one that nobody reached by any new signal; one that
 * was reached, or that a person took out, by raising its hand; one that was reached also by cooling down and rising again.
 * One that somebody outside the team has is theirs, and not ours to give away.
 */
export function standingOf(
  config: ComesBackConfig,
  lead: Pick<LeadRecord, 'ended' | 'rejected' | 'adopted'> | null,
  handoffs: readonly Handoff[],
  signals: readonly Signal[],
): Standing {
  const { ended, rejected, adopted } = lead ?? {}
  const back = (at: number) => raisedHandSince(config, signals, at)
  const held = handoffs.some((handoff) => handoff.byRoute && isHeld(handoff))
  const after = ended && (ended.rests ? 'rests' : AFTER[ended.how])
  const reached = after === 'stays with sales'
  const standing: Standing = {
    withSales: held || reached,
    rejected: rejected !== undefined && !back(rejected.at),
  }
  const isOthers = ended?.how === 'taken-over'
  if (ended && !held && reached && !isOthers && (ended.cooled || back(ended.at))) standing.comesBack = true
  if (ended && after === 'rests')
    standing.resting = signals.every((signal) => signal.by === 'sales' || signal.at <= ended.at)
  // What happened in the day before Baton came is news as well.
  const isNews = ({ by, at }: Signal) => by !== 'sales' && adopted !== undefined && at > newsSince(adopted)
  if (adopted && !signals.some(isNews)) standing.adopted = { band: adopted.band }
  return standing
}

/** That a lead is back, as long as it stands: until a person takes it out again, or its next handoff with sales is over. */
export function stillReturning(
  previous: Pick<LeadRecord, 'returning'> | null,
  { rejected, ended }: Pick<LeadRecord, 'rejected' | 'ended'>,
): LeadRecord['returning'] {
  const { returning } = previous ?? {}
  return returning && !rejected && !(ended && ended.at > returning.at) ? returning : undefined
}

/** Whether a lead that was recycled has raised its hand since, and since sales last had it. */
export function comesBackRecycled(
  config: ComesBackConfig,
  { name, since }: NonNullable<LeadRecord['stage']>,
  ended: LeadRecord['ended'],
  signals: readonly Signal[],
): boolean {
  return name === 'recycled' && raisedHandSince(config, signals, Math.max(since, ended?.at ?? 0))
}

/**
 * The track in which a recycled lead rests: that of leads whom nobody reached, by the kind that sales had it by last and asks for
 * attempts, else by the first kind that does; undefined where none does.
 */
export function restingTrack(
  { handoffs: { kinds } }: Pick<NextConfig, 'handoffs'>,
  handoffs: readonly Handoff[],
): string | undefined {
  const had = handoffs
    .filter(({ byRoute }) => byRoute)
    .sort(byAge)
    .toReversed()
  const asked = [...had.map(({ kind }) => kinds[kind]), ...Object.values(kinds)]
  return asked.find((kind) => kind?.attempts)?.attempts?.then.nurture
}
