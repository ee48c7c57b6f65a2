import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createApollo } from '../../src/enrichment/apollo.ts'
import type { EnrichmentQuery } from '../../src/enrichment/chain.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { failureOf, shownOf } from '../support/outside.ts'

interface Seen {
  method: string
  path: string
  parameters: Record<string, string>
  key: string | undefined
  body: string
}

const KEY = 'canary-api-key'
const seen: Seen[] = []
let answer: { status: number; body: string; type?: string; headers?: Record<string, string>; cut?: boolean }
let server: Server
let baseUrl: string

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://127.0.0.1')
    let body = ''
    for await (const chunk of request) body += chunk
    const key = request.headers['x-api-key']
    seen.push({
      ...{ method: request.method ?? '', path: url.pathname, body },
      parameters: Object.fromEntries(url.searchParams),
      key: Array.isArray(key) ? key.join() : key,
    })
    if (answer.cut) return void request.socket.destroy()
    response.writeHead(answer.status, { 'content-type': answer.type ?? 'application/json', ...answer.headers })
    response.end(answer.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
beforeEach(() => {
  seen.length = 0
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const QUERY: EnrichmentQuery = {
  leadId: '401',
  email: 'dana+canary@northwind.example',
  firstName: 'Dana & Co',
  lastName: 'Ruiz-Canary',
  domain: 'northwind.example',
  freeMail: false,
}

async function ask(next: typeof answer, query: Partial<EnrichmentQuery> = {}) {
  answer = next
  const metrics = createMetrics()
  const outcome = createApollo({ apiKey: KEY, baseUrl, metrics }).ask({ ...QUERY, ...query })
  const counted = async () =>
    (await metrics.calls.get()).values.map(({ labels }) => `${labels.system} ${labels.outcome}`)
  return { outcome, counted }
}

const PERSON = {
  id: '64',
  title: 'VP Marketing',
  country: 'United States',
  email: 'dana@northwind.example',
  employment_history: [{ current: true }],
  organization: {
    name: 'Northwind Freight',
    primary_domain: 'northwind.example',
    industry: 'Computer Software',
    estimated_num_employees: 240,
    annual_revenue: 45_000_000.0,
    technology_names: ['HubSpot', 'Snowflake'],
  },
}

describe('the request', () => {
  test('a POST with everything in the query, and the key in its header', async () => {
    await (await ask({ status: 200, body: '{"person":null}' })).outcome
    const parameters = {
      email: 'dana+canary@northwind.example',
      first_name: 'Dana & Co',
      last_name: 'Ruiz-Canary',
      domain: 'northwind.example',
    }
    expect(seen).toEqual([{ method: 'POST', path: '/api/v1/people/match', parameters, key: KEY, body: '' }])
  })

  test('leaves out what is not known, and the domain of a free mail provider', async () => {
    const unknown = { firstName: undefined, lastName: undefined, domain: 'gmail.com', freeMail: true }
    await (await ask({ status: 200, body: '{}' }, { email: 'x@gmail.com', ...unknown })).outcome
    expect(seen[0]?.parameters).toEqual({ email: 'x@gmail.com' })
  })
})

describe('the answer', () => {
  test('a match, told apart by what holds for the company', async () => {
    const { outcome, counted } = await ask({ status: 200, body: JSON.stringify({ person: PERSON }) })
    const from = (value: unknown) => ({ value, source: 'apollo' })
    expect(await outcome).toEqual({
      status: 'matched',
      personal: { jobTitle: from('VP Marketing'), country: from('United States') },
      shared: {
        'company.name': from('Northwind Freight'),
        'company.domain': from('northwind.example'),
        'company.industry': from('computer software'),
        'company.size': from(240),
        'company.revenue': from(45_000_000),
        'company.techStack': from(['HubSpot', 'Snowflake']),
      },
    })
    expect(await counted()).toEqual(['apollo ok'])
  })

  test('what is null, empty or absent stays unknown; nothing is zero', async () => {
    const person = {
      title: '',
      country: null,
      organization: { name: null, industry: '', estimated_num_employees: null },
    }
    const { outcome } = await ask({ status: 200, body: JSON.stringify({ person }) })
    expect(await outcome).toEqual({ status: 'matched', personal: {}, shared: {} })
    const alone = await ask({ status: 200, body: JSON.stringify({ person: { title: 'CMO', organization: null } }) })
    expect(await alone.outcome).toMatchObject({ personal: { jobTitle: { value: 'CMO' } }, shared: {} })
  })

  test.each(['{"person":null}', '{}'])('nobody: %s', async (body) => {
    const { outcome } = await ask({ status: 200, body })
    expect(await outcome).toEqual({ status: 'not-found', personal: {}, shared: {} })
  })

  const failures: [string, typeof answer, string, string][] = [
    ['401, a text', { status: 401, body: 'Invalid access credentials.', type: 'text/plain' }, 'unavailable', '401'],
    ['403', { status: 403, body: '{"error":"canary is not accessible"}' }, 'unavailable', '403'],
    ['422', { status: 422, body: '{"error":"canary"}' }, 'unavailable', '422'],
    ['429', { status: 429, body: '{"message":"canary"}' }, 'rate-limited', '429'],
    ['500', { status: 500, body: '' }, 'unavailable', '500'],
    ['a proxy’s page', { status: 200, body: '<html>canary</html>', type: 'text/html' }, 'unavailable', 'no-answer'],
    ['an empty body', { status: 200, body: '' }, 'unavailable', 'no-answer'],
    ['another shape', { status: 200, body: '{"person":"canary"}' }, 'unavailable', 'not-an-answer'],
    [
      'numbers as text',
      { status: 200, body: '{"person":{"organization":{"estimated_num_employees":"canary"}}}' },
      'unavailable',
      'not-an-answer',
    ],
    ['a list', { status: 200, body: '[]' }, 'unavailable', 'not-an-answer'],
    ['a redirect', { status: 302, body: '', headers: { location: '/elsewhere' } }, 'unavailable', 'no-answer'],
    ['a connection that breaks', { status: 200, body: '', cut: true }, 'unavailable', 'no-answer'],
  ]
  test.each(failures)('%s', async (_, next, kind, code) => {
    const { outcome, counted } = await ask(next)
    const error = await failureOf(outcome)
    expect(error).toMatchObject({ system: 'apollo', kind, code })
    expect(shownOf(error)).not.toMatch(/canary/i)
    expect(await counted()).toEqual([`apollo ${kind}`])
    expect(seen).toHaveLength(1)
  })
})
