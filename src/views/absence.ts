import { spanOf, zoneOf } from '../handoffs/away.ts'
import type { Team } from '../handoffs/team.ts'

const DATE = /^\d{4}-\d\d-\d\d$/

/**
 * The instants that somebody means by saying that a rep is away: a date begins and ends in the rep's zone, and the last one is included;
 * an instant is one of ISO 8601; from now on unless told, until they are back unless told. Else what is wrong, in words.
 */
export function absenceSaid(
  team: Team,
  rep: string,
  { from, until }: { from?: string | undefined; until?: string | null | undefined },
  now: number,
): { from: number; until: number | null } | string {
  const spanOfDay = (date: string) => spanOf(zoneOf(team, rep), { from: date, to: date })
  const begins = from === undefined ? now : DATE.test(from) ? spanOfDay(from).from : Date.parse(from)
  const ends = !until ? null : DATE.test(until) ? spanOfDay(until).until : Date.parse(until)
  if (ends !== null && ends <= begins) return 'until: must be after from'
  if (ends !== null && ends <= now) return 'until: must not be over already'
  return { from: begins, until: ends }
}
