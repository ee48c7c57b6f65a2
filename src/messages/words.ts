import type { HandoffEvent, HolderReason } from '../handoffs/handoff.ts'
import type { MessageKind } from '../handoffs/rungs.ts'
import { escapeText } from './texts.ts'

/** How each kind of message begins while it wants something: its header for the eye, its first words for the ear. */
export const MESSAGE_WORDS: Record<MessageKind, { header: (name: string) => string; opening: string }> = {
  'rep-alert': { header: (name) => name, opening: 'New lead for you' },
  'pool-alert': { header: (name) => name, opening: 'New lead' },
  reminder: { header: (name) => `Waiting for you: ${name}`, opening: 'Still waiting for you' },
  'manager-alert': { header: (name) => `No response yet: ${name}`, opening: 'No response yet' },
  'hot-alert': { header: (name) => `Hot lead: ${name}`, opening: 'Hot lead' },
  'nobody-available': { header: () => 'A lead waits: nobody is available', opening: 'A lead waits' },
  'owner-refused': { header: () => 'HubSpot does not take an owner', opening: 'HubSpot does not take an owner' },
}

/** A lead that was somebody else's before: how its alert begins, and how it came. `from` and `by` are mentions. */
interface MovedText {
  opening: string
  line: (move: { from: string; by: string | undefined }) => string
}

/** What each way to hold a lead says of the rep before; null for those that only ever come first. */
export const MOVED_WORDS: Record<HolderReason, MovedText | null> = {
  rotation: null,
  'kept-owner': null,
  reassigned: { opening: 'Reassigned to you', line: ({ from }) => `Reassigned from ${from}: no response` },
  'passed-on': { opening: 'Passed on to you', line: ({ from, by }) => `Passed on by ${by ?? from}` },
  'owner-changed': {
    opening: 'Given to you in HubSpot',
    line: ({ from }) => `Was with ${from} before, given on in HubSpot`,
  },
}

/** What an event says: `rep` and `by` are mentions, empty when nobody is concerned; `when` is a Slack date. */
interface EventText {
  rep: string
  by: string
  when: string
  detail: string
}

/** One line for each thing that can happen to a handoff. */
export const EVENT_WORDS: Record<HandoffEvent['what'], (event: EventText) => string> = {
  waiting: ({ when }) => `Nobody was free ${when}`,
  started: ({ rep, when }) => `Given to ${rep} ${when}`,
  reminded: ({ rep, when }) => `Reminded ${rep} ${when}`,
  reassigned: ({ rep, when }) => `*Reassigned* to ${rep} ${when}: no response`,
  'passed-on': ({ rep, by, when }) => `*Passed on* to ${rep}${by} ${when}`,
  'nobody-left': ({ by, when }) =>
    by ? `*Wanted to pass on*${by} ${when}: nobody else is left` : `*Nobody left* to give it to ${when}`,
  'owner-changed': ({ rep, when }) => `*Given* to ${rep} in HubSpot ${when}`,
  'manager-alerted': ({ when }) => `Manager told ${when}`,
  contacted: ({ by, when }) => `*Contacted*${by} ${when}`,
  'seen-in-hubspot': ({ when }) => `*Contacted*: seen in HubSpot ${when}`,
  qualified: ({ when }) => `Taken on by sales ${when}`,
  done: ({ when }) => `Reached ${when}`,
  returned: ({ when, detail }) => `Back to nurture ${when}: ${escapeText(detail)}`,
  disqualified: ({ by, when }) => `*Disqualified*${by} ${when}`,
  rejected: ({ by, when }) => `*Rejected*${by} ${when}`,
  recycled: ({ by, when }) => `*Recycled*${by} ${when}`,
  'taken-over': ({ when }) => `*Taken over* in HubSpot ${when}`,
  released: ({ when }) => `*Closed* ${when}: its route no longer goes to sales`,
  expired: ({ when }) => `*Closed* ${when}: its time was up`,
  missing: ({ when }) => `*Closed* ${when}: the contact is no longer in HubSpot`,
  merged: ({ when }) => `*Closed* ${when}: the contact was merged into another`,
}
