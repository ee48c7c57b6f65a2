const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const OPENING = new Set([0x5b, 0x7b])
const CLOSING = new Set([0x5d, 0x7d])

/** What JSON text may hold at most: entries of the outermost list, values in all, and how deep they nest. */
export interface JsonBounds {
  rows: number
  values: number
  depth: number
}

/**
 * Which bound a JSON text breaks first; null when it keeps them all. Counts without parsing, for a parser builds
 * whatever it is told to. Text that is no JSON may be counted wrongly: that is for the parser to say.
 */
export function brokenBound(text: Buffer, most: JsonBounds): keyof JsonBounds | null {
  let depth = 0
  let rows = 1
  let values = 1
  for (let at = 0; at < text.length; at += 1) {
    const byte = text[at] ?? 0
    if (byte === QUOTE) at = endOfString(text, at)
    else if (OPENING.has(byte)) {
      depth += 1
      values += 1
    } else if (CLOSING.has(byte)) depth -= 1
    else if (byte === COMMA) {
      values += 1
      if (depth === 1) rows += 1
    }
    if (depth > most.depth) return 'depth'
    if (rows > most.rows) return 'rows'
    if (values > most.values) return 'values'
  }
  return null
}

function endOfString(text: Buffer, start: number): number {
  for (let end = text.indexOf(QUOTE, start + 1); end >= 0; end = text.indexOf(QUOTE, end + 1)) {
    let escapes = 0
    while (text[end - 1 - escapes] === BACKSLASH) escapes += 1
    if (escapes % 2 === 0) return end
  }
  return text.length
}
