import { closest, distance } from 'fastest-levenshtein'
import { type Document, isMap, isScalar, type LineCounter } from 'yaml'
import { z } from 'zod'

/** A mistake in a config file, told to the person who edits it. `line` counts from 1. */
export interface ConfigProblem {
  file: string
  line: number
  path: string
  message: string
}

/** A YAML file with positions, and its plain content. */
export interface SourceFile {
  file: string
  document: Document
  lines: LineCounter
  content: unknown
}

export type Path = readonly (string | number)[]

/** The config does not hold together. `problems` lists every mistake; the message is ready for a terminal. */
export class ConfigError extends Error {
  readonly problems: ConfigProblem[]
  constructor(problems: ConfigProblem[]) {
    super(
      `The config has ${problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`}:\n${formatProblems(problems)}`,
    )
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/** One line a problem: `config/routing.yaml:5  routes.0.when: …`. */
export function formatProblems(problems: ConfigProblem[]): string {
  return problems
    .map(({ file, line, path, message }) => `${file}:${line}  ${path ? `${path}: ` : ''}${message}`)
    .join('\n')
}

/** Makes a problem at a path of a file: at the key itself where it stands there, else at the nearest parent. */
export function problemAt(source: SourceFile, path: Path, message: string): ConfigProblem {
  return { file: source.file, line: lineOf(source, path), path: path.join('.'), message }
}

/** `; did you mean "x"?` for the nearest of the valid names, or the list of them when none is near. */
export function suggestion(name: string, valid: readonly string[]): string {
  if (valid.length === 0) return ''
  const nearest = closest(name, [...valid])
  if (distance(name.toLowerCase(), nearest.toLowerCase()) <= Math.max(2, Math.floor(name.length / 2))) {
    return `; did you mean "${nearest}"?`
  }
  return valid.length <= 12 ? `; known are ${valid.join(', ')}` : `; the nearest known is "${nearest}"`
}

/** Checks a file against its schema and turns every issue into a problem with a line and the nearest valid key. */
export function checkShape<T>(source: SourceFile, schema: z.ZodType<T>): { value?: T; problems: ConfigProblem[] } {
  const result = schema.safeParse(source.content)
  if (result.success) return { value: result.data, problems: [] }
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema
  return { problems: result.error.issues.flatMap((issue) => fromIssue(source, json, issue)) }
}

function fromIssue(source: SourceFile, json: JsonSchema, issue: z.core.$ZodIssue): ConfigProblem[] {
  const path = issue.path.filter((part) => typeof part !== 'symbol')
  if (issue.code === 'unrecognized_keys') {
    const valid = keysAt(json, path)
    return issue.keys.map((key) => problemAt(source, [...path, key], `unknown key${suggestion(key, valid)}`))
  }
  if (issue.code === 'invalid_key') {
    return [problemAt(source, path, issue.issues.map((inner) => inner.message).join(', '))]
  }
  if (issue.code === 'invalid_value') {
    const given = valueAt(source, path)
    const valid = issue.values.map(String)
    return [
      problemAt(
        source,
        path,
        `${describe(given)} is not one of ${valid.join(', ')}${typeof given === 'string' ? suggestion(given, valid) : ''}`,
      ),
    ]
  }
  if (issue.code === 'invalid_type' && valueAt(source, path) === undefined) {
    return [problemAt(source, path, `is missing (${issue.expected})`)]
  }
  if (issue.code === 'invalid_type') {
    return [
      problemAt(
        source,
        path,
        `${describe(valueAt(source, path))} is not ${issue.expected === 'int' ? 'a whole number' : `a ${issue.expected}`}`,
      ),
    ]
  }
  const given = valueAt(source, path)
  const isText = given !== null && typeof given !== 'object' && given !== undefined
  return [problemAt(source, path, `${isText ? `${describe(given)} ` : ''}${lowerFirst(issue.message)}`)]
}

function describe(value: unknown): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'a map' : JSON.stringify(value)
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}

function valueAt(source: SourceFile, path: Path): unknown {
  let value = source.content
  for (const part of path) value = (value as Record<string | number, unknown> | null | undefined)?.[part]
  return value
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

interface JsonSchema {
  $ref?: string
  $defs?: Record<string, JsonSchema>
  properties?: Record<string, JsonSchema>
  additionalProperties?: JsonSchema | boolean
  items?: JsonSchema
  allOf?: JsonSchema[]
}

function keysAt(root: JsonSchema, path: Path): string[] {
  let node: JsonSchema | undefined = resolve(root, root)
  for (const part of path) {
    if (!node) return []
    const next: JsonSchema | boolean | undefined =
      typeof part === 'number' ? node.items : (node.properties?.[part] ?? node.additionalProperties)
    node = typeof next === 'object' ? resolve(root, next) : undefined
  }
  return Object.keys(node?.properties ?? {})
}

function resolve(root: JsonSchema, node: JsonSchema): JsonSchema {
  if (node.$ref) return resolve(root, root.$defs?.[node.$ref.replace('#/$defs/', '')] ?? {})
  return node.allOf?.[0] && !node.properties ? resolve(root, node.allOf[0]) : node
}
