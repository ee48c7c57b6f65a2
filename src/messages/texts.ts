import { localTime } from '../rules/words.ts'

/**
 * Text for Slack. Everything that a lead wrote is untrusted: Slack reads `<…>` as links, mentions and calls to a whole
 * channel, in the text as well as in mrkdwn. Rules: Slack's "formatting message text", limits of Block Kit.
 */

// Control, zero-width and bidirectional characters can hide or turn around what follows them, and so can what shows as nothing. What
// chooses the shape of a character stays, and so do joiners, with which Persian and Sinhala are written, and some emoji.
const INVISIBLE =
  /[[\p{Cc}\p{Default_Ignorable_Code_Point}\u2800\uFFF9-\uFFFB]--[\u200C\u200D\uFE0E\uFE0F\u180B-\u180D\u{E0100}-\u{E01EF}]]/gv
// A joiner that joins nothing: at the beginning, after a space, a sign or another joiner.
const LOOSE_JOINER = /(?<![\p{L}\p{M}\p{N}\p{Extended_Pictographic}\p{Emoji_Modifier}])[\u200C\u200D]/gu
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}\p{Co}]/u

// Most texts are: Latin letters, digits, signs and single spaces, with nothing to clean.
const PLAIN = /^[!-~\u00A1-\u00AC\u00AE-\u024F\u2212]+(?: [!-~\u00A1-\u00AC\u00AE-\u024F\u2212]+)*$/

/** Cleans a lead's text: no invisible characters, single spaces, at most `max` characters. Not yet escaped. */
export function clean(text: string, max: number): string {
  return cut(PLAIN.test(text) ? text : cleaned(text), max)
}

function cleaned(text: string): string {
  const shown = text
    .toWellFormed()
    .replace(/\s+/g, ' ')
    .replace(INVISIBLE, '')
    .replace(LOOSE_JOINER, '')
    .replace(/ +/g, ' ')
    .trim()
  // Marks without a letter, and the like.
  return VISIBLE.test(shown) ? shown : ''
}

const characters = new Intl.Segmenter('en', { granularity: 'grapheme' })

/**
 * Cuts a text to at most `max` UTF-16 units, and so to no more code points, between what people see as characters; where one alone
 * is longer, such as a letter under a heap of marks, between code points.
 */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text
  const room = max - 1
  let end = 0
  for (const { index, segment } of characters.segment(text)) {
    if (index + segment.length > room) break
    end = index + segment.length
  }
  if (end === 0) {
    for (const point of text) {
      if (end + point.length > room) break
      end += point.length
    }
  }
  return `${text.slice(0, end).replace(/[\s\u200C\u200D]+$/, '')}…`
}

/** Cuts mrkdwn, and never inside an escape such as &amp;, a mention, a link or a date, which would show as garbage. */
export function cutMrkdwn(mrkdwn: string, max: number): string {
  if (mrkdwn.length <= max) return mrkdwn
  return `${mrkdwn.slice(0, max - 1).replace(/(&[a-z]{0,4}|<[^>]*|[\uD800-\uDBFF])$/, '')}…`
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
