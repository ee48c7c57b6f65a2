import { type Handoff, holderOf } from '../handoffs/handoff.ts'
import type { Notice } from '../handoffs/notice.ts'
import { everybody, type Team } from '../handoffs/team.ts'
import type { Signal } from '../rules/attributes.ts'
import { plain } from '../rules/words.ts'
import type { NextConfig } from './change.ts'
import { type Decision, decide, type Standing } from './decision.ts'
import type { LeadRecord } from './lead.ts'
import { mirroredId } from './mirror.ts'
import type { PersonsWord } from './people.ts'
import { type LeadReading, withoutOverruled } from './reading.ts'
import { raisedHandSince } from './standing.ts'

/*
 * The word that a lead is out, of a person or of the lead itself: how long it stands, and what it does to a decision.
 */

// Who took a lead out, as the record says it; by a click in Slack it is a user's id there.
const SAID_BY: Record<PersonsWord['by'], string> = {
  person: 'HubSpot',
  somebody: 'HubSpot',
  workflow: 'a workflow or an app',
  lead: 'the lead',
}

/**
 * The lead itself says that it is not interested, by a signal that was not known before. No word when it has raised its hand
 * since, or when somebody's word stands already.
 */
export function leadsWord(
  config: NextConfig,
  previous: LeadRecord | null,
  signals: readonly Signal[],
): PersonsWord | undefined {
  const { rejected, signals: before = [] } = previous ?? {}
  const known = new Set(before.map(({ id }) => mirroredId(id)))
  const said = signals.findLast(
    ({ id, type }) => config.hubspot.notInterested.includes(type) && !known.has(mirroredId(id)),
  )
  if (!said || raisedHandSince(config, signals, said.at)) return undefined
  if (rejected && !raisedHandSince(config, signals, rejected.at)) return undefined
  return { by: 'lead', reason: plain(said.type), signal: said.type, at: said.at }
}

/** What is known of a lead, with what a person said before as far as it still stands. */
export interface ReadingWithWord {
  reading: LeadReading
  rejected: LeadRecord['rejected']
  /** The status in HubSpot that the lead has overruled by raising its hand: it counts as unknown. */
  overruledStatus: string | undefined
  /** The word that the lead has just overruled. */
  overruled?: LeadRecord['rejected']
}

/** A person's word stands until they take it back by another status in HubSpot, or until the lead raises its hand. */
export function readingWithWord(
  config: NextConfig,
  previous: LeadRecord | null,
  reading: LeadReading,
): ReadingWithWord {
  const { rejected, overruledStatus: before } = previous ?? {}
  const status = reading.attributes.leadStatus?.value ?? before
  const isTakenBack = rejected?.status !== undefined && rejected.status !== status
  if (isTakenBack) return { reading, rejected: undefined, overruledStatus: undefined }
  const stillOverruled = before === status ? before : undefined
  if (!rejected || !raisedHandSince(config, reading.signals, rejected.at))
    return { reading, rejected, overruledStatus: stillOverruled }
  const overruledStatus = rejected.status ?? stillOverruled
  const attributes = withoutOverruled({ overruledStatus }, reading.attributes)
  return { reading: { ...reading, attributes }, rejected: undefined, overruledStatus, overruled: rejected }
}

/** What stands for a lead that a person has just taken out. Where the rules say no as well, it is they who decide. */
export function standingAfterWord(config: NextConfig, reading: LeadReading, now: number): Standing {
  const free: Standing = { withSales: false, rejected: false }
  const isOutByRules = decide(config, reading, free, now).action === 'disqualify'
  return isOutByRules ? free : { ...free, rejected: true }
}

/** A person's word as the record keeps it: with the reason that they gave, else that of the rules, else the status. */
export function rejectionBy(word: PersonsWord, decision: Decision, now: number): LeadRecord['rejected'] {
  const { to } = decision.route
  const reason = word.reason ?? ('disqualify' in to ? to.disqualify : plain(choiceOf(word)))
  // What a lead says is as old as it is: it may have raised its hand since, of which is heard later.
  const at = word.by === 'lead' ? (word.at ?? now) : now
  const status = word.status === undefined ? {} : { status: word.status }
  return { by: SAID_BY[word.by], reason, choice: choiceOf(word), at, ...status }
}

/** What a word was said by as a choice: a status such as `bad-timing`, or a signal such as `not-interested`. */
export function choiceOf({ status, signal }: PersonsWord): string {
  return (status ?? signal ?? '').toLowerCase().replaceAll('_', '-')
}

/** The handoff of a lead that a person had taken out and that raised its hand: its messages say whose word it was, and when. */
export function cameBack(handoff: Handoff, { by, at }: NonNullable<LeadRecord['rejected']>): Handoff {
  const person = Object.values(SAID_BY).includes(by) ? {} : { by }
  return { ...handoff, events: [...handoff.events, { at, what: 'came-back', ...person }] }
}

/** Who took a lead out hears that it is back, or else the manager; nobody where the alert itself goes to them. */
export function noticeOfReturn(
  team: Team,
  handoff: Handoff,
  { by }: NonNullable<LeadRecord['rejected']>,
  now: number,
): Notice[] {
  const rep = holderOf(handoff)?.rep
  const known = everybody(team).find(({ slackUserId }) => slackUserId === by)
  if (known && known.id === rep) return []
  const { leadId: lead, pool } = handoff
  return [{ what: 'came-back', lead, pool, ...(rep ? { rep } : {}), ...(known ? { to: by } : {}), at: now }]
}
