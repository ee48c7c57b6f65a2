import type { YAMLError } from 'yaml'

/*
 * YAML's own errors in the words of whoever edits the file, with what to do. What looks like the cause on the line goes before
 * what the parser stumbled over.
 */

/** A mistake in a text: what is wrong, and where it begins. */
export interface Mistake {
  message: string
  at: number
}

/** What a syntax error comes from. */
export function inPlainWords(error: YAMLError, text: string): Mistake {
  const at = error.pos[0]
  return causeOnLine(text, at, error) ?? { message: `is not valid YAML: ${wordsFor(error)}`, at }
}

function causeOnLine(text: string, at: number, { message }: YAMLError): Mistake | undefined {
  const [start, line] = lineAt(text, at)
  const odd = line.search(ODD_SPACES)
  if (odd >= 0) return { message: oddSpace(line[odd] ?? ''), at: start + odd }
  const quote = openQuote(line)
  if (quote >= 0 && !/key/i.test(message))
    return { message: 'a closing quote is missing in this line', at: start + quote }
  // The quote goes on to the end of the file, or to the next one.
  if (/closing.*quote/i.test(message)) {
    const first = openQuoteIn(text)
    if (first !== undefined) return { message: 'a closing quote is missing in this line', at: first }
  }
  if (/end with a [\]}]/.test(message)) {
    const cut = lineBefore(text, at, (each) => /[:[,{]\s+#\S/.test(each))
    if (cut) {
      const found = /[:[,{]\s+(#[^\s,}\]]+)/.exec(cut.line)
      const word = found?.[1] ?? '#'
      return { message: `what follows # is a comment; put it in quotes: "${word}"`, at: cut.at }
    }
    const open = lineBefore(text, at, (each) => balance(each) > 0)
    const bracket = /end with a ([\]}])$/.exec(message)?.[1] ?? '}'
    if (open) return { message: `is not valid YAML: a ${bracket} is missing here or before`, at: open.at }
  }
  return undefined
}

function wordsFor({ code, message }: YAMLError): string {
  const bracket = /end with a ([\]}])$/.exec(message)?.[1]
  if (bracket) return `a ${bracket} is missing here or before`
  if (code === 'TAB_AS_INDENT') return 'a tab stands before the key; use spaces'
  if (code === 'MULTIPLE_DOCS') return 'a line --- begins a second document; remove it'
  if (/quote/i.test(message) && code === 'MISSING_CHAR') return 'a closing quote is missing'
  const extra = /Unexpected flow-(?:map|seq)-end token.*"([\]}])"/.exec(message)?.[1]
  if (extra) return `a ${extra} too many stands here`
  if (/Plain value cannot start/.test(message)) return 'a text that begins so is for YAML itself; put it in quotes'
  if (/Implicit (map )?keys need to be (on a single line|followed)/.test(message))
    return 'no colon with a space after it, where a key needs one: write key: value'
  if (/Block collections are not allowed within flow|Nested mappings are not allowed/.test(message))
    return 'a second colon stands in this line; put a text with a colon in quotes'
  if (/same column|Sequence item without|BAD_INDENT/.test(`${message} ${code}`))
    return 'this does not stand in the same column as what it belongs with; give it the same number of spaces'
  if (/Flow (map|sequence) in block collection must be sufficiently indented/.test(message))
    return 'what is in brackets goes on, and must stand further right than its key'
  if (code === 'BAD_DQ_ESCAPE') return 'in double quotes \\ has a meaning of its own; use single quotes'
  if (code === 'BAD_ALIAS') return 'a text that begins with * is for YAML itself; put it in quotes'
  return message
}

const ODD_SPACES = /[\u00a0\u2007\u202f\u2028\u2029\u3000\u200b-\u200d\u2060]/

/** What is said of a space that is none to YAML. */
function oddSpace(character: string): string {
  return /[\u200b-\u200d\u2060]/.test(character)
    ? 'an invisible character stands here; type this part anew'
    : 'a non-breaking space stands here; type a normal one'
}

function lineAt(text: string, at: number): [start: number, line: string] {
  const start = text.lastIndexOf('\n', Math.max(0, at - 1)) + 1
  const end = text.indexOf('\n', at)
  return [start, text.slice(start, end < 0 ? text.length : end)]
}

/** The nearest line before a place, or at it, of which something is true. */
function lineBefore(
  text: string,
  at: number,
  holds: (line: string) => boolean,
): { at: number; line: string } | undefined {
  let [start, line] = lineAt(text, at)
  for (let number = 0; number < 40; number++) {
    if (holds(line)) return { at: start + Math.max(0, line.search(/\S/)), line }
    if (start === 0) return undefined
    ;[start, line] = lineAt(text, start - 1)
  }
  return undefined
}

/** A line without what is in quotes, and without its comment. */
function bare(line: string): string {
  return line.replace(/"(?:[^"\\]|\\.)*"|'[^']*'/g, '').replace(/(^|\s)#.*$/, '')
}

function balance(line: string): number {
  const plain = bare(line)
  return plain.replace(/[^[{]/g, '').length - plain.replace(/[^\]}]/g, '').length
}

/** Where a quote begins that does not end on its line; -1 when there is none. */
function openQuote(line: string): number {
  const rest = bare(line)
  return rest.includes('"') ? line.lastIndexOf('"') : -1
}

function openQuoteIn(text: string): number | undefined {
  let start = 0
  for (const line of text.split('\n')) {
    const found = openQuote(line)
    if (found >= 0) return start + found
    start += line.length + 1
  }
  return undefined
}
