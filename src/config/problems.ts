import { distance } from 'fastest-levenshtein'
import { type Document, isMap, isScalar, type LineCounter } from 'yaml'

/** A mistake in a config file, told to the person who edits it. `line` counts from 1. */
export interface ConfigProblem {
  file: string
  line: number
  path: string
  message: string
  /** The path by the names of what it goes through: `route "medium"`, and what follows in it. */
  where?: string
}

/** A YAML file with positions, and its plain content. */
export interface SourceFile {
  file: string
  document: Document
  lines: LineCounter
  content: unknown
  /** The offset of the first letter that is not in UTF-8, if any. */
  notUtf8?: number | undefined
}

/** Keys and list positions from the top of a file to a value. */
export type Path = readonly (string | number)[]

/** The config does not hold together. `problems` lists every mistake, by file and line; the message is ready for a terminal. */
export class ConfigError extends Error {
  readonly problems: ConfigProblem[]
  constructor(problems: ConfigProblem[]) {
    const sorted = problems.toSorted(byPlace)
    super(
      `The config has ${sorted.length === 1 ? 'a mistake' : `${sorted.length} mistakes`}:\n${formatProblems(sorted)}`,
    )
    this.name = 'ConfigError'
    this.problems = sorted
  }
}

/** The order of files and lines. */
export function byPlace(a: ConfigProblem, b: ConfigProblem): number {
  return a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line
}

/** One line a problem, by names where there are some and not by positions: `config/routing.yaml:5  route "mql" when: …`. */
export function formatProblems(problems: readonly ConfigProblem[]): string {
  return problems
    .map(({ file, line, path, where = path, message }) => `${file}:${line}  ${where ? `${where}: ` : ''}${message}`)
    .join('\n')
}

/** Makes a problem at a path of a file: at the key itself where it stands there, else at the nearest parent. */
export function problemAt(source: SourceFile, path: Path, message: string): ConfigProblem {
  return {
    file: source.file,
    line: lineOf(source, path),
    path: path.join('.'),
    message,
    where: placeInWords(source, path),
  }
}

// What an entry of a list or a map is called, by where that stands.
const ONE_OF: Record<string, string> = {
  ...{
    routes: 'route',
    noMail: 'mail rule',
    'fit.rules': 'rule',
    tiers: 'tier',
    personas: 'persona',
    negative: 'reason',
  },
  ...{ reps: 'rep', managers: 'manager', people: 'person', pools: 'pool', calendars: 'calendar', handoffs: 'kind' },
  ...{ triggers: 'trigger', 'engagement.signals': 'signal', signals: 'signal', cases: 'case', moves: 'move to' },
  ...{ list: 'step', members: 'member', buttons: 'button' },
}
const NAMED_BY = ['id', 'name', 'reason', 'signal', 'tier', 'rep', 'to']

/** A path by names and not by positions: `route "tier-1-mql" when.score`. */
export function placeInWords(source: Pick<SourceFile, 'content'>, path: Path): string {
  const words: string[] = []
  let rest: (string | number)[] = []
  let value: unknown = source.content
  for (const [index, part] of path.entries()) {
    const kind = ONE_OF[path.slice(0, index).join('.')] ?? ONE_OF[String(path[index - 1])]
    value = (value as Record<string | number, unknown> | null | undefined)?.[part]
    const given = typeof part === 'number' ? nameOf(value) : part
    const isEntry = kind !== undefined && given !== undefined && (typeof part === 'number' || index <= 2)
    if (!isEntry) {
      rest.push(part)
      continue
    }
    const between = rest.slice(0, -1).filter((one) => !['fit', 'engagement'].includes(String(one)))
    words.push(
      ...(between.length > 0 ? [between.join('.')] : []),
      `${kind} ${typeof given === 'number' ? given : `"${given}"`}`,
    )
    rest = []
  }
  return [...words, ...(rest.length > 0 ? [rest.join('.')] : [])].join(' ')
}

function nameOf(entry: unknown): string | number | undefined {
  if (typeof entry === 'string') return entry
  if (typeof entry !== 'object' || entry === null) return undefined
  const key = NAMED_BY.find((name) => ['string', 'number'].includes(typeof (entry as Record<string, unknown>)[name]))
  return key === undefined ? undefined : ((entry as Record<string, string | number>)[key] ?? undefined)
}

const MOST_NAMES_LISTED = 80

/** `; did you mean "x"?` for the nearest of the valid names, or the list of them when none is near. Case does not matter. */
export function suggestion(name: string, valid: readonly string[]): string {
  const given = name.toLowerCase()
  const names = [...new Set(valid)]
  const [nearest] = names
    .map((candidate) => ({ candidate, away: distance(given, candidate.toLowerCase()) }))
    .sort((a, b) => a.away - b.away)
  if (!nearest) return '; there are none yet'
  const near = nearest.away <= Math.max(2, Math.floor(name.length / 3))
  const likely = near ? nearest.candidate : names.find((candidate) => contain(given, candidate.toLowerCase()))
  if (likely !== undefined) return `; did you mean "${likely}"?`
  if (names.length > MOST_NAMES_LISTED) return `; the nearest known is "${nearest.candidate}"`
  return names.length === 1 ? `; the only one is ${names[0]}` : `; known are ${names.join(', ')}`
}

function contain(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a]
  return short.length >= 3 && long.includes(short)
}

function lineOf(source: SourceFile, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const parent = length === 1 ? source.document.contents : source.document.getIn(path.slice(0, length - 1), true)
    const last = path[length - 1]
    if (isMap(parent)) {
      const key = parent.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(last))?.key
      if (isScalar(key) && key.range) return source.lines.linePos(key.range[0]).line
      continue
    }
    const node = source.document.getIn(path.slice(0, length), true) as { range?: [number, number, number] } | undefined
    if (node?.range) return source.lines.linePos(node.range[0]).line
  }
  return 1
}
