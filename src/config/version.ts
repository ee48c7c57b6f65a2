import { createHash } from 'node:crypto'
import { stringify } from 'yaml'
import type { SourceFile } from './problems.ts'

/**
 * The digest (hex) of what files of a config directory say, by file name. Comments, the order of keys, aliases and the
 * routing cases decide nothing, so they do not count.
 */
export function digestOf(sources: Partial<Record<string, Pick<SourceFile, 'content'> | undefined>>): string {
  const { 'routing-cases': _, ...content } = sources
  const plain = Object.fromEntries(Object.entries(content).map(([name, source]) => [name, source?.content]))
  return createHash('sha256')
    .update(stringify(plain, { sortMapEntries: true, aliasDuplicateObjects: false }))
    .digest('hex')
}
