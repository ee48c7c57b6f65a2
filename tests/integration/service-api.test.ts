import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { endHandoff, type Handoff } from '../../src/handoffs/handoff.ts'
import { waitingHandoff } from '../../src/handoffs/start.ts'
import type { Change } from '../../src/leads/change.ts'
import { prepare } from '../../src/store/commit.ts'
import { INDEX } from '../../src/store/partitions.ts'
import { SECRETS, startApi, type TestApi } from '../support/api.ts'
import { leadRecord, MQL_TO_SALES, ORDER, started } from '../support/records.ts'
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
    expect(await api.indexed('77')).toBeNull()
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
  test('rescore marks the lead as unread and has it read soon, known or not', async () => {
    expect((await ask('/v1/leads/78/rescore', SECRETS.apiToken, 'POST')).status).toBe(202)
    expect(await api.indexed('78')).toBe(api.clock.now)
    expect(api.hurried.at(-1)).toEqual({ waiting: [{ index: INDEX.unread, id: '78', at: api.clock.now }] })
  })

  test.each(['POST /v1/leads/78/rescore', 'DELETE /v1/leads/79'])(
    '%s takes no body, whatever its type',
    async (route) => {
      const [method = '', path = ''] = route.split(' ')
      const headers = { authorization: `Bearer ${SECRETS.apiToken}`, 'content-type': 'application/json' }
      const { status } = await fetch(api.address + path, { method, headers })
      expect(status).toBe(method === 'POST' ? 202 : 204)
    },
  )

  test('an erasure is kept before it is answered, and cannot be taken for a repeat', async () => {
    for (let times = 0; times < 2; times++) {
      expect((await ask('/v1/leads/80', SECRETS.apiToken, 'DELETE')).status).toBe(204)
      const order = { index: INDEX.erasures, id: '80', at: api.clock.now }
      expect(await api.indexed('80', INDEX.erasures)).toBe(order.at)
      expect(api.hurried.splice(0).at(-1)).toEqual({ waiting: [order] })
      // As a worker does that has carried it out.
      await api.look.zrem(api.store.keys.index('80', INDEX.erasures), '80')
    }
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
      const handoff: Handoff = { ...started(MQL_TO_SALES, startOf(number)), id: `${leadId}-1`, leadId }
      if (number % 5 === 0 && handoff.dueAt !== null) handoff.breachedAt = handoff.dueAt
      await write(leadId, { lead: leadOf(leadId), handoffs: [number % 6 === 0 ? answered(handoff) : handoff] })
    }
  })

  const leadOf = (id: string) => leadRecord({ id, handoffs: { 'mql-to-sales': `${id}-1` } })
  const answered = (handoff: Handoff): Handoff => ({
    ...handoff,
    state: 'answered',
    answered: { at: handoff.startedAt + 3 * MINUTE, how: 'contacted', by: 'U0000AE1', minutes: 3 },
  })

  /** Writes what a change would, over the lead as it stands. */
  async function write(leadId: string, change: Partial<Change>): Promise<void> {
    const whole = { handoffs: [], posts: [], history: [], toWrite: false, ...change }
    const before = await api.leads.get(leadId)
    const { plan } = prepare(api.store.keys, before, whole, api.config.retention, api.clock.now)
    expect(await api.store.commit(plan.guards, plan.commands)).toBe('done')
  }

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
    expect(await api.handoffs.count()).toEqual({ waiting: 0, open: 21, responded: 4, breached: 5, closed: 0 })
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
      dueAt: new Date(sample.dueAt ?? 0).toISOString(),
    })
  })

  test('one that ends leaves the others, and says how it was answered and how it ended', async () => {
    const end = async (leadId: string, how: 'disqualified' | 'returned' | 'done', by?: string) => {
      const handoff = (await api.leads.get(leadId)).handoffs[`${leadId}-1`]
      const ended = handoff && endHandoff(handoff, { at: api.clock.now, how, by })
      if (!ended) throw new Error('no handoff')
      await write(leadId, { handoffs: [ended] })
    }
    await end('1001', 'disqualified', 'U0000AE2')
    expect(await api.handoffs.count()).toMatchObject({ open: 20, closed: 1 })
    await end('1006', 'returned')
    // One that was answered and reached stays what it was.
    await end('1012', 'done')
    expect(await api.handoffs.count()).toEqual({ waiting: 0, open: 20, responded: 3, breached: 5, closed: 2 })
    const { body } = await ask('/v1/handoffs?status=closed')
    const at = new Date(api.clock.now).toISOString()
    expect(body.handoffs).toEqual([
      expect.objectContaining({
        id: '1006-1',
        status: 'closed',
        answered: {
          at: new Date(startOf(6) + 3 * MINUTE).toISOString(),
          how: 'contacted',
          by: 'U0000AE1',
          minutes: 3,
        },
        ended: { at, how: 'returned' },
      }),
      expect.objectContaining({ id: '1001-1', status: 'closed', ended: { at, how: 'disqualified', by: 'U0000AE2' } }),
    ])
    const responded = (await ask('/v1/handoffs?status=responded')).body.handoffs
    expect(responded).toContainEqual(
      expect.objectContaining({ id: '1012-1', status: 'responded', ended: { at, how: 'done' } }),
    )
  })

  test('one that waits has neither rep nor deadline, and has them once somebody takes it', async () => {
    const waiting = waitingHandoff({ ...ORDER, id: '1100-1', leadId: '1100' }, startOf(1))
    await write('1100', { lead: leadOf('1100'), handoffs: [waiting] })
    expect((await all('waiting', 10)).flat()).toEqual(['1100-1'])
    const [item] = (await ask('/v1/handoffs?status=waiting')).body.handoffs
    expect(item).toMatchObject({ status: 'waiting', sla: 'waiting', startedAt: new Date(startOf(1)).toISOString() })
    for (const field of ['rep', 'dueAt']) expect(item).not.toHaveProperty(field)
    const taken = { ...started(MQL_TO_SALES, startOf(100)), id: '1100-1', leadId: '1100' }
    await write('1100', { handoffs: [taken] })
    expect((await all('waiting', 10)).flat()).toEqual([])
    expect((await ask('/v1/handoffs?status=open&limit=1')).body.handoffs).toMatchObject([{ id: '1100-1', rep: 'ae-1' }])
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
      'delete /v1/reps/{rep}/away',
      'get /healthz',
      'get /metrics',
      'get /readyz',
      'get /v1/data-quality',
      'get /v1/dead-letters',
      'get /v1/facts',
      'get /v1/handoffs',
      'get /v1/leads',
      'get /v1/leads/{contactId}',
      'get /v1/leads/{contactId}/timeline',
      'get /v1/pools',
      'get /v1/reports',
      'get /v1/reports/{name}',
      'get /v1/reps/{rep}/away',
      'get /v1/rules',
      'get /v1/shadow',
      'get /v1/who',
      'post /v1/data-quality',
      'post /v1/dead-letters/{id}/replay',
      'post /v1/handoffs/{handoffId}/assign',
      'post /v1/handoffs/{handoffId}/release',
      'post /v1/handoffs/{handoffId}/reopen',
      'post /v1/leads/{contactId}/assign',
      'post /v1/leads/{contactId}/release',
      'post /v1/leads/{contactId}/reopen',
      'post /v1/leads/{contactId}/rescore',
      'post /v1/signals',
      'post /v1/what-if',
      'post /webhooks/enrichment/{provider}',
      'post /webhooks/hubspot',
      'post /webhooks/slack/commands',
      'post /webhooks/slack/events',
      'post /webhooks/slack/interactions',
      'put /v1/reps/{rep}/away',
    ])
    for (const [path, methods] of Object.entries(
      body.paths as Record<string, Record<string, { security?: object; responses: object }>>,
    )) {
      for (const { security, responses } of Object.values(methods)) {
        if (path.startsWith('/v1')) expect(security).toEqual([{ token: [] }])
        else expect(security).toBeDefined()
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
