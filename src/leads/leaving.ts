import { endHandoff } from '../handoffs/handoff.ts'
import type { Change, InboxItem, LeadState, NextConfig } from './change.ts'
import { draftOf } from './draft.ts'
import { liveHandoffs } from './people.ts'

// A contact that was created a moment ago may not be readable yet, and one that was deleted may be for a moment.
const SETTLING = 60_000
const LOOK_AGAIN = 5_000
/** When a contact is looked at again that is being deleted, in milliseconds. */
export const DELETION_LOOK = 2_000
const WAIT = 60_000
const GIVE_UP = 48 * 60 * 60_000

/**
 * Whether HubSpot has said that the contact is deleted, though it may still show it for a moment. `events` are those that
 * have not been dealt with; a restore lifts it, and one of another time is no more than a hint.
 */
export function isBeingDeleted({ inbox }: Pick<LeadState, 'inbox'>, now: number): boolean {
  const latest = (name: string) =>
    Math.max(...inbox.map((item) => (item.kind === 'event' && item.event === name ? item.at : 0)), 0)
  const deleted = latest('deletion')
  return deleted > latest('restore') && now - deleted < SETTLING
}

/** A contact that is being deleted is left alone until HubSpot shows it no more, or goes on showing it. */
export function onBeingDeleted(config: NextConfig, state: LeadState, now: number): Change {
  return draftOf(config, state).change(undefined, { toWrite: false, postponedUntil: now + DELETION_LOOK })
}

/**
 * HubSpot has no such contact. Deleted: its handoffs end, and it can be restored. Merged: the one that lives on (`movedTo`,
 * when HubSpot says so, else by its event) is told, and takes over. Not there yet: its signals wait for it, for two days.
 */
export function onMissing(config: NextConfig, state: LeadState, movedTo: string | undefined, now: number): Change {
  const draft = draftOf(config, state)
  const nothing = { toWrite: false }
  const events = state.inbox.filter((item) => item.kind === 'event')
  const signals = state.inbox.filter((item) => item.kind === 'signal')
  const { lead } = state
  if (lead?.mergedInto !== undefined) {
    // What comes for it later belongs to the one that lives on.
    return draft.change(undefined, { ...nothing, inboxDone: true, forward: { to: lead.mergedInto, items: signals } })
  }
  // An event's word is good for two days: the one that lives on by it may be missing as well by then.
  const merge = events.findLast((item) => item.survivor !== undefined && item.survivor !== state.id)
  const survivor = movedTo ?? (merge && now - merge.at < GIVE_UP ? merge.survivor : undefined)
  if (survivor !== undefined) {
    const told: InboxItem = { kind: 'event', event: 'merge', at: now, merged: [state.id] }
    // Of one that Baton does not know there is nothing more to take over.
    if (!lead)
      return draft.change(undefined, {
        ...nothing,
        inboxDone: true,
        forward: { to: survivor, items: [told, ...signals] },
      })
    return draft.change(undefined, {
      ...nothing,
      postponedUntil: now + WAIT,
      forward: { to: survivor, items: [told] },
    })
  }
  if (!lead && events.some((item) => item.event === 'creation' && now - item.at < SETTLING))
    return draft.change(undefined, { ...nothing, postponedUntil: now + LOOK_AGAIN })
  if (!lead && signals.length > 0 && !events.some((item) => item.event === 'deletion')) {
    const newest = Math.max(...signals.map((item) => item.receivedAt))
    return now - newest < GIVE_UP
      ? draft.change(undefined, { ...nothing, postponedUntil: now + WAIT })
      : draft.change(undefined, { ...nothing, givenUp: 'signals of a contact that HubSpot does not have' })
  }
  for (const handoff of liveHandoffs(state)) draft.put(endHandoff(handoff, { at: now, how: 'missing' }) ?? handoff)
  const after = lead ? { ...lead, missingSince: lead.missingSince ?? now, wakeAt: null, fadesAt: null } : undefined
  return draft.change(after, { ...nothing, inboxDone: true })
}

/** Another contact has taken this one in: nothing of it goes on here, and what came in meanwhile goes there. */
export function onMerged(
  config: NextConfig,
  state: LeadState,
  into: string,
  taken: readonly string[],
  now: number,
): Change | null {
  if (state.lead?.mergedInto === into) return null
  const draft = draftOf(config, state)
  const items = state.inbox.filter((item) => item.kind === 'signal')
  const closed = { toWrite: false, inboxDone: true, forward: { to: into, items } } as const
  // Baton never knew it: who is told of it later asks HubSpot, which names the one that lives on.
  if (!state.lead) return draft.change(undefined, { ...closed, fence: true })
  for (const handoff of liveHandoffs(state)) draft.put(endHandoff(handoff, { at: now, how: 'merged' }) ?? handoff)
  draft.note({ at: now, what: 'merged', reason: `into ${into}` })
  // A message that was sent since stays here, and says how this ended.
  const messages = Object.fromEntries(Object.entries(state.messages).filter(([ref]) => !taken.includes(ref)))
  return draft.change({ ...state.lead, mergedInto: into, wakeAt: null, fadesAt: null }, { ...closed, messages })
}

/** The lead is to be erased, record and all: its handoffs end without a word, and none of its messages stays. */
export function onErased(state: LeadState, now: number): Change {
  const handoffs = liveHandoffs(state).map((live) => endHandoff(live, { at: now, how: 'released' }) ?? live)
  return { handoffs, posts: [], history: [], messages: {}, toWrite: false, erased: true }
}
