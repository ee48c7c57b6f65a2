import { type Handoff, isHeld } from '../handoffs/handoff.ts'
import type { Click, LeadState, NextConfig } from './change.ts'

/*
 * Why something that somebody wants to do to a handoff does nothing.
 */

/**
 * What came of an act. `already`: it is so already, by the same person; `too-late`: the handoff is settled, or somebody was faster;
 * `unknown-rep`: nobody of the team who is there goes by that id; `open-already`: another handoff of the kind is open;
 * `not-undoable`: nobody said so in Slack, so that there is nothing to take back; `no-snooze`: there is no reminder to put off.
 */
export const ACT_OUTCOMES = [
  'done',
  'already',
  'too-late',
  'not-allowed',
  'not-found',
  'unknown-rep',
  'open-already',
  'not-undoable',
  'no-snooze',
] as const
export type ActOutcome = (typeof ACT_OUTCOMES)[number]

/** Why an act cannot be done; undefined when it can, as far as can be told. */
export function refusalOf(
  config: Pick<NextConfig, 'team'>,
  state: Pick<LeadState, 'handoffs'>,
  handoff: Handoff | undefined,
  _by: string,
  does: Click,
  _now: number,
): ActOutcome | undefined {
  if (typeof does === 'object' && 'assign' in does)
    return config.team.reps[does.assign.rep]?.active ? undefined : 'unknown-rep'
  if (!handoff) return 'not-found'
  if (does !== 'reopen') return undefined
  return isOpenBeside(state, handoff) ? 'open-already' : undefined
}

/** Whether another handoff is not over beside which this one cannot be open: one of its kind, or with sales as it is. */
export function isOpenBeside({ handoffs }: Pick<LeadState, 'handoffs'>, { id, kind, byRoute }: Handoff): boolean {
  const others = Object.values(handoffs).filter((one) => one.id !== id && one.state !== 'ended')
  return others.some((one) => one.kind === kind || (byRoute && one.byRoute))
}

/** Why an act changed nothing: it is so already, by the same person, or somebody was faster. */
export function whyNothing(handoff: Handoff | undefined, by: string, does: Click): ActOutcome {
  if (!handoff) return 'too-late'
  if (does === 'attempt') return isHeld(handoff) ? 'already' : 'too-late'
  const { ended, answered, passOn, events } = handoff
  const isExplained = typeof does === 'object' && 'explains' in does
  const isOwn = isExplained
    ? events.some((event) => event.what === 'reason-given' && event.by === by)
    : [ended?.by, answered?.by, passOn?.by].includes(by)
  return isOwn ? 'already' : 'too-late'
}
