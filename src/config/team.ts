import type { z } from 'zod'
import type { Team } from '../handoffs/team.ts'
import { checkCalendars } from './check/calendars.ts'
import type { ConfigProblem, SourceFile } from './problems.ts'
import { type PublicHolidays, publicHolidaysOf } from './public-holidays.ts'
import type { Team as TeamFile } from './schemas/team.ts'

/** The team, and what is wrong with its calendars at `now`. */
export async function checkedTeam(
  source: SourceFile,
  file: z.output<typeof TeamFile>,
  now: number,
): Promise<{ value: Team; problems: ConfigProblem[] }> {
  const { holidays, problems } = await publicHolidaysOf(source, file, now)
  const value = teamOf(file, holidays)
  return { value, problems: [...problems, ...checkCalendars(source, value, now)] }
}

/** The team by id, as it stands in team.yaml, with the dates of the holidays in its calendars. */
function teamOf(
  { calendars, reps, pools, managers, people }: z.output<typeof TeamFile>,
  holidays: PublicHolidays,
): Team {
  const named = new Set(Object.values(pools).flatMap(({ manager, managers = [] }) => [manager, ...managers]))
  return {
    calendars: Object.fromEntries(
      Object.entries(calendars).map(([name, { publicHolidays: _, ...calendar }]) => {
        // What is written by hand wins: hours for a date open it again.
        const dates = (holidays[name] ?? []).filter((date) => !Object.hasOwn(calendar.overrides, date))
        return [name, { ...calendar, holidays: [...new Set([...calendar.holidays, ...dates])] }]
      }),
    ),
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
