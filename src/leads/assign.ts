import type { RepRequest } from '../handoffs/choice.ts'
import type { Handoff, Holder } from '../handoffs/handoff.ts'
import { type HandoffOrder, startHandoff, waitingHandoff } from '../handoffs/start.ts'
import { calendarOf, isAway, poolChain, repWithOwner } from '../handoffs/team.ts'
import { accountDomains } from './account.ts'
import type { Choice, Gathered, NextConfig } from './change.ts'
import { companyOf } from './company-key.ts'
import { isFreeMail } from './free-mail.ts'
import { type Contact, type Properties, responseBaseline } from './observe.ts'
import { staysWithOwner } from './owners.ts'

/** The reps that were reserved so far for this change, by the id of their assignment. */
export type Reserved = Readonly<Record<string, Choice>>

/** A handoff that somebody took or that waits, with who was considered; or the rep that has to be reserved first. */
export type Taken = { wanted: RepRequest } | { handoff: Handoff; choice: Choice }

/** Who is asked for before the rotation, by the order of choice (`handoffs/choice.ts`). */
export type Preferences = Pick<
  RepRequest,
  'named' | 'keep' | 'keepAs' | 'standInFor' | 'owner' | 'domains' | 'company' | 'rounds'
>

/**
 * Gives the lead to a rep of a pool and starts the clock, or lets it wait when nobody is free. The ids come from the lead
 * and the number of its handoff: asking again before it is committed gives the same rep.
 */
export function takeUp(
  config: NextConfig,
  contact: Contact,
  order: Omit<HandoffOrder, 'leadId' | 'baseline'>,
  reserved: Reserved,
  now: number,
  preferences: Preferences = {},
): Taken {
  const kind = config.handoffs.kinds[order.kind]
  if (!kind) throw new Error(`no handoff ${order.kind} in handoffs.yaml`)
  const assignmentId = `${order.id}-1`
  const choice = reserved[assignmentId]
  if (!choice) return { wanted: requestFor(config, { assignmentId, pool: order.pool, hadIt: [], ...preferences }) }
  const full: HandoffOrder = {
    ...order,
    leadId: contact.id,
    baseline: responseBaseline(config.hubspot, contact.properties),
  }
  const rep = choice.rep === null ? undefined : config.team.reps[choice.rep]
  if (!rep) return { handoff: waitingHandoff(full, now), choice }
  const how = choice.why ?? (choice.owner || rep.id === preferences.keep ? 'kept-owner' : 'rotation')
  const holder: Omit<Holder, 'since'> = {
    rep: rep.id,
    pool: choice.pool,
    how,
    assignmentId,
    ...(choice.turn ? { turn: choice.turn } : {}),
  }
  // Also where the pool has forgotten why: an owner who is away stays the owner.
  if (preferences.standInFor !== undefined && holder.how !== 'kept-owner') {
    holder.how = 'stand-in'
    holder.for = preferences.standInFor
  }
  const calendar = { name: rep.calendar, calendar: calendarOf(config.team, rep.id) }
  return { handoff: startHandoff(full, kind, holder, calendar, now), choice }
}

/** A request by the settings for the rotation. */
export function requestFor({ routing }: Pick<NextConfig, 'routing'>, request: RepRequest): RepRequest {
  return routing.prefer === 'open' ? { ...request, prefer: 'open' } : request
}

/**
 * Who comes before the rotation for a lead that a route sends to sales in a pool. `account` is its company as it was found by its
 * domain; `isBack`: it was with somebody before.; `host`: the owner id of who hosts the meeting that
 * it booked.
 */
export function preferencesFor(
  config: NextConfig,
  { contact, company, account }: Pick<Gathered, 'contact' | 'company' | 'account'>,
  pool: string,
  isBack: boolean,
  now: number,
  host?: string,
): Preferences {
  const { team, routing } = config
  const { properties } = contact
  const owner = properties.hubspot_owner_id ? repWithOwner(team, properties.hubspot_owner_id) : undefined
  if (owner?.active && (routing.keepOwner || isBack || staysWithOwner(contact))) {
    const within = companyWithin(config, properties, company)
    if (!isAway(team, owner.id, now)) return { keep: owner.id, ...within }
    if (routing.cover === 'stand-in') return { standInFor: owner.id }
  }
  const within = companyWithin(config, properties, company)
  const hosting = host === undefined ? undefined : repWithOwner(team, host)
  if (hosting?.active && !isAway(team, hosting.id, now)) return { keep: hosting.id, keepAs: 'meeting-host', ...within }
  const domains = account === undefined ? domainsToLookFor(config, contact) : []
  if (domains.length > 0) return { ...within, domains }
  const ofCompany = accountOwner(config, { contact, company, account })
  const rep = ofCompany === undefined ? undefined : repWithOwner(team, ofCompany)
  const inPool = () =>
    poolChain(team, pool).some((name) => team.pools[name]?.members.some((one) => one.rep === rep?.id))
  const comesFirst = { 'any-pool': () => true, 'same-pool': inPool, never: () => false }[routing.companyOwner]
  return { ...within, ...(rep && comesFirst() ? { owner: rep.id } : {}) }
}

/**
 * The owner id of a lead's company in HubSpot, which it is tied to, or which was found by its domain; a free mail provider is
 * nobody's company.
 */
export function accountOwner(
  { hubspot }: Pick<NextConfig, 'hubspot'>,
  { contact, company, account }: Pick<Gathered, 'contact' | 'company' | 'account'>,
): string | undefined {
  const owner = isTied(contact)
    ? !isFreeMail(company?.domain ?? '', hubspot.freeMail) && company?.hubspot_owner_id
    : account?.owner
  return owner || undefined
}

/** By which domains the company of a contact is to be looked for whom HubSpot has tied to none; empty when it is not. */
export function domainsToLookFor(
  { routing, hubspot }: Pick<NextConfig, 'routing' | 'hubspot'>,
  contact: Contact,
): string[] {
  return isTied(contact) || routing.companyOwner === 'never' ? [] : accountDomains(hubspot, contact.properties)
}

function isTied({ properties }: Contact): boolean {
  return Boolean(properties.associatedcompanyid)
}

/** The company whose leads are to go to one rep; nothing when there is none, or they need not. */
export function companyWithin(
  { routing, hubspot }: Pick<NextConfig, 'routing' | 'hubspot'>,
  properties: Properties,
  company: Properties | null,
): Pick<RepRequest, 'company'> {
  const known = companyOf(hubspot, properties, company)
  const within = routing.oneRepPerCompany
  return known === undefined || within === null ? {} : { company: { ...known, within } }
}

/**
 * The owner id when a contact belongs to somebody to whom Baton gives no leads, and stays with them: an owner who is nobody of
 * the team, or a rep who has left and whose contact is never taken from its owner. Undefined when there is none.
 */
export function ownerElsewhere({ team }: Pick<NextConfig, 'team'>, contact: Contact): string | undefined {
  const owner = contact.properties.hubspot_owner_id
  const rep = owner ? repWithOwner(team, owner) : undefined
  const stays = !rep || (!rep.active && staysWithOwner(contact))
  return owner && stays ? owner : undefined
}

/** Whether a contact has an owner who is not at work for Baton: nobody of the team, or a rep who has left. */
export function isOwnedOutside({ team }: Pick<NextConfig, 'team'>, { properties }: Contact): boolean {
  const owner = properties.hubspot_owner_id
  return Boolean(owner) && !repWithOwner(team, owner ?? '')?.active
}
