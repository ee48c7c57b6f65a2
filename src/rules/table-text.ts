/** Tables and texts for a terminal: the one printer of all commands. Widths are those of a terminal, not of strings. */

/**
 * A table; the first row of `rows` stands below the head. `numbers`: which columns hold numbers, where their texts do not show it. `names`:
 * so much of the first column is shown before any of it is cut.
 */
export interface TextTable {
  head: readonly string[]
  rows: readonly (readonly string[])[]
  numbers?: readonly boolean[]
  names?: number
}

const GAP = '  '
// A column is cut to so many characters before the table is broken into parts below each other.
const LEAST = 8
// A column that is not wider says little in few letters, `60 medium` or `in 4 min`: it is cut only where wider ones have given all.
const SHORT = 12

// What a terminal obeys instead of showing it, or shows in another place: also what turns the direction of writing. Joiners only
// join what stands beside them, and some scripts and emoji are not right without.
const UNSEEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

// What takes two columns, by Unicode's East Asian Width: scripts of East Asia, full forms, emoji.
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u
const NARROW = /^[\u0020-\u007e\u00a0-\u02ff\u2010-\u2027]*$/
// What a number, a change of numbers, a share, an id or a date looks like: such columns stand to the right, and are never cut.
const NUMBER = /^[+−–\d][+−–\-\d,.:% →()h]*$|^[−–-]?$/

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** A text with its control characters and newlines written out, such as `\u{1b}`: it can neither steer the terminal nor forge a line. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
}

/** How many columns of a terminal a text takes. */
export function textWidth(text: string): number {
  if (NARROW.test(text)) return text.length
  let width = 0
  for (const { segment } of graphemes.segment(text)) width += graphemeWidth(segment)
  return width
}

/** A text that takes at most so many columns; what is cut off ends with `…`, and never within a character. */
export function cutText(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  let [cut, used] = ['', 0]
  for (const { segment } of graphemes.segment(text)) {
    used += graphemeWidth(segment)
    if (used > width - 1) break
    cut += segment
  }
  return width < 1 ? '' : `${cut.trimEnd()}…`
}

/** A text as lines of at most `width` columns, broken between words; a word that is longer stands alone. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && textWidth(last) + 1 + textWidth(word) <= width)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

/**
 * A table as lines that are at most `width` columns wide. Cells are cut with `…`, the longest columns first; where that is not
 * enough, the table goes on below itself, each part beginning with the first column. Columns of numbers stand to the right,
 * and columns in which nothing stands are left out.
 */
export function tableLines(table: TextTable, width: number): string[] {
  const { head, rows, numbers, names = LEAST } = withoutEmpty(table)
  const all = [head, ...rows].map((row) => head.map((_, column) => visible(row[column] ?? '')))
  const widths = head.map((_, column) => Math.max(...all.map((row) => textWidth(row[column] ?? ''))))
  const looksLikeNumbers = (column: number) => rows.length > 0 && rows.every((row) => NUMBER.test(row[column] ?? ''))
  const toRight = head.map((_, column) => numbers?.[column] ?? looksLikeNumbers(column))
  const floors = head.map((_, column) => (column === 0 ? names : LEAST))
  return blocksOf(
    widths.map((one, column) => (toRight[column] ? one : Math.min(one, floors[column] ?? LEAST))),
    width,
  ).flatMap((block, index) => {
    const fitted = widthsIn(
      block.map((column) => widths[column] ?? 0),
      block.map((column) => toRight[column] ?? false),
      block.map((column) => floors[column] ?? LEAST),
      width,
    )
    const lines = all.map((row) =>
      block
        .map((column, at) => padded(row[column] ?? '', fitted[at] ?? 0, toRight[column] ?? false))
        .join(GAP)
        .trimEnd(),
    )
    return index > 0 ? ['', ...lines] : lines
  })
}

/** The columns of a table in blocks below each other, where even cut they do not fit beside each other; each begins with the first. */
function blocksOf(least: readonly number[], width: number): number[][] {
  const [first = 0, ...others] = least
  const blocks: number[][] = [[0]]
  let used = first
  for (const [index, one] of others.entries()) {
    const last = blocks.at(-1) ?? []
    if (used + GAP.length + one > width && last.length > 1) {
      blocks.push([0, index + 1])
      used = first + GAP.length + one
    } else {
      last.push(index + 1)
      used += GAP.length + one
    }
  }
  return blocks
}

// The widest column of text gives way first, down to the next one, and so on; numbers only where there is nothing else left.
function widthsIn(
  widths: readonly number[],
  areNumbers: readonly boolean[],
  floors: readonly number[],
  width: number,
): number[] {
  const fitted = [...widths]
  let over = fitted.reduce((sum, one) => sum + one, 0) + GAP.length * (fitted.length - 1) - width
  for (; over > 0; over--) {
    const texts = fitted.map((one, at) => (areNumbers[at] || one <= (floors[at] ?? LEAST) ? 0 : one))
    const wide = texts.map((one, at) => ((widths[at] ?? 0) > SHORT ? one : 0))
    const from = [wide, texts].find((some) => some.some((one) => one > 0)) ?? fitted
    const widest = from.indexOf(Math.max(...from))
    if ((fitted[widest] ?? 0) <= 1) break
    fitted[widest] = (fitted[widest] ?? 0) - 1
  }
  return fitted
}

function withoutEmpty({ head, rows, numbers, ...rest }: TextTable): TextTable {
  const kept = head.map((_, column) => column === 0 || rows.some((row) => (row[column] ?? '') !== ''))
  const some = <T>(row: readonly T[]) => row.filter((_, column) => kept[column] ?? true)
  return { ...rest, head: some(head), rows: rows.map(some), ...(numbers ? { numbers: some(numbers) } : {}) }
}

function padded(text: string, width: number, toRight: boolean): string {
  const cut = cutText(text, width)
  const space = ' '.repeat(Math.max(0, width - textWidth(cut)))
  return toRight ? space + cut : cut + space
}

function graphemeWidth(segment: string): number {
  if (WIDE.test(segment)) return 2
  return /^[\p{Mn}\p{Me}\p{Cf}]+$/u.test(segment) ? 0 : 1
}
