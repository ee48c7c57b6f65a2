import { z } from 'zod'
import { type ConfigProblem, type Path, problemAt, type SourceFile, suggestion } from '../problems.ts'
import { SCOPES } from '../schemas/conditions.ts'

/** Checks a file against its schema and turns every issue into a problem with a line and the nearest valid key. */
export function checkShape<T>(source: SourceFile, schema: z.ZodType<T>): { value?: T; problems: ConfigProblem[] } {
  if (source.content === null) {
    return { problems: [problemAt(source, [], 'the file is empty')] }
  }
  const result = schema.safeParse(source.content, { error: wording })
  if (result.success) return { value: result.data, problems: [] }
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema
  const issues = result.error.issues
  // An unknown key explains why a rule about the whole map does not hold: { atleast: 5 } has no test.
  const explained = new Set(issues.filter(({ code }) => code === 'unrecognized_keys').map(({ path }) => path.join('.')))
  const told = issues.filter(({ code, path }) => code !== 'custom' || !explained.has(path.join('.')))
  return { problems: told.flatMap((issue) => fromIssue(source, json, issue)) }
}

// What the schemas themselves say wins over this.
function wording(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type': {
      const kind = KINDS[issue.expected] ?? `a ${issue.expected}`
      if (issue.input === undefined) return `is missing; add it (${kind})`
      if (issue.input === null) return `has no value; it must be ${kind}`
      if (typeof issue.input === 'object')
        return `must be ${kind}, not ${Array.isArray(issue.input) ? 'a list' : 'a map'}${bracesMeant(issue.expected, issue.input)}`
      return issue.expected === 'string'
        ? 'is not text; put it in quotes'
        : `is not ${kind}${mendOf(issue.expected, issue.input)}`
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
      return NO_FORM
    default:
      return undefined
  }
}

const YES = ['yes', 'y', 'ja', 'on', 'wahr', 'true', 'oui', 'si']
const NO = ['no', 'n', 'nein', 'off', 'falsch', 'false', 'non']

/** What to write in the place of a text that is likely meant as a number, or as true or false. */
function mendOf(expected: string, input: unknown): string {
  if (typeof input !== 'string') return ''
  const word = input.trim().toLowerCase()
  if (expected === 'boolean') return YES.includes(word) ? '; write true' : NO.includes(word) ? '; write false' : ''
  if (expected !== 'number' && expected !== 'int') return ''
  if (/^-?\d+,\d+$/.test(word)) return `; write a point for the comma: ${word.replace(',', '.')}`
  return /^-?\d+(\.\d+)?$/.test(word) ? `; write ${word} without quotes` : ''
}

// {icp.negative} without quotes is a map to YAML.
function bracesMeant(expected: string, input: object): string {
  const [[key, value] = [], ...others] = Object.entries(input)
  const isName = expected === 'string' && value === null && others.length === 0 && !Array.isArray(input)
  return isName ? `; put it in quotes: "{${key}}"` : ''
}

const NO_FORM = 'is not a value that can stand here'

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
  const meant =
    issue.code === 'invalid_union' && issue.message === NO_FORM ? formMeant(issue, keysAt(json, path)) : undefined
  if (meant) return meant.flatMap((inner) => fromIssue(source, json, { ...inner, path: [...path, ...inner.path] }))
  if (issue.code === 'unrecognized_keys') {
    const valid = keysAt(json, path)
    return issue.keys.map((key) =>
      problemAt(source, [...path, key], unknownKey(key, valid, valueAt(source, [...path, key]))),
    )
  }
  if (issue.code === 'invalid_key') {
    return [problemAt(source, path, issue.issues.map((inner) => inner.message).join(', '))]
  }
  const given = valueAt(source, path)
  const { comment } = (source.document.getIn(path, true) ?? {}) as { comment?: string | null }
  if (given === null && comment && !comment.startsWith(' '))
    return [problemAt(source, path, `${issue.message}; what follows # is a comment: put it in quotes, "#${comment}"`)]
  const isShown = given !== undefined && given !== '' && typeof given !== 'object'
  return [problemAt(source, path, `${isShown ? `${JSON.stringify(given)} ` : ''}${issue.message}`)]
}

/**
 * Of several forms that a value can have, what is wrong with the one that was meant: it has every key that was given. Where none
 * has, the word or the key that none of them knows.
 */
function formMeant({ errors }: z.core.$ZodIssueInvalidUnion, known: readonly string[]): z.core.$ZodIssue[] | undefined {
  const isOther = ({ code, path }: z.core.$ZodIssue) =>
    code === 'unrecognized_keys' || (path.length === 0 && (code === 'invalid_type' || code === 'invalid_value'))
  const likely = errors.filter((issues) => issues.length > 0 && !issues.some(isOther))
  if (likely.length > 0) return likely.length === 1 ? likely[0] : undefined
  const all = errors.flat()
  const isUnknown = (issue: z.core.$ZodIssue) =>
    issue.code === 'unrecognized_keys' && issue.path.length === 0 && !issue.keys.some((key) => known.includes(key))
  const key = all.find(isUnknown)
  const word = all.find(
    ({ code, path, message }) => code === 'invalid_value' && path.length === 0 && /did you mean/.test(message),
  )
  const told = key ?? word
  return told && [told]
}

function unknownKey(key: string, valid: readonly string[], value: unknown): string {
  const [, name, rest] = /^([A-Za-z]\w*):(\S.*)$/.exec(key) ?? []
  if (value === null && name !== undefined) return `unknown key: a space is missing after the colon, ${name}: ${rest}`
  if (value === null && /^\d+\S*$/.test(key))
    return 'unknown key: a decimal comma parts entries here; write a point, as in 2.5'
  if (valid.includes('when') && isAttribute(key))
    return `unknown key: a condition stands under when, as in when: { ${key}: … }`
  return `unknown key${valid.length > 0 ? suggestion(key, valid) : ''}`
}

function isAttribute(key: string): boolean {
  const { attributes } = SCOPES.everything
  return (attributes as readonly string[]).includes(key) || /^(signals|hubspot)\./.test(key)
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
  let nodes = formsOf(root, root)
  for (const part of path) {
    nodes = nodes.flatMap((node) => {
      const next = typeof part === 'number' ? node.items : (node.properties?.[part] ?? node.additionalProperties)
      return typeof next === 'object' ? formsOf(root, next) : []
    })
  }
  return [...new Set(nodes.flatMap(({ properties }) => Object.keys(properties ?? {})))]
}

/** The forms that a value can have. */
function formsOf(root: JsonSchema, node: JsonSchema): JsonSchema[] {
  const one = resolve(root, node)
  return one.anyOf ? one.anyOf.flatMap((form) => formsOf(root, form)) : [one]
}

function resolve(root: JsonSchema, node: JsonSchema): JsonSchema {
  if (node.$ref) return resolve(root, root.$defs?.[node.$ref.replace('#/$defs/', '')] ?? {})
  return node.allOf?.[0] && !node.properties ? resolve(root, node.allOf[0]) : node
}
