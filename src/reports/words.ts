import { localTime, whole } from '../rules/words.ts'
import type { Cell, Unit } from './report.ts'

/** What stands where nobody can say. */
export const NOTHING = '–'

/** A figure as people read it, wherever it is shown; its unit says what it is. An instant is told in a zone, and names it. */
export function cellText(value: Cell | undefined, unit: Unit, timeZone: string): string {
  if (value === null || value === undefined) return NOTHING
  if (typeof value === 'string') return value
  if (!Number.isFinite(value)) return NOTHING
  switch (unit) {
    case 'count':
      return minus(whole(Math.round(value * 10) / 10))
    case 'share':
      return shareText(value)
    case 'points':
      return `${plus(tenths(value * 100))} ${Math.abs(tenths(value * 100)) === 1 ? 'point' : 'points'}`
    case 'change':
      return `${plus(Math.round(value * 100))} %`
    case 'minutes':
      return minutesText(value)
    case 'days':
      return daysText(value)
    case 'money':
      return minus(whole(Math.round(value)))
    case 'instant':
      return localTime(value, timeZone)
    case 'text':
      return String(value)
  }
}

/** A text in which no line ends between a figure and its unit: on a phone `29 %` stays together. */
export function unbroken(text: string): string {
  return text.replace(/(?<=\d) (?=%|(?:min|h|days?|points?)(?![\p{L}\d]))/gu, '\u00a0')
}

/** The day of an instant in a zone, with its year: `27 Oct 2025`. */
export function dayText(at: number, timeZone: string): string {
  const date = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone)
  return `${date.day} ${date.toLocaleString('en-US', { month: 'short' })} ${date.year}`
}

/** A share: `47 %`, near its ends with a decimal. Only none is 0 %, only all is 100 %, and what is below 99 % never reads so. */
function shareText(share: number): string {
  const percents = share * 100
  if (percents > 0 && percents < 0.1) return '< 0.1 %'
  if (percents > 90) return `${Math.floor(Number((share * 1_000).toFixed(6))) / 10} %`
  return `${minus(String(percents < 10 ? tenths(percents) : Math.round(percents)))} %`
}

/** Minutes: `38 min`, `2 h 05 min`; those of a clock that stands still at night make no days. */
function minutesText(minutes: number): string {
  if (minutes > 0 && minutes < 1) return '< 1 min'
  const rounded = Math.round(minutes)
  if (rounded < 60) return `${rounded} min`
  const rest = rounded % 60
  return `${whole(Math.floor(rounded / 60))} h${rest === 0 ? '' : ` ${String(rest).padStart(2, '0')} min`}`
}

function daysText(days: number): string {
  if (days > 0 && days < 0.1) return '< 0.1 days'
  const rounded = days < 10 ? tenths(days) : Math.round(days)
  return rounded === 1 ? '1 day' : `${whole(rounded)} days`
}

const tenths = (number: number) => Math.round(number * 10) / 10
const minus = (text: string) => text.replace(/^-/, '−')
const plus = (number: number) => (number > 0 ? `+${whole(number)}` : minus(whole(number + 0)))
