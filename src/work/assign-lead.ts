import type { Config } from '../config/config.ts'
import { type Handoff, startHandoff } from '../handoffs/handoff.ts'
import { calendarOf } from '../handoffs/team.ts'
import type { Contact } from '../hubspot/client.ts'
import type { Decision } from '../leads/decision.ts'
import { responseBaseline } from '../leads/observe.ts'
import type { Choice, PoolLedger } from '../store/pools.ts'

/** The outcome of looking for a rep: the choice with its candidates, and the handoff when somebody was found. */
export interface Assignment {
  choice: Choice
  handoff: Handoff | null
}

/**
 * Looks for a rep when the decision wants one, and starts the handoff with its clock. The ids come from the lead and
 * the number of its handoff: doing this again before it is committed gives the same rep.
 */
export async function assignLead(
  pools: PoolLedger,
  config: Config,
  contact: Contact,
  decision: Decision,
  earlierHandoffs: number,
  now: number,
): Promise<Assignment | null> {
  const { to, route, handoff: name } = decision.route
  if (decision.action !== 'assign' || !('pool' in to) || name === undefined) return null
  const definition = config.sla.handoffs[name]
  if (!definition) throw new Error(`no handoff ${name} in sla.yaml`)
  const id = `${contact.id}-${earlierHandoffs + 1}`
  const owner = contact.properties.hubspot_owner_id
  const keep =
    config.routing.keepOwner && owner
      ? Object.values(config.team.reps).find((rep) => rep.hubspotOwnerId === owner)?.id
      : undefined
  const choice = await pools.assign(config.team, { assignmentId: `${id}-1`, pool: to.pool, keep, hadIt: [] }, now)
  const rep = choice.rep === null ? undefined : config.team.reps[choice.rep]
  if (!rep) return { choice, handoff: null }
  const handoff = startHandoff({
    id,
    leadId: contact.id,
    name,
    definition,
    route,
    pool: to.pool,
    holder: {
      rep: rep.id,
      pool: choice.pool,
      how: rep.id === keep ? 'kept-owner' : 'rotation',
      assignmentId: choice.assignmentId,
    },
    calendarName: rep.calendar,
    calendar: calendarOf(config.team, rep.id),
    baseline: responseBaseline(config.hubspot, contact.properties),
    now,
  })
  return { choice, handoff }
}
