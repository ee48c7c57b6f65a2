import { countAttempts, hasLeadAnswered } from '../handoffs/attempts.ts'
import type { Handoff } from '../handoffs/handoff.ts'
import { holderOf } from '../handoffs/handoff.ts'
import type { Post } from '../handoffs/posts.ts'
import { MESSAGES } from '../handoffs/rungs.ts'
import type { Team } from '../handoffs/team.ts'
import type { LeadRecord } from '../leads/lead.ts'
import { type RenderedMessage, renderMessage } from './alert.ts'

const ERASED_TEXT = 'This lead was deleted on request.'

/** What is left of a message about a lead that was erased. */
export const ERASED: RenderedMessage = {
  text: ERASED_TEXT,
  blocks: [{ type: 'section', text: { type: 'plain_text', text: ERASED_TEXT } }],
}

/**
 * Renders a message of a handoff with the people of the team: names become Slack ids, times the reader's zone. `outsider`: the
 * name of the owner outside the team who has taken it over, if that is known.
 */
export function renderFor(
  team: Team,
  { kind, rep }: Pick<Post, 'kind' | 'rep'>,
  lead: LeadRecord,
  handoff: Handoff,
  outsider?: string,
): RenderedMessage {
  const reps = Object.values(team.reps)
  const someone = team.reps[rep ?? holderOf(handoff)?.rep ?? ''] ?? reps[0]
  return renderMessage({
    kind,
    lead,
    handoff,
    reader: rep,
    outsider,
    slackIds: Object.fromEntries(reps.map((one) => [one.id, one.slackUserId])),
    timeZone: team.calendars[someone?.calendar ?? '']?.timeZone ?? 'UTC',
  })
}

/** The Slack id to send a message to; undefined when the person has left, or the pool has left the config. */
export function recipientOf(team: Team, post: Post): string | undefined {
  switch (MESSAGES[post.kind]) {
    case 'rep':
      return team.reps[post.rep ?? '']?.active ? team.reps[post.rep ?? '']?.slackUserId : undefined
    case 'pool':
      return team.pools[post.pool]?.channel
    case 'manager':
      return managerOf(team, post.pool)
  }
}

/** The Slack id of a pool's manager; of any manager when the pool has left the config. */
export function managerOf(team: Team, pool: string): string | undefined {
  return (team.managers[team.pools[pool]?.manager ?? ''] ?? Object.values(team.managers)[0])?.slackUserId
}

// Enough was tried meanwhile, the lead has answered, or somebody else has it.
function isReminderOf(handoff: Handoff, rep: string | undefined): boolean {
  const isLeft = countAttempts(handoff) < (handoff.attempts?.count ?? 0) && !hasLeadAnswered(handoff)
  return handoff.state === 'answered' && isLeft && holderOf(handoff)?.rep === rep
}

/** Whether a message would no longer be true: a click or a newer step may have settled it since. */
export function isMoot(post: Post, handoff: Handoff): boolean {
  if (post.kind === 'owner-refused') return false
  if (post.kind === 'nobody-available') return handoff.state !== 'waiting'
  if (post.kind === 'attempts-reminder') return !isReminderOf(handoff, post.rep)
  return handoff.state !== 'open' || (post.rep !== undefined && holderOf(handoff)?.rep !== post.rep)
}
