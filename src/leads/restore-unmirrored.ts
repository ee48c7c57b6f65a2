import { addBusinessTime } from '../handoffs/business-time.ts'
import type { Handoff } from '../handoffs/handoff.ts'
import type { Duration } from '../handoffs/kinds.ts'
import { startHandoff, waitingHandoff } from '../handoffs/start.ts'
import { calendarOf, repWithOwner } from '../handoffs/team.ts'
import type { Signal } from '../rules/attributes.ts'
import { scoreEngagement } from '../rules/engagement.ts'
import type { NextConfig } from './change.ts'
import type { KnownHandoffs } from './mirror.ts'
import { type Contact, readInstant, responseBaseline } from './observe.ts'
import { observeSignals } from './observe-signals.ts'
import type { Shown } from './properties.ts'

/*
 * What can be rebuilt of a lead that an older version wrote, whose signals and handoffs HubSpot does not mirror: as much as
 * its counters and its response clock show.
 */

/** The newest of the signals that HubSpot's counters show, as many as explain the engagement that stands there. */
export function signalsShown(config: NextConfig, contact: Contact, shown: Shown, scoredAt: number): Signal[] {
  const most = Number(shown.engagementScore ?? 0)
  // Nothing needs explaining. Of a lead without signals the mirror is empty as well.
  if (!(most > 0)) return []
  const all = observeSignals(config.hubspot, contact.properties, { before: null, createdAt: scoredAt, now: scoredAt })
  const newestFirst = all.toSorted((a, b) => b.at - a.at).map((signal) => ({ ...signal, decision: 0 }))
  let kept: Signal[] = []
  for (const signal of newestFirst) {
    const more = [...kept, signal]
    if (scoreEngagement(config.scoring.engagement, more, scoredAt).points > most) continue
    kept = more
  }
  return kept.toSorted((a, b) => a.at - b.at)
}

/** The handoff with sales that the response clock shows: its kind by the route, its rep by the owner. */
export function handoffShown(config: NextConfig, contact: Contact, shown: Shown, scoredAt: number): KnownHandoffs {
  const nothing: KnownHandoffs = { handoffs: [], count: 0, ended: undefined }
  const { routes } = config.routing
  const route =
    routes.find(({ name, handoff }) => name === shown.route && handoff) ?? routes.find(({ handoff }) => handoff)
  const kind = config.handoffs.kinds[route?.handoff ?? '']
  const status = shown.slaStatus ?? 'none'
  if (!route?.handoff || !kind || !('pool' in route.to) || status === 'none') return nothing
  const order = {
    id: `${contact.id}-1`,
    leadId: contact.id,
    kind: route.handoff,
    byRoute: true,
    route: shown.route ?? route.name,
    pool: route.to.pool,
    baseline: responseBaseline(config.hubspot, contact.properties),
  }
  if (status === 'waiting') return { handoffs: [waitingHandoff(order, scoredAt)], count: 1, ended: undefined }
  const rep = repWithOwner(config.team, contact.properties.hubspot_owner_id ?? '')?.id
  const dueAt = readInstant(shown.slaDueAt)
  if (!rep) return nothing
  const calendar = { name: config.team.reps[rep]?.calendar ?? '', calendar: calendarOf(config.team, rep) }
  const holder = { rep, pool: order.pool, how: 'kept-owner', assignmentId: `${order.id}-1` } as const
  const begun = startHandoff(order, kind, holder, calendar, scoredAt)
  const breach = status === 'breached' ? { breachedAt: dueAt ?? scoredAt } : {}
  // A due date stands there only while the clock runs.
  if (dueAt !== undefined) {
    const ladder = kind.ladder.map((rung) =>
      rungAt(rung.do, later(rung.at, kind.respondWithin), dueAt, scoredAt, begun),
    )
    const open: Handoff = { ...begun, startedAt: Math.min(scoredAt, dueAt), dueAt, counted: [], ladder, ...breach }
    return { handoffs: [open], count: 1, ended: undefined }
  }
  const minutes = Number(shown.firstResponseMinutes ?? 0)
  const done = { at: scoredAt, how: 'done' } as const
  const answered = { at: scoredAt, how: 'seen-in-hubspot', minutes } as const
  const over: Handoff = { ...begun, state: 'ended', dueAt: null, ladder: [], answered, ended: done, ...breach }
  return { handoffs: [over], count: 1, ended: done }

  function rungAt(does: Handoff['ladder'][number]['do'], after: number, due: number, since: number, one: Handoff) {
    const business =
      one.calendar !== null && after > 0 ? addBusinessTime(calendar.calendar, due, after)?.due : undefined
    const at = business ?? due + after
    // What was due before Baton last wrote has been done.
    return { do: does, dueAt: at, ...(at < since ? { doneAt: at } : {}) }
  }
}

function later(rung: Duration, respondWithin: Duration): number {
  return inMilliseconds(rung) - inMilliseconds(respondWithin)
}

function inMilliseconds(duration: Duration): number {
  return 'ms' in duration ? duration.ms : duration.businessDays * 24 * 60 * 60_000
}
