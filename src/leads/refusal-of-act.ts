import { type Handoff, holderOf, isHeld } from '../handoffs/handoff.ts'
import type { Click, LeadState, NextConfig } from './change.ts'

/*
 * Why something that somebody wants to do to a handoff does nothing.
 */

/**
 * What came of an act. `already`: it is so already, by the same person; `too-late`: the handoff is settled, or somebody was faster;
 * `unknown-rep`: nobody of the team who is there goes by that id; `open-already`: another handoff of the kind is open;
 * `not-undoable`: nobody said so in Slack, so that there is nothing to take back; `undo-over`: it was said too long ago; `no-snooze`:
 * there is no reminder to put off, or it was put off before.
 */
export type ActOutcome =
  | 'done'
  | 'already'
  | 'too-late'
  | 'not-allowed'
  | 'not-found'
  | 'unknown-rep'
  | 'open-already'
  | 'not-undoable'
  | 'undo-over'
  | 'no-snooze'

/** Why an act cannot be done; undefined when it can, as far as can be told. */
export function refusalOf(
  config: Pick<NextConfig, 'team'>,
  state: Pick<LeadState, 'handoffs'>,
  handoff: Handoff | undefined,
  does: Click,
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
  if (does === 'snooze') return handoff.state === 'open' ? 'no-snooze' : 'too-late'
  if (does === 'undo') return whyNoUndo(handoff, by)
  return didSo(handoff, by, does) ? 'already' : 'too-late'
}

function whyNoUndo({ answered, events }: Handoff, by: string): ActOutcome {
  const last = events.findLast(({ what }) => what === 'undone' || what === 'contacted')
  if (!answered) return last?.what === 'undone' && last.by === by ? 'already' : 'too-late'
  return answered.how === 'contacted' ? 'undo-over' : 'not-undoable'
}

// Whether the same person did the same before: a form that is sent twice, a double click.
function didSo(handoff: Handoff, by: string, does: Click): boolean {
  const { ended, answered, passOn, events } = handoff
  const holder = holderOf(handoff)
  if (typeof does === 'object' && 'explains' in does)
    return events.some(({ what, by: who }) => what === 'reason-given' && who === by)
  if (typeof does === 'object' && 'assign' in does)
    return (passOn?.to ?? holder?.rep) === does.assign.rep && [passOn?.by, holder?.by].includes(by)
  if (does === 'pass-on' || (typeof does === 'object' && 'passOn' in does)) return [passOn?.by, holder?.by].includes(by)
  if (does === 'reopen') return holder?.how === 'reopened' && holder.by === by
  return [ended?.by, answered?.by].includes(by)
}

/** Who has settled a handoff, or has taken it up, by what is known: a Slack user, or who acts for those who run Baton. */
export function whoWasFaster(handoff: Handoff): string | undefined {
  return handoff.ended?.by ?? handoff.answered?.by ?? handoff.passOn?.by ?? holderOf(handoff)?.by
}
