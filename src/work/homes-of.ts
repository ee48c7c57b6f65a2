import type { Config } from '../config/config.ts'
import { managerIdOf } from '../handoffs/buttons.ts'
import type { Handoff } from '../handoffs/handoff.ts'
import { memberOf } from '../handoffs/parties.ts'
import { managersOf, type Team } from '../handoffs/team.ts'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/log.ts'
import type { Apply } from '../store/apply.ts'
import type { Away } from '../store/away.ts'
import type { Hurry } from '../store/commit.ts'
import type { Homes } from '../store/homes.ts'

/** Who sees a handoff in their App Home: everybody who has or had it, and its managers. Slack ids. */
function homesOf(team: Team, handoff: Handoff): string[] {
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

/** Who sees in their App Home that a rep is away: the rep, who is in a pool with them, and the managers of those. Slack ids. */
export function homesOfRep({ reps, pools, ...team }: Team, rep: string): string[] {
  const theirs = Object.values(pools).filter(({ members }) => members.some((one) => one.rep === rep))
  const members = theirs.flatMap((pool) => pool.members.map((one) => reps[one.rep]?.slackUserId))
  const managers = theirs.flatMap(managersOf).map((id) => memberOf({ ...team, reps, pools }, id)?.slackUserId)
  return [...new Set([reps[rep]?.slackUserId, ...members, ...managers].flatMap((user) => user ?? []))]
}

/** Takes the word of who is away, and has the homes published of those who look at one that shows it, whoever said it and where. */
export function withHomesOfAway<T extends Pick<Away, 'set' | 'clear'>>(
  away: T,
  parts: { homes: Pick<Homes, 'changed'>; config: () => Config; clock: Clock; hurry: Hurry; log: Logger },
): T {
  async function follow(rep: string): Promise<void> {
    const users = homesOfRep(parts.config().team, rep)
    await parts.homes.changed(users, parts.clock.now()).then(parts.hurry, (error) => {
      parts.log.warn({ err: error }, 'homes could not be brought up to who is away')
    })
  }
  return {
    ...away,
    async set(rep, span, by) {
      const outcome = await away.set(rep, span, by)
      if (outcome === 'done') await follow(rep)
      return outcome
    },
    async clear(rep, by) {
      const outcome = await away.clear(rep, by)
      if (outcome === 'done') await follow(rep)
      return outcome
    },
  }
}
