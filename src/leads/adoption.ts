import type { InboxItem, LeadState, NextConfig } from './change.ts'
import type { LeadRecord } from './lead.ts'
import type { Contact } from './observe.ts'

/*
 * Contacts that were in HubSpot before Baton came: they are scored and left alone, so that a first start enrols and alerts
 * nobody. What happened in the day before is news all the same.
 */

const DAY = 24 * 60 * 60_000
/** A band that no other is above. */
const HOTTEST = 'hot'
// What brings a contact without saying that it did anything.
const SILENT: ReadonlySet<string> = new Set(['adopt', 'poll', 'company'])

/** What stands for a contact that was there before Baton came; undefined for every other. */
export function adoptionOf(
  config: Pick<NextConfig, 'rulesVersion'>,
  { lead, inbox }: Pick<LeadState, 'lead' | 'inbox'>,
  { createdAt }: Pick<Contact, 'createdAt'>,
  now: number,
): LeadRecord['adopted'] {
  if (!lead) return isAdoption({ lead, inbox }, createdAt, now) ? { at: now, band: HOTTEST } : undefined
  // That other rules think more of it is nothing that it did.
  return lead.adopted && lead.rulesVersion !== config.rulesVersion ? { ...lead.adopted, band: HOTTEST } : lead.adopted
}

/** From when on what a lead did is news that was there before Baton came: of one that was observed, since then; else the day before as well. */
export function newsSince({ at, observed }: NonNullable<LeadRecord['adopted']>): number {
  return observed ? at : at - DAY
}

/** Whether a contact is seen for the first time, though it is older than a day, and nothing says that it did anything. */
export function isAdoption(
  { lead, inbox }: Pick<LeadState, 'lead' | 'inbox'>,
  createdAt: number,
  now: number,
): boolean {
  return lead === null && now - createdAt > DAY && inbox.length > 0 && inbox.every(isSilent)
}

function isSilent(item: InboxItem): boolean {
  return item.kind === 'event' && SILENT.has(item.event)
}
