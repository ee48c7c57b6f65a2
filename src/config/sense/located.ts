import { stringify } from 'yaml'
import type { AttributeTest } from '../../rules/condition.ts'
import { entries, field, items } from '../check/content.ts'
import type { Path, SourceFile } from '../problems.ts'
import { conditionIn, SCOPES } from '../schemas/conditions.ts'

/** A condition whose parts know where they stand in their file. */
export type Located =
  | { kind: 'test'; attribute: string; test: AttributeTest; path: Path; raw: unknown }
  | { kind: 'all' | 'any'; of: Located[]; path: Path }
  | { kind: 'not'; of: Located; path: Path }

/** One test of such a condition. */
export type LocatedTest = Extract<Located, { kind: 'test' }>

/** A condition of the config: its file, and what it is for. */
export interface Place {
  source: SourceFile
  path: Path
  use: 'route' | 'rule' | 'reason' | 'profile' | 'signal' | 'trigger' | 'unless' | 'other'
  condition: Located
}

// Every name may stand here: whether it may in its place, other checks have said.
const Part = conditionIn(SCOPES.followUps)

/** A condition of which the shape was found to be right. */
function locate(raw: unknown, path: Path): Located {
  const parts = entries(raw)
    .filter(([key]) => !['any', 'all', 'not'].includes(key))
    .map(([attribute, test]): Located => {
      const part = Part.parse({ [attribute]: test })
      if (part.kind !== 'test') throw new Error(`${attribute} is no single test`)
      return { ...part, path: [...path, attribute], raw: test }
    })
  for (const kind of ['any', 'all'] as const) {
    const of = items(field(raw, kind)).map(([index, part]) => locate(part, [...path, kind, index]))
    if (of.length > 0) parts.push({ kind, of, path: [...path, kind] })
  }
  const not = field(raw, 'not')
  if (not !== undefined) parts.push({ kind: 'not', of: locate(not, [...path, 'not']), path: [...path, 'not'] })
  const [only] = parts
  return parts.length === 1 && only ? only : { kind: 'all', of: parts, path }
}

/** Every condition that the files of a config have. */
export function placesOf(sources: Partial<Record<string, SourceFile>>): Place[] {
  const found: Place[] = []
  const look = (file: string, path: Path, use: Place['use']) => {
    const source = sources[file]
    const raw = at(source, path)
    if (source && typeof raw === 'object' && raw !== null && !Array.isArray(raw))
      found.push({ source, path, use, condition: locate(raw, path) })
  }
  const each = (file: string, list: Path, key: string, use: Place['use']) => {
    for (const [index] of items(at(sources[file], list))) look(file, [...list, index, key], use)
  }
  each('icp', ['tiers'], 'when', 'profile')
  each('icp', ['personas'], 'when', 'profile')
  each('icp', ['negative'], 'when', 'reason')
  look('icp', ['junk', 'unless'], 'other')
  each('scoring', ['fit', 'rules'], 'when', 'rule')
  each('routing', ['routes'], 'when', 'route')
  each('routing', ['noMail'], 'when', 'reason')
  each('hubspot', ['signals'], 'when', 'signal')
  look('enrichment', ['when'], 'other')
  for (const file of ['handoffs', 'sla']) {
    look(file, ['attempts', 'answered'], 'other')
    for (const [kind] of entries(at(sources[file], ['handoffs']))) {
      const path = ['handoffs', kind]
      look(file, [...path, 'done'], 'other')
      look(file, [...path, 'attempts', 'answered'], 'other')
      look(file, [...path, 'steps', 'finishedBy'], 'other')
      each(file, [...path, 'steps', 'list'], 'when', 'other')
    }
  }
  for (const [pool] of entries(at(sources.team, ['pools']))) each('team', ['pools', pool, 'members'], 'when', 'other')
  for (const [name] of entries(at(sources.triggers, ['triggers']))) {
    look('triggers', ['triggers', name, 'when'], 'trigger')
    look('triggers', ['triggers', name, 'then', 'unless'], 'unless')
  }
  return found
}

/** What stands at a path of a file. */
export function at(source: SourceFile | undefined, path: Path): unknown {
  let value = source?.content
  for (const part of path) value = (value as Record<string | number, unknown> | null | undefined)?.[part]
  return value
}

/** A part of a condition as the file has it: `score: { atLeast: 61 }`. */
export function written(part: Located): string {
  if (part.kind === 'test') return `${part.attribute}: ${inOneLine(part.raw)}`
  if (part.kind === 'not') return `not: { ${written(part.of)} }`
  return `${part.kind}: [ ${part.of.map((one) => `{ ${written(one)} }`).join(', ')} ]`
}

/** A value of YAML in one line. */
export function inOneLine(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim()
}
