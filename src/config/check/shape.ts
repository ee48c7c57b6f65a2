import { z } from 'zod'
import { type ConfigProblem, type Path, problemAt, type SourceFile, suggestion } from '../problems.ts'

/** Checks a file against its schema and turns every issue into a problem with a line and the nearest valid key. */
export function checkShape<T>(source: SourceFile, schema: z.ZodType<T>): { value?: T; problems: ConfigProblem[] } {
  if (source.content === null) {
    return { problems: [problemAt(source, [], 'the file is empty')] }
  }
  const result = schema.safeParse(source.content, { error: wording })
  if (result.success) return { value: result.data, problems: [] }
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema
  return { problems: told(result.error.issues).flatMap((issue) => fromIssue(source, json, issue)) }
}

// An unknown key explains why a rule about the whole map does not hold: { atleast: 5 } has no test.
function told(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  const explained = new Set(issues.filter(({ code }) => code === 'unrecognized_keys').map(({ path }) => path.join('.')))
  return issues.filter(({ code, path }) => code !== 'custom' || !explained.has(path.join('.')))
}

// What the schemas themselves say wins over this.
function wording(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type': {
      const kind = KINDS[issue.expected] ?? `a ${issue.expected}`
      if (issue.input === undefined) return `is missing; add it (${kind})`
      if (issue.input === null) return `has no value; it must be ${kind}`
      if (typeof issue.input === 'object')
        return `must be ${kind}, not ${Array.isArray(issue.input) ? 'a list' : 'a map'}`
      return issue.expected === 'string' ? 'is not text; put it in quotes' : `is not ${kind}`
    }
    case 'invalid_value': {
      if (issue.input === undefined) return `is missing; add it (${issue.values.join(', ')})`
      const valid = issue.values.map(String)
      if (valid.length === 1) return `must be ${valid[0]}`
      return typeof issue.input === 'string'
        ? `is not one of ${valid.join(', ')}${nearest(issue.input, valid)}`
        : `is not one of ${valid.join(', ')}`
    }
    case 'too_small':
      return boundary(issue.origin, issue.minimum, 'at least')
    case 'too_big':
      return boundary(issue.origin, issue.maximum, 'at most')
    case 'invalid_union':
      return NO_CHOICE
    default:
      return undefined
  }
}

const NO_CHOICE = 'is not a value that can stand here'

const KINDS: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'a map',
  record: 'a map',
}

function boundary(origin: string, limit: number | bigint, words: 'at least' | 'at most'): string {
  if (origin === 'number' || origin === 'int') return `must be ${words} ${limit}`
  if (words === 'at least' && Number(limit) === 1) return 'must not be empty'
  return `must have ${words} ${limit} ${origin === 'string' ? 'characters' : 'entries'}`
}

// Only a near one: the list of all stands in the message already.
function nearest(name: string, valid: readonly string[]): string {
  const text = suggestion(name, valid)
  return text.startsWith('; did you mean') ? text : ''
}

function fromIssue(source: SourceFile, json: JsonSchema, issue: z.core.$ZodIssue): ConfigProblem[] {
  const path = issue.path.filter((part) => typeof part !== 'symbol')
  if (issue.code === 'unrecognized_keys') {
    const valid = keysAt(json, path)
    return issue.keys.map((key) =>
      problemAt(source, [...path, key], `unknown key${valid.length > 0 ? suggestion(key, valid) : ''}`),
    )
  }
  if (issue.code === 'invalid_key') {
    return [problemAt(source, path, issue.issues.map((inner) => inner.message).join(', '))]
  }
  const given = valueAt(source, path)
  if (issue.code === 'invalid_union' && issue.message === NO_CHOICE) {
    const [meant, ...others] = issue.errors.filter((inner) => !inner.some((one) => isOfAnotherKind(one, given)))
    if (meant && others.length === 0)
      return told(meant).flatMap((inner) => fromIssue(source, json, { ...inner, path: [...issue.path, ...inner.path] }))
  }
  const isShown = given !== undefined && given !== '' && typeof given !== 'object'
  return [problemAt(source, path, `${isShown ? `${JSON.stringify(given)} ` : ''}${issue.message}`)]
}

// Of what may be a word or a map, a map is told what is wrong with it as a map.
function isOfAnotherKind({ code, path }: z.core.$ZodIssue, given: unknown): boolean {
  return path.length === 0 && (code === 'invalid_type' || (code === 'invalid_value' && typeof given !== 'string'))
}

function valueAt(source: SourceFile, path: Path): unknown {
  let value = source.content
  for (const part of path) value = (value as Record<string | number, unknown> | null | undefined)?.[part]
  return value
}

interface JsonSchema {
  $ref?: string
  $defs?: Record<string, JsonSchema>
  properties?: Record<string, JsonSchema>
  additionalProperties?: JsonSchema | boolean
  items?: JsonSchema
  allOf?: JsonSchema[]
  anyOf?: JsonSchema[]
}

function keysAt(root: JsonSchema, path: Path): string[] {
  let nodes = variants(root, root)
  for (const part of path)
    nodes = nodes.flatMap((node) => {
      const next = typeof part === 'number' ? node.items : (node.properties?.[part] ?? node.additionalProperties)
      return typeof next === 'object' ? variants(root, next) : []
    })
  return nodes.flatMap((node) => Object.keys(node.properties ?? {}))
}

/** What may stand at a place: itself, or one of several. */
function variants(root: JsonSchema, node: JsonSchema): JsonSchema[] {
  if (node.$ref) return variants(root, root.$defs?.[node.$ref.replace('#/$defs/', '')] ?? {})
  if (node.anyOf && !node.properties) return node.anyOf.flatMap((one) => variants(root, one))
  return node.allOf?.[0] && !node.properties ? variants(root, node.allOf[0]) : [node]
}
