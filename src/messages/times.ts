import { localDate } from '../handoffs/business-time.ts'

/** How an instant is told: in which zone, and from which instant on one looks at it; `named`: the zone is said. */
export interface Telling {
  timeZone: string
  from: number
  named?: boolean
}

const DAY = 24 * 60 * 60_000

/** A time as people say it: `4:23 PM`, `Mon 9:30 AM` on another day, `Mon Nov 30, 9:30 AM` on one that is further off. */
export function clockTime(at: number, { timeZone, from, named = false }: Telling): string {
  const [date, today] = [localDate(timeZone, at), localDate(timeZone, from)]
  const isNear = Math.abs(Date.parse(date) - Date.parse(today)) < 7 * DAY
  const part = partsOf(at, timeZone)
  const day =
    date === today ? '' : isNear ? `${part('weekday')} ` : `${part('weekday')} ${part('month')} ${part('day')}, `
  return `${day}${part('hour')}:${part('minute')} ${part('dayPeriod')}${named ? ` ${part('timeZoneName')}` : ''}`
}

// Making one costs more than using it a hundred times; a config names only a few zones.
const formats = new Map<string, Intl.DateTimeFormat>()

function partsOf(at: number, timeZone: string): (type: Intl.DateTimeFormatPartTypes) => string {
  const format = formats.get(timeZone) ?? newFormat(timeZone)
  formats.set(timeZone, format)
  const parts = format.formatToParts(at)
  return (type) => parts.find((item) => item.type === type)?.value ?? ''
}

function newFormat(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: 'numeric',
    minute: '2-digit',
    timeZoneName: 'short',
  })
}
