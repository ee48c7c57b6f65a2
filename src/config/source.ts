import { isUtf8 } from 'node:buffer'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Document, LineCounter, parseDocument, visit, type YAMLError } from 'yaml'
import type { ConfigProblem, SourceFile } from './problems.ts'
import { suggestion } from './problems.ts'
import { inPlainWords, type Mistake } from './yaml-words.ts'

const MAXIMUM_FILE_BYTES = 256 * 1024
const MOST_ALIASES = 50

/** The files of a config directory that could be read, by name without `.yaml`, and what is wrong with the others. */
export interface ConfigSources<Name extends string> {
  sources: Partial<Record<Name, SourceFile>>
  problems: ConfigProblem[]
}

/** Reads the named files of a directory. Other YAML files are problems too: a name with a typo must not go unnoticed. */
export async function readSources<Name extends string>(
  directory: string,
  files: Record<Name, { optional: boolean }>,
): Promise<ConfigSources<Name>> {
  const names = Object.keys(files) as Name[]
  let present: string[]
  try {
    present = await readdir(directory)
  } catch (error) {
    return { sources: {}, problems: [problem(directory, `the config directory ${reason(error)}`)] }
  }
  const strangers = present.filter((file) => /\.ya?ml$/.test(file) && !names.some((name) => file === `${name}.yaml`))
  const known = names.map((name) => `${name}.yaml`)
  const problems = strangers.map((file) => problem(join(directory, file), `unknown file${suggestion(file, known)}`))
  const sources: Partial<Record<Name, SourceFile>> = {}
  for (const name of names) {
    const file = join(directory, `${name}.yaml`)
    if (files[name].optional && !present.includes(`${name}.yaml`)) continue
    const result = await readSource(file)
    if (Array.isArray(result)) problems.push(...result)
    else sources[name] = result
  }
  return { sources, problems }
}

async function readSource(file: string): Promise<SourceFile | ConfigProblem[]> {
  let bytes: Buffer
  try {
    if ((await stat(file)).size > MAXIMUM_FILE_BYTES) return [problem(file, 'the file is larger than 256 KiB')]
    bytes = await readFile(file)
  } catch (error) {
    return [problem(file, `the file ${reason(error)}`)]
  }
  const unreadable = encodingOf(bytes)
  if (unreadable) return [problem(file, unreadable)]
  const text = bytes.toString('utf8')
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false })
  const mistakes = [...tellingErrors(document.errors, text), ...unquotedPatterns(document), ...brokenNumbers(document)]
  if (mistakes.length > 0)
    return mistakes.map(({ message, at }) => ({ ...problem(file, message), line: lines.linePos(at).line }))
  try {
    return { file, document, lines, content: document.toJS({ maxAliasCount: MOST_ALIASES }), notUtf8: badByteIn(bytes) }
  } catch {
    return [problem(file, 'is not valid YAML: it has too many aliases (*name); write the values out')]
  }
}

/** What is said of a file in an encoding that YAML is not read in, or with line ends of which YAML knows nothing. */
function encodingOf(bytes: Buffer): string | undefined {
  if (
    bytes
      .subarray(0, 2)
      .toString('hex')
      .match(/^(fffe|feff)$/) ||
    bytes.subarray(0, 100).includes(0)
  )
    return 'the file is saved as UTF-16; save it as UTF-8'
  const isOneLine = bytes.includes(13) && !bytes.includes(10)
  return isOneLine ? 'the file has line ends of an old Mac (CR); save it with LF or CRLF' : undefined
}

/** Where the first byte is that is no UTF-8, as an offset in the text; undefined when all are. */
function badByteIn(bytes: Buffer): number | undefined {
  if (isUtf8(bytes)) return undefined
  return bytes.toString('utf8').indexOf('\ufffd')
}

// A syntax error makes errors of what follows, so only the first is told.
function tellingErrors(errors: readonly YAMLError[], text: string): Mistake[] {
  const duplicates = errors.filter(({ code }) => code === 'DUPLICATE_KEY')
  const [first] = errors.filter(({ code }) => code !== 'DUPLICATE_KEY')
  return [
    ...duplicates.map(({ pos }) => ({ message: 'this key is there twice; keep one', at: pos[0] })),
    ...(first ? [inPlainWords(first, text)] : []),
  ]
}

// To YAML, *cmo* without quotes is the name of an alias.
function unquotedPatterns(document: Document): Mistake[] {
  const found: Mistake[] = []
  visit(document, {
    Alias(_key, node) {
      if (node.resolve(document) === undefined)
        found.push({ message: `put *${node.source} in quotes: "*${node.source}"`, at: node.range?.[0] ?? 0 })
    },
  })
  return found
}

// To YAML, what is made of digits is a number: a post code loses its zero, and a long id its last digits.
function brokenNumbers(document: Document): Mistake[] {
  const found: Mistake[] = []
  visit(document, {
    Scalar(_key, { value, source, range }) {
      if (typeof value !== 'number' || source === undefined || String(value) === source) return
      if (/^[-+]?(0\d|\d{16,}$)/.test(source))
        found.push({
          message: `${source} is a number to YAML, ${value}; put it in quotes: "${source}"`,
          at: range?.[0] ?? 0,
        })
    },
  })
  return found
}

function reason(error: unknown): string {
  return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'is missing' : 'cannot be read'
}

function problem(file: string, message: string): ConfigProblem {
  return { file, line: 1, path: '', message }
}
