import type { Config } from '../config/config.ts'
import type { Calendar } from '../handoffs/business-time.ts'
import type { StuckConfig } from '../handoffs/kinds.ts'
import { lastMonthly } from '../handoffs/monthly.ts'
import { INDEX } from '../store/partitions.ts'
import { createStuckLists, stuckListId } from '../store/stuck-lists.ts'
import type { Parts } from './parts.ts'

/**
 * Makes the list of stuck leads of each month, once for an installation, whichever worker is first. What was due while nobody
 * ran is made as soon as somebody does; months that have passed since are not made up for.
 */
export function createListStuck(parts: Pick<Parts, 'clock' | 'config' | 'hurry' | 'log' | 'store'>) {
  const { clock } = parts
  const lists = createStuckLists(parts.store)
  // The month about which nothing is left to ask.
  let settled = ''

  /** The list that is due; null when there is none. Cheap, for every sweep. */
  async function due({ handoffs, team }: Config): Promise<string | null> {
    const { stuck } = handoffs
    const calendar = stuck && calendarFor(team, stuck)
    if (!calendar) return null
    const now = clock.now()
    const { month, at } = lastMonthly(calendar, stuck.minutes, now)
    if (month === settled) return null
    const id = stuckListId(month)
    if (at > (await lists.begunAt(now)) && !(await lists.isMade(id))) return id
    settled = month
    return null
  }

  return {
    isDue: async (): Promise<boolean> => (await due(parts.config())) !== null,

    /** Makes the list that is due. */
    async listStuck(): Promise<void> {
      const config = parts.config()
      const id = await due(config)
      const { stuck } = config.handoffs
      if (id === null || !stuck) return
      const now = clock.now()
      const { count, rows } = await lists.stuck(stuck, now)
      if (await lists.make(id, { count, to: stuck.tell }, rows, now)) parts.hurry([{ index: INDEX.stuck, id, at: now }])
      parts.log.info({ list: id, stuck: count }, 'the leads that are stuck in a stage were listed')
    },
  }
}

// Whoever gets the list, for a channel the first of its pool; else whichever there is.
function calendarFor(team: Config['team'], { calendar, tell }: StuckConfig): Calendar | undefined {
  const member = team.pools[tell]?.members[0]?.rep ?? tell
  const own = (team.reps[member] ?? team.people[member])?.calendar
  return team.calendars[calendar ?? own ?? ''] ?? Object.values(team.calendars)[0]
}
