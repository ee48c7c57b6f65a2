/** Values in words for people: numbers, points, names, spans and instants. */

/** Points with their sign and at most one decimal: `+20`, `−10`, `+2.5`. */
export function signed(points: number): string {
  const rounded = Math.round(Math.abs(points) * 10) / 10
  return `${points < 0 ? '−' : '+'}${rounded}`
}

/** A number with its thousands apart: `1,250`. */
export function whole(number: number): string {
  return number.toLocaleString('en-US')
}

/** How many there are of something: `1 lead`, `1,250 leads`. */
export function counted(count: number, what: string): string {
  return `${whole(count)} ${what}${count === 1 ? '' : 's'}`
}

/** A share between 0 and 1 in words: `3 %`. */
export function percent(share: number): string {
  return `${Math.round(share * 100_000) / 1_000} %`
}

/** A rule's or a signal's name in words: `pricing_page_viewed` → `pricing page viewed`. */
export function plain(name: string): string {
  return name.replaceAll(/[_-]/g, ' ')
}

/** An instant as text in a time zone: `Fri 20 Nov, 18:00 GMT+1`. */
export function localTime(at: number, timeZone: string): string {
  const parts = formatOf(timeZone).formatToParts(at)
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((item) => item.type === type)?.value ?? ''
  return `${part('weekday')} ${part('day')} ${part('month')}, ${part('hour')}:${part('minute')} ${part('timeZoneName')}`
}

// Making one costs more than using it a hundred times; a config names only a few zones.
const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known) return known
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  })
  formats.set(timeZone, format)
  return format
}

/** An instant (epoch milliseconds) as ISO 8601 in UTC. */
export function iso(at: number): string {
  return new Date(at).toISOString()
}

/** A span in words for people: `5 min`, `2 h`, `1 h 30 min`, `3 days`. */
export function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1_000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60]
  if (hours < 48) return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`
  return `${Math.round(hours / 24)} days`
}
