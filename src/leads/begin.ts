import type { RepRequest } from '../handoffs/choice.ts'
import type { DealContext } from '../handoffs/deal.ts'
import { endHandoff, type Handoff, isRuled } from '../handoffs/handoff.ts'
import type { HandoffKind } from '../handoffs/kinds.ts'
import type { Notice } from '../handoffs/notice.ts'
import {
  calendarFor,
  type Found,
  findParty,
  idOfOwner,
  managerFor,
  type PartyContext,
  poolOf,
} from '../handoffs/parties.ts'
import { roundsFor } from '../handoffs/segments.ts'
import { startHandoff, waitingHandoff } from '../handoffs/start.ts'
import type { Team } from '../handoffs/team.ts'
import type { Lookup } from '../rules/condition.ts'
import type { Party } from '../rules/outcomes.ts'
import { wantedReps } from '../rules/rep-filter.ts'
import { ownerElsewhere, type Preferences, type Reserved, takeUp } from './assign.ts'
import type { DealOwner, Gathered, LeadState, NextConfig } from './change.ts'
import { isDone } from './done.ts'
import type { Draft } from './draft.ts'
import { type Contact, type Properties, responseBaseline } from './observe.ts'
import type { Telling } from './outcomes.ts'
import { staysWithOwner } from './owners.ts'
import { salesHandoff } from './standing.ts'
import type { Starting } from './starts.ts'

/** What came in with a contact, and the draft of what becomes of it. `now` is epoch milliseconds. */
export interface ContactInput {
  config: NextConfig
  state: LeadState
  contact: Contact
  company: Properties | null
  account: Gathered['account']
  /** The owner id of who hosts the meeting that the lead booked. */
  host?: string | undefined
  /** The deals that were read along with it. */
  deals?: readonly DealOwner[] | undefined
  reserved: Reserved
  draft: Draft
  now: number
}

/** What began, and who hears of it besides its holder. */
export interface Begun {
  begun: Handoff[]
  tells: Telling[]
  notices: Notice[]
}

/**
 * Begins the handoffs that rules start, beside whatever else the lead has: one of a kind at a time, and one with sales. Those that
 * wait are tried again. Asks for a rep first when none is reserved.
 */
export function otherHandoffs(
  input: ContactInput,
  starting: readonly Starting[],
  lookup: Lookup,
): Begun | { wanted: RepRequest } {
  const { config, draft, now } = input
  const result: Begun = { begun: [], tells: [], notices: [] }
  const waiting = draft.handoffs().filter((one) => one.state === 'waiting' && isRuled(one))
  for (const live of waiting) {
    const { kind, route, to, about } = live
    const taken = begin(input, { kind, route, to, about, takesOver: false }, lookup, live)
    if ('wanted' in taken) return taken
    if (taken.handoff.state === 'waiting') continue
    draft.put(taken.handoff)
    result.begun.push(taken.handoff)
  }
  for (const start of starting) {
    const kind = config.handoffs.kinds[start.kind]
    if (!kind || draft.handoffs().some((one) => hasBegun(one, start))) continue
    const sales = kind.withSales ? salesHandoff(draft.handoffs()) : undefined
    if (sales && !start.takesOver) {
      draft.note({ at: now, what: 'not-opened', reason: `${start.kind}: sales has it by ${sales.kind}` })
      continue
    }
    const elsewhere = kind.withSales && !start.assigned ? ownerElsewhere(config, input.contact) : undefined
    if (elsewhere !== undefined) {
      const pool = sales?.pool ?? (kind.to && 'pool' in kind.to ? kind.to.pool : '')
      result.notices.push({ what: 'owned-elsewhere', lead: input.contact.id, pool, owner: elsewhere, at: now })
      continue
    }
    const taken = begin(input, start, lookup)
    if ('wanted' in taken) return taken
    if (sales) draft.put(endHandoff(sales, { at: now, how: 'qualified' }) ?? sales)
    draft.put(taken.handoff)
    draft.note({ at: now, what: 'begun', reason: `${start.kind}, by ${taken.handoff.route}` })
    result.begun.push(taken.handoff)
    const by = { what: 'handoff', name: start.kind } as const
    result.tells.push(...kind.tells.map((who) => ({ who, by, buttons: [], starts: true as const })))
  }
  return result
}

// One of a kind at a time. A deal has one of a kind ever, also when it is won again, and another deal one of its own.
function hasBegun({ kind, about, state }: Handoff, start: Starting): boolean {
  if (kind !== start.kind) return false
  return start.about === undefined ? state !== 'ended' : about === start.about
}

/** What HubSpot said of a deal when it went to the stage by which a handoff begins. */
function dealOf({ state }: ContactInput, about: string | undefined): DealContext | undefined {
  const told = state.inbox.flatMap((item) => (item.kind === 'signal' && item.deal ? [item] : []))
  return told.find(({ signal }) => signal.detail === about)?.deal
}

/** Begins one handoff that a rule starts, or goes on with one that waited (`live`). */
function begin(
  input: ContactInput,
  { kind: name, route, to: named, about, said, unexplained, assigned }: Starting,
  lookup: Lookup,
  live?: Handoff,
): { handoff: Handoff } | { wanted: RepRequest } {
  const { config, state, contact, draft, reserved, now } = input
  const kind = config.handoffs.kinds[name]
  if (!kind) throw new Error(`no handoff ${name} in handoffs.yaml`)
  const deal = live?.deal ?? dealOf(input, about)
  const context = partyContext(input, about, deal?.soldBy)
  const to = named ?? kind.to
  const id = live?.id ?? nextId(state, draft)
  const found = assigned ? { pool: poolFor(config.team, assigned.rep, state.lead) } : to && findParty(to, context)
  const reps = found && 'reps' in found ? wantedReps(found.reps, lookup) : undefined
  const order = {
    id,
    leadId: contact.id,
    kind: name,
    byRoute: kind.withSales,
    ruled: true as const,
    route,
    pool: found?.pool ?? '',
    ...(found?.pool ? {} : withManager(managerFor(context))),
    ...(reps ? { reps } : {}),
    ...(named ? { to: named } : {}),
    ...(about === undefined ? {} : { about }),
    ...(deal ? { deal } : {}),
    ...(isDone(kind, lookup) ? { doneBefore: true as const } : {}),
    baseline: responseBaseline(config.hubspot, contact.properties),
  }
  const asked = unexplained && kind.askReason && whoTells(kind.askReason, context)
  const begun = (handoff: Handoff) => {
    const explained = said ? withSaid(handoff, said, now) : handoff
    return { handoff: asked ? askingReason(explained, asked, now) : explained }
  }
  if (!found) return begun(waitingHandoff(order, now))
  if ('who' in found) {
    const { who, how, pool } = found
    const calendar = calendarFor(config.team, who, kind)
    const hours = calendar === undefined ? undefined : config.team.calendars[calendar]
    const holder = { rep: who, pool, how, assignmentId: `${id}-1` }
    return begun(startHandoff(order, kind, holder, hours && { name: calendar ?? '', calendar: hours }, now))
  }
  if (assigned) {
    const taken = takeUp(config, contact, order, reserved, now, { named: assigned.rep })
    return 'wanted' in taken ? taken : begun(withAssignment(taken.handoff, assigned.by))
  }
  const rounds = roundsFor(config.team, found.pool, reps, () => lookup)
  const taken = takeUp(config, contact, order, reserved, now, { ...preferencesOf(input, kind, found), ...rounds })
  return 'wanted' in taken ? taken : begun(taken.handoff)
}

// The pool to which its route sends the lead, where the rep is in it, else the rep's own.
function poolFor(team: Team, rep: string, lead: LeadState['lead']): string {
  const to = lead?.route.to
  const routed = to && 'pool' in to ? to.pool : undefined
  return routed && team.pools[routed]?.members.some((one) => one.rep === rep) ? routed : poolOf(team, rep)
}

function withAssignment(handoff: Handoff, by: string): Handoff {
  return { ...handoff, holders: handoff.holders.map((holder) => ({ ...holder, how: 'assigned' as const, by })) }
}

/** Who comes before the rotation: of a handoff with sales the owner, unless Baton chose them for an earlier one; a stand-in's rep. */
function preferencesOf(
  { config, contact, draft }: ContactInput,
  { withSales }: HandoffKind,
  { pool, standInFor }: Extract<Found, { standInFor?: string }>,
): Preferences {
  if (standInFor !== undefined) return { standInFor }
  const owner = idOfOwner(config.team, contact.properties.hubspot_owner_id ?? undefined)
  if (!withSales || owner === undefined || !config.team.reps[owner]?.active) return {}
  const isMember = config.team.pools[pool]?.members.some(({ rep }) => rep === owner)
  const stays = staysWithOwner(contact) || (config.routing.keepOwner && !wasChosen(draft.handoffs(), owner))
  return isMember || stays ? { keep: owner } : {}
}

// Baton gave the lead to them itself: nobody's word is overruled when it goes on from there.
function wasChosen(handoffs: readonly Handoff[], rep: string): boolean {
  return handoffs
    .filter(({ byRoute }) => byRoute)
    .some(({ holders }) => holders.some((one) => one.rep === rep && !['kept-owner', 'owner-changed'].includes(one.how)))
}

function partyContext(
  { config, contact, company, draft, deals, now }: ContactInput,
  about: string | undefined,
  soldBy: string | undefined,
): PartyContext {
  const deal = about === undefined ? deals?.at(-1) : deals?.find(({ id }) => id === about)
  return {
    team: config.team,
    owners: {
      contact: contact.properties.hubspot_owner_id ?? undefined,
      company: company?.hubspot_owner_id ?? undefined,
      deal: soldBy ?? deal?.ownerId,
    },
    handoffs: draft.handoffs(),
    cover: config.routing.cover,
    now,
  }
}

function withManager(manager: string | undefined): { manager?: string } {
  return manager === undefined ? {} : { manager }
}

// Of one person the reason can be asked, of a pool its manager.
function whoTells(party: Party, context: PartyContext): string | undefined {
  const found = findParty(party, context)
  if (!found) return managerFor(context)
  return 'who' in found ? found.who : context.team.pools[found.pool]?.manager
}

function askingReason(handoff: Handoff, of: string, now: number): Handoff {
  const event = { at: now, what: 'reason-asked' as const, rep: of }
  return { ...handoff, wantsReason: { of, at: now }, events: [...handoff.events, event] }
}

// Why it comes on from another handoff stands in its messages.
function withSaid(handoff: Handoff, { by, reason }: NonNullable<Starting['said']>, now: number): Handoff {
  const event = {
    at: now,
    what: 'sent-on' as const,
    ...(by === undefined ? {} : { by }),
    detail: reason ?? handoff.route,
  }
  return { ...handoff, events: [...handoff.events, event] }
}

/** The id of the next handoff: those that this change has begun count as well. */
export function nextId(state: LeadState, draft: Draft): string {
  const begun = draft.handoffs().filter(({ id }) => !state.handoffs[id]).length
  return `${state.id}-${(state.lead?.handoffCount ?? 0) + begun + 1}`
}
