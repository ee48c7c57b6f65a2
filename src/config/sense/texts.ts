import { isAlias, isPair, isScalar, isSeq, type Scalar, visit } from 'yaml'
import { type Path, placeInWords, type SourceFile } from '../problems.ts'
import type { ConfigFinding } from './report.ts'

// What people read, and no rule compares: quotes and spaces are part of it.
const FOR_PEOPLE = ['words', 'label', 'ask', 'note', 'owner', 'unit']
const PEOPLE = ['reps', 'managers', 'people']

/** What YAML took otherwise than it was written: numbers that lost digits, quotes that are none, spaces that are none. */
export function checkTexts(source: SourceFile): ConfigFinding[] {
  const findings: ConfigFinding[] = []
  const used = new Set<string>()
  const noteAt =
    (path: Path, at: number) =>
    (message: string, level: ConfigFinding['level'] = 'error') => {
      const { line } = source.lines.linePos(at)
      findings.push({
        file: source.file,
        line,
        path: path.join('.'),
        where: placeInWords(source, path),
        message,
        level,
      })
    }
  visit(source.document, {
    Alias: (_key, node) => void used.add(node.source),
  })
  visit(source.document, {
    Node(_key, node, ancestors) {
      if (isAlias(node)) return
      const path = pathOf([...ancestors, node])
      const note = noteAt(path, node.range?.[0] ?? 0)
      const { anchor } = node as { anchor?: string }
      if (anchor !== undefined && !used.has(anchor))
        note(`&${anchor} is read as the name of an anchor, and left out; put the text in quotes`)
      const { tag } = node as { tag?: string }
      if (tag?.startsWith('!')) note(`${tag} is read as a tag, and left out; put the text in quotes`)
      if (isScalar(node)) checkScalar(node, path, note)
    },
  })
  if (source.notUtf8 !== undefined)
    noteAt(
      [],
      source.notUtf8,
    )('a letter here is not in UTF-8, and is lost: save the file as UTF-8 (it is Latin-1, likely)')
  return findings
}

/** The keys and positions that lead to a node, by the nodes above it and itself. */
export function pathOf(nodes: readonly unknown[]): Path {
  return nodes.flatMap((node, index): (string | number)[] => {
    if (isPair(node)) return isScalar(node.key) ? [String(node.key.value)] : []
    const next = nodes[index + 1]
    return isSeq(node) && next !== undefined ? [node.items.indexOf(next)] : []
  })
}

function checkScalar(node: Scalar, path: Path, note: (message: string, level?: ConfigFinding['level']) => void): void {
  const { value, source: written = '', type } = node
  if (typeof value === 'number' && type === 'PLAIN') {
    const lost = lostDigits(written, value)
    // 1.000 is nobody's way to write 1.
    if (lost) note(lost, /^[1-9]\d{0,2}\.(?!000)/.test(written) ? 'warning' : 'error')
  }
  if (typeof value !== 'string' || isForPeople(path)) return
  const odd = /[\u200b-\u200d\u2060\ufeff\u00ad]/.exec(value)
  if (/[\u00a0\u2007\u202f]/.test(value)) note(`"${value}" has a non-breaking space; type a normal one`)
  else if (odd && !/\p{L}[\u200c\u200d]\p{L}|\p{Extended_Pictographic}\u200d/u.test(value))
    note(`"${value.replace(odd[0], '·')}" has an invisible character at the point; type it anew`)
  if (type === 'PLAIN' && (/^[“”„‟«‘’‚‹]/.test(value) || /[“”»’›]$/.test(value)))
    note(
      `${value} has typographic quotes, which are part of the text; use straight ones: "${value.replace(/^[“”„‟«‘’‚‹]|[“”»‘’›]$/g, '')}"`,
    )
}

function isForPeople(path: Path): boolean {
  const last = String(path.at(-1))
  return FOR_PEOPLE.includes(last) || (last === 'name' && PEOPLE.includes(String(path[0])))
}

/** What a number says of how it was written. */
function lostDigits(written: string, value: number): string | undefined {
  if (/^0[xo]/i.test(written))
    return `${written} is read as ${value}; write ${value}, or put it in quotes: "${written}"`
  if (/^[1-9]\d{0,2}\.\d{3}$/.test(written)) {
    const meant = written.replaceAll('.', '')
    return `${written} is read as ${value}; did you mean ${meant}? A point is for decimals: write ${meant} or ${value}`
  }
  return undefined
}
