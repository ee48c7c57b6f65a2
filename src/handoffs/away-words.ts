import { localTime } from '../rules/words.ts'
import { actorName } from './actor.ts'
import { absenceAt, zoneOf } from './away.ts'
import type { Team } from './team.ts'

/** The last moment of an absence in words: a date where it is a whole day, else with its time. */
export function untilWords(until: number | null, timeZone: string, who: 'they' | 'you' = 'they'): string {
  if (until === null) return `until ${who} are back`
  const at = Temporal.Instant.fromEpochMilliseconds(until).toZonedDateTimeISO(timeZone)
  if (at.startOfDay().epochMilliseconds !== until) return `until ${localTime(until, timeZone)}`
  return `until ${dayWords(until - 1, timeZone)}`
}

/** The local date of an instant in words: `Mon 30 Nov`. */
export function dayWords(at: number, timeZone: string): string {
  return localTime(at, timeZone).split(',')[0] ?? ''
}

/** That a rep is away, in words: `away until Mon 30 Nov, said by Ann Rep`; undefined while they are not. */
export function awayWords(team: Team, rep: string, now: number): string | undefined {
  const absence = absenceAt(team, rep, now)
  if (!absence) return undefined
  const until = `away ${untilWords(absence.until, zoneOf(team, rep))}`
  return absence.by === undefined ? until : `${until}, said by ${actorName(team, absence.by)}`
}
