import type { Config } from '../config/config.ts'
import { calendarOf, localDateOf, type Team } from '../handoffs/team.ts'
import type { WhatIf } from './result.ts'
import { createRotation, type Wanted } from './rotation.ts'
import type { SalesTurn } from './turns.ts'
import { type Arrival, answersOf, type Workday, workdayOf } from './workday.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const WEEK = 7 * DAY
// The first Monday of the epoch.
const MONDAY = 4 * DAY
/** For how long a rep has a lead where none has been through yet. */
const UNKNOWN_LENGTH = 5 * DAY

type Both = { before: number; after: number }
type Side = keyof Both
const SIDES: readonly Side[] = ['before', 'after']

/** The leads that reps get, and what is known of how they work. */
export interface Load {
  turns: (SalesTurn & { lead: number })[]
  after: Config
  openNow: ReadonlyMap<string, number>
  /** How many minutes of work the answers took that are known. */
  minutes: number[]
  /** By how much a sample is to be counted up. */
  factor: number
}

/**
 * Who would have got which lead under either config: every lead is given out again in order of time, from ledgers that have
 * given nothing, once by the old rules and teams and once by the other ones. And what that means for the reps' days.
 */
export function loadOf({ turns, after, openNow, minutes, factor }: Load) {
  turns.sort((a, b) => a.at - b.at || a.lead - b.lead)
  const lengths = turns.flatMap(({ lasts }) => (lasts !== null && Number.isFinite(lasts) ? [lasts] : []))
  const usual = median(lengths) ?? UNKNOWN_LENGTH
  const rotations = { before: createRotation({ caps: factor === 1 }), after: createRotation({ caps: factor === 1 }) }
  const reps = new Map<string, RepLoad>()
  const known = new Map<number, { before: string | null; after: string | null }>()
  const rotation = { given: 0, same: 0, nobody: { before: 0, after: 0 } }
  const others = new Map<number, 'direct' | 'knockOn'>()
  const loadOfRep = (rep: string) => {
    const own = reps.get(rep) ?? newLoad()
    reps.set(rep, own)
    return own
  }
  for (const turn of turns) {
    const { at, lead, lasts, rep: real } = turn
    const given: { before: string | null; after: string | null } = { before: null, after: null }
    for (const side of SIDES) {
      const wanted = turn[side]
      if (!wanted) continue
      const rep = rotations[side]({ at, wanted, lasts: lasts ?? usual })
      given[side] = rep
      if (rep === null) rotation.nobody[side] += 1
      else note(loadOfRep(rep), side, wanted.team, rep, { at, within: wanted.within })
    }
    known.set(lead, given)
    if (turn.before) {
      rotation.given += 1
      if (given.before === real) rotation.same += 1
      if (real !== null) loadOfRep(real).decided += 1
    }
    if (given.before !== given.after) {
      const how = turn.before && turn.after && sameWish(turn.before, turn.after, given.before) ? 'knockOn' : 'direct'
      if (others.get(lead) !== 'direct') others.set(lead, how)
    }
  }
  const each = median(minutes) ?? null
  const span = { from: turns[0]?.at ?? 0, to: (turns.at(-1)?.at ?? 0) + 1 }
  const weeks = Math.max(1, (span.to - span.from) / WEEK)
  const workdays = new Map<string, Workday>()
  const workday = (rep: string, { team = after.team }: RepLoad) => {
    // Who is left out of the new config worked as the old one says.
    const isLeft = after.team.reps[rep] === undefined
    const from = isLeft ? team : after.team
    const name = from.reps[rep]?.calendar
    if (name === undefined) return undefined
    const key = isLeft ? `left: ${rep}` : name
    // Whoever comes last is answered after the end.
    const laid = workdays.get(key) ?? workdayOf(calendarOf(from, rep), span.from, span.to + 4 * WEEK)
    workdays.set(key, laid)
    return laid
  }
  for (const rep of openNow.keys()) loadOfRep(rep)
  const up = (number: number) => Math.round(number * factor)
  const all = [...reps].sort(([a], [b]) => (a < b ? -1 : 1))
  const countOf = (how: string) => [...others.values()].filter((one) => one === how).length
  return {
    changes: { direct: countOf('direct'), knockOn: countOf('knockOn') },
    rotation,
    answers: { minutes: each, known: minutes.length },
    reps: all.map(([rep, own]): WhatIf['reps'][number] => {
      const day = workday(rep, own)
      const answers =
        day && each !== null ? eachSide((side) => answersOf(day, own[side].arrivals, each * MINUTE)) : null
      const hours = after.team.reps[rep] && day && day.total / MINUTE / 60 / ((span.to - span.from + 4 * WEEK) / WEEK)
      const perWeek = (side: Side) => (own[side].arrivals.length * factor) / weeks
      return {
        rep,
        decided: up(own.decided),
        leads: eachSide((side) => up(own[side].arrivals.length)),
        perWeek: eachSide((side) => Math.round(perWeek(side) * 10) / 10),
        busiestDay: { ...eachSide((side) => up(most(own[side].days))), cap: capOf(after.team, rep) },
        busiestWeek: eachSide((side) => up(most(own[side].weeks))),
        openNow: openNow.get(rep) ?? 0,
        hoursPerWeek: hours === undefined ? null : Math.round(hours * 10) / 10,
        busy:
          each !== null && hours ? eachSide((side) => Math.round((perWeek(side) * each * 100) / (hours * 60))) : null,
        waiting: answers && eachSide((side) => answers[side].waiting),
        late: answers && eachSide((side) => up(answers[side].late)),
      }
    }),
    weeks: all.flatMap(([rep, own]) =>
      [...new Set([...own.before.weeks.keys(), ...own.after.weeks.keys()])]
        .sort()
        .map((week) => ({ week, rep, ...eachSide((side) => up(own[side].weeks.get(week) ?? 0)) })),
    ),
    /** Who got a lead by last under either config. */
    repsOf: (lead: number) => known.get(lead) ?? { before: null, after: null },
  }
}

interface SideLoad {
  arrivals: Arrival[]
  days: Map<string, number>
  weeks: Map<string, number>
}
/** `team`: the last one in which the rep got a lead. */
type RepLoad = Record<Side, SideLoad> & { decided: number; team?: Team }

function newLoad(): RepLoad {
  const side = (): SideLoad => ({ arrivals: [], days: new Map(), weeks: new Map() })
  return { before: side(), after: side(), decided: 0 }
}

function note(own: RepLoad, side: Side, team: Team, rep: string, arrival: Arrival): void {
  const { arrivals, days, weeks } = own[side]
  own.team = team
  arrivals.push(arrival)
  const day = localDateOf(team, rep, arrival.at)
  days.set(day, (days.get(day) ?? 0) + 1)
  const week = mondayOf(arrival.at)
  weeks.set(week, (weeks.get(week) ?? 0) + 1)
}

/** The Monday of an instant's week, in UTC. */
function mondayOf(at: number): string {
  return new Date(Math.floor((at - MONDAY) / WEEK) * WEEK + MONDAY).toISOString().slice(0, 10)
}

/** Whether a lead asks for the same under both configs, and whoever had it can still get it: then only turns have moved. */
function sameWish(before: Wanted, after: Wanted, rep: string | null): boolean {
  if (before.request !== after.request && JSON.stringify(before.request) !== JSON.stringify(after.request)) return false
  return rep === null || after.team.reps[rep]?.active === true
}

/** The most leads a day that a rep may get from the pools they are in; null where one of these has no cap. */
function capOf({ pools }: Team, rep: string): number | null {
  const own = Object.values(pools).filter(({ members }) => members.some((member) => member.rep === rep))
  const caps = own.flatMap(({ caps: { perDay } }) => perDay ?? [])
  return own.length > 0 && caps.length === own.length ? caps.reduce((sum, cap) => sum + cap, 0) : null
}

function most(counts: Map<string, number>): number {
  let found = 0
  for (const one of counts.values()) found = Math.max(found, one)
  return found
}

function eachSide<T>(of: (side: Side) => T): Record<Side, T> {
  return { before: of('before'), after: of('after') }
}

function median(numbers: readonly number[]): number | undefined {
  return numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)]
}
