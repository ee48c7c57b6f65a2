import { isRefused, isUntold } from '../handoffs/delivery.ts'
import { type Handoff, type HandoffEvent, holderOf } from '../handoffs/handoff.ts'
import { type MessageKind, TO_BE_TOLD } from '../handoffs/rungs.ts'
import { slackDate } from './texts.ts'
import { MESSAGE_WORDS } from './words.ts'

/** How a message begins: a manager who hears because Slack did not deliver is not told that somebody was silent. */
export function beginningOf(
  kind: MessageKind,
  handoff: Handoff,
): { header: (name: string) => string; opening: string } {
  const why = kind === 'manager-alert' ? notTold(handoff) : undefined
  return why === undefined ? MESSAGE_WORDS[kind] : { header: (name) => `${why}: ${name}`, opening: why }
}

function notTold(handoff: Handoff): string | undefined {
  if (isRefused(handoff)) return 'Rep not reached in Slack'
  if (isUntold(handoff)) return 'Not delivered yet'
  return holderOf(handoff)?.late !== undefined ? 'Delivered late' : undefined
}

/** What a manager is to know of the delivery to who has the lead, beside what happened. `rep` is a mention. */
export function deliveryLines(kind: MessageKind, handoff: Handoff, rep: string, timeZone: string): string[] {
  const holder = holderOf(handoff)
  if (!holder) return []
  if (isRefused(handoff)) return [`*${rep} cannot be reached in Slack*: please tell them, or give the lead to somebody`]
  if (kind !== 'manager-alert') return []
  if (isUntold(handoff))
    return [`*${rep} has not been told yet*: Slack has taken no message since ${slackDate(holder.since, timeZone)}`]
  if (holder.late === undefined || !holder.toldAt) return []
  const [from, to] = [holder.since, holder.toldAt].map((at) => slackDate(at, timeZone))
  return [`*Nobody could be told*: Slack was down from ${from} to ${to}. That is not counted against ${rep}`]
}

/** The events that messages show: that somebody is to be told is none of them until Slack has taken it. */
export function shownEvents({ events }: Pick<Handoff, 'events'>): HandoffEvent[] {
  return events.filter(({ what, detail }) => what !== 'manager-alerted' || detail !== TO_BE_TOLD)
}
