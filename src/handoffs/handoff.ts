import {
  addBusinessDays,
  addBusinessTime,
  businessTimeBetween,
  type Calendar,
  type OpenPeriod,
} from './business-time.ts'

/** A span of time as the config writes it: exact milliseconds, or business days of the rep's calendar (`5bd`). */
export type Duration = { ms: number } | { businessDays: number }

/** What a rung of the ladder does when nobody has responded. */
export type RungAction = 'remind' | 'reassign' | 'alert-manager'

/** A handoff as `config/sla.yaml` defines it. */
export interface HandoffDefinition {
  respondWithin: Duration
  hours: 'business' | 'elapsed'
  ladder: { at: Duration; do: RungAction }[]
}

/** A rung with its fixed instant. `doneAt` is set once its effect has been decided. */
export interface Rung {
  do: RungAction
  dueAt: number
  doneAt?: number
}

/** How a rep came to hold the lead. */
export type HolderReason = 'rotation' | 'kept-owner' | 'reassigned' | 'passed-on' | 'owner-changed'

/** Someone who holds or held the lead. `pool` is the one whose rotation counts it; `by` is the Slack user who passed it on. */
export interface Holder {
  rep: string
  pool: string
  since: number
  how: HolderReason
  assignmentId: string
  by?: string
}

/** What follows a first response: how often and until when the rep tries, and the nurture track when nobody answers. */
export interface FollowUp {
  until: number
  attempts: number
  nurture: string
}

/** How a handoff ended. */
export type HandoffEnding = 'contacted' | 'seen-in-hubspot' | 'disqualified' | 'contact-gone'

/** Something that happened to a handoff, shown in its messages. `by` is a Slack user id, absent when Baton did it. */
export interface HandoffEvent {
  at: number
  what:
    | 'started'
    | 'reminded'
    | 'reassigned'
    | 'passed-on'
    | 'nobody-left'
    | 'manager-alerted'
    | 'owner-changed'
    | 'returned'
    | HandoffEnding
  by?: string
  rep?: string
  detail?: string
}

/** What a message about a handoff is for. */
export type HandoffMessageKind = 'rep-alert' | 'pool-alert' | 'reminder' | 'manager-alert' | 'hot-alert'

/** A Slack message that Baton posted for a handoff, kept so that it can follow the state. `shown` is a digest of what it shows. */
export interface PostedMessage {
  kind: HandoffMessageKind
  shown: string
  audience: 'rep' | 'pool' | 'manager'
  rep?: string
  channel: string
  ts: string
}

/** A lead in somebody's hands, with its clock and ladder. Instants are epoch milliseconds. */
export interface Handoff {
  v: 1
  id: string
  leadId: string
  definition: string
  route: string
  pool: string
  startedAt: number
  dueAt: number
  /** The calendar that the clock counted, or null when it counts elapsed time; `counted` are the open periods used. */
  calendar: string | null
  counted: OpenPeriod[]
  ladder: Rung[]
  holders: Holder[]
  status: 'open' | 'responded' | 'closed'
  breachedAt?: number
  ended?: { at: number; how: HandoffEnding; by?: string; reason?: string; minutes: number }
  /** The response properties of the contact when the handoff started; a response is a change from these. */
  baseline: Record<string, string | null>
  passOn?: { by: string; at: number }
  /** After a response: until when the rep tries to reach the lead. */
  followUp?: FollowUp
  /** Nobody was reached: the lead went back to nurture. */
  returned?: { at: number; reason: string }
  messages: Record<string, PostedMessage>
  events: HandoffEvent[]
}

/** Where a clock stands, as the CRM shows it. */
export type SlaStatus = 'none' | 'running' | 'responded' | 'breached'

/**
 * Starts a handoff: fixes the deadline and every rung in the calendar of the rep who holds it now. A reassignment
 * or a change of config never moves them.
 */
export function startHandoff(input: {
  id: string
  leadId: string
  name: string
  definition: HandoffDefinition
  route: string
  pool: string
  holder: Omit<Holder, 'since'>
  calendarName: string
  calendar: Calendar
  baseline: Record<string, string | null>
  now: number
}): Handoff {
  const { definition, calendar, now } = input
  const due = after(definition, calendar, now, definition.respondWithin)
  return {
    v: 1,
    id: input.id,
    leadId: input.leadId,
    definition: input.name,
    route: input.route,
    pool: input.pool,
    startedAt: now,
    dueAt: due.at,
    calendar: definition.hours === 'business' ? input.calendarName : null,
    counted: due.counted,
    ladder: definition.ladder.map((rung) => ({ do: rung.do, dueAt: after(definition, calendar, now, rung.at).at })),
    holders: [{ ...input.holder, since: now }],
    status: 'open',
    baseline: input.baseline,
    messages: {},
    events: [{ at: now, what: 'started', rep: input.holder.rep }],
  }
}

/** The rep who holds the lead now. */
export function holderOf(handoff: Handoff): Holder {
  const holder = handoff.holders.at(-1)
  if (!holder) throw new Error(`handoff ${handoff.id} has no holder`)
  return holder
}

/** The handoff with another rep, to whom a person gave the lead in HubSpot. No pool counts it as its own choice. */
export function changeOwner(handoff: Handoff, rep: string, now: number): Handoff {
  const assignmentId = `${handoff.id}-${handoff.holders.length + 1}-owner`
  const holder: Holder = { rep, pool: holderOf(handoff).pool, since: now, how: 'owner-changed', assignmentId }
  const { passOn: _, ...after } = structuredClone(handoff)
  return {
    ...after,
    holders: [...after.holders, holder],
    events: [...after.events, { at: now, what: 'owner-changed', rep }],
  }
}

/**
 * Ends a handoff: a response stops the clock, a disqualification or a deleted contact closes it. A handoff that has
 * ended already is returned as null, so that the second of two clicks changes nothing.
 */
export function endHandoff(
  handoff: Handoff,
  ending: { at: number; how: HandoffEnding; by?: string; reason?: string },
  calendar: Calendar | undefined,
): Handoff | null {
  if (handoff.status !== 'open') return null
  const after = structuredClone(handoff)
  const elapsed = Math.max(0, ending.at - handoff.startedAt)
  const counted = handoff.calendar && calendar ? businessTimeBetween(calendar, handoff.startedAt, ending.at) : elapsed
  after.status = ending.how === 'contacted' || ending.how === 'seen-in-hubspot' ? 'responded' : 'closed'
  after.ended = { ...ending, minutes: Math.round(counted / 60_000) }
  if (ending.at > after.dueAt && after.breachedAt === undefined) after.breachedAt = after.dueAt
  delete after.passOn
  const event: HandoffEvent = { at: ending.at, what: ending.how }
  if (ending.by !== undefined) event.by = ending.by
  if (ending.reason !== undefined) event.detail = ending.reason
  after.events.push(event)
  return after
}

/** The clock's state for the CRM: breached as soon as the deadline has passed, also when the response came later. */
export function slaStatus(handoff: Handoff | undefined): SlaStatus {
  if (!handoff || handoff.status === 'closed') return 'none'
  if (handoff.breachedAt !== undefined) return 'breached'
  return handoff.status === 'responded' ? 'responded' : 'running'
}

function after(
  definition: HandoffDefinition,
  calendar: Calendar,
  start: number,
  duration: Duration,
): { at: number; counted: OpenPeriod[] } {
  if ('businessDays' in duration) {
    const at = addBusinessDays(calendar, start, duration.businessDays)
    if (at !== null) return { at, counted: [] }
  } else if (definition.hours === 'business') {
    const result = addBusinessTime(calendar, start, duration.ms)
    if (result) return { at: result.due, counted: result.counted }
  }
  // A calendar without open time is refused by the config check; elapsed time keeps the clock running all the same.
  const elapsed = 'ms' in duration ? duration.ms : duration.businessDays * 24 * 60 * 60_000
  return { at: start + elapsed, counted: [] }
}
