import { readFileSync } from 'node:fs'
import { type Calendar, parseShift, type Shift, type Weekday } from '../../src/handoffs/business-time.ts'

interface VectorCalendar {
  tz: string
  weekly: Partial<Record<Weekday, [string, string][]>>
  holidays?: string[]
  overrides?: Record<string, [string, string][]>
}

/** One due time, computed minute by minute by an independent simulation. `due` null: never within 400 days. */
export interface Vector {
  id: string
  calendar: string
  start: string
  durationSec: number
  due: string | null
  why: string
}

const fixture: { calendars: Record<string, VectorCalendar>; vectors: Vector[] } = JSON.parse(
  readFileSync(new URL('../fixtures/business-time.json', import.meta.url), 'utf8'),
)

/** The due times of tests/fixtures/business-time.json. */
export const vectors: Vector[] = fixture.vectors

/** The calendars of the fixture by name. */
export const vectorCalendars: Record<string, Calendar> = Object.fromEntries(
  Object.entries(fixture.calendars).map(([name, calendar]) => [
    name,
    {
      timeZone: calendar.tz,
      hours: shiftsByKey(calendar.weekly),
      holidays: calendar.holidays ?? [],
      overrides: shiftsByKey(calendar.overrides ?? {}),
    },
  ]),
)

/** A calendar of the fixture; throws when there is none of that name. */
export function vectorCalendar(name: string): Calendar {
  const calendar = vectorCalendars[name]
  if (!calendar) throw new Error(`the fixture has no calendar ${name}`)
  return calendar
}

/** Epoch milliseconds of an ISO 8601 instant. */
export function instant(text: string): number {
  return Temporal.Instant.from(text).epochMilliseconds
}

function shiftsByKey(shifts: Record<string, [string, string][] | undefined>): Record<string, Shift[]> {
  const read = ([open, close]: [string, string]) => parseShift(`${open}-${close}`)
  return Object.fromEntries(Object.entries(shifts).map(([key, windows = []]) => [key, windows.map(read)]))
}
