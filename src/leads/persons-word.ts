import { type Handoff, holderOf } from '../handoffs/handoff.ts'
import type { Notice } from '../handoffs/notice.ts'
import { everybody, type Team } from '../handoffs/team.ts'
import { plain } from '../rules/words.ts'
import type { NextConfig } from './change.ts'
import { type Decision, decide, type Standing } from './decision.ts'
import type { LeadRecord } from './lead.ts'
import type { PersonsWord } from './people.ts'
import { type LeadReading, withoutOverruled } from './reading.ts'
import { raisedHandSince } from './standing.ts'

/*
 * The word of a person that a lead is out: how long it stands, and what it does to a decision.
 */

// Who took a lead out by a status in HubSpot, as far as the record says.
const IN_HUBSPOT = 'HubSpot'

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
  return { by: IN_HUBSPOT, reason, choice: choiceOf(word), at: now, status: word.status }
}

/** The status of a person's word as a choice, such as `bad-timing`. */
export function choiceOf({ status }: PersonsWord): string {
  return status.toLowerCase().replaceAll('_', '-')
}

/** The handoff of a lead that a person had taken out and that raised its hand: its messages say whose word it was, and when. */
export function cameBack(handoff: Handoff, { by, at }: NonNullable<LeadRecord['rejected']>): Handoff {
  const person = by === IN_HUBSPOT ? {} : { by }
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
