import { isScalar, parseDocument } from 'yaml'

/*
 * Changes to numbers in scoring.yaml as a diff that people review: everything else of the file stays as it is, and above each
 * changed line stands a comment that says why.
 */

/** A number of the file that should become another one. */
export interface NumberChange {
  path: readonly (string | number)[]
  to: number
  why: string
}

const COMMENT = '# calibrate: '
const CONTEXT = 3

/** A line of both texts, of the old or of the new one. `open`: the text ends with it, without the end of a line. */
interface Line {
  kind: ' ' | '-' | '+'
  text: string
  open: boolean
}

/**
 * The changes as a unified diff of the file, and the text after it. `byHand`: those of a number that cannot be replaced where it
 * stands, such as one that an alias names.
 */
export function diffScoring<T extends NumberChange>(
  file: string,
  text: string,
  changes: readonly T[],
): { diff: string; text: string; byHand: T[] } {
  const document = parseDocument(text)
  const isOpen = !text.endsWith('\n')
  const lines = (isOpen ? text : text.slice(0, -1)).split('\n')
  const starts = lines.map((_, at) => lines.slice(0, at).reduce((sum, line) => sum + line.length + 1, 0))
  const byHand: T[] = []
  const edits = new Map<number, { from: number; to: number; value: string; why: string }[]>()
  for (const change of changes) {
    const node = document.getIn(change.path, true)
    if (!isScalar(node) || !node.range || node.anchor !== undefined) {
      byHand.push(change)
      continue
    }
    const [from, to] = node.range
    const line = starts.findLastIndex((start) => start <= from)
    const start = starts[line] ?? 0
    const edit = { from: from - start, to: to - start, value: String(change.to), why: change.why }
    edits.set(line, [...(edits.get(line) ?? []), edit])
  }
  const made = lines.flatMap((text, at): Line[] => {
    const own = edits.get(at)
    const open = isOpen && at === lines.length - 1
    if (!own) return [{ kind: isOutdated(lines, edits, at) ? '-' : ' ', text, open }]
    const indent = /^\s*/.exec(text)?.[0] ?? ''
    const end = text.endsWith('\r') ? '\r' : ''
    const after = own
      .toSorted((a, b) => b.from - a.from)
      .reduce((result, { from, to, value }) => result.slice(0, from) + value + result.slice(to), text)
    const comments = own.map(({ why }): Line => {
      return { kind: '+', text: `${indent}${COMMENT}${why}${end}`, open: false }
    })
    return [{ kind: '-', text, open }, ...comments, { kind: '+', text: after, open }]
  })
  const after = made.filter(({ kind }) => kind !== '-').map((line) => `${line.text}${line.open ? '' : '\n'}`)
  return { diff: edits.size > 0 ? unified(file, made) : '', text: after.join(''), byHand }
}

// What an earlier calibration said of a line that changes again.
function isOutdated(lines: readonly string[], edits: ReadonlyMap<number, unknown>, at: number): boolean {
  let next = at
  while (lines[next]?.trimStart().startsWith(COMMENT)) next += 1
  return next > at && edits.has(next)
}

function unified(file: string, lines: readonly Line[]): string {
  const changed = lines.flatMap(({ kind }, at) => (kind === ' ' ? [] : [at]))
  const hunks: { from: number; to: number }[] = []
  for (const at of changed) {
    const last = hunks.at(-1)
    if (last && at - CONTEXT <= last.to) last.to = at + CONTEXT + 1
    else hunks.push({ from: Math.max(0, at - CONTEXT), to: at + CONTEXT + 1 })
  }
  const count = (some: readonly Line[], not: Line['kind']) => some.filter(({ kind }) => kind !== not).length
  const text = hunks.map(({ from, to }) => {
    const own = lines.slice(from, to)
    const range = (not: Line['kind']) => `${count(lines.slice(0, from), not) + 1},${count(own, not)}`
    const rows = own.map(({ kind, text, open }) => `${kind}${text}\n${open ? '\\ No newline at end of file\n' : ''}`)
    return `@@ -${range('+')} +${range('-')} @@\n${rows.join('')}`
  })
  return `--- a/${file}\n+++ b/${file}\n${text.join('')}`
}
