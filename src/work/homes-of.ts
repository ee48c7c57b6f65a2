import type { Config } from '../config/config.ts'
import { managerIdOf } from '../handoffs/buttons.ts'
import type { Handoff } from '../handoffs/handoff.ts'
import { memberOf } from '../handoffs/parties.ts'
import { managersOf, type Team } from '../handoffs/team.ts'
import type { Logger } from '../platform/log.ts'
import type { Apply } from '../store/apply.ts'
import type { Homes } from '../store/homes.ts'

/** Who sees a handoff in their App Home: everybody who has or had it, and its managers. Slack ids. */
export function homesOf(team: Team, handoff: Handoff): string[] {
  const pools = [handoff.pool, ...handoff.holders.map(({ pool }) => pool)]
  const ids = [
    ...handoff.holders.map(({ rep }) => rep),
    ...pools.flatMap((name) => (team.pools[name] ? managersOf(team.pools[name]) : [])),
    managerIdOf(team, handoff) ?? '',
  ]
  return [...new Set(ids.flatMap((id) => memberOf(team, id)?.slackUserId ?? []))]
}

/** Applies, and has the homes published of those who look at one in which something changed by it. */
export function withHomes(
  apply: Apply,
  { homes, config, log }: { homes: Pick<Homes, 'changed'>; config: () => Config; log: Logger },
): Apply {
  return async (...asked) => {
    const applied = await apply(...asked)
    if (applied.outcome !== 'committed' || applied.change.handoffs.length === 0) return applied
    const users = applied.change.handoffs.flatMap((handoff) => homesOf(config().team, handoff))
    // What was committed stands, whatever becomes of the homes: they are published anew at the next look.
    const waiting = await homes.changed(users, asked[3]).catch((error) => {
      log.warn({ err: error }, 'homes could not be brought up to a change')
      return []
    })
    return { ...applied, waiting: [...applied.waiting, ...waiting] }
  }
}
