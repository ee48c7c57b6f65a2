import type { z } from 'zod'
import type { Team } from '../handoffs/team.ts'
import type { Team as TeamFile } from './schemas/team.ts'

/** The team by id, as it stands in team.yaml. */
export function teamOf({ calendars, reps, pools, managers, people }: z.output<typeof TeamFile>): Team {
  const named = new Set(Object.values(pools).map(({ manager }) => manager))
  return {
    calendars,
    reps: byId(reps),
    pools,
    // One of the people may manage a pool.
    managers: byId([...people.filter(({ id }) => named.has(id)), ...managers].toReversed()),
    people: byId(people),
  }
}

function byId<T extends { id: string }>(all: readonly T[]): Record<string, T> {
  return Object.fromEntries(all.map((one) => [one.id, one]))
}
