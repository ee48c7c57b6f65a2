import { z } from 'zod'
import { ENDINGS } from '../handoffs/endings.ts'
import { type Handoff, heldFor, holderOf } from '../handoffs/handoff.ts'
import { HANDOFF_STATUSES, handoffStatus, SLA_STATUSES, slaStatus } from '../handoffs/status.ts'
import { iso } from '../rules/words.ts'
import type { HandoffLists } from '../store/handoffs.ts'
import type { Leads } from '../store/leads.ts'
import type { HandoffList } from '../store/partitions.ts'
import { DELIVERY, deliveryView } from './delivery.ts'

/*
 * Lists of handoffs, for the API, the console and the command line.
 */

const Instant = z.iso.datetime()
/** A handoff as lists show it. */
export const HandoffItem = z.object({
  id: z.string(),
  leadId: z.string(),
  kind: z.string().describe('the handoff in handoffs.yaml'),
  route: z.string(),
  about: z.string().optional().describe('the deal that it is about'),
  pool: z.string().optional().describe('absent where a person has it who belongs to none'),
  rep: z.string().optional().describe('who has it, or had it last; absent while nobody is free'),
  status: z.enum(HANDOFF_STATUSES),
  sla: z.enum(SLA_STATUSES),
  startedAt: Instant.describe('of one that waits: since when'),
  lacks: z.array(z.string()).optional().describe('it waits until this is known, or somebody assigns it'),
  dueAt: Instant.optional().describe('absent while nobody has it: the clock starts when somebody takes it'),
  breachedAt: Instant.optional(),
  ...DELIVERY,
  answered: z
    .object({
      at: Instant,
      how: z.string(),
      by: z.string().optional().describe('a Slack user id'),
      minutes: z.number().describe('open minutes from the start, in the calendar of the clock'),
    })
    .optional()
    .describe("the rep's first response"),
  ended: z
    .object({ at: Instant, how: z.enum(ENDINGS), by: z.string().optional().describe('a Slack user id') })
    .optional(),
  reason: z.string().optional().describe('why it ended so, in the words of who ended it'),
})
export type HandoffItem = z.output<typeof HandoffItem>

/** Which handoffs are listed; what is absent does not matter. Without a status those that are open, or all of the lead. */
export interface HandoffFilter {
  status?: HandoffList | undefined
  rep?: string | undefined
  pool?: string | undefined
  kind?: string | undefined
  route?: string | undefined
  lead?: string | undefined
  /** Started at or after it, in epoch milliseconds. */
  since?: number | undefined
}

/** A page of handoffs. `next`: where the following page begins; null: this is the last one. */
export interface HandoffPage {
  handoffs: HandoffItem[]
  next: { at: number; id: string } | null
}

// A page is cut short rather than looking through more: the next one goes on.
const MOST_LOOKED_AT = 1_000
const AT_ONCE = 500

/** Lists of handoffs. */
export type HandoffPages = ReturnType<typeof createHandoffPages>

/** Makes what lists them. */
export function createHandoffPages({ lists, leads }: { lists: HandoffLists; leads: Leads }) {
  /** The handoffs that a filter lets through, the youngest first, at most `limit`, from `after` on. */
  return async function page(filter: HandoffFilter, after: HandoffPage['next'], limit: number): Promise<HandoffPage> {
    if (filter.lead !== undefined) return ofLead(filter.lead, filter, after, limit)
    const { status = 'open', since = Number.NEGATIVE_INFINITY } = filter
    const isPlain = [filter.rep, filter.pool, filter.kind, filter.route].every((one) => one === undefined)
    const found: Handoff[] = []
    let from = after
    for (let seen = 0; seen < MOST_LOOKED_AT; seen += AT_ONCE) {
      const { handoffs, next } = await lists.page(status, from, isPlain ? limit : AT_ONCE)
      const young = handoffs.filter(({ startedAt }) => startedAt >= since)
      found.push(...young.filter((handoff) => lets(filter, handoff)))
      const isOver = next === null || young.length < handoffs.length
      if (found.length > limit || (isPlain && !isOver)) return cut(found, limit, next)
      if (isOver) return cut(found, limit, null)
      from = next
    }
    return { handoffs: found.map(handoffItem), next: from }
  }

  async function ofLead(
    id: string,
    filter: HandoffFilter,
    after: HandoffPage['next'],
    limit: number,
  ): Promise<HandoffPage> {
    const { lead, handoffs } = await leads.get(id)
    if (lead?.mergedInto !== undefined) return ofLead(lead.mergedInto, filter, after, limit)
    const { status, since = Number.NEGATIVE_INFINITY } = filter
    const isWanted = (handoff: Handoff) =>
      handoff.startedAt >= since && lets(filter, handoff) && (status === undefined || standsIn(status, handoff))
    const isBehind = ({ startedAt, id: own }: Handoff) =>
      !after || startedAt < after.at || (startedAt === after.at && own < after.id)
    const all = Object.values(handoffs).filter((one) => isWanted(one) && isBehind(one))
    return cut(
      all.sort((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1)),
      limit,
      null,
    )
  }
}

// Of what was read, so many are shown; the next page begins behind the last of them.
function cut(found: Handoff[], limit: number, next: HandoffPage['next']): HandoffPage {
  const shown = found.slice(0, limit)
  const last = shown.at(-1)
  const behind = found.length > limit && last ? { at: last.startedAt, id: last.id } : next
  return { handoffs: shown.map(handoffItem), next: behind }
}

function lets({ rep, pool, kind, route }: HandoffFilter, handoff: Handoff): boolean {
  return (
    (rep === undefined || holderOf(handoff)?.rep === rep) &&
    (pool === undefined || handoff.pool === pool) &&
    (kind === undefined || handoff.kind === kind) &&
    (route === undefined || handoff.route === route)
  )
}

function standsIn(list: HandoffList, handoff: Handoff): boolean {
  return list === 'breached' ? handoff.breachedAt !== undefined : handoffStatus(handoff) === list
}

/** The columns of a list of handoffs as CSV. */
export const HANDOFF_COLUMNS = [
  ...(['id', 'leadId', 'kind', 'route', 'about', 'pool', 'rep', 'status', 'sla', 'startedAt', 'dueAt'] as const),
  ...(['breachedAt', 'answeredAt', 'answeredHow', 'answeredBy', 'minutes', 'endedAt', 'endedHow', 'reason'] as const),
] as const

/** A handoff as a row. */
export function handoffRow(item: HandoffItem): Record<string, unknown> {
  const { answered, ended, ...rest } = item
  return {
    ...rest,
    answeredAt: answered?.at,
    answeredHow: answered?.how,
    answeredBy: answered?.by,
    minutes: answered?.minutes,
    endedAt: ended?.at,
    endedHow: ended?.how,
  }
}

/** A handoff as lists show it. */
export function handoffItem(handoff: Handoff): HandoffItem {
  const { id, leadId, kind, route, about, pool, dueAt, breachedAt, answered, ended } = handoff
  const rep = holderOf(handoff)?.rep
  return {
    id,
    leadId,
    kind,
    route,
    ...(about === undefined ? {} : { about }),
    ...(pool === '' ? {} : { pool }),
    ...(rep === undefined ? {} : { rep }),
    status: handoffStatus(handoff),
    sla: slaStatus(handoff),
    startedAt: iso(handoff.startedAt),
    ...(heldFor(handoff).length > 0 ? { lacks: [...heldFor(handoff)] } : {}),
    ...(dueAt === null ? {} : { dueAt: iso(dueAt) }),
    ...(breachedAt === undefined ? {} : { breachedAt: iso(breachedAt) }),
    ...deliveryView(handoff),
    ...(answered ? { answered: { ...answered, at: iso(answered.at) } } : {}),
    ...(ended?.reason === undefined ? {} : { reason: ended.reason }),
    ...(ended ? { ended: { at: iso(ended.at), how: ended.how, ...(ended.by ? { by: ended.by } : {}) } } : {}),
  }
}
