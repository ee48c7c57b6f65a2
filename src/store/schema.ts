import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Ending } from '../handoffs/endings.ts'
import { Handoff } from '../handoffs/handoff.ts'
import { Post, PostedMessage } from '../handoffs/posts.ts'
import { InboxItem } from '../leads/change.ts'
import { HistoryEntry } from '../leads/history.ts'
import { LeadRecord } from '../leads/lead.ts'

/*
 * Reading what stands in Redis. Records outlive deployments: each is checked when it is read, and one that an older
 * version wrote becomes what this version writes. Every reader throws when a record is neither.
 */

/** The key that makes a signal idempotent; a caller's id is only kept as a digest, for it may say something about a person. */
export function signalKey(id: string): string {
  return `signal-${createHash('sha1').update(id).digest('base64url')}`
}

/** Starts the key under which signals wait whose contact is known by its email address only. */
export const EMAIL_KEY = 'email_'

/** The key under which signals wait for the contact with an email address. */
export function addressKey(email: string): string {
  return `${EMAIL_KEY}${createHash('sha256').update(email.toLowerCase()).digest('hex').slice(0, 32)}`
}

// The first version had one handoff at a time, in a record of its own that also held the addresses of its messages.
const FirstLead = z.looseObject({
  v: z.literal(1),
  handoffId: z.string().optional(),
  handoffs: z.number(),
  lookAgainAt: z.number().nullable(),
  gone: z.literal(true).optional(),
  returned: z.object({ at: z.number() }).optional(),
  scoringVersion: z.number(),
})

const FirstHandoff = z.looseObject({
  v: z.literal(1),
  id: z.string(),
  definition: z.string(),
  status: z.enum(['open', 'responded', 'closed']),
  startedAt: z.number(),
  ended: z
    .object({
      at: z.number(),
      how: z.enum(['contacted', 'seen-in-hubspot', 'disqualified', 'contact-gone']),
      by: z.string().optional(),
      reason: z.string().optional(),
      minutes: z.number(),
    })
    .optional(),
  followUp: z.object({ until: z.number(), attempts: z.number(), nurture: z.string() }).optional(),
  returned: z.object({ at: z.number(), reason: z.string() }).optional(),
  messages: z.record(z.string(), PostedMessage.omit({ handoffId: true })),
  events: z.array(z.looseObject({ what: z.string() })),
})

/** A lead's record and how it was written; of an older one, `handoffIds` are those that stand in records of their own. */
export function readLead(content: unknown, pseudonym: string): { lead: LeadRecord; handoffIds: string[] } {
  const isFirst = (content as { v?: unknown } | null)?.v === 1
  if (!isFirst) return { lead: LeadRecord.parse(content), handoffIds: [] }
  const {
    handoffId,
    handoffs,
    lookAgainAt,
    gone,
    returned,
    scoringVersion,
    waitingSince: _,
    ...rest
  } = FirstLead.parse(content)
  const lead = LeadRecord.parse({
    ...rest,
    v: 2,
    pseudonym,
    createdAt: 0,
    properties: {},
    company: null,
    readBy: null,
    wakeAt: lookAgainAt,
    // The kind is known once its record has been read.
    handoffs: handoffId ? { [handoffId]: handoffId } : {},
    handoffCount: handoffs,
    ...(returned ? { ended: { how: 'returned', at: returned.at } } : {}),
    ...(gone ? { missingSince: 0 } : {}),
    outcomes: {},
    rulesVersion: scoringVersion,
  })
  return { lead, handoffIds: Array.from({ length: handoffs }, (_, index) => `${lead.id}-${index + 1}`) }
}

/** A handoff that the first version wrote, and the addresses of its messages by the id of their post. */
export function readFirstHandoff(json: string): { handoff: Handoff; messages: Record<string, PostedMessage> } {
  const { definition, status, ended, followUp, returned, messages, events, ...rest } = FirstHandoff.parse(
    JSON.parse(json),
  )
  const answer = ended && (ended.how === 'contacted' || ended.how === 'seen-in-hubspot') ? ended : undefined
  const over = endingOf({ status, ended, followUp, returned })
  const handoff = Handoff.parse({
    ...rest,
    v: 2,
    kind: definition,
    byRoute: true,
    state: over ? 'ended' : status === 'open' ? 'open' : 'answered',
    ...(answer ? { answered: { at: answer.at, how: answer.how, by: answer.by, minutes: answer.minutes } } : {}),
    ...(followUp ? { attempts: { until: followUp.until, count: followUp.attempts, nurture: followUp.nurture } } : {}),
    ...(over ? { ended: over } : {}),
    events: events.map((event) => (event.what === 'contact-gone' ? { ...event, what: 'missing' } : event)),
  })
  const addresses = Object.entries(messages).map(([ref, message]) => [
    `${handoff.id}.${ref}`,
    PostedMessage.parse({ ...message, handoffId: handoff.id }),
  ])
  return { handoff, messages: Object.fromEntries(addresses) }
}

type FirstEnding = Pick<z.output<typeof FirstHandoff>, 'status' | 'ended' | 'followUp' | 'returned'>

function endingOf({ status, ended, followUp, returned }: FirstEnding): Handoff['ended'] {
  if (returned) return { at: returned.at, how: 'returned', reason: returned.reason }
  if (!ended || status === 'open') return undefined
  const names: Partial<Record<typeof ended.how, Ending>> = { disqualified: 'disqualified', 'contact-gone': 'missing' }
  const how = names[ended.how]
  if (how) return { at: ended.at, how, by: ended.by, reason: ended.reason }
  // Answered, and the time for reaching the lead was over: it had been reached.
  return followUp ? undefined : { at: ended.at, how: 'done' }
}

/** A handoff. */
export function readHandoff(content: unknown): Handoff {
  return Handoff.parse(content)
}

/** The address of a message that Slack has. */
export function readMessage(json: string): PostedMessage {
  return PostedMessage.parse(JSON.parse(json))
}

/** A message that waits to be sent; older ones said who reads it, which their kind says as well. */
export function readPost(json: string): Post {
  const { handoffId, id, ...rest } = JSON.parse(json)
  return Post.parse({ ...rest, id, handoffId: handoffId ?? id.slice(0, id.indexOf('.')) })
}

/** Something that came in and has not been dealt with. */
export function readInboxItem(json: string): InboxItem {
  const item = JSON.parse(json)
  return InboxItem.parse(item.kind === 'hint' ? { ...item, kind: 'event' } : item)
}

/** A line of a lead's history. */
export function readHistoryEntry(content: unknown): HistoryEntry {
  return HistoryEntry.parse(content)
}
