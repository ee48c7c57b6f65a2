import type { Config } from '../config/config.ts'
import { type RepWeek, weekByRep } from '../facts/week.ts'
import { absenceAt, absencesAhead, zoneOf } from '../handoffs/away.ts'
import { awayWords } from '../handoffs/away-words.ts'
import { localDate } from '../handoffs/business-time.ts'
import { managerIdOf } from '../handoffs/buttons.ts'
import { type Handoff, holderOf } from '../handoffs/handoff.ts'
import { memberOf } from '../handoffs/parties.ts'
import type { Team } from '../handoffs/team.ts'
import {
  HOME_LIST,
  type HomeLead,
  type HomeList,
  type HomeView,
  type RepHome,
  type TeamHome,
} from '../messages/home-input.ts'
import type { Clock } from '../platform/clock.ts'
import { createHands, type InHand } from '../store/by-rep.ts'
import { createFactStreams } from '../store/facts.ts'
import { createHandoffLists } from '../store/handoffs.ts'
import type { Leads } from '../store/leads.ts'
import type { Store } from '../store/partitions.ts'
import type { Pools } from '../store/pools.ts'
import { type Concern, concernOf } from './concern.ts'
import { createPoolViews } from './pools.ts'

/*
 * What somebody of the team sees in their App Home in Slack: what is theirs, and, of those who manage a pool, what is their team's.
 */

// So many handoffs are read of a list to find those that are shown.
const MOST_READ = 200
const DAY = 24 * 60 * 60_000
// The facts of a week are summed up for everybody at once, and no more often.
const WEEK_FOR = 60_000

/** Makes what gathers it. */
export function createHomeViews(parts: {
  config: () => Pick<Config, 'team'>
  clock: Clock
  store: Store
  leads: Leads
  pools: Pick<Pools, 'read'>
}) {
  const { clock, store, leads } = parts
  const hands = createHands(store)
  const lists = createHandoffLists(store, leads.readHandoff)
  const facts = createFactStreams(store)
  const viewPools = createPoolViews({ ...parts, hands })
  let week: { at: number; reps: Promise<Map<string, RepWeek>> } | undefined

  function weeks(now: number): Promise<Map<string, RepWeek>> {
    if (!week || now - week.at >= WEEK_FOR || now < week.at) {
      const reps = weekByRep(facts.since(now - 7 * DAY), now - 7 * DAY)
      reps.catch(() => {
        week = undefined
      })
      week = { at: now, reps }
    }
    return week.reps
  }

  // Some may have changed since the list was read: what is over, or somebody else's by now, is left out.
  async function readAll(entries: readonly InHand[]): Promise<HomeLead[]> {
    const found = await Promise.all(entries.map(({ handoffId }) => leads.findHandoff(handoffId)))
    return found.flatMap((one) => (one?.state.lead ? [{ handoff: one.handoff, lead: one.state.lead }] : []))
  }

  async function mine(team: Team, id: string, concern: Concern, now: number): Promise<RepHome> {
    const [entries, count] = await Promise.all([hands.of({ rep: id }, MOST_READ), hands.count({ rep: id })])
    const read = (await readAll(entries)).filter(({ handoff }) => holderOf(handoff)?.rep === id)
    const open = read.filter(({ handoff }) => handoff.state === 'open')
    const attempts = read.filter(({ handoff }) => handoff.state === 'answered')
    const unread = count - entries.length
    return {
      id,
      open: listOf(open, open.length + unread),
      attempts: listOf(attempts, attempts.length),
      ...(concern.isRep ? { week: (await weeks(now)).get(id) ?? NOTHING, away: awayOf(team, id, now) } : {}),
    }
  }

  async function teamOf(team: Team, { who = '', manages }: Concern, timeZone: string, now: number): Promise<TeamHome> {
    const isTheirs = (handoff: Handoff) =>
      manages.includes(handoff.pool) ||
      manages.includes(holderOf(handoff)?.pool ?? '') ||
      managerIdOf(team, handoff) === who
    const reps = repsOf(team, manages)
    const [pools, inHand, waiting, breached] = await Promise.all([
      viewPools(manages),
      Promise.all(reps.map((rep) => hands.of({ rep }, MOST_READ))),
      Promise.all(manages.map((pool) => hands.of({ pool }, MOST_READ))),
      breachesSince(Temporal.PlainDate.from(localDate(timeZone, now)).toZonedDateTime(timeZone).epochMilliseconds),
    ])
    const nearest = inHand.flat().toSorted(byTime)
    const read = await readAll(nearest.slice(0, MOST_READ))
    const open = read.filter(({ handoff }) => handoff.state === 'open' && isTheirs(handoff))
    const waits = await readAll(waiting.flat().toSorted(byTime).slice(0, HOME_LIST))
    return {
      pools,
      open: listOf(open, open.length + Math.max(0, nearest.length - MOST_READ)),
      waiting: { shown: waits, count: pools.reduce((sum, pool) => sum + pool.waiting, 0) },
      breached: await shownOf(breached.filter(isTheirs)),
      away: reps.flatMap((rep) => {
        const words = awayWords(team, rep, now)
        return words === undefined ? [] : [{ rep, name: team.reps[rep]?.name ?? rep, words }]
      }),
    }
  }

  async function breachesSince(day: number): Promise<Handoff[]> {
    const { handoffs } = await lists.page('breached', null, MOST_READ)
    return handoffs
      .filter(({ breachedAt = 0 }) => breachedAt >= day)
      .sort((a, b) => (b.breachedAt ?? 0) - (a.breachedAt ?? 0))
  }

  async function shownOf(handoffs: readonly Handoff[]): Promise<HomeList> {
    const shown = await readAll(handoffs.slice(0, HOME_LIST).map(({ id }) => ({ handoffId: id, at: null })))
    return { shown, count: handoffs.length }
  }

  /** The home of a Slack user as it is now. */
  return async function viewHome(user: string): Promise<HomeView> {
    const { team } = parts.config()
    const now = clock.now()
    const concern = concernOf(team, user)
    const { who } = concern
    const timeZone = zoneOfPerson(team, concern)
    const home = {
      user,
      who,
      manages: concern.manages,
      timeZone,
      now,
      name: who === undefined ? undefined : memberOf(team, who)?.name,
    }
    if (who === undefined) return home
    const isManager = concern.manages.length > 0
    const own = await mine(team, who, concern, now)
    const hasOwn = concern.isRep || own.open.count + own.attempts.count > 0
    return {
      ...home,
      mine: hasOwn ? own : undefined,
      team: isManager ? await teamOf(team, concern, timeZone, now) : undefined,
    }
  }
}

const NOTHING: RepWeek = { leads: 0, answered: 0, median: null, inTime: null }

/** The members of some pools who are there, each once. */
export function repsOf({ reps, pools }: Team, names: readonly string[]): string[] {
  const members = names.flatMap((name) => pools[name]?.members.map(({ rep }) => rep) ?? [])
  return [...new Set(members)].filter((rep) => reps[rep]?.active)
}

/** The zone in which somebody reads times: their calendar's, else that of somebody whom they manage. */
export function zoneOfPerson(team: Team, { who = '', manages }: Concern): string {
  const calendar = memberOf(team, who)?.calendar
  const own = calendar === undefined ? undefined : team.calendars[calendar]?.timeZone
  return own ?? zoneOf(team, repsOf(team, manages)[0] ?? '')
}

/** Who takes the leads of a rep meanwhile: the others of the pool who are not away. */
function coversOf(team: Team, id: string, now: number): string[] {
  const pools = Object.entries(team.pools).filter(([, { members }]) => members.some(({ rep }) => rep === id))
  const others = repsOf(
    team,
    pools.map(([name]) => name),
  ).filter((rep) => rep !== id && !absenceAt(team, rep, now))
  return others.map((rep) => team.reps[rep]?.name ?? rep)
}

function awayOf(team: Team, id: string, now: number): RepHome['away'] {
  return { now: absenceAt(team, id, now), ahead: absencesAhead(team, id, now), covers: coversOf(team, id, now) }
}

function listOf(all: HomeLead[], count: number): HomeList {
  return { shown: all.slice(0, HOME_LIST), count }
}

function byTime(a: InHand, b: InHand): number {
  return (a.at ?? Number.POSITIVE_INFINITY) - (b.at ?? Number.POSITIVE_INFINITY)
}
