import { isOpen } from './business-time.ts'
import type { PoolLedger } from './ledger.ts'
import { calendarOf, isAway, localDateOf, type Team } from './team.ts'

/** A member of a pool as they are now: at work, not at work, away, or with as many leads as they may have. */
export interface PoolMember {
  rep: string
  name: string
  is: 'open' | 'closed' | 'away' | 'capped'
}

const ORDER: readonly PoolMember['is'][] = ['open', 'closed', 'capped', 'away']

/**
 * The members of a pool who are there, but for some: who is at work comes first. `ledger` says how many leads they have. `now` is epoch
 * milliseconds.
 */
export function poolMembersNow(
  team: Team,
  pool: string,
  ledger: Pick<PoolLedger, 'days' | 'open'>,
  without: readonly string[],
  now: number,
): PoolMember[] {
  const { members = [], caps = {} } = team.pools[pool] ?? {}
  const isCapped = (rep: string) => {
    const day = ledger.days[rep]
    const today = day?.date === localDateOf(team, rep, now) ? day.leads : 0
    return (
      today >= (caps.perDay ?? Number.POSITIVE_INFINITY) ||
      (ledger.open[rep] ?? 0) >= (caps.open ?? Number.POSITIVE_INFINITY)
    )
  }
  const isAt = (rep: string): PoolMember['is'] => {
    if (isAway(team, rep, now)) return 'away'
    if (isCapped(rep)) return 'capped'
    return isOpen(calendarOf(team, rep), now) ? 'open' : 'closed'
  }
  return members
    .flatMap(({ rep }): PoolMember[] => {
      const member = team.reps[rep]
      return member?.active && !without.includes(rep) ? [{ rep, name: member.name, is: isAt(rep) }] : []
    })
    .toSorted((a, b) => ORDER.indexOf(a.is) - ORDER.indexOf(b.is))
}
