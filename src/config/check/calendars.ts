import { addBusinessTime, expandWeekdays, type Shift } from '../../handoffs/business-time.ts'
import type { Team } from '../../handoffs/team.ts'
import { type ConfigProblem, problemAt, type SourceFile } from '../problems.ts'

const DAY_MINUTES = 1440

/** Mistakes in opening hours that no shape shows: no open time at all from `now` on, empty shifts, shifts that overlap. */
export function checkCalendars(source: SourceFile, team: Pick<Team, 'calendars'>, now: number): ConfigProblem[] {
  return Object.entries(team.calendars).flatMap(([name, calendar]) => {
    const hours = ['calendars', name, 'hours']
    const problems: ConfigProblem[] = []
    if (addBusinessTime(calendar, now, 1) === null) {
      problems.push(problemAt(source, hours, 'has no open time in the next 400 days; give it at least one shift'))
    }
    const week = expandWeekdays('mon-sun').map((day) => ({ day, shifts: calendar.hours[day] ?? [] }))
    // The same mistake on several days usually stands in one place, so it is told once.
    const daysByMistake = new Map<string, string[]>()
    for (const [index, { day, shifts }] of week.entries()) {
      const next = week[(index + 1) % week.length]
      const mistakes = [mistakeOf(shifts), next ? overlapWithNext(shifts, next.shifts) : undefined]
      for (const mistake of mistakes) {
        if (mistake) daysByMistake.set(mistake, [...(daysByMistake.get(mistake) ?? []), day])
      }
    }
    for (const [mistake, days] of daysByMistake)
      problems.push(problemAt(source, hours, `on ${days.join(', ')} ${mistake}`))
    for (const [date, shifts] of Object.entries(calendar.overrides)) {
      const mistake = mistakeOf(shifts)
      if (mistake) problems.push(problemAt(source, ['calendars', name, 'overrides', date], mistake))
    }
    return problems
  })
}

function mistakeOf(shifts: readonly Shift[]): string | undefined {
  const empty = shifts.find((shift) => shift.open === shift.close)
  if (empty) return `${text(empty)} has no length; remove it (a whole day is 00:00-24:00)`
  const ordered = shifts.toSorted((a, b) => a.open - b.open)
  for (const [index, shift] of ordered.entries()) {
    const next = ordered[index + 1]
    if (next && next.open < endOf(shift))
      return `${text(shift)} and ${text(next)} overlap; write them as one, or let one end earlier`
  }
  return undefined
}

function overlapWithNext(shifts: readonly Shift[], next: readonly Shift[]): string | undefined {
  for (const shift of shifts) {
    const other = next.find((each) => each.open + DAY_MINUTES < endOf(shift))
    if (other) return `${text(shift)} runs into ${text(other)} of the next day; let it end earlier`
  }
  return undefined
}

/** Minutes after the midnight before the shift. */
function endOf({ open, close }: Shift): number {
  return close < open ? close + DAY_MINUTES : close
}

function text({ open, close }: Shift): string {
  return `${clockTime(open)}-${clockTime(close)}`
}

function clockTime(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
}
