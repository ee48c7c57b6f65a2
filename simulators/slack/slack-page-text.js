/**
 * Slack's mrkdwn as data, without a browser: what a text means, for the page to build elements from. Entities (`&amp;`
 * `&lt;` `&gt;`) are decoded only in the leaves, so escaped markup stays text.
 *
 * @typedef {{ kind: 'text' | 'code' | 'preformatted', text: string }
 *   | { kind: 'bold' | 'italic' | 'strike' | 'quote', children: Token[] }
 *   | { kind: 'link', url: string, text: string }
 *   | { kind: 'mention', text: string }
 *   | { kind: 'break' }} Token
 * @typedef {{ now: number, timeZone: string, users: { id: string, name: string }[],
 *   conversations: { id: string, name: string }[] }} Reader
 */

/** @type {Record<string, 'bold' | 'italic' | 'strike'>} */
const MARKS = { '*': 'bold', _: 'italic', '~': 'strike' }
const SAFE_LINK = /^(https?:\/\/|mailto:|tel:)/i

/**
 * The tokens of a mrkdwn text for one reader: dates in their zone, people and channels by name.
 *
 * @param {string} text
 * @param {Reader} reader
 * @returns {Token[]}
 */
export function parseMrkdwn(text, reader) {
  /** @type {Token[]} */
  const tokens = []
  for (const part of text.split(/(```[\s\S]+?```)/)) {
    if (part.length > 6 && part.startsWith('```')) {
      tokens.push({ kind: 'preformatted', text: decode(part.slice(3, -3)) })
      continue
    }
    for (const [index, line] of part.split('\n').entries()) {
      if (index > 0 && tokens.at(-1)?.kind !== 'quote') tokens.push({ kind: 'break' })
      if (line.startsWith('&gt;'))
        tokens.push({ kind: 'quote', children: parseLine(line.slice(4).trimStart(), reader) })
      else tokens.push(...parseLine(line, reader))
    }
  }
  return tokens
}

/**
 * @param {string} line
 * @param {Reader} reader
 * @returns {Token[]}
 */
function parseLine(line, reader) {
  /** @type {Token[]} */
  const tokens = []
  let plain = ''
  let at = 0
  const flush = () => {
    if (plain !== '') tokens.push({ kind: 'text', text: decode(plain) })
    plain = ''
  }
  while (at < line.length) {
    const char = line.charAt(at)
    const end = endOfSpan(line, at)
    if (end < 0) {
      plain += char
      at += 1
      continue
    }
    flush()
    const inner = line.slice(at + 1, end)
    const mark = MARKS[char]
    if (mark !== undefined) tokens.push({ kind: mark, children: parseLine(inner, reader) })
    else if (char === '`') tokens.push({ kind: 'code', text: decode(inner) })
    else tokens.push(parseReference(inner, reader))
    at = end + 1
  }
  flush()
  return tokens
}

/**
 * Where the span that starts here ends, or -1 when nothing starts here. A mark opens after a non-word character and
 * before a non-space one, and closes the other way round; it does not look for its end inside `<…>`.
 *
 * @param {string} line
 * @param {number} start
 */
function endOfSpan(line, start) {
  const char = line.charAt(start)
  if (char === '<') return line.indexOf('>', start)
  if (char === '`') return line.indexOf('`', start + 2)
  if (MARKS[char] === undefined || /\w/.test(line.charAt(start - 1)) || /^\s?$/.test(line.charAt(start + 1))) return -1
  for (let at = start + 1; at < line.length; at += 1) {
    if (line.charAt(at) === '<') {
      const close = line.indexOf('>', at)
      if (close > 0) at = close
      continue
    }
    const closes = line.charAt(at) === char && at > start + 1 && /\S/.test(line.charAt(at - 1))
    if (closes && !/\w/.test(line.charAt(at + 1))) return at
  }
  return -1
}

/**
 * @param {string} inner what stands between `<` and `>`
 * @param {Reader} reader
 * @returns {Token}
 */
function parseReference(inner, reader) {
  const bar = inner.indexOf('|')
  const target = bar < 0 ? inner : inner.slice(0, bar)
  const label = bar < 0 ? '' : decode(inner.slice(bar + 1))
  if (target.startsWith('@')) {
    const user = reader.users.find((candidate) => candidate.id === target.slice(1))
    return { kind: 'mention', text: `@${user?.name ?? (label || target.slice(1))}` }
  }
  if (target.startsWith('#')) {
    const channel = reader.conversations.find((candidate) => candidate.id === target.slice(1))
    return { kind: 'mention', text: `#${channel?.name ?? (label || target.slice(1))}` }
  }
  if (target.startsWith('!date^')) return parseDate(target, label, reader)
  if (target.startsWith('!')) return { kind: 'mention', text: `@${target.slice(1).split('^')[0]}` }
  const url = decode(target)
  if (!SAFE_LINK.test(url)) return { kind: 'text', text: label || url }
  return { kind: 'link', url, text: label || url.replace(/^mailto:/, '') }
}

/**
 * @param {string} target `!date^epoch seconds^format[^link]`
 * @param {string} fallback
 * @param {Reader} reader
 * @returns {Token}
 */
function parseDate(target, fallback, reader) {
  const [, seconds = '', format = '', url = ''] = target.split('^')
  const at = Number(seconds) * 1000
  if (seconds === '' || !Number.isFinite(at)) return { kind: 'text', text: fallback }
  const text = decode(format).replaceAll(/\{(\w+)\}/g, (whole, name) => formatDate(String(name), at, reader) ?? whole)
  return SAFE_LINK.test(decode(url)) ? { kind: 'link', url: decode(url), text } : { kind: 'text', text }
}

/**
 * One of Slack's date tokens. The year is left out within half a year, as Slack does.
 *
 * @param {string} name
 * @param {number} at epoch milliseconds
 * @param {Pick<Reader, 'now' | 'timeZone'>} reader
 * @returns {string | undefined}
 */
export function formatDate(name, at, reader) {
  const { now, timeZone } = reader
  /** @param {Intl.DateTimeFormatOptions} options */
  const format = (options) => new Intl.DateTimeFormat('en-US', { timeZone, ...options }).format(at)
  /** @type {Intl.DateTimeFormatOptions} */
  const year = Math.abs(at - now) > 182 * 86_400_000 ? { year: 'numeric' } : {}
  const relative = relativeDay(at, now, timeZone)
  switch (name) {
    case 'date_num':
      return new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(at)
    case 'date':
      return format({ month: 'long', day: 'numeric', ...year })
    case 'date_short':
      return format({ month: 'short', day: 'numeric', ...year })
    case 'date_long':
      return format({ weekday: 'long', month: 'long', day: 'numeric', ...year })
    case 'date_pretty':
      return relative ?? formatDate('date', at, reader)
    case 'date_short_pretty':
      return relative ?? formatDate('date_short', at, reader)
    case 'date_long_pretty':
      return relative ?? formatDate('date_long', at, reader)
    case 'time':
      return format({ hour: 'numeric', minute: '2-digit' })
    case 'time_secs':
      return format({ hour: 'numeric', minute: '2-digit', second: '2-digit' })
    case 'ago':
      return ago(at - now)
    default:
      return undefined
  }
}

/**
 * @param {number} at
 * @param {number} now
 * @param {string} timeZone
 */
function relativeDay(at, now, timeZone) {
  const days = Math.round((dayNumber(at, timeZone) - dayNumber(now, timeZone)) / 86_400_000)
  return { [-1]: 'yesterday', 0: 'today', 1: 'tomorrow' }[days]
}

/**
 * @param {number} at
 * @param {string} timeZone
 */
function dayNumber(at, timeZone) {
  return Date.parse(new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(at))
}

/** @param {number} difference milliseconds, negative for the past */
function ago(difference) {
  const format = new Intl.RelativeTimeFormat('en-US', { numeric: 'auto' })
  const minutes = Math.round(difference / 60_000)
  if (Math.abs(minutes) < 60) return format.format(minutes, 'minute')
  const hours = Math.round(minutes / 60)
  return Math.abs(hours) < 24 ? format.format(hours, 'hour') : format.format(Math.round(hours / 24), 'day')
}

/** @param {string} text */
function decode(text) {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}
