/**
 * Business time: how long a team has been open, and when a given amount of open time will have passed.
 *
 * Opening hours are local wall-clock times; durations are exact elapsed time. An instant is open when its local date and
 * time lie in a shift. So an hour that daylight saving skips is never open, and one that it repeats is open twice.
 * Instants and durations are whole milliseconds (instants: since the epoch, UTC).
 */

const MINUTE = 60_000
const DAY = 86_400_000
const DAY_MINUTES = 1440
/** How far ahead open time is looked for; a calendar that is shut for longer is a mistake in the config. */
const HORIZON_DAYS = 400
/** No zone has ever been further from UTC than 15 h 14 min. */
const WIDEST_OFFSET = 16 * 60 * MINUTE

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const WEEKDAY_NAMES: readonly string[] = WEEKDAYS
const EPOCH_DATE = new Temporal.PlainDate(1970, 1, 1)

/**
 * One open window of a local day in minutes after midnight, half open: `open` 0–1439, `close` 0–1440.
 * `close < open` spans midnight and belongs to the day it opens on; `close === open` is never open; 1440 closes a day.
 */
export interface Shift {
  open: number
  close: number
}

/** A day of the week as the config writes it. */
export type Weekday = (typeof WEEKDAYS)[number]

/** The opening hours of a rep. Dates are `YYYY-MM-DD` in `timeZone`, an IANA name. */
export interface Calendar {
  timeZone: string
  /** The shifts that open on a weekday; they may overlap or touch. A missing day is closed. */
  hours: Partial<Record<Weekday, Shift[]>>
  /** Wholly closed dates: no shift opens on one, and one that began the day before ends at midnight. Wins over `overrides`. */
  holidays: string[]
  /** Replaces the shifts that open on a date; an empty list closes it, but for what is left of last night's shift. */
  overrides: Record<string, Shift[]>
}

/** A stretch of open time, half open, epoch milliseconds. */
export interface OpenPeriod {
  from: number
  to: number
}

/**
 * Reads a shift as the config writes it: `09:00-12:00`, over midnight `22:00-02:00`, a whole day `00:00-24:00`.
 * Throws RangeError with a message for the config's author on anything else.
 */
export function parseShift(text: string): Shift {
  const match = /^(\d\d):([0-5]\d)-(\d\d):([0-5]\d)$/.exec(text)
  if (!match) throw new RangeError(`"${text}" is not a shift; write it as HH:MM-HH:MM, for example 09:00-17:30`)
  const open = Number(match[1]) * 60 + Number(match[2])
  const close = Number(match[3]) * 60 + Number(match[4])
  if (open >= DAY_MINUTES) throw new RangeError(`"${text}" opens too late; a shift opens between 00:00 and 23:59`)
  if (close > DAY_MINUTES) throw new RangeError(`"${text}" closes too late; a shift closes at 24:00 at the latest`)
  return { open, close }
}

/**
 * Reads the days as the config writes them: `mon`, `mon-fri`, `sat-mon` (over the end of the week), `mon,wed` or `mon-wed,fri`.
 * Gives each day once, in the order written. Throws RangeError with a message for the config's author on anything else.
 */
export function expandWeekdays(text: string): Weekday[] {
  const days = new Set<Weekday>()
  for (const part of text.split(',')) {
    const ends = part.trim().split('-')
    const first = WEEKDAY_NAMES.indexOf(ends[0] ?? '')
    const last = WEEKDAY_NAMES.indexOf(ends.at(-1) ?? '')
    if (first < 0 || last < 0 || ends.length > 2) {
      throw new RangeError(
        `"${text}" is not a list of days; use ${WEEKDAYS.join(', ')}, for example mon-fri or mon,wed`,
      )
    }
    const length = ((last - first + WEEKDAYS.length) % WEEKDAYS.length) + 1
    for (const day of [...WEEKDAYS, ...WEEKDAYS].slice(first, first + length)) days.add(day)
  }
  return [...days]
}

/**
 * The earliest instant by which `duration` of open time has passed since `start`: one hour from Friday 16:00 with a close at
 * 17:00 is Friday 17:00, not Monday. `counted` is the open time that was used, in order, touching periods merged.
 * A duration of 0 is due at `start`, open or not. Null: too little open time in the 400 days (of 24 h) after `start`.
 * Throws RangeError on a negative or fractional duration or an unknown time zone.
 */
export function addBusinessTime(
  calendar: Calendar,
  start: number,
  duration: number,
): { due: number; counted: OpenPeriod[] } | null {
  requireWhole(duration, 'duration')
  if (duration === 0) return { due: start, counted: [] }
  const counted: OpenPeriod[] = []
  let left = duration
  for (const period of openPeriods(calendar, start, start + HORIZON_DAYS * DAY)) {
    const due = period.from + Math.min(left, period.to - period.from)
    addMerged(counted, period.from, due)
    left -= due - period.from
    if (left === 0) return { due, counted }
  }
  return null
}

/** The open milliseconds between two instants; 0 when `to` is not after `from`. Looks at every day between them. */
export function businessTimeBetween(calendar: Calendar, from: number, to: number): number {
  let open = 0
  for (const period of openPeriods(calendar, from, to)) open += period.to - period.from
  return open
}

/** The open time of a span in order, touching periods merged. */
export function openPeriodsBetween(calendar: Calendar, from: number, to: number): OpenPeriod[] {
  const periods: OpenPeriod[] = []
  for (const period of openPeriods(calendar, from, to)) addMerged(periods, period.from, period.to)
  return periods
}

// Whoever asks again soon asks about the same period: finding it is the dear part.
const lastPeriods = new WeakMap<Calendar, { since: number; period: OpenPeriod }>()

/** When the calendar is open from `at` on: `at` itself while it is open; null when it does not open in the 400 days after. */
export function nextOpening(calendar: Calendar, at: number): number | null {
  const known = lastPeriods.get(calendar)
  if (known && at >= known.since && at < known.period.to) return Math.max(at, known.period.from)
  const period = openPeriods(calendar, at, at + HORIZON_DAYS * DAY).next().value
  if (!period) return null
  lastPeriods.set(calendar, { since: at, period })
  return period.from
}

/** Whether the millisecond that begins at `at` is open: true at the instant of opening, false at that of closing. */
export function isOpen(calendar: Calendar, at: number): boolean {
  return !openPeriods(calendar, at, at + 1).next().done
}

/**
 * The end of the `days`-th business day after the local date of `start`: when the last shift that opens on that date closes,
 * which for a night shift is the next morning. The date of `start` itself never counts, whatever the hour, and neither does
 * a date on which no shift opens, even if last night's runs into it. 0 days is `start`.
 * Null: fewer business days among the 400 dates that follow. Throws RangeError on a negative or fractional number.
 */
export function addBusinessDays(calendar: Calendar, start: number, days: number): number | null {
  requireWhole(days, 'number of days')
  if (days === 0) return start
  const startDay = Math.floor((start + offsetOf(zoned(calendar.timeZone, start))) / DAY)
  let left = days
  for (let day = startDay + 1; day <= startDay + HORIZON_DAYS; day++) {
    const close = closeOfDay(calendar, day)
    if (close === null) continue
    left -= 1
    if (left === 0) return close
  }
  return null
}

// No zone begins a day within a quarter of an hour.
const QUARTER = 15 * MINUTE
const lastDates = new Map<string, { quarter: number; date: string }>()

/** The local date at an instant, `YYYY-MM-DD`. Throws RangeError on an unknown time zone. */
export function localDate(timeZone: string, at: number): string {
  const quarter = Math.floor(at / QUARTER)
  const known = lastDates.get(timeZone)
  if (known?.quarter === quarter) return known.date
  const date = zoned(timeZone, at).toPlainDate().toString()
  lastDates.set(timeZone, { quarter, date })
  return date
}

/** A stretch in which the local date and the offset from UTC stay the same. `day` counts local dates from 1970-01-01. */
interface LocalStretch {
  day: number
  offset: number
  from: number
  to: number
}

/**
 * Cuts a time span at every local midnight and every change of offset. Within a stretch, wall-clock times become instants by a
 * subtraction, so skipped or repeated times need no rule of their own, nor do dates that a zone skipped altogether.
 */
function* localStretches(timeZone: string, from: number, to: number): Generator<LocalStretch> {
  let at = from
  while (at < to) {
    const local = zoned(timeZone, at)
    const offset = offsetOf(local)
    const changes = local.getTimeZoneTransition('next')?.epochMilliseconds ?? to
    const sameOffsetUntil = Math.min(changes, to)
    while (at < sameOffsetUntil) {
      const day = Math.floor((at + offset) / DAY)
      const end = Math.min((day + 1) * DAY - offset, sameOffsetUntil)
      yield { day, offset, from: at, to: end }
      at = end
    }
  }
}

/** The open time of a span in order; the periods are disjoint but may touch, at midnight for instance. */
function* openPeriods(calendar: Calendar, from: number, to: number): Generator<OpenPeriod> {
  for (const stretch of localStretches(calendar.timeZone, from, to)) {
    const midnight = stretch.day * DAY - stretch.offset
    for (const window of windowsOf(calendar, stretch.day)) {
      const opens = Math.max(midnight + window.from * MINUTE, stretch.from)
      const closes = Math.min(midnight + window.to * MINUTE, stretch.to)
      if (opens < closes) yield { from: opens, to: closes }
    }
  }
}

/** The open minutes of a local date, sorted and merged, with what is left of the night shift of the date before. */
function windowsOf(calendar: Calendar, day: number): { from: number; to: number }[] {
  if (calendar.holidays.includes(dateOf(day).toString())) return []
  const lastNight = shiftsOpeningOn(calendar, day - 1)
    .filter((shift) => shift.close < shift.open)
    .map((shift) => ({ open: 0, close: shift.close }))
  const today = shiftsOpeningOn(calendar, day).map((shift) =>
    shift.close < shift.open ? { open: shift.open, close: DAY_MINUTES } : shift,
  )
  const windows: { from: number; to: number }[] = []
  for (const shift of [...lastNight, ...today].sort((a, b) => a.open - b.open)) {
    addMerged(windows, shift.open, shift.close)
  }
  return windows
}

function shiftsOpeningOn(calendar: Calendar, day: number): Shift[] {
  const date = dateOf(day)
  const text = date.toString()
  if (calendar.holidays.includes(text)) return []
  const weekday = WEEKDAYS[date.dayOfWeek - 1] ?? 'mon'
  return calendar.overrides[text] ?? calendar.hours[weekday] ?? []
}

/** When the last shift that opens on a local date closes; null when none of them has any open time. */
function closeOfDay(calendar: Calendar, day: number): number | null {
  const shifts = shiftsOpeningOn(calendar, day)
  if (shifts.length === 0) return null
  const onlyThatDay = { ...calendar, hours: {}, overrides: { [dateOf(day).toString()]: shifts } }
  let close: number | null = null
  for (const period of openPeriods(onlyThatDay, day * DAY - WIDEST_OFFSET, (day + 2) * DAY + WIDEST_OFFSET)) {
    close = period.to
  }
  return close
}

function addMerged(periods: { from: number; to: number }[], from: number, to: number): void {
  const last = periods.at(-1)
  if (last && from <= last.to) last.to = Math.max(last.to, to)
  else periods.push({ from, to })
}

function zoned(timeZone: string, at: number): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone)
}

function offsetOf(local: Temporal.ZonedDateTime): number {
  return local.offsetNanoseconds / 1e6
}

function dateOf(day: number): Temporal.PlainDate {
  return EPOCH_DATE.add({ days: day })
}

function requireWhole(value: number, name: string): void {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`the ${name} must be a whole number, 0 or more`)
}
