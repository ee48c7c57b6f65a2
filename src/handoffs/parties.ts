import type { Party } from '../rules/outcomes.ts'
import type { RepFilter } from '../rules/rep-filter.ts'
import { byAge, type FoundBy, type Handoff, holderOf } from './handoff.ts'
import { isAway, repWithOwner, type Team } from './team.ts'

/*
 * Who gets a handoff that a rule starts: a pool, whose rotation chooses, or one person whom the rule finds. Pure; who owns what
 * in HubSpot was read before.
 */

/** What is known of those who may get it. Owners are ids of HubSpot; `now` is epoch milliseconds. */
export interface PartyContext {
  team: Team
  owners: { contact?: string | undefined; company?: string | undefined; deal?: string | undefined }
  /** Every handoff of the lead. */
  handoffs: readonly Handoff[]
  /** What becomes of the leads of somebody who is away (`routing.yaml`). */
  cover: 'stand-in' | 'new-owner'
  now: number
}

/** Who gets it: a pool (`standInFor`: in place of that rep, who is away), or somebody of team.yaml. `pool` is theirs, empty for none; `reps`: for whom of the pool it is. */
export type Found =
  | { pool: string; standInFor?: string; reps?: RepFilter | undefined }
  | { who: string; how: FoundBy; pool: string }

/** Finds a party; undefined when there is nobody. */
export function findParty(party: Party, context: PartyContext): Found | undefined {
  const { team } = context
  if ('pool' in party) return team.pools[party.pool] ? { pool: party.pool, reps: party.reps } : undefined
  if ('person' in party) return foundOne(context, party.person, 'named')
  const found = foundBy(party, context)
  return found ?? (party.else && findParty(party.else, context))
}

function foundBy(
  party: Exclude<Party, { pool: string } | { person: string }>,
  context: PartyContext,
): Found | undefined {
  const { team, owners } = context
  if ('owner' in party) return foundOne(context, idOfOwner(team, owners[party.owner]), OWNS[party.owner])
  if ('managerOf' in party) {
    const pool = party.managerOf === 'owner' ? poolOf(team, idOfOwner(team, owners.contact) ?? '') : party.managerOf
    return foundOne(context, team.pools[pool]?.manager, 'manages')
  }
  const kinds = party.lastWith
  const last = context.handoffs
    .filter(({ kind, holders }) => kinds.includes(kind) && holders.length > 0)
    .sort(byAge)
    .at(-1)
  return foundOne(context, last && holderOf(last)?.rep, 'had-it')
}

const OWNS = { contact: 'owns-contact', company: 'owns-company', deal: 'owns-deal' } as const

function foundOne({ team, cover, now }: PartyContext, who: string | undefined, how: FoundBy): Found | undefined {
  if (who === undefined || !isHere(team, who)) return undefined
  const pool = poolOf(team, who)
  if (team.reps[who] && isAway(team, who, now) && cover === 'stand-in' && pool !== '') return { pool, standInFor: who }
  return { who, how, pool }
}

/** Who of team.yaml has an owner id in HubSpot; undefined when nobody does. */
export function idOfOwner(team: Team, ownerId: string | undefined): string | undefined {
  if (!ownerId) return undefined
  return (
    repWithOwner(team, ownerId)?.id ??
    Object.values(team.people).find(({ hubspotOwnerId }) => hubspotOwnerId === ownerId)?.id
  )
}

/** The first pool that a rep is a member of; empty for none. */
export function poolOf(team: Team, who: string): string {
  return Object.entries(team.pools).find(([, { members }]) => members.some(({ rep }) => rep === who))?.[0] ?? ''
}

/** Somebody of team.yaml, as far as messages and clocks need them; undefined when nobody goes by that id. */
export function memberOf(
  team: Team,
  who: string,
): { name: string; slackUserId: string; calendar?: string | undefined } | undefined {
  return team.reps[who] ?? team.people[who] ?? team.managers[who]
}

/** Whether somebody of team.yaml can be given a handoff: a rep who has not left, a manager, a person. */
export function isHere(team: Team, who: string): boolean {
  return team.reps[who] ? team.reps[who].active : memberOf(team, who) !== undefined
}

/** The name of the calendar whose hours count for a holder: their own, else the one that the kind names; undefined for none. */
export function calendarFor(
  team: Team,
  who: string | undefined,
  kind: { calendar?: string | undefined } | undefined,
): string | undefined {
  const name = (who === undefined ? undefined : memberOf(team, who)?.calendar) ?? kind?.calendar
  return name !== undefined && team.calendars[name] ? name : undefined
}

/**
 * Who hears of a handoff that belongs to no pool: the manager of the pool that sales had the lead in, or of its owner's.
 * Undefined when nobody can be told apart from the others.
 */
export function managerFor({ team, owners, handoffs }: PartyContext): string | undefined {
  const sales = handoffs.filter(({ byRoute, pool }) => byRoute && team.pools[pool]).sort(byAge)
  const pool = sales.at(-1)?.pool ?? poolOf(team, idOfOwner(team, owners.contact) ?? '')
  return team.pools[pool]?.manager
}
