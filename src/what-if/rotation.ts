import type { RepRequest } from '../handoffs/choice.ts'
import { emptyPoolLedger, type PoolLedger, release, reserve, take } from '../handoffs/ledger.ts'
import { poolChain, type Team } from '../handoffs/team.ts'

/** Somebody who gets a lead: the team of that time, and whom the lead asks for. */
export interface Wanted {
  team: Team
  request: Omit<RepRequest, 'assignmentId' | 'hadIt'>
}

/** A lead that went to sales, or would have: when, and for how long a rep has it, in milliseconds. */
export interface Turn {
  at: number
  wanted: Wanted
  lasts: number
}

/**
 * Gives leads to reps one after the other as the pools do, from ledgers that have given nothing yet: who gets which. `caps` false:
 * the caps of the pools are left out, where only some of the leads are looked at. Turns are in order of time.
 */
export function createRotation({ caps = true }: { caps?: boolean } = {}) {
  const ledgers = new Map<string, PoolLedger>()
  const given = new Map<string, Map<string, string>>()
  const companies = new Map<string, { rep: string; at: number }>()
  const uncapped = new WeakMap<Team, Team>()
  // What is held, the first to end at the end.
  const ends: { at: number; pool: string; id: string }[] = []
  let count = 0

  function teamOf(team: Team): Team {
    if (caps) return team
    const known = uncapped.get(team)
    if (known) return known
    const pools = Object.fromEntries(Object.entries(team.pools).map(([name, pool]) => [name, { ...pool, caps: {} }]))
    const without = { ...team, pools }
    uncapped.set(team, without)
    return without
  }

  function ledgerOf(pool: string): PoolLedger {
    return ledgers.get(pool) ?? emptyPoolLedger()
  }

  function heldIn(pool: string): Map<string, string> {
    const held = given.get(pool) ?? new Map<string, string>()
    given.set(pool, held)
    return held
  }

  function endUntil(now: number): void {
    for (let last = ends.at(-1); last && last.at <= now; last = ends.at(-1)) {
      ends.pop()
      const held = heldIn(last.pool)
      ledgers.set(last.pool, release(ledgerOf(last.pool), held, last.id, now).ledger)
      held.delete(last.id)
    }
  }

  function ask(team: Team, pool: string, request: Parameters<typeof reserve>[2], at: number, lasts: number) {
    const settings = team.pools[pool]
    if (!settings) return null
    const held = heldIn(pool)
    const { ledger, result } = reserve(team, settings, request, ledgerOf(pool), held, at)
    if (result.rep === null) return null
    const id = request.assignmentId
    ledgers.set(pool, take(ledger, held, id, result.rep).ledger)
    held.set(id, result.rep)
    if (Number.isFinite(lasts)) insert(ends, { at: at + lasts, pool, id })
    return result.rep
  }

  /** Who gets a lead; null when nobody can take it. */
  return function give({ at, wanted, lasts }: Turn): string | null {
    endUntil(at)
    const team = teamOf(wanted.team)
    const { request } = wanted
    const { company, keep, owner } = request
    const last = company && companies.get(company.key)
    const first =
      last && company && at - last.at <= company.within ? [{ rep: last.rep, why: 'company-lead' as const }] : []
    const asked = { ...request, first, assignmentId: String(count++), hadIt: [] }
    const chain = poolChain(team, request.pool)
    const rep = choose()
    if (rep !== null && company) companies.set(company.key, { rep, at })
    return rep

    // The order of `store/pools.ts`: the company's owner, then the pools of the chain in each round.
    function choose(): string | null {
      if (keep === undefined && owner !== undefined) {
        const home = homeOf(team, chain, owner)
        const own = home === undefined ? null : ask(team, home, asked, at, lasts)
        if (own !== null) return own
      }
      const start = Math.max(
        0,
        chain.findIndex((pool) => hasMember(team, pool, keep)),
      )
      for (const unfit of request.rounds ?? [{}]) {
        for (const pool of chain.slice(start)) {
          const found = ask(team, pool, { ...asked, owner: undefined, unfit: unfit[pool] }, at, lasts)
          if (found !== null) return found
        }
      }
      return null
    }
  }
}

function insert(ends: { at: number; pool: string; id: string }[], one: { at: number; pool: string; id: string }): void {
  let [low, high] = [0, ends.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ends[middle]?.at ?? 0) > one.at) low = middle + 1
    else high = middle
  }
  ends.splice(low, 0, one)
}

function homeOf(team: Team, chain: readonly string[], rep: string): string | undefined {
  return [...chain, ...Object.keys(team.pools)].find((pool) => hasMember(team, pool, rep)) ?? chain[0]
}

function hasMember({ pools }: Team, pool: string, rep: string | undefined): boolean {
  return pools[pool]?.members.some((member) => member.rep === rep) ?? false
}
