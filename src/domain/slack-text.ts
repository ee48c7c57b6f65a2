/**
 * Text for Slack. Everything that a lead wrote is untrusted: Slack reads `<…>` as links, mentions and calls to a whole
 * channel, in the text as well as in mrkdwn. Rules: Slack's "formatting message text", limits of Block Kit.
 */

// Control, zero-width and bidirectional characters can hide or turn around what follows them.
const INVISIBLE = /[\p{Cc}\u061C\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/gu

// Most texts are: Latin letters, digits, signs and single spaces, with nothing to clean.
const PLAIN = /^[!-~\u00A1-\u024F\u2212]+(?: [!-~\u00A1-\u024F\u2212]+)*$/

/** Cleans a lead's text: no invisible characters, single spaces, at most `max` characters. Not yet escaped. */
export function clean(text: string, max: number): string {
  const cleaned = PLAIN.test(text) ? text : text.replace(/\s+/g, ' ').replace(INVISIBLE, '').replace(/ +/g, ' ').trim()
  if (cleaned.length <= max) return cleaned
  const characters = [...cleaned]
  return characters.length > max ? `${characters.slice(0, max - 1).join('')}…` : characters.join('')
}

/** Cleans and escapes a lead's text for mrkdwn and for top-level text. */
export function escapeText(text: string, max = 150): string {
  return clean(text, max).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** A lead's text for a plain_text object, which is not parsed; angle brackets are left out all the same. */
export function plainText(text: string, max: number): string {
  return clean(text.replace(/[<>]/g, ''), max)
}

/** An instant (epoch milliseconds) that each reader's Slack shows in their own time; the fallback is in `timeZone`. */
export function slackDate(at: number, timeZone: string): string {
  return `<!date^${Math.floor(at / 1_000)}^{date_short_pretty} at {time}|${localTime(at, timeZone)}>`
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
