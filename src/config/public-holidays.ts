import type DateHolidays from 'date-holidays'
import type { z } from 'zod'
import { type ConfigProblem, type Path, problemAt, type SourceFile, suggestion } from './problems.ts'
import type { Team } from './schemas/team.ts'

type TeamFile = z.output<typeof Team>
type Place = NonNullable<TeamFile['calendars'][string]['publicHolidays']>
type Library = typeof DateHolidays

/** The dates (`YYYY-MM-DD`) of the public holidays of each calendar that names a country, by the calendar's name. */
export type PublicHolidays = Readonly<Record<string, string[]>>

// Clocks began some time ago, and a process may run for years before it reads its config again.
const YEARS_BACK = 1
const YEARS_AHEAD = 20

/**
 * Computes the public holidays of the calendars from a year before `now` on for twenty years, and says which countries and
 * states nobody knows. The library is large, so it is loaded only where a calendar asks for it.
 */
export async function publicHolidaysOf(
  source: SourceFile,
  { calendars }: Pick<TeamFile, 'calendars'>,
  now: number,
): Promise<{ holidays: PublicHolidays; problems: ConfigProblem[] }> {
  const named = Object.entries(calendars).flatMap(([name, { publicHolidays }]) =>
    publicHolidays ? [{ name, place: publicHolidays }] : [],
  )
  if (named.length === 0) return { holidays: {}, problems: [] }
  const { default: Holidays } = await import('date-holidays')
  const holidays: Record<string, string[]> = {}
  const problems: ConfigProblem[] = []
  for (const { name, place } of named) {
    const known = knownPlace(Holidays, place)
    if ('country' in known) holidays[name] = datesAround(Holidays, known, new Date(now).getUTCFullYear())
    else {
      const path: Path = ['calendars', name, 'publicHolidays', known.key]
      problems.push(problemAt(source, path, known.message))
    }
  }
  return { holidays, problems }
}

/** The place in the library's writing, or what is wrong with it. Capitals do not matter. */
function knownPlace(Holidays: Library, { country, state }: Place): Place | { key: keyof Place; message: string } {
  const library = new Holidays()
  const countries = library.getCountries('en')
  const code = codeOf(countries, country)
  if (code === undefined)
    return { key: 'country', message: `no public holidays are known of "${country}"${nearest(countries, country)}` }
  if (state === undefined) return { country: code }
  const states = library.getStates(code, 'en') ?? {}
  const part = codeOf(states, state)
  if (part !== undefined) return { country: code, state: part }
  const none = Object.keys(states).length === 0
  const advice = none ? `; ${code} has the same ones everywhere: leave it out` : nearest(states, state)
  return { key: 'state', message: `no state "${state}" of ${code} is known${advice}` }
}

function codeOf(names: Record<string, string>, given: string): string | undefined {
  return Object.keys(names).find((code) => code.toLowerCase() === given.trim().toLowerCase())
}

// Who writes a name is told its code.
function nearest(names: Record<string, string>, given: string): string {
  const byName = Object.entries(names).find(([, name]) => name.toLowerCase() === given.trim().toLowerCase())
  return byName ? `; did you mean "${byName[0]}"?` : suggestion(given, Object.keys(names))
}

const computed = new Map<string, string[]>()

function datesAround(Holidays: Library, { country, state }: Place, year: number): string[] {
  const key = `${country} ${state ?? ''} ${year}`
  const known = computed.get(key)
  if (known) return known
  const types = { types: ['public' as const] }
  const library = state === undefined ? new Holidays(country, types) : new Holidays(country, state, types)
  const dates = new Set<string>()
  for (let each = year - YEARS_BACK; each <= year + YEARS_AHEAD; each++) {
    for (const { date, start, end } of library.getHolidays(each))
      for (const covered of datesOf(date, end.getTime() - start.getTime())) dates.add(covered)
  }
  const sorted = [...dates].sort()
  computed.set(key, sorted)
  return sorted
}

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** The dates at whose noon a holiday is: one from the evening on, or for an odd hour of summer time, closes no further day. */
function datesOf(starts: string, length: number): string[] {
  const from = Date.parse(`${starts.slice(0, 10)}T${starts.slice(11, 19)}Z`)
  const dates: string[] = []
  const firstNoon = Math.floor(from / DAY) * DAY + 12 * HOUR
  for (let noon = firstNoon; noon < from + length; noon += DAY)
    if (noon >= from) dates.push(new Date(noon).toISOString().slice(0, 10))
  return dates
}
