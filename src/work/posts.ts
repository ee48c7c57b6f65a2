import { type Handoff, holderOf } from '../handoffs/handoff.ts'
import type { Notice } from '../handoffs/ladder.ts'
import type { LeadRecord } from '../leads/lead.ts'
import type { Post } from '../store/schema.ts'

/**
 * The messages that a decision calls for. A new handoff: the rep's and the pool's, and for a hot lead one to the
 * manager at once. A lead that turns hot while it is with sales: the extra one. A lead that begins to wait: one.
 * `since` is when Baton received what the decision is about, undefined when nothing came in.
 */
export function postsForLead(
  record: LeadRecord,
  previous: LeadRecord | null,
  started: Handoff | null,
  current: Handoff | null,
  since: number | undefined,
): Post[] {
  const hot = record.score.band === 'hot'
  if (started) {
    const extra = hot ? [post(started, 'hot-alert', 'manager', 'hot-alert')] : []
    return [{ ...repAlert(started), since }, post(started, 'pool-alert', 'pool', 'pool-alert'), ...extra]
  }
  const turnsHot = hot && previous?.score.band !== 'hot' && current?.status === 'open' && !current.messages['hot-alert']
  if (turnsHot && current) return [post(current, 'hot-alert', 'manager', 'hot-alert')]
  const beginsToWait = record.waitingSince !== undefined && previous?.waitingSince === undefined
  if (!beginsToWait || !('pool' in record.route.to)) return []
  const id = `${record.id}-waiting-${record.waitingSince}.nobody-available`
  return [{ v: 1, id, leadId: record.id, kind: 'nobody-available', audience: 'manager', pool: record.route.to.pool }]
}

/** The messages that steps of the ladder call for. Their ids name the step, so that each is sent once. */
export function ladderPosts(handoff: Handoff, notices: Notice[]): Post[] {
  const step = handoff.events.length
  return notices.map((notice) => {
    if (notice === 'rep-alert') return repAlert(handoff)
    if (notice === 'reminder')
      return { ...post(handoff, 'reminder', 'rep', `reminder-${step}`), rep: holderOf(handoff).rep }
    return managerAlert(handoff.id, handoff.leadId, handoff.pool, String(step))
  })
}

/** A message to the manager about a handoff; `step` tells it from the others of the same handoff. */
export function managerAlert(handoffId: string, leadId: string, pool: string, step: string): Post {
  return {
    v: 1,
    id: `${handoffId}.manager-alert-${step}`,
    leadId,
    handoffId,
    kind: 'manager-alert',
    audience: 'manager',
    pool,
  }
}

/** A place in the handoff's messages, from a post's id. */
export function messageRef(post: Post): string {
  return post.id.slice(post.id.indexOf('.') + 1)
}

/** The alert to the rep who holds the lead now. */
export function repAlert(handoff: Handoff): Post {
  return { ...post(handoff, 'rep-alert', 'rep', `rep-alert-${handoff.holders.length}`), rep: holderOf(handoff).rep }
}

function post(handoff: Handoff, kind: Post['kind'], audience: Post['audience'], ref: string): Post {
  return {
    v: 1,
    id: `${handoff.id}.${ref}`,
    leadId: handoff.leadId,
    handoffId: handoff.id,
    kind,
    audience,
    pool: handoff.pool,
  }
}
