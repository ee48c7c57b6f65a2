import type { Attributes } from '../rules/attributes.ts'
import { junkReason, NOT_JUNK } from '../rules/junk.ts'
import type { Gathered, NextConfig } from './change.ts'
import type { Action } from './decision.ts'
import type { LeadRecord } from './lead.ts'
import { observeAttributes, type Properties, type PropertyHistory, personSet } from './observe.ts'

const OWNER = 'hubspot_owner_id'

/** The properties that say whether a contact is junk, and that nothing else may ask for. */
export function junkProperties({ icp }: Pick<NextConfig, 'icp'>): string[] {
  return icp.junk ? [`hubspot.${NOT_JUNK}`, ...(icp.junk.honeypot ? [icp.junk.honeypot] : [])] : []
}

/** What is known of a contact, with the attribute `junk` where it is some. A person who made somebody its owner wants it. */
export function withJunk({ icp }: Pick<NextConfig, 'icp'>, attributes: Attributes, isWanted: boolean): Attributes {
  const { junk: _, ...known } = attributes
  const value = icp.junk && !isWanted ? junkReason(icp.junk, known) : undefined
  return value === undefined ? known : { ...known, junk: { value, source: 'list of what is junk' } }
}

/** Whether a person made somebody the contact's owner; where HubSpot does not tell who did, a person may have. */
export function isOwnedByWish(properties: Properties, history: PropertyHistory): boolean {
  if (!properties[OWNER]) return false
  const last = history[OWNER]?.[0]
  return last === undefined || personSet(last)
}

/** The same of a lead that is computed again: who made its owner was asked when it was read. */
export function wasWanted({ attributes, properties }: Pick<LeadRecord, 'attributes' | 'properties'>): boolean {
  return attributes.junk === undefined && Boolean(properties[OWNER])
}

/** Whose earlier values tell whether a contact that seems junk is wanted. */
export function historyOfJunk(config: NextConfig, { properties }: Gathered['contact']): string[] {
  if (!config.icp.junk || !properties[OWNER]) return []
  const seen = observeAttributes(config.hubspot, properties, null, config.reads.raw)
  return junkReason(config.icp.junk, seen) === undefined ? [] : [OWNER]
}

/** Whether the rules throw the lead out and it is junk: then nobody hears of it by any other rule either. */
export function isThrownOut({ action }: { action: Action }, { junk }: Attributes): boolean {
  return action === 'disqualify' && junk !== undefined
}
