import { countAttempts, hasLeadAnswered } from '../handoffs/attempts.ts'
import { buttonsNow, managerIdOf, standingButtons } from '../handoffs/buttons.ts'
import type { Handoff } from '../handoffs/handoff.ts'
import { holderOf, whoTookOver } from '../handoffs/handoff.ts'
import type { HandoffsConfig } from '../handoffs/kinds.ts'
import { isHere, memberOf } from '../handoffs/parties.ts'
import type { Post } from '../handoffs/posts.ts'
import { MESSAGES } from '../handoffs/rungs.ts'
import { lackOf } from '../handoffs/segments.ts'
import { type Person, repWithOwner, type Team } from '../handoffs/team.ts'
import type { NextConfig } from '../leads/change.ts'
import type { LeadRecord } from '../leads/lead.ts'
import { managersInLine, slackIdOf } from '../leads/recipients.ts'
import { scoreLead } from '../rules/score.ts'
import { type Block, type RenderedMessage, renderMessage } from './alert.ts'
import { actsOf } from './did.ts'
import { escapeText } from './texts.ts'
import { type Also, alsoIn, renderTold } from './told.ts'
import { type Reason, topReasons } from './why.ts'

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
  config: Pick<NextConfig, 'team' | 'forms' | 'signals' | 'scoring' | 'icp'> & {
    handoffs: Pick<HandoffsConfig, 'kinds'>
  },
  post: Pick<Post, 'kind' | 'rep'>,
  lead: LeadRecord,
  handoff: Handoff,
  outsider?: string,
  also?: Also,
  now?: number,
): RenderedMessage {
  const { team, handoffs, forms } = config
  const { rep } = post
  const kind = handoffs.kinds[handoff.kind]
  const reps = Object.values(team.reps)
  const reader = MESSAGES[post.kind] === 'manager' ? managerIdOf(team, handoff) : rep
  const isReadersZone = zoneOf(team, reader) !== undefined
  const members = [...Object.values(team.managers), ...Object.values(team.people), ...reps]
  return renderMessage({
    kind: post.kind,
    lead,
    handoff,
    reader: rep,
    outsider,
    account: accountName(team, handoff, outsider),
    lacks: lackOfHolder(team, handoff),
    also,
    seller: repWithOwner(team, handoff.deal?.soldBy ?? '')?.id,
    buttons: [...buttonsNow(kind, handoff), ...standingButtons(handoff, MESSAGES[post.kind])],
    questions: (kind?.shows ?? []).flatMap((form) => forms[form] ?? []),
    slackIds: Object.fromEntries(members.map((one) => [one.id, one.slackUserId])),
    names: namesOf(members),
    acts: actsOf(config, lead, handoff.startedAt),
    reasons: lead.score.at === 0 ? undefined : reasonsFor(config, lead),
    now,
    timeZone: zoneOf(team, reader) ?? zoneOf(team, holderOf(handoff)?.rep) ?? zoneOf(team, reps[0]?.id) ?? 'UTC',
    isReadersZone,
  })
}

function zoneOf(team: Team, id: string | undefined): string | undefined {
  return team.calendars[memberOf(team, id ?? '')?.calendar ?? '']?.timeZone
}

function namesOf(members: readonly Person[]): Record<string, string> {
  return Object.fromEntries(
    members.flatMap(({ id, slackUserId, name }) => [
      [id, name],
      [slackUserId, name],
    ]),
  )
}

// As the score was computed last, in the words of today's rules.
function reasonsFor(rules: Pick<NextConfig, 'signals' | 'scoring' | 'icp'>, lead: LeadRecord): Reason[] {
  const score = scoreLead(rules, lead.attributes, lead.signals, lead.score.at)
  return topReasons(rules, score, lead.score.at, 3)
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
  if (
    !handoff.reps ||
    !rep ||
    ['kept-owner', 'meeting-host', 'company-owner', 'owner-changed'].includes(holder?.how ?? '')
  )
    return undefined
  return lackOf(rep, handoff.reps)
}

/**
 * Renders any message of a lead as it stands now: that of a handoff, or what somebody is told. Null when there is nothing any
 * more that it could show. `outsider`: the name of an owner outside the team whom it is about, if that is known.
 */
export function renderPost(
  config: Pick<NextConfig, 'team' | 'signals' | 'handoffs' | 'forms' | 'scoring' | 'icp'>,
  post: Pick<Post, 'kind' | 'rep' | 'to' | 'handoffId'>,
  state: { lead: LeadRecord | null; handoffs: Record<string, Handoff> },
  outsider?: string,
  now?: number,
): RenderedMessage | null {
  const { lead } = state
  const { team } = config
  const handoffs = Object.values(state.handoffs)
  const told = lead?.told?.[post.handoffId]
  const asItIs = (message: RenderedMessage | null) => (lead?.test && message ? asTest(message) : message)
  if (lead && told) return asItIs(renderTold({ config, lead, handoffs, reader: post.to ?? told.to }, told, outsider))
  const handoff = state.handoffs[post.handoffId]
  if (!lead || !handoff) return null
  const readers = {
    rep: post.rep ?? '',
    pool: handoff.pool,
    manager: managerIdOf(team, handoff) ?? '',
    named: '',
  }
  const also = alsoIn({ config, lead, handoffs, reader: readers[MESSAGES[post.kind]] }, handoff)
  return asItIs(renderFor(config, post, lead, handoff, outsider, also, now))
}

// Whoever sees it, in whatever channel, is not to act on it.
function asTest({ text, blocks }: RenderedMessage): RenderedMessage {
  const said = 'TEST: baton smoke tries the whole path. There is no such lead, and nobody has to do anything.'
  const note: Block = { type: 'context', elements: [{ type: 'plain_text', text: said }] }
  return { text: `TEST: ${text}`, blocks: [note, ...blocks].slice(0, 50) }
}

/** Somebody of the team, or a pool, with the Slack user or channel that reaches them. */
export interface Reader {
  who: string
  to: string
}

/**
 * Who may get a message, in order: the next where Slack does not reach the one before. Nobody when the person has left, or the
 * pool has left the config.
 */
export function readersOf(team: Team, post: Post): Reader[] {
  const line = lineOf(team, post)
  return post.instead === undefined ? line : [{ who: line[0]?.who ?? post.instead, to: post.instead }]
}

function lineOf(team: Team, post: Post): Reader[] {
  const named = (who: string, to: string | undefined): Reader[] => (to === undefined ? [] : [{ who, to }])
  switch (MESSAGES[post.kind]) {
    case 'rep': {
      const rep = post.rep ?? ''
      return isHere(team, rep) ? named(rep, memberOf(team, rep)?.slackUserId) : []
    }
    case 'pool':
      return named(post.pool, team.pools[post.pool]?.channel)
    case 'manager': {
      const { manager } = post
      const known = manager !== undefined && memberOf(team, manager) ? manager : undefined
      const line = managersInLine(team, post.pool, known)
      return line.flatMap((who) => named(who, slackIdOf(team, who)))
    }
    case 'named':
      return named(post.to ?? '', slackIdOf(team, post.to ?? ''))
  }
}

/** The Slack id to send a message to first; undefined when there is nobody. */
export function recipientOf(team: Team, post: Post): string | undefined {
  return readersOf(team, post)[0]?.to
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

// What waited with it has told the manager of everything by now.
function isToldSince({ id }: Post, { events }: Handoff): boolean {
  const step = Number(/\.manager-alert-(\d+)$/.exec(id)?.[1] ?? 0)
  const told = events.findLastIndex(({ what }) => what === 'manager-told')
  return step > 0 && told >= step
}

/** Whether a message would no longer be true: a click or a newer step may have settled it since. */
export function isMoot(post: Post, handoff: Handoff): boolean {
  if (post.kind === 'owner-refused') return false
  if (post.kind === 'nobody-available') return handoff.state !== 'waiting'
  if (post.kind === 'reason-asked') return handoff.wantsReason === undefined
  // Both are for the manager, and the later one says all that the first does.
  if (post.kind === 'hot-alert' && handoff.events.some(({ what }) => what === 'manager-alerted')) return true
  if (post.kind === 'manager-alert' && isToldSince(post, handoff)) return true
  if (post.kind === 'attempts-reminder') return !isReminderOf(handoff, post.rep)
  return handoff.state !== 'open' || (post.rep !== undefined && holderOf(handoff)?.rep !== post.rep)
}
