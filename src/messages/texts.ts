import { localTime } from '../rules/words.ts'

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
  const cleaned = clean(text, max)
  if (!/[&<>]/.test(cleaned)) return cleaned
  return cleaned.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** A lead's text for a plain_text object, which is not parsed; angle brackets are left out all the same. */
export function plainText(text: string, max: number): string {
  return clean(text.replace(/[<>]/g, ''), max)
}

/** An instant (epoch milliseconds) that each reader's Slack shows in their own time; the fallback is in `timeZone`. */
export function slackDate(at: number, timeZone: string): string {
  return `<!date^${Math.floor(at / 1_000)}^{date_short_pretty} at {time}|${localTime(at, timeZone)}>`
}
