import { absenceAt, type Said } from './away.ts'
import { type Calendar, localDate, nextOpening } from './business-time.ts'
import type { RotationMember, SkipReason } from './rotation.ts'

/** A rep. `away` has local dates (YYYY-MM-DD) of the rep's calendar, both ends included. */
export interface Rep {
  id: string
  name: string
  hubspotOwnerId: string
  slackUserId: string
  calendar: string
  away: { from: string; to: string }[]
  /** What was said of it besides the config, the newest last: it counts before `away`. */
  said?: readonly Said[]
  active: boolean
  /** What they can take: a lead may be for reps with some of these. */
  languages?: string[] | undefined
  skills?: string[] | undefined
  countries?: string[] | undefined
  regions?: string[] | undefined
  /** Since when Slack does not reach them; not of the config, but what is known beside it. */
  unreachable?: number | undefined
}

/** A pool of reps with its rotation weights. The caps count per member the leads that this pool gave. */
export interface Pool {
  members: RotationMember[]
  manager: string
  /** Who hears in the manager's place when Slack does not reach them, in order. */
  managers?: string[] | undefined
  channel: string
  fallback?: string | undefined
  caps: { perDay?: number | undefined; open?: number | undefined }
}

/** Whoever manages a pool: a sales manager, or one of the people who are no reps. */
export interface Manager {
  id: string
  name: string
  slackUserId: string
  /** When they work. */
  calendar?: string | undefined
  /** When they have the digest of their pools, in minutes after midnight; when their day begins, unless told. False: never. */
  digest?: { minutes: number } | false | undefined
}

/** Somebody who gets no leads and hears of some: a CS manager, a VP, marketing. */
export interface Person extends Manager {
  hubspotOwnerId?: string | undefined
}

/** Everybody who takes part (`config/team.yaml`), by id. Who is named as a pool's manager stands in `managers` as well. */
export interface Team {
  calendars: Record<string, Calendar>
  reps: Record<string, Rep>
  pools: Record<string, Pool>
  managers: Record<string, Manager>
  people: Record<string, Person>
}

/** Who manages a pool: its manager, then who stands in for them. Ids of team.yaml. */
export function managersOf({ manager, managers = [] }: Pick<Pool, 'manager' | 'managers'>): string[] {
  return [manager, ...managers]
}

/** Everybody of the team who can be told something, each once: reps who are there, managers, people. */
export function everybody({ reps, managers, people }: Pick<Team, 'reps' | 'managers' | 'people'>): Person[] {
  const here = Object.values(reps).filter(({ active }) => active)
  const all = [...here, ...Object.values(managers), ...Object.values(people)]
  return all.filter(({ slackUserId }, at) => all.findIndex((one) => one.slackUserId === slackUserId) === at)
}

/** What a rep has from one pool: leads given on the rep's local date, and handoffs that are open. */
export interface Load {
  today: number
  open: number
}

/** The calendar of a rep; the config check has made sure that it is there. */
export function calendarOf(team: Team, rep: string): Calendar {
  const calendar = team.calendars[team.reps[rep]?.calendar ?? '']
  if (!calendar) throw new Error(`no calendar for rep ${rep}: team.yaml must name one`)
  return calendar
}

/** The rep's local date at an instant. Someone who has left the config is placed in UTC. */
export function localDateOf(team: Team, rep: string, at: number): string {
  return localDate(team.calendars[team.reps[rep]?.calendar ?? '']?.timeZone ?? 'UTC', at)
}

/** Why a member cannot take a lead at `now`, undefined when they can. `hadIt` are the reps who held this lead before. */
export function skipReason(
  team: Team,
  pool: Pool,
  rep: string,
  load: Load,
  hadIt: readonly string[],
  now: number,
): SkipReason | undefined {
  const member = team.reps[rep]
  if (!member?.active) return 'inactive'
  if (hadIt.includes(rep)) return 'had-it-before'
  if (isAway(team, rep, now)) return 'away'
  if (member.unreachable !== undefined) return 'unreachable'
  if (pool.caps.perDay !== undefined && load.today >= pool.caps.perDay) return 'daily-cap'
  if (pool.caps.open !== undefined && load.open >= pool.caps.open) return 'open-cap'
  return undefined
}

/** Whether a rep is on leave at `now`. */
export function isAway(team: Team, rep: string, now: number): boolean {
  return absenceAt(team, rep, now) !== undefined
}

/** Those of some reps who are at work at `now`; when nobody is, those who will be first. */
export function firstAtWork(team: Team, reps: readonly string[], now: number): string[] {
  // Many share a calendar, and finding when it opens is the dear part.
  const opening = new Map<string, number>()
  const opensAt = (rep: string) => {
    const name = team.reps[rep]?.calendar ?? ''
    const known = opening.get(name) ?? nextOpening(calendarOf(team, rep), now) ?? Number.MAX_SAFE_INTEGER
    opening.set(name, known)
    return known
  }
  const first = Math.min(...reps.map(opensAt))
  return reps.filter((rep) => opensAt(rep) === first)
}

/** The rep whose owner id in HubSpot this is; undefined when nobody of the team has it. */
export function repWithOwner(team: Pick<Team, 'reps'>, ownerId: string): Rep | undefined {
  return Object.values(team.reps).find((rep) => rep.hubspotOwnerId === ownerId)
}

/** The pools to try in order: the pool itself, then its fallbacks, each once. */
export function poolChain(team: Team, pool: string): string[] {
  const chain: string[] = []
  for (let name: string | undefined = pool; name && !chain.includes(name); name = team.pools[name]?.fallback) {
    if (team.pools[name]) chain.push(name)
  }
  return chain
}

/**
 * Whether a Slack user may act on a lead: the rep who has it, the members of its pools, and their managers.
 * `pools` are the pool of the handoff and the one that gave the rep.
 */
export function mayAct(team: Team, slackUserId: string, rep: string, pools: string[]): boolean {
  const allowed = pools.flatMap((name) => {
    const pool = team.pools[name]
    return pool
      ? [
          ...pool.members.map((member) => team.reps[member.rep]?.slackUserId),
          ...managersOf(pool).map((manager) => team.managers[manager]?.slackUserId),
        ]
      : []
  })
  return [team.reps[rep]?.slackUserId, ...allowed].includes(slackUserId)
}
