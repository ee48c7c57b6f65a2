import { z } from 'zod'
import { type Handoff, holderOf } from '../handoffs/handoff.ts'
import { HANDOFF_STATUSES, handoffStatus } from '../handoffs/status.ts'
import { displayName, type LeadRecord } from '../leads/lead.ts'
import { type Listed, PLACES } from '../leads/listed.ts'
import { contactUrl } from '../messages/contact-url.ts'
import { iso } from '../rules/words.ts'

const Instant = z.iso.datetime()

/** What a handoff that is not over shows in a list of leads. */
const LiveHandoff = z.object({
  id: z.string(),
  kind: z.string(),
  status: z.enum(HANDOFF_STATUSES),
  rep: z.string().optional(),
  pool: z.string().optional(),
  startedAt: Instant.describe('of one that waits: since when'),
  dueAt: Instant.optional().describe('when the rep has to answer; absent while nobody has it'),
  tryUntil: Instant.optional().describe('until when the rep tries to reach the lead, after an answer'),
  breached: z.boolean(),
})

/** A lead as lists show it. */
export const LeadItem = z.object({
  id: z.string().describe('the contact in HubSpot'),
  name: z.string(),
  company: z.string().optional(),
  jobTitle: z.string().optional(),
  score: z.number(),
  fit: z.number(),
  engagement: z.number(),
  band: z.string(),
  place: z.enum(PLACES).describe('where it stands: with sales or for sales, resting, out, or left alone'),
  route: z.string(),
  reps: z.array(z.string()).describe('who has it in hand; else who had it with sales last'),
  track: z.string().optional().describe('its nurture track'),
  needsReview: z.boolean().describe('it lacks what sales needs: `missing`'),
  missing: z.array(z.string()),
  waiting: z.boolean().describe('nobody is free to take it'),
  open: z.boolean().describe('a clock runs'),
  scoredAt: Instant,
  reason: z.string().describe('why it stands where it does'),
  handoffs: z.array(LiveHandoff).describe('those that are not over, the nearest deadline first'),
  url: z.string().describe('the contact in HubSpot, for people'),
})
export type LeadItem = z.output<typeof LeadItem>

/** A lead as lists show it. */
export function leadItem(lead: LeadRecord, handoffs: readonly Handoff[], listed: Listed): LeadItem {
  const text = (name: string) => {
    const value = lead.attributes[name]?.value
    return value === undefined ? undefined : String(value)
  }
  const [company, jobTitle] = [text('company.name'), text('jobTitle')]
  const live = handoffs.filter(({ state }) => state !== 'ended').map(liveHandoff)
  const until = ({ dueAt, tryUntil }: (typeof live)[number]) => tryUntil ?? dueAt ?? '~'
  return {
    id: lead.id,
    name: displayName(lead.attributes),
    ...(company ? { company } : {}),
    ...(jobTitle ? { jobTitle } : {}),
    score: lead.score.total,
    fit: lead.score.fit,
    engagement: lead.score.engagement,
    band: listed.band,
    place: listed.place,
    route: listed.route,
    reps: listed.reps,
    ...(listed.track === '' ? {} : { track: listed.track }),
    needsReview: listed.needsReview,
    missing: lead.missing,
    waiting: listed.waiting,
    open: listed.open,
    scoredAt: iso(listed.at),
    reason: lead.route.reason,
    handoffs: live.sort((a, b) => (until(a) < until(b) ? -1 : 1)),
    url: contactUrl(lead),
  }
}

function liveHandoff(handoff: Handoff): z.output<typeof LiveHandoff> {
  const { id, kind, pool, startedAt, dueAt, attempts, breachedAt } = handoff
  const rep = holderOf(handoff)?.rep
  return {
    id,
    kind,
    status: handoffStatus(handoff),
    ...(rep === undefined ? {} : { rep }),
    ...(pool === '' ? {} : { pool }),
    startedAt: iso(startedAt),
    ...(dueAt === null ? {} : { dueAt: iso(dueAt) }),
    ...(attempts ? { tryUntil: iso(attempts.until) } : {}),
    breached: breachedAt !== undefined,
  }
}

/** The columns of a list of leads as CSV. */
export const LEAD_COLUMNS = [
  ...(['id', 'name', 'company', 'jobTitle', 'score', 'fit', 'engagement', 'band', 'place', 'route', 'reps'] as const),
  ...(['track', 'needsReview', 'missing', 'waiting', 'open', 'dueAt', 'scoredAt', 'reason', 'url'] as const),
] as const

/** A lead as a row; `dueAt` is the nearest deadline of those that run. */
export function leadRow(item: LeadItem): Record<string, unknown> {
  return { ...item, dueAt: item.handoffs.find(({ status }) => status === 'open')?.dueAt }
}
