import { z } from 'zod'
import { awayWords } from './away-words.ts'
import { CHOSEN_BY, type ChosenBy, type RepRequest } from './choice.ts'
import type { Holder } from './handoff.ts'
import { type Candidate, chooseRep, emptyLedger, RotationLedger, type SkipReason, Turn, takeTurn } from './rotation.ts'
import { rotationOf, segmentOf, turnCredited, turnGivenBack, withRotation } from './segment-turns.ts'
import { firstAtWork, localDateOf, type Pool, skipReason, type Team } from './team.ts'

/*
 * What a pool's ledger holds, and how it changes: who has how many leads, whose turn was when, and who is reserved. Pure;
 * `store/pools.ts` keeps it. All instants are epoch milliseconds.
 */

/** A pool's ledger as it is kept. */
export const PoolLedger = z.object({
  rotation: RotationLedger,
  /** The same for leads that are for some of the members alone, by those members (`segmentOf`). */
  segments: z.record(z.string(), RotationLedger).optional(),
  /** Leads given per rep on that rep's local date. */
  days: z.record(z.string(), z.object({ date: z.string(), leads: z.number() })),
  open: z.record(z.string(), z.number()),
  /** Reservations by assignment; `turn` is null when the rotation did not choose. */
  reserved: z
    .record(
      z.string(),
      z.object({
        rep: z.string(),
        until: z.number(),
        turn: Turn.nullable(),
        why: z.enum(CHOSEN_BY).optional(),
      }),
    )
    .default({}),
  /** The newest assignments whose turn came back, each once. */
  credited: z.array(z.string()).optional(),
})
export type PoolLedger = z.output<typeof PoolLedger>

/** Who was given which assignment: reps by assignment. */
export type Given = ReadonlyMap<string, string>

/** The ledger after a change, and what is given from now on (a rep) or no longer (null), by assignment. */
export interface LedgerOutcome<T> {
  ledger: PoolLedger
  give?: Record<string, string | null>
  result: T
}

// Longer than a lead takes from the choice to its commit, whatever HubSpot does.
const LEASE_MILLISECONDS = 60_000
// So long a fresh reservation is left alone: whoever asked for it may be about to commit.
const FRESH_MILLISECONDS = 2_000
// Longer than anybody asks for the same again.
const MOST_CREDITED = 200

/** The ledger of a pool that has given nothing yet. */
export function emptyPoolLedger(): PoolLedger {
  return { rotation: emptyLedger(), days: {}, open: {}, reserved: {} }
}

/** Who was reserved, why, and who was considered; `held`: they had the assignment already. */
export interface Reserved {
  rep: string | null
  why: ChosenBy
  members: Candidate[]
  held?: true
  /** The turn that it takes; null or absent: none, or it is not known any more. */
  turn?: Turn | null
}

/**
 * Reserves a rep for an assignment: whom it has already, else the owner who keeps the lead, whatever the pool and its caps.
 * Whom a person has `named` gets it in any case. Where the company's `owner` is asked, it is they or nobody. Else the first of those who come `first` and can take it; else the
 * rotation's choice. Null when nobody can take it. `unfit`: the members for whom the lead is not, with the reason.
 */
export function reserve(
  team: Team,
  settings: Pool,
  request: Pick<
    RepRequest,
    'assignmentId' | 'hadIt' | 'named' | 'keep' | 'keepAs' | 'owner' | 'standInFor' | 'first' | 'prefer'
  > & {
    unfit?: Readonly<Record<string, string>> | undefined
  },
  before: PoolLedger,
  given: Given,
  now: number,
): LedgerOutcome<Reserved> {
  const { assignmentId: id, named, keep, owner, first = [], unfit = {} } = request
  const held = heldBy(team, before, given, id)
  if (held && (named === undefined || named === held)) {
    const why = before.reserved[id]?.why ?? 'rotation'
    const { turn = null } = before.reserved[id] ?? {}
    return { ledger: renewed(before, id, now), result: { rep: held, why, members: [], held: true, turn } }
  }
  // Whom it was given to before has left the team: they no longer have it.
  const { ledger, give } = withdraw(before, given, id)
  const whyNot = (rep: string) => {
    const load = { today: leadsToday(team, ledger, rep, now), open: openOf(ledger, rep) }
    return skipReason(team, settings, rep, load, request.hadIt, now)
  }
  const unable: Record<string, SkipReason | undefined> = {}
  for (const { rep } of settings.members) unable[rep] = Object.hasOwn(unfit, rep) ? 'unfit' : whyNot(rep)
  const skip = request.prefer === 'open' ? { ...closedNow(team, settings, unable, now), ...known(unable) } : unable
  const segment = segmentOf(settings, unfit)
  const turns = rotationOf(ledger, segment, settings)
  const choice = chooseRep({ members: settings.members, ledger: turns, skip, at: now })
  const members = choice.candidates.map((one) => withWhy(one, team, unfit, now))
  const chosen = (rep: string, why: ChosenBy, rotation: RotationLedger, turn: Turn | null) => {
    const today = { date: localDateOf(team, rep, now), leads: leadsToday(team, ledger, rep, now) + 1 }
    const reserved = { ...ledger.reserved, [id]: { rep, until: now + LEASE_MILLISECONDS, turn, why } }
    const after = { ...withRotation(ledger, segment, rotation), days: { ...ledger.days, [rep]: today }, reserved }
    return { give, ledger: after, result: { rep, why, members, turn } }
  }
  // Keeping an owner, or the host of a meeting, is nobody's choice, so it takes no turn.
  if (keep !== undefined) return chosen(keep, request.keepAs ?? 'kept-owner', turns, null)
  const turnOf = (rep: string): Turn => {
    const before = members.find((one) => one.rep === rep)?.lastAssignedAt ?? null
    return { at: now, before, ...(segment === undefined ? {} : { segment }) }
  }
  if (named !== undefined) {
    const member = settings.members.find((one) => one.rep === named)
    if (!member) return chosen(named, 'by-name', turns, null)
    return chosen(named, 'by-name', takeTurn(turns, member, choice.ledger, now), turnOf(named))
  }
  if (owner !== undefined) {
    const skipped = whyNot(owner) ?? null
    const member = settings.members.find((one) => one.rep === owner)
    if (skipped === null && member)
      return chosen(owner, 'company-owner', takeTurn(turns, member, choice.ledger, now), turnOf(owner))
    // Of nobody's rotation: no turn to take.
    if (skipped === null) return chosen(owner, 'company-owner', turns, null)
    const alone = { rep: owner, weight: 1, turns: 0, lastAssignedAt: null, skipped }
    return { ledger, give, result: { rep: null, why: 'company-owner', members: [alone] } }
  }
  for (const { rep, why } of first) {
    const member = settings.members.find((one) => one.rep === rep)
    if (member && unable[rep] === undefined)
      return chosen(rep, why, takeTurn(turns, member, choice.ledger, now), turnOf(rep))
  }
  if (choice.rep === null) return { ledger, give, result: { rep: null, why: 'rotation', members } }
  const why = request.standInFor === undefined ? 'rotation' : 'stand-in'
  return chosen(choice.rep, why, choice.ledger, turnOf(choice.rep))
}

// Why it is not for them, or until when they are away, in words.
function withWhy(one: Candidate, team: Team, unfit: Readonly<Record<string, string>>, now: number): Candidate {
  if (one.skipped === 'unfit') return { ...one, lacks: unfit[one.rep] }
  const away = one.skipped === 'away' ? awayWords(team, one.rep, now) : undefined
  return away === undefined ? one : { ...one, lacks: away }
}

// Who could take the lead, but is not at work while somebody else is, or will be later than somebody else.
function closedNow(
  team: Team,
  { members }: Pool,
  unable: Record<string, SkipReason | undefined>,
  now: number,
): Record<string, SkipReason> {
  const able = members.flatMap(({ rep }) => (unable[rep] === undefined ? [rep] : []))
  const first = new Set(firstAtWork(team, able, now))
  return Object.fromEntries(able.flatMap((rep) => (first.has(rep) ? [] : [[rep, 'closed']])))
}

function known(unable: Record<string, SkipReason | undefined>): Record<string, SkipReason | undefined> {
  return Object.fromEntries(Object.entries(unable).filter(([, why]) => why !== undefined))
}

/** A fresh reservation is taken back, for somebody else is to have it; what a lead has taken up stays. */
export function unreserve(ledger: PoolLedger, given: Given, id: string): LedgerOutcome<null> {
  return { ...(given.has(id) ? { ledger } : withdraw(ledger, given, id)), result: null }
}

/** `rep` holds the lead by this assignment. The result says whether that is news. */
export function take(ledger: PoolLedger, given: Given, id: string, rep: string): LedgerOutcome<boolean> {
  if (given.get(id) === rep) return { ledger, result: false }
  const { ledger: without, give } = withdraw(ledger, given, id, true)
  return {
    ledger: { ...without, open: { ...without.open, [rep]: (without.open[rep] ?? 0) + 1 } },
    give: { ...give, [id]: rep },
    result: true,
  }
}

/** Nobody holds a lead by this assignment (any more). The result says whether that is news, or not yet to be believed. */
export function release(ledger: PoolLedger, given: Given, id: string, now: number): LedgerOutcome<boolean> {
  const until = ledger.reserved[id]?.until ?? 0
  if (until - now > LEASE_MILLISECONDS - FRESH_MILLISECONDS) return { ledger, result: true }
  const { ledger: after, give } = withdraw(ledger, given, id)
  return { ledger: after, give, result: after !== ledger }
}

/**
 * A lead turned out to be nobody for us: the turn that the rep took by this assignment, and their count of that day, are taken
 * back, once. One that is still reserved gives them back when its reservation goes.
 */
export function credit(
  team: Team,
  ledger: PoolLedger,
  id: string,
  { rep, since, how, turn }: Pick<Holder, 'rep' | 'since' | 'how' | 'turn'>,
): LedgerOutcome<boolean> {
  const known = ledger.credited ?? []
  if (known.includes(id)) return { ledger, result: false }
  const credited = [...known.slice(1 - MOST_CREDITED), id]
  if (ledger.reserved[id]) return { ledger: { ...ledger, credited }, result: true }
  const day = ledger.days[rep]
  const isThatDay = day?.date === localDateOf(team, rep, since)
  return {
    ledger: {
      ...(tookNoTurn({ how, turn }) ? ledger : turnCredited(ledger, rep, turn)),
      credited,
      days: day && isThatDay ? { ...ledger.days, [rep]: { ...day, leads: Math.max(0, day.leads - 1) } } : ledger.days,
    },
    result: true,
  }
}

// Whoever got it as its owner, or as the host of a meeting, or has it once more.
function tookNoTurn({ how, turn }: Pick<Holder, 'how' | 'turn'>): boolean {
  const isOnceMore = how === 'reopened' || how === 'assigned'
  return how === 'kept-owner' || how === 'meeting-host' || (isOnceMore && !turn)
}

/** The leads that each rep has, reserved ones included. */
export function openByRep(ledger: PoolLedger): Record<string, number> {
  const reps = new Set([...Object.keys(ledger.open), ...Object.values(ledger.reserved).map(({ rep }) => rep)])
  return Object.fromEntries([...reps].map((rep) => [rep, openOf(ledger, rep)]))
}

function renewed(ledger: PoolLedger, id: string, now: number): PoolLedger {
  const reservation = ledger.reserved[id]
  if (!reservation) return ledger
  return { ...ledger, reserved: { ...ledger.reserved, [id]: { ...reservation, until: now + LEASE_MILLISECONDS } } }
}

/** The rep who has an assignment already, given or reserved; undefined when there is none, or they have left. */
export function heldBy(team: Team, ledger: PoolLedger, given: Given, id: string): string | undefined {
  const rep = given.get(id) ?? ledger.reserved[id]?.rep
  return rep !== undefined && team.reps[rep]?.active ? rep : undefined
}

// Without an assignment, given or reserved. A reservation that comes to nothing gives its turn back, unless `kept`.
function withdraw(
  ledger: PoolLedger,
  given: Given,
  id: string,
  kept = false,
): { ledger: PoolLedger; give: Record<string, null> } {
  const rep = given.get(id)
  const open = rep === undefined ? ledger.open : { ...ledger.open, [rep]: Math.max(0, (ledger.open[rep] ?? 0) - 1) }
  const give: Record<string, null> = rep === undefined ? {} : { [id]: null }
  if (!ledger.reserved[id]) return { ledger: rep === undefined ? ledger : { ...ledger, open }, give }
  const freed = kept ? withoutReservation(ledger, id) : cancelled(ledger, id)
  return { ledger: { ...freed, open }, give }
}

/** The ledger at `now`: reservations that have run out give their turns back. */
export function withoutExpired(ledger: PoolLedger, now: number): PoolLedger {
  const expired = Object.keys(ledger.reserved).filter((id) => (ledger.reserved[id]?.until ?? 0) <= now)
  return expired.reduce((left, id) => cancelled(left, id), ledger)
}

function cancelled(ledger: PoolLedger, id: string): PoolLedger {
  const reservation = ledger.reserved[id]
  if (!reservation) return ledger
  const { rep, turn } = reservation
  const day = ledger.days[rep]
  return {
    ...(turn ? turnGivenBack(ledger, rep, turn) : ledger),
    reserved: withoutTurn(withoutReservation(ledger, id).reserved, rep, turn),
    days: day ? { ...ledger.days, [rep]: { ...day, leads: Math.max(0, day.leads - 1) } } : ledger.days,
  }
}

// The turn that came after it, and may come to nothing as well, came after the one before it.
function withoutTurn(reserved: PoolLedger['reserved'], rep: string, turn: Turn | null): PoolLedger['reserved'] {
  for (const [id, one] of Object.entries(reserved)) {
    if (one.rep !== rep || !turn || one.turn?.before !== turn.at) continue
    return { ...reserved, [id]: { ...one, turn: { ...one.turn, before: turn.before } } }
  }
  return reserved
}

function withoutReservation(ledger: PoolLedger, id: string): PoolLedger {
  const { [id]: _, ...reserved } = ledger.reserved
  return { ...ledger, reserved }
}

function openOf(ledger: PoolLedger, rep: string): number {
  const reserved = Object.values(ledger.reserved).filter((reservation) => reservation.rep === rep).length
  return (ledger.open[rep] ?? 0) + reserved
}

/** How many leads a rep has had from a pool on their local date. */
export function leadsToday(team: Team, ledger: Pick<PoolLedger, 'days'>, rep: string, now: number): number {
  const day = ledger.days[rep]
  return day?.date === localDateOf(team, rep, now) ? day.leads : 0
}
