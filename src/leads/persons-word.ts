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

/** What is known of a lead, with what a person said before as far as it still stands. */
export interface ReadingWithWord {
  reading: LeadReading
  rejected: LeadRecord['rejected']
  /** The status in HubSpot that the lead has overruled by raising its hand: it counts as unknown. */
  overruledStatus: string | undefined
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
  return { reading: { ...reading, attributes }, rejected: undefined, overruledStatus }
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
  return { by: 'HubSpot', reason, choice: choiceOf(word), at: now, status: word.status }
}

/** The status of a person's word as a choice, such as `bad-timing`. */
export function choiceOf({ status }: PersonsWord): string {
  return status.toLowerCase().replaceAll('_', '-')
}
