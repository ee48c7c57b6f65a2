import type { Handoff } from '../handoffs/handoff.ts'
import { holderOf, whoTookOver } from '../handoffs/handoff.ts'
import type { Post } from '../handoffs/posts.ts'
import { MESSAGES } from '../handoffs/rungs.ts'
import { lackOf } from '../handoffs/segments.ts'
import type { Team } from '../handoffs/team.ts'
import type { LeadRecord } from '../leads/lead.ts'
import { type RenderedMessage, renderMessage } from './alert.ts'
import { escapeText } from './texts.ts'

const ERASED_TEXT = 'This lead was deleted on request.'

/** What is left of a message about a lead that was erased. */
export const ERASED: RenderedMessage = {
  text: ERASED_TEXT,
  blocks: [{ type: 'section', text: { type: 'plain_text', text: ERASED_TEXT } }],
}

/**
 * Renders a message of a handoff with the people of the team: names become Slack ids, times the reader's zone. `outsider`: the
 * name of the owner outside the team whom it names (`outsiderOf`), if that is known.
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
    account: accountName(team, handoff, outsider),
    lacks: lackOfHolder(team, handoff),
    slackIds: Object.fromEntries(reps.map((one) => [one.id, one.slackUserId])),
    timeZone: team.calendars[someone?.calendar ?? '']?.timeZone ?? 'UTC',
  })
}

/** The owner id of somebody outside the team whom the messages of a handoff name: who has taken it over, or has the company. */
export function outsiderOf(team: Team, handoff: Handoff): string | undefined {
  const { account } = handoff
  return whoTookOver(handoff) ?? (account !== undefined && !memberWithOwner(team, account) ? account : undefined)
}

function memberWithOwner({ reps, people }: Team, owner: string): { name: string; slackUserId: string } | undefined {
  return [...Object.values(reps), ...Object.values(people)].find(({ hubspotOwnerId }) => hubspotOwnerId === owner)
}

function accountName(team: Team, { account, ...handoff }: Handoff, outsider: string | undefined): string | undefined {
  if (account === undefined || team.reps[handoff.holders.at(-1)?.rep ?? '']?.hubspotOwnerId === account)
    return undefined
  const member = memberWithOwner(team, account)
  if (member) return `<@${member.slackUserId}>`
  return outsider ? `${escapeText(outsider, 80)}, who is not in team.yaml,` : `owner ${escapeText(account)}`
}

// Whoever owns the contact or its company has the lead for that.
function lackOfHolder(team: Team, handoff: Handoff): string | undefined {
  const holder = holderOf(handoff)
  const rep = team.reps[holder?.rep ?? '']
  if (!handoff.reps || !rep || ['kept-owner', 'company-owner', 'owner-changed'].includes(holder?.how ?? ''))
    return undefined
  return lackOf(rep, handoff.reps)
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

/** Whether a message would no longer be true: a click or a newer step may have settled it since. */
export function isMoot(post: Post, handoff: Handoff): boolean {
  if (post.kind === 'owner-refused') return false
  if (post.kind === 'nobody-available') return handoff.state !== 'waiting'
  return handoff.state !== 'open' || (post.rep !== undefined && holderOf(handoff)?.rep !== post.rep)
}
