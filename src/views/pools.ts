import { z } from 'zod'
import type { Config } from '../config/config.ts'
import { absenceAt } from '../handoffs/away.ts'
import { awayWords } from '../handoffs/away-words.ts'
import { isOpen, nextOpening } from '../handoffs/business-time.ts'
import { leadsToday } from '../handoffs/ledger.ts'
import { chooseRep, type SkipReason } from '../handoffs/rotation.ts'
import { rotationOf } from '../handoffs/segment-turns.ts'
import { calendarOf, type Pool, poolChain, skipReason, type Team } from '../handoffs/team.ts'
import type { Clock } from '../platform/clock.ts'
import { counted, iso } from '../rules/words.ts'
import type { createHands } from '../store/by-rep.ts'
import type { Pools } from '../store/pools.ts'

/*
 * Whose turn it is, and why: for the API, the console and the command line. Only read, and by the same rules by which a lead
 * is given.
 */

const Instant = z.iso.datetime()

/** A member of a pool as it stands now. */
const PoolMember = z.object({
  rep: z.string(),
  name: z.string(),
  weight: z.number(),
  turns: z.number().describe('leads taken and turns given up while away, counted at the present weight'),
  open: z.number().describe('leads of this pool that they have in hand'),
  today: z.number().describe('leads that this pool gave them on their local date'),
  lastAssignedAt: Instant.optional(),
  available: z.boolean().describe('whether they can be given a lead now; calendars do not count for that'),
  skipped: z.string().optional().describe('why not: away, inactive, daily-cap, open-cap, and so on'),
  why: z.string().optional().describe('the same in words'),
  awayUntil: Instant.nullable().optional().describe('of who is away; null: until they are back'),
  unreachableSince: Instant.optional().describe(
    'of whom Slack does not reach: they get no leads until a message gets through',
  ),
  atWork: z.boolean().describe('whether their calendar is open now'),
  opensAt: Instant.optional().describe('when it opens next, while it is not'),
  conditional: z.literal(true).optional().describe('they get only leads for which their `when` holds'),
})

/** A pool as it stands now. */
export const PoolView = z.object({
  pool: z.string(),
  channel: z.string(),
  manager: z.string(),
  fallback: z.string().optional(),
  caps: z.object({ perDay: z.number().optional(), open: z.number().optional() }),
  waiting: z.number().describe('handoffs that wait for it, for nobody is free'),
  next: z.object({
    rep: z.string().nullable().describe('who gets the next lead that is for everybody; null: nobody here is free'),
    why: z.string(),
  }),
  members: z.array(PoolMember),
})
export type PoolView = z.output<typeof PoolView>
type Member = PoolView['members'][number]

/** What views of pools use. */
export interface PoolViewParts {
  config: () => Pick<Config, 'team'>
  clock: Clock
  pools: Pick<Pools, 'read'>
  hands: Pick<ReturnType<typeof createHands>, 'count'>
}

/** Makes what shows pools: all of them, or those that are named and there. */
export function createPoolViews({ config, clock, pools, hands }: PoolViewParts) {
  return async function viewPools(names?: readonly string[]): Promise<PoolView[]> {
    const { team } = config()
    const now = clock.now()
    const wanted = Object.entries(team.pools).filter(([name]) => names?.includes(name) ?? true)
    return Promise.all(
      wanted.map(async ([name]) => {
        const [ledger, waiting] = await Promise.all([pools.read(name, now), hands.count({ pool: name })])
        return poolView(team, name, ledger, waiting, now)
      }),
    )
  }
}

/** Shows pools. */
export type PoolViews = ReturnType<typeof createPoolViews>

/** A pool by its ledger. */
function poolView(
  team: Team,
  name: string,
  ledger: Awaited<ReturnType<Pools['read']>>,
  waiting: number,
  now: number,
): PoolView {
  const pool = team.pools[name] as Pool
  const skip: Record<string, SkipReason | undefined> = {}
  const loads = new Map(
    pool.members.map(({ rep }) => {
      const load = {
        today: leadsToday(team, ledger, rep, now),
        open: Object.hasOwn(ledger.open, rep) ? (ledger.open[rep] ?? 0) : 0,
      }
      skip[rep] = skipReason(team, pool, rep, load, [], now)
      return [rep, load]
    }),
  )
  const turns = rotationOf(ledger, undefined, pool)
  const choice = chooseRep({ members: pool.members, ledger: turns, skip, at: now })
  const members = choice.candidates.map((candidate, at): Member => {
    const { rep, weight, turns: taken, lastAssignedAt, skipped } = candidate
    const load = loads.get(rep) ?? { today: 0, open: 0 }
    const absence = absenceAt(team, rep, now)
    return {
      ...{ rep, name: team.reps[rep]?.name ?? rep, weight, turns: taken, ...load },
      ...(lastAssignedAt === null ? {} : { lastAssignedAt: iso(lastAssignedAt) }),
      available: skipped === null,
      ...(skipped === null ? {} : { skipped, why: skipWords(team, pool, rep, skipped, now) }),
      ...(absence ? { awayUntil: absence.until === null ? null : iso(absence.until) } : {}),
      ...unreachableIn(team, rep),
      ...workOf(team, rep, now),
      ...(pool.members[at]?.when === undefined ? {} : { conditional: true as const }),
    }
  })
  return {
    pool: name,
    channel: pool.channel,
    manager: pool.manager,
    ...(pool.fallback === undefined ? {} : { fallback: pool.fallback }),
    caps: pool.caps,
    waiting,
    next: { rep: choice.rep, why: nextWords(team, name, choice.rep, members) },
    members,
  }
}

/** Since when Slack does not reach a rep, where it does not. */
export function unreachableIn(team: Team, rep: string): { unreachableSince?: string } {
  const since = team.reps[rep]?.unreachable
  return since === undefined ? {} : { unreachableSince: iso(since) }
}

function workOf(team: Team, rep: string, now: number): Pick<Member, 'atWork' | 'opensAt'> {
  if (team.reps[rep] === undefined) return { atWork: false }
  const calendar = calendarOf(team, rep)
  if (isOpen(calendar, now)) return { atWork: true }
  const opens = nextOpening(calendar, now)
  return { atWork: false, ...(opens === null ? {} : { opensAt: iso(opens) }) }
}

function skipWords(team: Team, { caps }: Pool, rep: string, skipped: SkipReason, now: number): string {
  switch (skipped) {
    case 'away':
      return awayWords(team, rep, now) ?? 'away'
    case 'inactive':
      return 'gets no leads: active is false, or their account in HubSpot is closed'
    case 'daily-cap':
      return `has had ${counted(caps.perDay ?? 0, 'lead')} today, which is the cap`
    case 'open-cap':
      return `has ${counted(caps.open ?? 0, 'lead')} in hand, which is the cap`
    case 'unreachable':
      return 'Slack does not reach them: gets no leads until a message gets through'
    default:
      return skipped
  }
}

// The rule of the rotation, said of those who could be chosen.
function nextWords(team: Team, pool: string, rep: string | null, members: readonly Member[]): string {
  const free = members.filter(({ available }) => available)
  const next = free.find((one) => one.rep === rep)
  if (!next) {
    const others = poolChain(team, pool).slice(1)
    return `nobody here is free${others.length > 0 ? `: asked next ${others.join(', then ')}` : ': leads wait'}`
  }
  if (free.length === 1) return 'the only one who is free'
  const share = ({ turns, weight }: Member) => turns / weight
  const equal = free.filter((one) => one !== next && share(one) === share(next))
  if (equal.length === 0) return `the fewest turns for their weight: ${next.turns} at weight ${next.weight}`
  const said = `as few turns for their weight as ${equal.map((one) => one.rep).join(', ')}`
  const never = equal.every(({ lastAssignedAt }) => lastAssignedAt === next.lastAssignedAt)
  return never ? `${said}; first in team.yaml` : `${said}; the last lead is longest ago`
}
