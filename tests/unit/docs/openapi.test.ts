import { createConfig, lintFromString } from '@redocly/openapi-core'
import { expect, test } from 'vitest'
import { openApiText } from '../../../src/http/openapi.ts'
import { createServer, type ServerParts } from '../../../src/http/server.ts'
import { createLogger } from '../../../src/platform/log.ts'

interface Operation {
  operationId: string
  security?: Record<string, string[]>[]
  requestBody?: unknown
  responses: Record<string, { content?: Record<string, { example?: { status: number } }> }>
}

const parts = { api: true, apiTokens: [], log: createLogger('silent'), publicUrl: 'https://example.com/baton' }
const text = await openApiText(createServer(parts as unknown as ServerParts))
const document = JSON.parse(text) as { servers: { url: string }[]; paths: Record<string, Record<string, Operation>> }
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]): [string, Operation] => [`${method} ${path}`, operation]),
)

test('the document keeps the recommended rules of Redocly, without an error or a warning', async () => {
  const problems = await lintFromString({ source: text, config: await createConfig({ extends: ['recommended'] }) })
  expect(problems.map(({ ruleId, message, location }) => `${ruleId} ${location[0]?.pointer}: ${message}`)).toEqual([])
})

test('the server is the one that was asked, below its path', () => {
  expect(document.servers.map(({ url }) => url)).toEqual(['/baton'])
})

test.each(operations)('%s: an id, who may call it, and errors with examples of their own status', (name, operation) => {
  expect(operation.operationId).toMatch(/^[a-z]\w+$/)
  const sender = /\/webhooks\/(hubspot|enrichment)/.exec(name)?.[1] ?? 'slack'
  const schemes = { hubspot: 'hubSpotSignature', enrichment: 'webhookSignature', slack: 'slackSignature' }
  const scheme = name.includes('/v1/') ? 'token' : schemes[sender as keyof typeof schemes]
  const isOpen = !/v1|webhooks/.test(name)
  expect(operation.security).toEqual(isOpen ? [] : [{ [scheme]: [] }])
  const takesAnything = /\/webhooks\/(hubspot|enrichment)/.test(name)
  if (operation.requestBody && !takesAnything) expect(Object.keys(operation.responses)).toContain('415')
  for (const [status, { content }] of Object.entries(operation.responses)) {
    const problem = content?.['application/problem+json']
    if (problem) expect(problem.example).toMatchObject({ type: 'about:blank', status: Number(status) })
  }
})
