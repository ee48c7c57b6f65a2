import { spanOf } from './away.ts'
import { localDate } from './business-time.ts'

/** A span that somebody means, or why it is not clear, in words. */
export type MeantSpan = { from: number; until: number | null } | { unclear: string }

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']
const MONTHS = 'january february march april may june july august september october november december'.split(' ')
const SHORTEST = 3
const DAY = 24 * 60 * 60_000
const LONGEST = 400 * DAY

/**
 * When somebody is away who says so in plain words, such as `until friday`, `mon-fri`, `2026-12-01 2026-12-05`, `tomorrow`, `for 3 days`
 * or nothing: from now until they are back. Days are whole, in `timeZone`, the last one included. A weekday is the next one, today included.
 */
export function awaySpan(words: string, timeZone: string, now: number): MeantSpan {
  const today = Temporal.PlainDate.from(localDate(timeZone, now))
  const text = words
    .toLowerCase()
    .replace(/[\u2010-\u2015]/g, '-')
    .replace(/[,;]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  const meant = text === '' ? { from: now, until: null } : spanIn(text, today, timeZone, now)
  if (!meant) return { unclear: `I do not understand "${words.trim().slice(0, 60)}".` }
  if ('unclear' in meant) return meant
  const { from, until } = meant
  if (until !== null && until <= from) return { unclear: 'The end is before the beginning.' }
  if (until !== null && until <= now) return { unclear: 'That is over already.' }
  if ((until ?? from) - now > LONGEST) return { unclear: 'That is more than a year ahead: is the year right?' }
  return meant
}

function spanIn(text: string, today: Temporal.PlainDate, timeZone: string, now: number): MeantSpan | undefined {
  const days = (from: Temporal.PlainDate, to: Temporal.PlainDate): MeantSpan =>
    spanOf(timeZone, { from: from.toString(), to: to.toString() })
  const endOf = (date: Temporal.PlainDate) => spanOf(timeZone, { from: date.toString(), to: date.toString() }).until
  const week = /^(?:the )?(this|next) week$/.exec(text)?.[1]
  if (week) {
    const monday = today.subtract({ days: today.dayOfWeek - 1 }).add({ days: week === 'next' ? 7 : 0 })
    return days(week === 'next' ? monday : today, monday.add({ days: 6 }))
  }
  const [, number, unit] = /^for (an?|\d{1,3}) (hour|day|week)s?$/.exec(text) ?? []
  if (number && unit) {
    const count = Number.isNaN(Number(number)) ? 1 : Number(number)
    if (count === 0) return undefined
    if (unit === 'hour') return { from: now, until: now + count * 60 * 60_000 }
    return { from: now, until: endOf(today.add({ days: count * (unit === 'week' ? 7 : 1) - 1 })) }
  }
  const until = /^(?:now )?(?:until|till|til|to) (.+)$/.exec(text)?.[1]
  if (until) {
    const time = timeIn(until, today, timeZone)
    if (time !== undefined) return { from: now, until: time }
    const to = dayIn(until, today)
    return to && { from: now, until: endOf(to) }
  }
  const begins = text.replace(/^(?:from|on) /, '')
  const one = dayIn(begins, today)
  // A single day that is said to be the first is the first of more.
  if (one)
    return text.startsWith('from ')
      ? { from: one.toZonedDateTime(timeZone).epochMilliseconds, until: null }
      : days(one, one)
  for (const [first, second] of cuts(begins)) {
    const from = dayIn(first, today)
    const to = from && dayIn(second, from)
    if (from && to) return days(from, to)
  }
  return undefined
}

// Every place where a text may fall into two dates: at a word between them, at a dash, or at a space.
function* cuts(text: string): Generator<[string, string]> {
  for (const match of text.matchAll(/ (?:until|till|til|to|through|and|-) | ?- ?| /g)) {
    const [first, second] = [text.slice(0, match.index), text.slice(match.index + match[0].length)]
    if (first !== '' && second !== '') yield [first, second]
  }
}

/** A time of today in words, `15:00` or `3pm`. */
function timeIn(text: string, today: Temporal.PlainDate, timeZone: string): number | undefined {
  const [, hour, minute = '0', half] = /^(\d{1,2})(?::(\d\d))? ?(am|pm)?$/.exec(text) ?? []
  if (hour === undefined || (half === undefined && !text.includes(':'))) return undefined
  const hours = half ? (Number(hour) % 12) + (half === 'pm' ? 12 : 0) : Number(hour)
  if (hours > 23 || Number(minute) > 59 || (half && (Number(hour) < 1 || Number(hour) > 12))) return undefined
  const time = new Temporal.PlainTime(hours, Number(minute))
  return today.toZonedDateTime({ timeZone, plainTime: time }).epochMilliseconds
}

/** A date in words, the next one from `start` on, which counts; undefined when it is none, or could be two. */
function dayIn(text: string, start: Temporal.PlainDate): Temporal.PlainDate | undefined {
  if (text === 'today' || text === 'now') return start
  if (text === 'tomorrow') return start.add({ days: 1 })
  const [, next, name = ''] = /^(next )?([a-z]+)\.?$/.exec(text) ?? []
  const weekday = named(name, WEEKDAYS)
  if (weekday >= 0) {
    const ahead = (weekday + 1 - start.dayOfWeek + 7) % 7
    return start.add({ days: next && ahead === 0 ? 7 : ahead })
  }
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? []
  if (year) return dateOf(Number(year), Number(month), Number(day))
  const [, dotDay, dotMonth, dotYear] = /^(\d{1,2})\.(\d{1,2})\.(\d{4})?$/.exec(text) ?? []
  if (dotDay) return dateOrNext(dotYear, Number(dotMonth), Number(dotDay), start)
  const inWords =
    /^(?<month>[a-z]{3,9})\.? (?<day>\d{1,2})(?:st|nd|rd|th)?(?: (?<year>\d{4}))?$/.exec(text) ??
    /^(?<day>\d{1,2})(?:st|nd|rd|th|\.)? (?<month>[a-z]{3,9})\.?(?: (?<year>\d{4}))?$/.exec(text)
  const groups = inWords?.groups
  if (!groups) return undefined
  const at = named(groups.month ?? '', MONTHS)
  return at < 0 ? undefined : dateOrNext(groups.year, at + 1, Number(groups.day), start)
}

/** Which of some names a word is, or the beginning of; -1: none. */
function named(word: string, names: readonly string[]): number {
  return word.length < SHORTEST ? -1 : names.findIndex((name) => name.startsWith(word))
}

function dateOrNext(
  year: string | undefined,
  month: number,
  day: number,
  start: Temporal.PlainDate,
): Temporal.PlainDate | undefined {
  if (year !== undefined) return dateOf(Number(year), month, day)
  const thisYear = dateOf(start.year, month, day)
  if (thisYear && Temporal.PlainDate.compare(thisYear, start) >= 0) return thisYear
  return dateOf(start.year + 1, month, day)
}

function dateOf(year: number, month: number, day: number): Temporal.PlainDate | undefined {
  try {
    return Temporal.PlainDate.from({ year, month, day }, { overflow: 'reject' })
  } catch {
    return undefined
  }
}
