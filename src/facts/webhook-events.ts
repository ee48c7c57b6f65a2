import { isServiceBreach } from '../handoffs/delivery.ts'
import type { Handoff } from '../handoffs/handoff.ts'
import type { Change, LeadState } from '../leads/change.ts'
import type { LeadRecord } from '../leads/lead.ts'
import type { Fact } from './fact.ts'

/*
 * What others are told of by outgoing webhooks: facts that they need, with the ids by which they find lead and handoff, and
 * no personal data.
 */

/** The events, in the order in which a lead meets them. */
export const WEBHOOK_EVENTS = [
  'routed',
  'assigned',
  'answered',
  'undone',
  'breached',
  'corrected',
  'accepted',
  'rejected',
  'report',
] as const
export type WebhookEventType = (typeof WEBHOOK_EVENTS)[number]

/** Something to tell others of: `at` is epoch milliseconds. */
export interface WebhookEvent {
  type: WebhookEventType | 'test'
  at: number
  data: Record<string, unknown>
}

/** What is told of the facts of one change of a lead. */
export function webhookEvents(before: LeadState, change: Change, facts: readonly Fact[]): WebhookEvent[] {
  const lead = change.lead ?? before.lead
  if (!lead) return []
  return facts.flatMap((fact): WebhookEvent[] => {
    const data = fact.type === 'routed' ? routed(lead, change) : ofHandoff(lead, change, fact)
    // Whoever gets a lead next is told of like the first.
    const type = fact.type === 'reassigned' ? 'assigned' : (fact.type as WebhookEventType)
    return data ? [{ type, at: fact.at, data: known(data) }] : []
  })
}

type Data = Record<string, unknown>

function about({ id, portalId }: LeadRecord): Data {
  return { contactId: id, portalId }
}

// The words of a route may hold what a lead wrote, so its name has to do.
function routed(lead: LeadRecord, { observed }: Change): Data {
  const { route, score } = lead
  const { to } = route
  const where =
    'pool' in to
      ? { to: 'pool', pool: to.pool }
      : 'nurture' in to
        ? { to: 'nurture', track: to.nurture }
        : { to: 'disqualify' }
  const { total, band, tier, mql } = score
  return {
    ...about(lead),
    route: route.name,
    ...where,
    score: total,
    band,
    tier,
    mql,
    observed: observed !== undefined,
  }
}

function ofHandoff(lead: LeadRecord, change: Change, fact: Fact): Data | null {
  const handoff = change.handoffs.find(({ id, leadId }) => id === `${leadId}-${fact.handoff}`)
  const more = handoff && MORE[fact.type]?.(fact, handoff)
  if (!more) return null
  const { kind, route, pool, rep } = fact
  return { ...about(lead), handoffId: handoff.id, kind, route, pool, rep, dueAt: iso(handoff.dueAt), ...more }
}

const MORE: Partial<Record<Fact['type'], (fact: Fact, handoff: Handoff) => Data | null>> = {
  assigned: ({ reason }) => ({ how: reason }),
  reassigned: () => ({ how: 'reassigned' }),
  answered: ({ value, reason }, { breachedAt }) => ({ minutes: value, how: reason, late: breachedAt !== undefined }),
  undone: () => ({}),
  breached: (_, handoff) => ({ undelivered: isServiceBreach(handoff) }),
  // Of another fact that is corrected nobody was told.
  corrected: ({ reason }) => (reason === 'breached' ? { of: reason } : null),
  accepted: ({ reason }) => ({ how: reason }),
  rejected: ({ reason }) => ({ reason }),
}

function iso(at: number | null): string | undefined {
  return at === null ? undefined : new Date(at).toISOString()
}

function known(data: Data): Data {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined))
}
