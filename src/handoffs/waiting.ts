import type { SkipReason } from './rotation.ts'
import { type Load, poolChain, skipReason, type Team } from './team.ts'

/** Why nobody of a pool, or of its fallbacks, can take a lead now: how many of its members for each reason; `free` could take one. */
export interface NobodyFree {
  pool: string
  members: { reason: SkipReason | 'free'; count: number }[]
}

/** Counts the reasons, pool by pool in the order in which they are asked. `loadOf`: what a member has from a pool. */
export function whyNobody(
  team: Team,
  pool: string,
  loadOf: (pool: string, rep: string) => Load,
  now: number,
): NobodyFree[] {
  return poolChain(team, pool).map((name) => {
    const settings = team.pools[name]
    const reasons = (settings?.members ?? []).map(({ rep }) =>
      settings ? (skipReason(team, settings, rep, loadOf(name, rep), [], now) ?? ('free' as const)) : ('free' as const),
    )
    const counts = Map.groupBy(reasons, (reason) => reason)
    return { pool: name, members: [...counts].map(([reason, all]) => ({ reason, count: all.length })) }
  })
}
