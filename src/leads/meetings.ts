import type { Signal } from '../rules/attributes.ts'
import type { Gathered, LeadState } from './change.ts'
import { readInstant } from './observe.ts'
import { whoActed } from './responses.ts'

/*
 * A meeting that the lead booked is a signal, and its value is the owner id of who hosts it. HubSpot says on the contact that one
 * was booked; who booked it, and with whom, the meeting itself says.
 */

const BOOKED = 'meeting_booked'
/** The property of the contact by which a booking is noticed; kept among the counters. */
export const LAST_BOOKED = 'engagements_last_meeting_booked'

const DAY = 24 * 60 * 60_000
// So long a booked meeting says who is to have the lead.
const HOST_FOR = 30 * DAY

/** Whether the meetings of a contact have to be read: one was booked since Baton last looked. */
export function mayHaveBooked(
  { lead }: Pick<LeadState, 'lead'>,
  { contact }: Pick<Gathered, 'contact'>,
  now: number,
): boolean {
  const value = contact.properties[LAST_BOOKED]
  if (!value) return false
  const before = lead?.counters[LAST_BOOKED]
  // At the first sight a meeting of long ago is no news.
  return before === undefined ? (readInstant(value) ?? 0) > now - DAY : value !== before
}

/** The meetings that the lead booked since Baton knows it, of those that were read. A cancelled one is none. */
export function meetingsBooked(
  { lead }: Pick<LeadState, 'lead'>,
  { activities }: Pick<Gathered, 'activities'>,
  now: number,
): Signal[] {
  const since = lead?.knownSince ?? now - DAY
  return (activities?.found ?? []).flatMap((activity): Signal[] => {
    const { type, id, createdAt, properties } = activity
    if (type !== 'meetings' || id === undefined || createdAt <= Math.min(since, now - 1)) return []
    if (whoActed(activity) !== 'lead' || /^CANCEL/i.test(properties.hs_meeting_outcome ?? '')) return []
    const host = properties.hubspot_owner_id
    return [{ id: `meeting-${id}`, type: BOOKED, at: Math.min(createdAt, now), ...(host ? { value: host } : {}) }]
  })
}

/** The owner id of the host of the last meeting that was booked, where that is not long ago. */
export function meetingHost(signals: readonly Signal[], now: number): string | undefined {
  return signals.findLast(({ type, at, value }) => type === BOOKED && value && at > now - HOST_FOR)?.value
}
