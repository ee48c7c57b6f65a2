import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SECRETS, startApi, type TestApi } from '../support/api.ts'
import { leadRecord, MQL_TO_SALES, started } from '../support/records.ts'
import { createTestRedis } from '../support/redis.ts'

const redis = createTestRedis()
const READER = 'token-that-may-only-read'
const HASHED = 'token-that-is-kept-as-its-hash'
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

let api: TestApi
beforeAll(async () => {
  api = await startApi({
    redisUrl: redis.url,
    prefix: redis.prefix,
    apiTokens: [SECRETS.apiToken, `read=${READER}`, `sha256:${sha256(HASHED)}`],
  })
})
afterAll(async () => {
  await api.close()
  await redis.deleteKeys()
})

async function ask(path: string, token: string | null = SECRETS.apiToken, method = 'GET') {
  const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` }
  const response = await fetch(api.address + path, { method, headers })
  const type = response.headers.get('content-type') ?? ''
  const text = await response.text()
  // Answers are looked into here and there; their forms are the schemas' to check.
  const body: ReturnType<typeof JSON.parse> = type.includes('json') ? JSON.parse(text) : text
  if (response.status >= 400) {
    expect(type).toMatch(/^application\/problem\+json/)
    expect(body).toEqual({
      type: 'about:blank',
      status: response.status,
      title: expect.stringMatching(/./),
      detail: expect.stringMatching(/./),
    })
  }
  return { status: response.status, headers: response.headers, body }
}

describe('who may ask', () => {
  test.each([
    ['no token', null, 'GET', 401],
    ['a wrong one', 'wrong', 'GET', 401],
    ['the hash itself', sha256(HASHED), 'GET', 401],
    ['a reader who reads', READER, 'GET', 404],
    ['a reader who erases', READER, 'DELETE', 403],
    ['one who is kept as a hash', HASHED, 'DELETE', 204],
    ['one who may do all', SECRETS.apiToken, 'DELETE', 204],
  ])('%s', async (_, token, method, status) => {
    expect((await ask('/v1/leads/77', token, method)).status).toBe(status)
  })

  test('a reader may not start a rescoring, nor send signals', async () => {
    expect((await ask('/v1/leads/77/rescore', READER, 'POST')).status).toBe(403)
    expect((await ask('/v1/signals', READER, 'POST')).status).toBe(403)
    expect(await api.indexed('77', 'rescore')).toBeNull()
  })

  test('without a token set the API is off, and says why', async () => {
    const off = await startApi({ redisUrl: redis.url, prefix: `${redis.prefix}-off`, apiTokens: [] })
    try {
      const response = await fetch(`${off.address}/v1/handoffs`, { headers: { authorization: 'Bearer any' } })
      expect(response.status).toBe(503)
      expect(await response.json()).toMatchObject({ detail: 'No token is set: put one into API_TOKENS.' })
    } finally {
      await off.close()
    }
  })
})

describe('leads', () => {
  test('rescore marks the lead as unread and asks for its job, known or not', async () => {
    expect((await ask('/v1/leads/78/rescore', SECRETS.apiToken, 'POST')).status).toBe(202)
    expect(await api.indexed('78')).toBe(api.clock.now)
    expect(api.kicked.at(-1)).toEqual({ name: 'process-lead', payload: { leadId: '78' } })
  })

  test.each(['POST /v1/leads/78/rescore', 'DELETE /v1/leads/79'])(
    '%s takes no body, whatever its type',
    async (route) => {
      const [method = '', path = ''] = route.split(' ')
      const headers = { authorization: `Bearer ${SECRETS.apiToken}`, 'content-type': 'application/json' }
      const { status } = await fetch(api.address + path, { method, headers })
      expect(status).toBe(method === 'POST' ? 202 : 204)
      await api.look.del(api.store.keys.inbox('79'))
    },
  )

  test('an erasure is kept before it is answered, and cannot be taken for a repeat', async () => {
    for (let times = 0; times < 2; times++)
      expect((await ask('/v1/leads/79', SECRETS.apiToken, 'DELETE')).status).toBe(204)
    expect(await api.inbox('79')).toEqual([
      { kind: 'hint', event: 'privacyDeletion', at: api.clock.now },
      { kind: 'hint', event: 'privacyDeletion', at: api.clock.now },
    ])
  })

  test.each(['/v1/leads/abc', '/v1/leads/1234567890123456789', '/v1/leads/7?decision=0', '/v1/leads/7?decision=x'])(
    '%s is not valid',
    async (path) => {
      const { status, body } = await ask(path)
      expect(status).toBe(400)
      expect(body.detail).toMatch(/contactId|decision/)
    },
  )
})

describe('handoffs', () => {
  const MINUTE = 60_000
  const startOf = (number: number) => api.clock.now + (number < 3 ? 0 : number * MINUTE)

  beforeAll(async () => {
    for (let number = 1; number <= 25; number++) {
      const leadId = String(1000 + number)
      const handoff = { ...started(MQL_TO_SALES, startOf(number)), id: `${leadId}-1`, leadId }
      if (number % 5 === 0) handoff.breachedAt = handoff.dueAt
      if (number % 6 === 0) handoff.status = 'responded'
      await api.store.commit(
        [],
        [
          ...api.leads.writes.lead({ ...leadRecord(), id: leadId, handoffId: handoff.id }, 1, api.clock.now),
          ...api.leads.writes.handoff(handoff, 1, api.clock.now),
        ],
      )
    }
  })

  async function all(status: string, limit: number): Promise<string[][]> {
    const pages: string[][] = []
    for (let cursor = ''; ; ) {
      const { status: code, body } = await ask(
        `/v1/handoffs?status=${status}&limit=${limit}${cursor && `&cursor=${cursor}`}`,
      )
      expect(code).toBe(200)
      pages.push(body.handoffs.map(({ id }: { id: string }) => id))
      if (body.next === null) return pages
      cursor = body.next
    }
  }

  test.each([1, 4, 7, 25, 200])('come page by page, %i at a time, each once, the youngest first', async (limit) => {
    const pages = await all('open', limit)
    const numbers = Array.from({ length: 25 }, (_, index) => 25 - index).filter((number) => number % 6 !== 0)
    expect(pages.flat()).toEqual(numbers.map((number) => `${1000 + number}-1`))
    for (const page of pages.slice(0, -1)) expect(page).toHaveLength(limit)
  })

  test('are told by status; a breached one stands under both', async () => {
    expect((await all('responded', 10)).flat()).toEqual(['1024-1', '1018-1', '1012-1', '1006-1'])
    expect((await all('breached', 10)).flat()).toEqual(['1025-1', '1020-1', '1015-1', '1010-1', '1005-1'])
    expect((await all('closed', 10)).flat()).toEqual([])
    expect(await api.leads.countHandoffs()).toEqual({ open: 21, responded: 4, breached: 5, closed: 0 })
  })

  test('say who has it and until when', async () => {
    const { body } = await ask('/v1/handoffs?status=breached&limit=1')
    const sample = started(MQL_TO_SALES, startOf(25))
    expect(body.handoffs[0]).toMatchObject({
      leadId: '1025',
      rep: 'ae-1',
      status: 'open',
      sla: 'breached',
      startedAt: new Date(startOf(25)).toISOString(),
      dueAt: new Date(sample.dueAt).toISOString(),
    })
  })

  test('one that ends leaves the open ones', async () => {
    const { record, version } = await api.leads.readHandoff('1001-1')
    if (!record) throw new Error('no handoff')
    await api.store.commit([], api.leads.writes.handoff({ ...record, status: 'closed' }, version + 1, api.clock.now))
    expect(await api.leads.countHandoffs()).toMatchObject({ open: 20, closed: 1 })
    const responded = await api.leads.readHandoff('1006-1')
    if (!responded.record) throw new Error('no handoff')
    const closed = { ...responded.record, status: 'closed' as const }
    await api.store.commit([], api.leads.writes.handoff(closed, responded.version + 1, api.clock.now))
    expect(await api.leads.countHandoffs()).toEqual({ open: 20, responded: 3, breached: 5, closed: 2 })
  })

  test.each(['?status=lost', '?limit=0', '?limit=201', '?cursor=nonsense'])('%s is not valid', async (query) => {
    expect((await ask(`/v1/handoffs${query}`)).status).toBe(400)
  })
})

describe('the document', () => {
  test('is the same as the file, names every route, and gives an example or a form for each answer', async () => {
    const { body } = await ask('/openapi.json', null)
    expect(body).toEqual(JSON.parse(await readFile('openapi/openapi.json', 'utf8')))
    const routes = Object.entries(body.paths as Record<string, Record<string, unknown>>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    )
    expect(routes.sort()).toEqual([
      'delete /v1/leads/{contactId}',
      'get /healthz',
      'get /metrics',
      'get /readyz',
      'get /v1/handoffs',
      'get /v1/leads/{contactId}',
      'post /v1/leads/{contactId}/rescore',
      'post /v1/signals',
      'post /webhooks/hubspot',
      'post /webhooks/slack/interactions',
    ])
    for (const [path, methods] of Object.entries(
      body.paths as Record<string, Record<string, { security?: object; responses: object }>>,
    )) {
      for (const { security, responses } of Object.values(methods)) {
        expect(security).toEqual(path.startsWith('/v1') ? [{ token: [] }] : undefined)
        if (path.startsWith('/v1'))
          expect(Object.keys(responses)).toEqual(expect.arrayContaining(['401', '429', '503']))
      }
    }
  })

  test('can be read in a browser', async () => {
    const response = await fetch(`${api.address}/docs/`)
    expect(response.status).toBe(200)
    expect(await response.text()).toContain('swagger-ui')
  })

  test('an unknown address is a problem as well', async () => {
    expect((await ask('/v2/leads', null)).status).toBe(404)
    expect((await ask('/v1/nothing')).status).toBe(404)
  })
})

describe('the rate limit', () => {
  test('stops who tries many tokens, and leaves those alone who have one', async () => {
    const fresh = await startApi({ redisUrl: redis.url, prefix: `${redis.prefix}-limit` })
    try {
      const guess = () =>
        fetch(`${fresh.address}/v1/handoffs`, { headers: { authorization: `Bearer ${Math.random()}` } })
      const statuses: number[] = []
      for (let times = 0; times < 35; times++) statuses.push((await guess()).status)
      expect(statuses.slice(0, 30)).toEqual(Array(30).fill(401))
      expect(statuses.slice(30)).toEqual(Array(5).fill(429))
      const refused = await guess()
      expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
      expect(await refused.json()).toMatchObject({
        title: 'Too many requests',
        detail: expect.stringContaining('At most 30'),
      })
      const known = await fetch(`${fresh.address}/v1/handoffs`, {
        headers: { authorization: `Bearer ${SECRETS.apiToken}` },
      })
      expect(known.status).toBe(200)
    } finally {
      await fresh.close()
    }
  })
})
