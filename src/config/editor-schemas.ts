import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { CONFIG_FILES } from './load.ts'

/** The JSON Schemas by which editors complete and check the config files, as text by file name. */
export function editorSchemas(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(CONFIG_FILES)
      // Whoever edits has the files of today.
      .filter(([name]) => name !== 'sla')
      .map(([name, { schema }]) => {
        const json = z.toJSONSchema(schema, {
          io: 'input',
          unrepresentable: 'any',
          reused: 'ref',
          override: nameAttributes,
        })
        return [`${name}.schema.json`, `${JSON.stringify(json, null, 2)}\n`]
      }),
  )
}

// Editors complete what stands under `properties`, so each attribute gets a place there.
function nameAttributes({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  const { propertyNames, properties, additionalProperties } = jsonSchema
  if (typeof propertyNames !== 'object' || !properties || additionalProperties === undefined) return
  for (const name of propertyNames.anyOf?.flatMap((part) => part.enum ?? []) ?? [])
    properties[String(name)] ??= additionalProperties
}

/** Brings the schemas in a directory up to date, or with `check` only looks. Returns the files that were not. */
export async function updateEditorSchemas(directory: string, check: boolean): Promise<string[]> {
  const stale: string[] = []
  if (!check) await mkdir(directory, { recursive: true })
  for (const [name, text] of Object.entries(editorSchemas())) {
    const file = join(directory, name)
    if ((await readFile(file, 'utf8').catch(() => '')) === text) continue
    stale.push(file)
    if (!check) await writeFile(file, text)
  }
  return stale
}
