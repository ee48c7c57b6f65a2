import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..', '..', '..')

test('docker/.env.example names every variable that the service reads', () => {
  const source = readFileSync(join(ROOT, 'src', 'platform', 'env.ts'), 'utf8')
  const example = readFileSync(join(ROOT, 'docker', '.env.example'), 'utf8')
  // The keys of the schema in env.ts.
  const variables = [...source.matchAll(/^ {2}([A-Z][A-Z0-9_]+): /gm)].map(([, name = '']) => name)
  expect(variables).toContain('PUBLIC_URL')
  expect(variables.filter((name) => !new RegExp(`\\b${name}\\b`).test(example))).toEqual([])
})
