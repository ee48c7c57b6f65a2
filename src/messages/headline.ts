import { type Handoff, holderOf } from '../handoffs/handoff.ts'
import { MESSAGES } from '../handoffs/rungs.ts'
import { slaStatus } from '../handoffs/status.ts'
import { beginningOf } from './delivery.ts'
import { kindWords, type MessageInput } from './lines.ts'
import { companyName, leadName } from './names.ts'
import { plainText } from './texts.ts'
import { clockTime } from './times.ts'
import { MOVED_WORDS } from './words.ts'

/*
 * The first line of a message that wants something, by which a notification on a phone begins: who, what they did, respond by, the
 * company. Plain text, and short enough to be read there.
 */

const LONGEST = 80
const SHORTEST_NAME = 12
// The company is cut before the name is.
const SHORTEST_COMPANY = 10
const MOST_OF_WORDS = 32
const SHORTEST_DID = 8

/** The first line, such as `Dana Ruiz asked for a demo · respond by 4:23 PM · Northwind`. */
export function headline(input: MessageInput): string {
  const { lead } = input
  const begins = opening(input)
  // A handoff that a rule began says by its kind what it is about.
  const about = input.handoff.ruled ? plainText(kindWords(input.handoff, 'plain'), 30) : ''
  const prefix = [plainText(begins, 30), about.charAt(0).toUpperCase() + about.slice(1)]
    .map((word) => word && `${word}: `)
    .join('')
  const due = dueOf(input)
  const end = due === undefined ? '' : ` · ${due}`
  const did = didWithin(input, LONGEST - prefix.length - end.length - SHORTEST_NAME)
  const middle = `${did}${end}`
  const room = LONGEST - prefix.length - middle.length
  const company = companyName(lead)
  const forCompany = company === undefined ? 0 : Math.min(company.length, SHORTEST_COMPANY) + 3
  const name = leadName(lead, Math.max(SHORTEST_NAME, room - forCompany))
  const left = room - name.length - 3
  return `${prefix}${name}${middle}${company === undefined || left < 3 ? '' : ` · ${companyName(lead, left)}`}`
}

function opening({ kind, handoff, names = {} }: MessageInput): string {
  const usual = beginningOf(kind, handoff)
  const holder = holderOf(handoff)
  if (usual !== '' || !holder || handoff.holders.length < 2) return usual
  return MOVED_WORDS[holder.how]?.opening(names[holder.by ?? '']) ?? ''
}

// What does not fit is left out.
function didWithin({ handoff, acts: [act] = [] }: MessageInput, room: number): string {
  if (handoff.ruled || !act || room < SHORTEST_DID) return ''
  const between = act.isSentence ? ' ' : ': '
  const did = plainText(act.words, Math.min(MOST_OF_WORDS, room - between.length))
  return did === '' ? '' : between + did
}

// In a channel people of several zones read it. Where a reader's own zone is not known, the zone is said.
function dueOf(input: MessageInput): string | undefined {
  const { kind, handoff, timeZone, isReadersZone = true } = input
  if (kind === 'attempts-reminder' && handoff.attempts)
    return `until ${clockTime(handoff.attempts.until, { timeZone, from: nowOf(input) })}`
  if (MESSAGES[kind] === 'pool' || handoff.state !== 'open' || handoff.dueAt === null) return undefined
  const words = slaStatus(handoff) === 'breached' ? 'was due' : 'respond by'
  return `${words} ${clockTime(handoff.dueAt, { timeZone, from: nowOf(input), named: !isReadersZone })}`
}

/** When a message is looked at; what happened last stands for it where nobody says. */
export function nowOf({ now, handoff }: { now?: number | undefined; handoff: Handoff }): number {
  return now ?? handoff.events.at(-1)?.at ?? handoff.startedAt
}
