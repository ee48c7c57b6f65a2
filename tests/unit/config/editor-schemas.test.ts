import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { editorSchemas } from '../../../src/config/editor-schemas.ts'

const CONFIG = join(import.meta.dirname, '..', '..', '..', 'config')

interface Ajv {
  validate(schema: unknown, data: unknown): boolean
  errorsText(): string
}

// ajv comes with fastify and may go with it; then these tests are left out.
const require = createRequire(import.meta.url)
function loadAjv(): (new (options: object) => Ajv) | undefined {
  try {
    return (require('ajv/dist/2020.js') as { default: new (options: object) => Ajv }).default
  } catch {
    return undefined
  }
}
const Validator = loadAjv()

/** What the schema of a file says of some content: empty when it takes it. */
function mistakes(name: string, content: unknown): string {
  if (!Validator) throw new Error('ajv is not there')
  // Two keywords are for editors only, and the dates are checked by their pattern.
  const ajv = new Validator({ strict: false, validateFormats: false })
  return ajv.validate(JSON.parse(editorSchemas()[`${name}.schema.json`] ?? ''), content) ? '' : ajv.errorsText()
}

test('every config file names its schema for editors', async () => {
  const files = (await readdir(CONFIG)).filter((file) => file.endsWith('.yaml'))
  expect(files.length).toBeGreaterThan(0)
  for (const file of files) {
    const schema = `schemas/${file.replace('.yaml', '.schema.json')}`
    const [first] = (await readFile(join(CONFIG, file), 'utf8')).split('\n')
    expect(first).toBe(`# yaml-language-server: $schema=${schema}`)
    expect(existsSync(join(CONFIG, schema))).toBe(true)
  }
})

describe.skipIf(!Validator)('the schemas', () => {
  test.each(Object.keys(editorSchemas()))('%s takes the file that Baton comes with', async (schema) => {
    const name = schema.replace('.schema.json', '')
    expect(mistakes(name, parse(await readFile(join(CONFIG, `${name}.yaml`), 'utf8')))).toBe('')
  })

  const route = (when: object) => ({
    routes: [{ name: 'a', when, to: { nurture: 'b' } }],
    keepOwner: true,
    requiredForSales: [],
  })
  test.each([
    ['an attribute', { score: { atLeast: 31 } }],
    ['signals', { 'signals.demo_requested': { atLeast: 1, within: '30d' } }],
    ['a raw property', { 'hubspot.plan': { is: 'pro' } }],
    ['a combination', { any: [{ not: { persona: { known: true } } }, { all: [{ band: { in: ['hot'] } }] }] }],
  ])('take %s in a condition', (_what, when) => {
    expect(mistakes('routing', route(when))).toBe('')
  })

  test.each([
    ['an unknown attribute', { 'company.sise': { atLeast: 31 } }, 'property name must be valid'],
    ['an unknown attribute inside', { any: [{ not: { scor: { atLeast: 31 } } }] }, 'property name must be valid'],
    ['an unknown test', { score: { atleast: 31 } }, 'must NOT have additional properties'],
    ['a test of the wrong type', { score: { atLeast: 'many' } }, 'must be number'],
    ['a wrong duration', { 'signals.demo_requested': { atLeast: 1, within: '30 days' } }, 'must match pattern'],
  ])('refuse %s in a condition', (_what, when, message) => {
    expect(mistakes('routing', route(when))).toContain(message)
  })

  test('let editors complete attributes and their tests', () => {
    const { $defs } = JSON.parse(editorSchemas()['routing.schema.json'] ?? '')
    const conditions = Object.values<{ properties?: Record<string, object> }>($defs).filter(
      (each) => each.properties?.any,
    )
    // Those of routes may ask for everything, those of noMail for facts.
    expect(conditions).toHaveLength(2)
    const ofRoutes = conditions.find(({ properties }) => properties?.score)
    expect(Object.keys(ofRoutes?.properties ?? {})).toEqual(
      expect.arrayContaining(['any', 'all', 'not', 'company.size', 'icp.tier', 'score', 'band']),
    )
    expect(ofRoutes?.properties?.score).not.toEqual({})
  })

  test('know what is known where', () => {
    const icp = (name: string) => ({
      tiers: [{ tier: 1, when: { [name]: { known: true } } }],
      minimumCompanySize: 1,
      personas: [],
      negative: [],
    })
    expect(mistakes('icp', icp('company.size'))).toBe('')
    expect(mistakes('icp', icp('score'))).toContain('property name must be valid')
    expect(mistakes('icp', icp('signals.demo_requested'))).toContain('property name must be valid')
  })
})
