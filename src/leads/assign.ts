import { type Handoff, type HandoffOrder, startHandoff, waitingHandoff } from '../handoffs/handoff.ts'
import { calendarOf } from '../handoffs/team.ts'
import type { Choice, NextConfig, RepRequest } from './change.ts'
import { type Contact, responseBaseline } from './observe.ts'

/** The reps that were reserved so far for this change, by the id of their assignment. */
export type Reserved = Readonly<Record<string, Choice>>

/** A handoff that somebody took or that waits, with who was considered; or the rep that has to be reserved first. */
export type Taken = { wanted: RepRequest } | { handoff: Handoff; choice: Choice }

/**
 * Gives the lead to a rep of a pool and starts the clock, or lets it wait when nobody is free. The ids come from the lead
 * and the number of its handoff: asking again before it is committed gives the same rep.
 */
export function takeUp(
  config: NextConfig,
  contact: Contact,
  order: Pick<HandoffOrder, 'id' | 'kind' | 'byRoute' | 'route' | 'pool'>,
  reserved: Reserved,
  now: number,
  keepOwner: boolean,
): Taken {
  const kind = config.handoffs.kinds[order.kind]
  if (!kind) throw new Error(`no handoff ${order.kind} in sla.yaml`)
  const assignmentId = `${order.id}-1`
  const choice = reserved[assignmentId]
  const owner = contact.properties.hubspot_owner_id
  const keep = keepOwner && owner ? repWithOwner(config, owner) : undefined
  if (!choice) return { wanted: { assignmentId, pool: order.pool, keep, hadIt: [] } }
  const full: HandoffOrder = {
    ...order,
    leadId: contact.id,
    baseline: responseBaseline(config.hubspot, contact.properties),
  }
  const rep = choice.rep === null ? undefined : config.team.reps[choice.rep]
  if (!rep) return { handoff: waitingHandoff(full, now), choice }
  const how = choice.owner || rep.id === keep ? 'kept-owner' : 'rotation'
  const holder = { rep: rep.id, pool: choice.pool, how, assignmentId } as const
  const calendar = { name: rep.calendar, calendar: calendarOf(config.team, rep.id) }
  return { handoff: startHandoff(full, kind, holder, calendar, now), choice }
}

/** The rep whose owner id in HubSpot this is; undefined when nobody of the team has it. */
export function repWithOwner({ team }: Pick<NextConfig, 'team'>, ownerId: string): string | undefined {
  return Object.values(team.reps).find((rep) => rep.hubspotOwnerId === ownerId)?.id
}
