import { isOpen } from './business-time.ts'
import { leadsToday, type PoolLedger } from './ledger.ts'
import { calendarOf, skipReason, type Team } from './team.ts'

/** A member of a pool as they are now: at work, not at work, with as many leads as they may have, away, or out of Slack's reach. */
export interface PoolMember {
  rep: string
  name: string
  is: 'open' | 'closed' | 'away' | 'capped' | 'unreachable'
}

const ORDER: readonly PoolMember['is'][] = ['open', 'closed', 'capped', 'away', 'unreachable']

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
  const settings = team.pools[pool]
  if (!settings) return []
  const isAt = (rep: string): PoolMember['is'] => {
    const load = { today: leadsToday(team, ledger, rep, now), open: ledger.open[rep] ?? 0 }
    const skipped = skipReason(team, settings, rep, load, [], now)
    if (skipped === 'away' || skipped === 'unreachable') return skipped
    if (skipped !== undefined) return 'capped'
    return isOpen(calendarOf(team, rep), now) ? 'open' : 'closed'
  }
  return settings.members
    .flatMap(({ rep }): PoolMember[] => {
      const member = team.reps[rep]
      return member?.active && !without.includes(rep) ? [{ rep, name: member.name, is: isAt(rep) }] : []
    })
    .toSorted((a, b) => ORDER.indexOf(a.is) - ORDER.indexOf(b.is))
}
