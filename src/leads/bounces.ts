import { z } from 'zod'
import type { Attributes } from '../rules/attributes.ts'
import type { Contact, Properties, PropertyHistory } from './observe.ts'

/*
 * Mails that came back. HubSpot counts all of a contact's bounces; how many there were in a row follows from what came between
 * them: a mail that was delivered, opened, clicked or answered, or another address.
 */

const BOUNCES = 'hs_email_bounce'
const HARD = 'hs_email_hard_bounce_reason_enum'
/** Counts every mail that got through. It rises with each mailing, so that by itself it is no reason to look at a contact. */
export const DELIVERED = 'hs_email_delivered'
/** When the last mailing went out, which changes for everybody with each. */
export const LAST_SENT = 'hs_email_last_send_date'
const REACHED = [DELIVERED, 'hs_email_open', 'hs_email_click', 'hs_email_replied']

/** What is read of a contact to count its bounces. */
export const MAIL_PROPERTIES: readonly string[] = [BOUNCES, HARD, ...REACHED]

// HubSpot keeps so many values of a contact's property.
const KEPT_VALUES = 45

/**
 * What was last seen of the mails of a contact that some came back from: its address, the highest counts, and the bounces in a
 * row, absent while they are unknown. `hard`: why HubSpot sends nothing any more, and to which address.
 */
export const Mail = z.object({
  address: z.string(),
  bounces: z.number(),
  reached: z.number(),
  inARow: z.number().optional(),
  hard: z.object({ reason: z.string(), address: z.string() }).optional(),
})
export type Mail = z.output<typeof Mail>

/** What was seen of a lead's mails when it was last read; undefined when nothing of it is known. */
export function mailBefore(lead: KnownLead | null): Mail | undefined {
  if (!lead || lead.mail || lead.readBy === null) return lead?.mail
  const seen = countsOf(lead.properties)
  return seen.bounces > 0 ? undefined : { ...seen, inARow: 0 }
}

/** What is kept of a lead. */
interface KnownLead {
  mail?: Mail | undefined
  properties: Properties
  readBy: string | null
}

/**
 * What a contact's properties say of its mails, counted on from the last look (`before`; undefined at the first sight).
 * `merged`: another contact has become part of it since.
 */
export function mailOf(
  before: Mail | undefined,
  { properties }: Contact,
  { history, merged }: { history: PropertyHistory; merged: boolean },
): Mail {
  const seen = countsOf(properties)
  const isSame = before?.address === seen.address
  const inARow = merged && before ? (isSame ? before.inARow : undefined) : bouncesInARow(before, seen, history)
  // A count that falls, as by an import, and comes back is no news. After a merge it is a sum.
  const highest = (name: 'bounces' | 'reached') =>
    merged || !isSame ? seen[name] : Math.max(seen[name], before?.[name] ?? 0)
  const reason = properties[HARD]
  const address = before?.hard?.reason === reason ? (before?.hard?.address ?? seen.address) : seen.address
  return {
    address: seen.address,
    bounces: highest('bounces'),
    reached: highest('reached'),
    ...(inARow === undefined ? {} : { inARow }),
    ...(reason ? { hard: { reason, address } } : {}),
  }
}

/** The properties whose history tells what the counts alone do not: in which order mails came back and got through. */
export function mailHistory(before: Mail | undefined, { properties }: Contact): string[] {
  const seen = countsOf(properties)
  if (seen.bounces <= (before?.bounces ?? 0)) return []
  const isClear = before !== undefined && seen.reached <= before.reached && seen.address === before.address
  return isClear ? [] : [BOUNCES, 'email', ...REACHED]
}

/** Whether it has to be kept: some came back, or HubSpot sends nothing any more. */
export function isWorthKeeping({ bounces, hard }: Mail): boolean {
  return bounces > 0 || hard !== undefined
}

/** `email.bouncesInARow`, and `email.hardBounce`: why HubSpot sends nothing to this address any more. */
export function mailAttributes(mail: Mail | undefined): Attributes {
  if (!mail?.address) return {}
  const { inARow, hard, address } = mail
  return {
    ...(inARow === undefined ? {} : { 'email.bouncesInARow': { value: inARow, source: `hubspot:${BOUNCES}` } }),
    ...(hard && hard.address === address
      ? { 'email.hardBounce': { value: hard.reason, source: `hubspot:${HARD}` } }
      : {}),
  }
}

type Counts = Pick<Mail, 'address' | 'bounces' | 'reached'>

function bouncesInARow(before: Mail | undefined, seen: Counts, history: PropertyHistory): number | undefined {
  const fresh = seen.bounces - (before?.bounces ?? 0)
  const isReached = seen.reached > (before?.reached ?? 0)
  const isMended = before !== undefined && seen.address !== before.address
  if (fresh <= 0) return isReached || isMended || !before ? 0 : before.inARow
  if (before && !isReached && !isMended) return (before.inARow ?? 0) + fresh
  // What came first nobody can tell without the history: unknown is not two.
  return inARowBy(history, seen.bounces) ?? (before ? 0 : undefined)
}

/** The bounces since the last mail that got through and since the address is what it is; undefined without a history. */
function inARowBy(history: PropertyHistory, bounces: number): number | undefined {
  // What has come about since the contact was read is for the next look.
  const steps = risesOf(history, BOUNCES).filter(({ to }) => to <= bounces)
  if (steps.length === 0) return undefined
  // The first address is none that mends another.
  const mended = (history.email ?? []).slice(0, -1)
  const through = REACHED.flatMap((name) => risesOf(history, name))
  const since = Math.max(0, ...[...mended, ...through].map(({ at }) => at))
  return steps.reduce((sum, { at, by }) => (at > since ? sum + by : sum), 0)
}

/** When a count rose, by how much, and to what; newest first. */
function risesOf(history: PropertyHistory, name: string): { at: number; by: number; to: number }[] {
  const versions = history[name] ?? []
  return versions.flatMap(({ value, at }, index) => {
    const older = versions.slice(index + 1).map((one) => Number(one.value) || 0)
    // Of the oldest that is kept nobody knows what was before, unless it is the first.
    if (index === KEPT_VALUES - 1) return []
    const [to, from] = [Number(value) || 0, Math.max(0, ...older)]
    return to > from ? [{ at, by: to - from, to }] : []
  })
}

function countsOf(properties: Properties): Counts {
  const count = (name: string) => Number(properties[name] ?? 0) || 0
  return {
    address: (properties.email ?? '').trim().toLowerCase(),
    bounces: count(BOUNCES),
    reached: REACHED.reduce((sum, name) => sum + count(name), 0),
  }
}
