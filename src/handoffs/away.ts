import { z } from 'zod'
import { type Calendar, localDate } from './business-time.ts'

/*
 * When reps are away: by the dates of team.yaml, in the zone of their calendar, and by what they or their managers said since,
 * which counts before those. Everything here is pure; `store/away.ts` keeps what was said.
 */

/** Something that was said of a rep: away, or `here` after all, from an instant until just before another; null: until they are back. */
export const Said = z.object({
  from: z.number(),
  until: z.number().nullable(),
  /** Who said it: a Slack user, or a word such as `cli`. */
  by: z.string(),
  here: z.literal(true).optional(),
})
export type Said = z.output<typeof Said>

/** That a rep is away: until just before an instant, null while nobody knows; `by` where somebody said so and it stands not in team.yaml. */
export interface Absence {
  from: number
  until: number | null
  by?: string
}

/** Reps, as far as it takes to know when they are away. */
interface Reps {
  calendars: Record<string, Calendar>
  reps: Record<string, { calendar: string; away: { from: string; to: string }[]; said?: readonly Said[] }>
}

/** The zone of a rep's calendar. */
export function zoneOf(team: Reps, rep: string): string {
  return team.calendars[team.reps[rep]?.calendar ?? '']?.timeZone ?? 'UTC'
}

/** That a rep is away at an instant; undefined while they are not. The newest word about an instant is the one that counts. */
export function absenceAt(team: Reps, rep: string, now: number): Absence | undefined {
  const member = team.reps[rep]
  const said = member?.said?.findLast((one) => covers(one, now))
  if (said) return said.here ? undefined : { from: said.from, until: said.until, by: said.by }
  if (!member || member.away.length === 0) return undefined
  const date = localDate(zoneOf(team, rep), now)
  const planned = member.away.find(({ from, to }) => from <= date && date <= to)
  return planned && spanOf(zoneOf(team, rep), planned)
}

/** When a rep will be away next, of what is known, and is not yet; the soonest first. */
export function absencesAhead(team: Reps, rep: string, now: number): Absence[] {
  const member = team.reps[rep]
  const planned = (member?.away ?? []).map((dates) => spanOf(zoneOf(team, rep), dates))
  const said = (member?.said ?? []).filter(({ here }) => !here)
  return [...planned, ...said.map(({ from, until, by }) => ({ from, until, by }))]
    .filter(({ from }) => from > now)
    .sort((a, b) => a.from - b.from)
}

/**
 * What is known of a rep after more was said: what is over is forgotten. Null where it changes nothing. Somebody who is back is
 * away no longer, also by team.yaml, as long as that would go on; who is not away yet takes back what was said of later.
 */
export function saidAfter(
  team: Reps,
  rep: string,
  news: { away: { from: number; until: number | null } } | 'back',
  by: string,
  now: number,
): Said[] | null {
  const said = (team.reps[rep]?.said ?? []).filter(({ until }) => until === null || until > now)
  if (news !== 'back') return [...said.filter((one) => !isWithin(one, news.away, now)), { ...news.away, by }]
  const absence = absenceAt(team, rep, now)
  if (!absence) return said.some(({ here }) => !here) ? said.filter(({ here }) => here) : null
  const later = said.filter(({ from }) => from > now)
  const member = team.reps[rep]
  const still = member && absenceAt({ ...team, reps: { [rep]: { ...member, said: later } } }, rep, now)
  return still ? [...later, { from: now, until: still.until, by, here: true }] : later
}

/** The instants of dates, both included, in a zone. */
export function spanOf(timeZone: string, { from, to }: { from: string; to: string }): { from: number; until: number } {
  const startOf = (date: Temporal.PlainDate) => date.toZonedDateTime(timeZone).epochMilliseconds
  return { from: startOf(Temporal.PlainDate.from(from)), until: startOf(Temporal.PlainDate.from(to).add({ days: 1 })) }
}

// All that is left of it lies in a newer span, by which it is of no account.
function isWithin(one: Pick<Said, 'from' | 'until'>, newer: Pick<Said, 'from' | 'until'>, now: number): boolean {
  const ends = newer.until === null || (one.until !== null && one.until <= newer.until)
  return ends && Math.max(one.from, now) >= newer.from
}

function covers({ from, until }: Said, at: number): boolean {
  return from <= at && (until === null || at < until)
}
