import Fastify from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Page } from '../../src/http/console/html.ts'
import type { ConsoleParts } from '../../src/http/console/parts.ts'
import { ruleRoutes } from '../../src/http/console/rules-page.ts'
import type { RulesView } from '../../src/views/rules.ts'

const MINUTE = 60_000
const DAYS_30 = 30 * 24 * 60 * MINUTE
const app = Fastify()
let now = Date.parse('2026-11-18T15:00:00Z')
let version = 'one'
let counts: (() => void)[] = []

// The count is through when the test says so.
function viewRules(): Promise<RulesView> {
  const view = { config: version, since: new Date(now - DAYS_30).toISOString(), decisions: 7, rules: [] }
  return new Promise((resolve) => counts.push(() => resolve(view)))
}

beforeAll(async () => {
  app.decorateRequest('page')
  app.addHook('onRequest', async (request) => {
    request.setDecorator<Page>('page', { root: '/console', now, asset: (name) => name })
  })
  const parts = { config: () => ({ version, triggers: {} }), viewRules } as unknown as ConsoleParts
  await app.register(ruleRoutes(parts))
})
afterAll(() => app.close())

const shown = async () => (await app.inject('/triggers')).body
const through = () => {
  for (const one of counts) one()
  counts = []
}

test('a count that takes long is shown when it is through, kept for a while, and counted again behind the page', async () => {
  expect(await shown()).toContain('are being counted')
  through()
  expect(await shown()).toContain('<time datetime="2026-11-18T15:00:00.000Z"')
  expect(counts.length).toBe(0)
  now += 11 * MINUTE
  expect(await shown()).toContain('7 decisions')
  expect(counts.length).toBe(1)
  through()
  expect(await shown()).toContain('<time datetime="2026-11-18T15:11:00.000Z"')
  version = 'two'
  expect(await shown()).toContain('are being counted')
})
