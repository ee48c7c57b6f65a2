import type { HandoffEvent, HolderReason } from '../handoffs/handoff.ts'
import { type MessageKind, TO_BE_TOLD } from '../handoffs/rungs.ts'
import { escapeText } from './texts.ts'

/** How the first line of each kind of message begins; an alert begins with who it is about. */
export const MESSAGE_WORDS: Record<MessageKind, { opening: string }> = {
  'rep-alert': { opening: '' },
  'pool-alert': { opening: '' },
  reminder: { opening: 'Still waiting for you' },
  'attempts-reminder': { opening: 'Time runs out' },
  'manager-alert': { opening: 'No response yet' },
  'hot-alert': { opening: 'Hot lead' },
  'nobody-available': { opening: 'A lead waits: nobody is available' },
  'owner-refused': { opening: 'HubSpot does not take an owner' },
  'reason-asked': { opening: 'Why is this lead out' },
  told: { opening: 'News of a lead' },
}

/**
 * A lead that was somebody else's before: how its alert begins, and how it came. `from` and `by` of the line are mentions, `by` of the
 * opening a name.
 */
interface MovedText {
  opening: (by: string | undefined) => string
  line: (move: { from: string; by: string | undefined }) => string
}

/** What each way to hold a lead says of the rep before; null for those that only ever come first. */
export const MOVED_WORDS: Record<HolderReason, MovedText | null> = {
  rotation: null,
  'kept-owner': null,
  'meeting-host': null,
  'stand-in': null,
  'company-owner': null,
  'company-lead': null,
  'by-name': null,
  named: null,
  'owns-contact': null,
  'owns-company': null,
  'owns-deal': null,
  manages: null,
  'had-it': null,
  reassigned: { opening: () => 'Reassigned', line: ({ from }) => `Reassigned from ${from}: no response` },
  'passed-on': {
    opening: (by) => (by === undefined ? 'Passed on' : `Passed on by ${by}`),
    line: ({ from, by }) => `Passed on by ${by ?? from}`,
  },
  'owner-changed': {
    opening: () => 'Given on in HubSpot',
    line: ({ from }) => `Was with ${from} before, given on in HubSpot`,
  },
  'owner-cleared': {
    opening: () => '',
    line: ({ from }) => `Was with ${from} before, whose ownership was cleared in HubSpot`,
  },
  unreachable: {
    opening: () => 'Handed on',
    line: ({ from }) => `Was with ${from}, who cannot be reached in Slack`,
  },
  'handed-on': { opening: () => 'Handed on', line: ({ from }) => `Was with ${from}, who has left` },
  assigned: {
    opening: () => 'Assigned',
    line: ({ from, by }) => `Was with ${from} before${by ? `, given to you by ${by}` : ''}`,
  },
  reopened: { opening: () => 'Reopened', line: ({ by }) => `Reopened${by ? ` by ${by}` : ''}` },
}

/** Why a lead came to the rep who got it first; the rotation needs no word. */
export const CHOSEN_WORDS: Partial<Record<HolderReason, string>> = {
  'kept-owner': 'You are the owner in HubSpot already',
  'meeting-host': 'They booked a meeting with you',
  'company-owner': 'You own the company in HubSpot',
  'company-lead': 'You have another lead of the company',
  'owns-contact': 'You are the owner in HubSpot',
  'owns-company': 'You own the company in HubSpot',
  'owns-deal': 'You own the deal in HubSpot',
  manages: 'You manage the team of its owner',
  'had-it': 'You had this lead before',
}

/** What an event says: `rep` and `by` are mentions, empty when nobody is concerned; `when` is a Slack date. */
interface EventText {
  rep: string
  by: string
  when: string
  detail: string
}

/** Said of an answer when HubSpot does not tell whether it was the rep or the lead. */
export const UNCLEAR = 'nobody can tell who acted'

/** What a lead can do itself while a rep has it. */
const LEAD_ACTS: Record<string, string> = {
  meeting: 'booked a meeting',
  email: 'sent a mail',
  call: 'called',
  communication: 'sent a message',
  chat: 'chatted',
}

/** One line for each thing that can happen to a handoff. */
export const EVENT_WORDS: Record<HandoffEvent['what'], (event: EventText) => string> = {
  waiting: ({ when, detail }) =>
    detail ? `*Held* ${when}: sales needs ${escapeText(detail, 200)}` : `Nobody was free ${when}`,
  started: ({ rep, when }) => `Given to ${rep} ${when}`,
  reminded: ({ rep, when }) => `Reminded ${rep} ${when}`,
  'attempts-reminded': ({ rep, when, detail }) => `Reminded ${rep} ${when}: ${detail} attempts made`,
  reassigned: ({ rep, when }) => `*Reassigned* to ${rep} ${when}: no response`,
  'passed-on': ({ rep, by, when }) => `*Passed on* to ${rep}${by} ${when}`,
  'nobody-left': ({ by, when }) =>
    by ? `*Wanted to pass on*${by} ${when}: nobody else is left` : `*Nobody left* to give it to ${when}`,
  'owner-changed': ({ rep, when }) => `*Given* to ${rep} in HubSpot ${when}`,
  'owner-cleared': ({ rep, when }) =>
    rep ? `*Given* to ${rep} from the pool ${when}` : `*Owner cleared* in HubSpot ${when}`,
  'owner-stays': ({ when, detail }) =>
    `*Stays* with its owner ${when}: ${detail === 'unreachable' ? 'a person gave it to them' : 'no response'}`,
  'handed-on': ({ rep, when }) => `*Handed on* to ${rep} ${when}: the rep before has left`,
  unreachable: ({ rep, when }) => `*Given* to ${rep} ${when}: the rep before cannot be reached in Slack`,
  'not-told': ({ rep, when }) => `*${rep} could not be told* ${when}: cannot be reached in Slack`,
  'told-late': ({ rep, when, detail }) => `*Told late*: Slack took no message from ${detail}, ${rep} was told ${when}`,
  // A pool has no mention.
  'manager-told': ({ rep, when }) =>
    rep.startsWith('<@') ? `Manager ${rep} told ${when}` : `The channel of ${rep} told ${when}, for its manager`,
  'manager-alerted': ({ when, detail }) => `Manager ${detail === TO_BE_TOLD ? 'to be told' : 'told'} ${when}`,
  told: ({ when, detail }) => `${escapeText(detail)} told ${when}`,
  'time-up': ({ when }) => `Its time was up ${when}`,
  contacted: ({ by, when, detail }) => `*${detail ? escapeText(detail) : 'Contacted'}*${by} ${when}`,
  'seen-in-hubspot': ({ rep, when, detail }) =>
    `*${detail && detail !== 'unclear' ? escapeText(detail) : 'Contacted'}*${rep ? ` by ${rep}` : ''}: seen in HubSpot ${when}${detail === 'unclear' ? `, ${UNCLEAR}` : ''}`,
  'came-back': ({ by, when }) => `*Comes back*: it was disqualified${by || ' in HubSpot'} ${when}`,
  'reason-asked': ({ rep, when }) => `Asked ${rep} for the reason ${when}`,
  'reason-given': ({ by, when, detail }) => `*Reason*${by} ${when}: ${escapeText(detail, 300)}`,
  'sent-on': ({ by, when, detail }) => `*Sent on*${by} ${when}${detail ? `: ${escapeText(detail, 300)}` : ''}`,
  'lead-acted': ({ when, detail }) => `*The lead ${LEAD_ACTS[detail] ?? 'acted'}* ${when}`,
  step: ({ when, detail }) => `Step ${escapeText(detail)} ${when}`,
  'steps-paused': ({ when }) => `*Steps paused* ${when}`,
  'steps-resumed': ({ when }) => `*Steps go on* ${when}`,
  'steps-finished': ({ when }) => `*Steps finished* ${when}`,
  assigned: ({ rep, by, when }) => `*Assigned* to ${rep}${by} ${when}`,
  undone: ({ by, when }) => `*Answer taken back*${by} ${when}`,
  snoozed: ({ rep, when }) => `${rep} is on it, snoozed ${when}`,
  reopened: ({ by, when }) => `*Reopened*${by} ${when}`,
  qualified: ({ when }) => `Taken on by sales ${when}`,
  accepted: ({ by, when, detail }) => `*Accepted*${by} ${when}${detail ? `: ${escapeText(detail, 300)}` : ''}`,
  done: ({ when }) => `Reached ${when}`,
  returned: ({ when, detail }) => `Back to nurture ${when}: ${escapeText(detail)}`,
  disqualified: ({ by, when }) => `*Disqualified*${by} ${when}`,
  rejected: ({ by, when, detail }) => `*Rejected*${by} ${when}${detail ? `: ${escapeText(detail, 300)}` : ''}`,
  recycled: ({ by, when, detail }) => `*Recycled*${by} ${when}${detail ? `: ${escapeText(detail)}` : ''}`,
  'taken-over': ({ when, detail }) => `*Taken over* in HubSpot${detail ? ` by ${escapeText(detail)}` : ''} ${when}`,
  released: ({ when, detail }) =>
    `*Closed* ${when}: ${detail ? escapeText(detail) : 'its route no longer goes to sales'}`,
  expired: ({ when }) => `*Closed* ${when}: its time was up`,
  archived: ({ when }) => `*Closed* ${when}: the lead was archived`,
  missing: ({ when }) => `*Closed* ${when}: the contact is no longer in HubSpot`,
  merged: ({ when }) => `*Closed* ${when}: the contact was merged into another`,
}
