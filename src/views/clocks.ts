import { type Handoff, holderOf } from '../handoffs/handoff.ts'
import { displayName } from '../leads/lead.ts'
import { contactUrl } from '../messages/contact-url.ts'
import { iso } from '../rules/words.ts'
import type { createHands } from '../store/by-rep.ts'
import type { Leads } from '../store/leads.ts'
import { leadOf } from '../store/partitions.ts'

/** A clock that runs. */
export interface ClockItem {
  handoff: string
  lead: string
  name: string
  company: string | undefined
  score: number
  kind: string
  route: string
  pool: string
  rep: string | undefined
  startedAt: string
  dueAt: number
  /** The next thing that the ladder does, and when; undefined when it has done all. */
  next: { do: string; dueAt: number } | undefined
  url: string
}

/** The clocks that run, the nearest deadline first. `more`: whether there are others. */
export interface ClockList {
  clocks: ClockItem[]
  more: boolean
}

/** Shows clocks. */
export type ClockViews = ReturnType<typeof createClockViews>

/** Makes what shows the clocks that run, over all reps. */
export function createClockViews(parts: { hands: Pick<ReturnType<typeof createHands>, 'soonest'>; leads: Leads }) {
  return async function viewClocks(limit: number): Promise<ClockList> {
    const clocks: ClockItem[] = []
    for await (const ids of parts.hands.soonest(limit)) {
      const states = await parts.leads.readMany([...new Set(ids.map(leadOf))])
      const byId = new Map(states.map((state) => [state.id, state]))
      for (const id of ids) {
        const state = byId.get(leadOf(id))
        if (!state || 'unreadable' in state || !state.lead) continue
        const handoff = state.handoffs[id]
        // It may have been answered since.
        if (handoff?.state === 'open' && handoff.dueAt !== null)
          clocks.push(clockItem(state.lead, handoff, handoff.dueAt))
      }
      if (clocks.length > limit) break
    }
    return { clocks: clocks.slice(0, limit), more: clocks.length > limit }
  }
}

function clockItem(
  lead: NonNullable<Awaited<ReturnType<Leads['get']>>['lead']>,
  handoff: Handoff,
  dueAt: number,
): ClockItem {
  const { id, leadId, kind, route, pool, startedAt, ladder } = handoff
  const company = lead.attributes['company.name']?.value
  const next = ladder.find((rung) => rung.doneAt === undefined)
  return {
    handoff: id,
    lead: leadId,
    name: displayName(lead.attributes),
    company: company === undefined ? undefined : String(company),
    score: lead.score.total,
    kind,
    route,
    pool,
    rep: holderOf(handoff)?.rep,
    startedAt: iso(startedAt),
    dueAt,
    next: next && { do: next.do, dueAt: next.dueAt },
    url: contactUrl(lead),
  }
}
