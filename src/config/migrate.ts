import { isMap, isScalar, parseDocument, type YAMLMap } from 'yaml'
import { plain } from '../rules/words.ts'
import { OWN_SIGNALS } from './catalogue.ts'

/** What a directory for an older version becomes: the files to write, the ones that change their name, and what was done. */
export interface Migration {
  /** New text by file name; a file that changes its name is written under its old one first. */
  texts: Record<string, string>
  renames: { from: string; to: string }[]
  done: string[]
}

/**
 * Works out how a config directory of an older version is written today: sla.yaml is handoffs.yaml, and the types of signals
 * stand in signals.yaml with their words and `by`. Comments, order and spacing stay. Nothing is to be done for one of today.
 * `files` are the texts by file name.
 */
export function migrationOf(files: Readonly<Record<string, string>>): Migration {
  const migration: Migration = { texts: {}, renames: [], done: [] }
  if (files['sla.yaml'] !== undefined && files['handoffs.yaml'] === undefined) renameKinds(files, migration)
  if (files['signals.yaml'] === undefined && files['scoring.yaml'] !== undefined) writeCatalogue(files, migration)
  return migration
}

function renameKinds(files: Readonly<Record<string, string>>, migration: Migration): void {
  migration.renames.push({ from: 'sla.yaml', to: 'handoffs.yaml' })
  migration.done.push('sla.yaml is handoffs.yaml now')
  for (const [name, text] of Object.entries(files)) {
    const renamed = text.replace(/^(.*#.*)$/gm, (comment) =>
      comment.replaceAll('sla.schema.json', 'handoffs.schema.json').replaceAll('sla.yaml', 'handoffs.yaml'),
    )
    if (renamed !== text) migration.texts[name] = renamed
  }
}

const HEAD = `# yaml-language-server: $schema=schemas/signals.schema.json
# Every type of signal, with its words for people. POST /v1/signals takes these and no others.
#   unit       what its value is counted in, where it has one
#   by: sales  it is an act of your own people
signals:
`

function writeCatalogue(files: Readonly<Record<string, string>>, migration: Migration): void {
  const scoring = migration.texts['scoring.yaml'] ?? files['scoring.yaml'] ?? ''
  const scored = mapAt(scoring, ['engagement', 'signals'])
  const bySales = (scored?.items ?? []).filter(({ value }) => isMap(value) && value.get('by') === 'sales').map(keyOf)
  const found = parseDocument(files['hubspot.yaml'] ?? '').toJS() as { signals?: { signal?: unknown }[] } | null
  const named = [...(scored?.items ?? []).map(keyOf), ...(found?.signals ?? []).map(({ signal }) => String(signal))]
  const types = [...new Set(named)].filter((type) => !Object.hasOwn(OWN_SIGNALS, type))
  const lines = types.map((type) => {
    const by = bySales.includes(type) ? ', by: sales' : ''
    return `  ${JSON.stringify(type).replace(/^"(\w+)"$/, '$1')}: { words: ${plain(type)}${by} }\n`
  })
  migration.texts['signals.yaml'] = `${HEAD}${lines.join('') || '  {}\n'}`
  migration.done.push(
    `signals.yaml names the ${types.length} types of signals: put the words there that your people use`,
  )
}

function mapAt(text: string, path: readonly string[]): YAMLMap | undefined {
  const node = parseDocument(text).getIn(path)
  return isMap(node) ? node : undefined
}

function keyOf({ key }: YAMLMap['items'][number]): string {
  return isScalar(key) ? String(key.value) : ''
}
