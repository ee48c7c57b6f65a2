import { type Config, rawPropertiesInConditions } from '../config/config.ts'
import { endFollowUp } from '../handoffs/attempts.ts'
import type { FollowUp, Handoff } from '../handoffs/handoff.ts'
import type { HubSpot } from '../hubspot/client.ts'
import { decide } from '../leads/decision.ts'
import type { LeadRecord, StandingRoute } from '../leads/lead.ts'
import { attemptsSince, observeAttributes } from '../leads/observe.ts'
import { evaluate } from '../rules/condition.ts'
import { factLookup } from '../rules/score.ts'
import type { HandoffChange } from '../store/handoffs.ts'

/**
 * The days for reaching a lead are over: it stays with its rep, rests in nurture until it does something new, or is out
 * when it said no meanwhile.
 */
export async function afterFollowUp(
  { config, hubspot }: { config: Config; hubspot: Pick<HubSpot, 'readContact'> },
  handoff: Handoff,
  followUp: FollowUp,
  lead: LeadRecord,
  now: number,
): Promise<HandoffChange> {
  const contact = await hubspot.readContact(handoff.leadId)
  const attributes = observeAttributes(
    config.hubspot,
    contact?.properties ?? {},
    null,
    rawPropertiesInConditions(config),
  )
  const condition = config.sla.attempts?.answered
  const answered = condition !== undefined && evaluate(condition, factLookup(attributes)).truth === 'true'
  const made = attemptsSince(config.hubspot, contact?.properties ?? {}, handoff.baseline)
  const after = endFollowUp(handoff, followUp, answered, made, now)
  if (!after.returned) return { handoff: after }
  const { reason, at } = after.returned
  const { route: wanted } = decide(config, lead, { withSales: false, rejected: false }, now)
  // Who has said no, or turned out to be wrong for us, is not nurtured either.
  if ('disqualify' in wanted.to) {
    const out: StandingRoute = { name: wanted.route, to: wanted.to, reason: wanted.to.disqualify, at }
    return { handoff: after, lead: { ...lead, route: out }, history: { at, what: 'returned', reason } }
  }
  const route: StandingRoute = { name: 'no-answer', to: { nurture: followUp.nurture }, reason, at }
  return { handoff: after, lead: { ...lead, route, returned: { at } }, history: { at, what: 'returned', reason } }
}
