import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Handoff } from '../handoffs/handoff.ts'
import type { DecisionEntry, HistoryEntry } from '../leads/history.ts'
import type { LeadRecord } from '../leads/lead.ts'

/** The schemas of what Baton keeps in Redis. Records outlive deployments, so each is checked when it is read. */

const Attribute = z.object({
  value: z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]),
  source: z.string(),
})
const Signal = z.object({
  id: z.string(),
  type: z.string(),
  at: z.number(),
  detail: z.string().optional(),
  decision: z.number().optional(),
})
const Destination = z.union([
  z.object({ pool: z.string() }),
  z.object({ nurture: z.string() }),
  z.object({ disqualify: z.string() }),
])

const StoredLead: z.ZodType<LeadRecord> = z.object({
  v: z.literal(1),
  id: z.string(),
  portalId: z.string().optional(),
  attributes: z.record(z.string(), Attribute),
  counters: z.record(z.string(), z.string().nullable()),
  signals: z.array(Signal),
  pages: z.object({ views: z.number().optional(), last: z.string().optional() }),
  enrichment: z.record(
    z.string(),
    z.object({ status: z.enum(['matched', 'not-found', 'rate-limited', 'failed', 'late']), at: z.number() }),
  ),
  missing: z.array(z.string()),
  needsReview: z.boolean(),
  score: z.object({
    total: z.number(),
    fit: z.number(),
    engagement: z.number(),
    band: z.string(),
    mql: z.boolean(),
    tier: z.number().optional(),
    at: z.number(),
    reasons: z.array(z.string()),
  }),
  route: z.object({ name: z.string(), to: Destination, reason: z.string(), at: z.number() }),
  lookAgainAt: z.number().nullable(),
  handoffId: z.string().optional(),
  handoffs: z.number(),
  waitingSince: z.number().optional(),
  gone: z.literal(true).optional(),
  returned: z.object({ at: z.number() }).optional(),
  rejected: z.object({ by: z.string(), reason: z.string(), at: z.number() }).optional(),
  configVersion: z.string(),
  scoringVersion: z.number(),
  decisions: z.number(),
})

const endings = ['contacted', 'seen-in-hubspot', 'disqualified', 'contact-gone'] as const

const HandoffEvent = z.object({
  at: z.number(),
  what: z.enum([
    'started',
    'reminded',
    'reassigned',
    'passed-on',
    'nobody-left',
    'manager-alerted',
    'owner-changed',
    'returned',
    ...endings,
  ]),
  by: z.string().optional(),
  rep: z.string().optional(),
  detail: z.string().optional(),
})

const StoredHandoff: z.ZodType<Handoff> = z.object({
  v: z.literal(1),
  id: z.string(),
  leadId: z.string(),
  definition: z.string(),
  route: z.string(),
  pool: z.string(),
  startedAt: z.number(),
  dueAt: z.number(),
  calendar: z.string().nullable(),
  counted: z.array(z.object({ from: z.number(), to: z.number() })),
  ladder: z.array(
    z.object({ do: z.enum(['remind', 'reassign', 'alert-manager']), dueAt: z.number(), doneAt: z.number().optional() }),
  ),
  holders: z.array(
    z.object({
      rep: z.string(),
      pool: z.string(),
      since: z.number(),
      how: z.enum(['rotation', 'kept-owner', 'reassigned', 'passed-on', 'owner-changed']),
      assignmentId: z.string(),
      by: z.string().optional(),
    }),
  ),
  status: z.enum(['open', 'responded', 'closed']),
  breachedAt: z.number().optional(),
  ended: z
    .object({
      at: z.number(),
      how: z.enum(endings),
      by: z.string().optional(),
      reason: z.string().optional(),
      minutes: z.number(),
    })
    .optional(),
  baseline: z.record(z.string(), z.string().nullable()),
  passOn: z.object({ by: z.string(), at: z.number() }).optional(),
  followUp: z.object({ until: z.number(), attempts: z.number(), nurture: z.string() }).optional(),
  returned: z.object({ at: z.number(), reason: z.string() }).optional(),
  messages: z.record(
    z.string(),
    z.object({
      kind: z.enum(['rep-alert', 'pool-alert', 'reminder', 'manager-alert', 'hot-alert']),
      shown: z.string(),
      audience: z.enum(['rep', 'pool', 'manager']),
      rep: z.string().optional(),
      channel: z.string(),
      ts: z.string(),
    }),
  ),
  events: z.array(HandoffEvent),
})

const StoredDecision: z.ZodType<DecisionEntry> = z.object({
  what: z.literal('decided'),
  at: z.number(),
  number: z.number(),
  config: z.string(),
  route: z.string(),
  to: Destination,
  action: z.enum(['assign', 'stay-with-sales', 'stay-rejected', 'stay-in-nurture', 'nurture', 'disqualify']),
  score: z.number(),
  fit: z.number(),
  engagement: z.number(),
  band: z.string(),
  standing: z.object({ withSales: z.boolean(), rejected: z.boolean(), resting: z.boolean().optional() }),
  was: z.record(z.string(), Attribute.nullable()),
  choice: z
    .object({
      rep: z.string().nullable(),
      pool: z.string(),
      owner: z.boolean(),
      candidates: z.array(
        z.object({
          pool: z.string(),
          members: z.array(
            z.object({
              rep: z.string(),
              weight: z.number(),
              turns: z.number(),
              lastAssignedAt: z.number().nullable(),
              skipped: z.enum(['away', 'inactive', 'daily-cap', 'open-cap', 'had-it-before']).nullable(),
            }),
          ),
        }),
      ),
    })
    .optional(),
})

const OtherEntry = z.object({
  what: z.string(),
  at: z.number(),
  by: z.string().optional(),
  reason: z.string().optional(),
  steps: z.array(HandoffEvent).optional(),
})

const StoredEntry = z.union([StoredDecision, OtherEntry])

/** Something that came in for a lead and has not been read yet. `email` is set until the contact's id is known. */
export const InboxItem = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('hint'),
    event: z.string(),
    at: z.number(),
    receivedAt: z.number().optional(),
    portalId: z.string().optional(),
    /** Of a merge: the contact that lives on. */
    survivor: z.string().optional(),
  }),
  z.object({ kind: z.literal('signal'), signal: Signal, receivedAt: z.number(), email: z.string().optional() }),
])
export type InboxItem = z.output<typeof InboxItem>

/** The key that makes a signal idempotent; a caller's id is only kept as a digest, for it may say something about a person. */
export function signalKey(id: string): string {
  return `signal-${createHash('sha1').update(id).digest('base64url')}`
}

/** Starts the key under which signals wait whose contact is known by its email address only. */
export const EMAIL_KEY = 'email_'

/** A Slack message that waits to be sent. `audience` and `rep` say to whom; `ref` is its place in the handoff's messages. */
export const Post = z.object({
  v: z.literal(1),
  id: z.string(),
  leadId: z.string(),
  handoffId: z.string().optional(),
  kind: z.enum(['rep-alert', 'pool-alert', 'reminder', 'manager-alert', 'hot-alert', 'nobody-available']),
  audience: z.enum(['rep', 'pool', 'manager']),
  rep: z.string().optional(),
  pool: z.string(),
  /** Of the first alert: when Baton received what led to it. */
  since: z.number().optional(),
})
export type Post = z.output<typeof Post>

/** Reads a stored lead. Throws when it is not what this version of Baton wrote. */
export function parseLead(content: unknown): LeadRecord {
  return StoredLead.parse(content)
}

/** Reads a stored handoff. Throws when it is not what this version of Baton wrote. */
export function parseHandoff(json: string): Handoff {
  return StoredHandoff.parse(JSON.parse(json))
}

/** Reads a line of a lead's history. Throws when it is not what this version of Baton wrote. */
export function parseHistoryEntry(content: unknown): HistoryEntry {
  return StoredEntry.parse(content)
}
