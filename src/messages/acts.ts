import { actorName } from '../handoffs/actor.ts'
import type { Handoff } from '../handoffs/handoff.ts'
import type { Team } from '../handoffs/team.ts'
import { type ActOutcome, whoWasFaster } from '../leads/refusal-of-act.ts'

/*
 * What people read when what they wanted to do to a handoff did nothing.
 */

const SENTENCES: Record<Exclude<ActOutcome, 'done' | 'already' | 'too-late'>, string> = {
  'not-allowed': 'Only the rep who has this lead, the members of its pool and their manager can do that.',
  'not-found':
    'Baton does not know this lead. Please try again in a moment: unless it was deleted, it is looked up now.',
  'unknown-rep': 'Nobody who is at work for the team goes by that name any more.',
  'open-already': 'Such a handoff is open already. Its messages show who has it.',
  'not-undoable': 'The answer was seen in HubSpot: there is nothing to take back here. A manager can reopen the lead.',
  'undo-over': 'That was too long ago to take back: after 10 minutes a manager can reopen the lead.',
  'no-snooze': 'The reminder cannot be put off (again): what comes next comes soon, or it was put off before.',
}

/** Why an act did nothing, in plain words; of one that came too late with who was faster, if that is known. */
export function refusalText(outcome: ActOutcome, handoff: Handoff | undefined, team: Team): string {
  if (outcome !== 'too-late' && outcome !== 'done' && outcome !== 'already') return SENTENCES[outcome]
  const by = handoff && whoWasFaster(handoff)
  const name = by === undefined ? undefined : actorName(team, by)
  return `This lead is settled already${name ? `: ${name} was faster` : ''}. Its messages show who did what.`
}
