import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLogger } from '../../src/platform/log.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { prepare } from '../../src/store/commit.ts'
import { createDead } from '../../src/work/dead.ts'
import { SECRETS, startApi, type TestApi } from '../support/api.ts'
import { leadRecord, MQL_TO_SALES, started } from '../support/records.ts'
import { createTestRedis } from '../support/redis.ts'

const redis = createTestRedis()
const READER = 'token-that-may-only-read'
let api: TestApi
beforeAll(async () => {
  api = await startApi({ redisUrl: redis.url, prefix: redis.prefix, apiTokens: [SECRETS.apiToken, `read=${READER}`] })
})
afterAll(async () => {
  await api.close()
  await redis.deleteKeys()
})

async function ask(path: string, { method = 'GET', token = SECRETS.apiToken } = {}) {
  const response = await fetch(api.address + path, { method, headers: { authorization: `Bearer ${token}` } })
  const text = await response.text()
  const type = response.headers.get('content-type') ?? ''
  const body: ReturnType<typeof JSON.parse> = type.includes('json') ? JSON.parse(text) : text
  return { status: response.status, headers: response.headers, body }
}

test('pools: members with turns, caps and calendars; who is next, and why', async () => {
  const { status, body } = await ask('/v1/pools?pool=ae')
  expect(status).toBe(200)
  expect(body.pools).toHaveLength(1)
  expect(body.pools[0]).toMatchObject({
    pool: 'ae',
    fallback: 'sdr',
    caps: { perDay: 25, open: 40 },
    waiting: 0,
    next: { rep: 'ae-1', why: expect.stringContaining('first in team.yaml') },
    members: [
      { rep: 'ae-1', name: 'Ada Lane', weight: 2, turns: 0, open: 0, available: true },
      { rep: 'ae-2', weight: 1, atWork: true },
    ],
  })
})

test.each([
  ['ada', 'ae-1'],
  ['Ada Lane', 'ae-1'],
  ['<@U0000AE1>', 'ae-1'],
  ['u0000ae1', 'ae-1'],
  ['101', 'ae-1'],
  ['mgr-1', 'mgr-1'],
  ['Gus', 'cs-manager'],
])('who is %s', async (q, id) => {
  const { body } = await ask(`/v1/who?q=${encodeURIComponent(q)}`)
  expect(body.people.map((one: { id: string }) => one.id)).toEqual([id])
  expect(body.people[0]).toMatchObject({ inHand: 0, handoffs: [] })
})

test('nobody: the nearest names; a lead is found by its contact', async () => {
  expect((await ask('/v1/who?q=Adda')).body).toMatchObject({ people: [], leads: [], nearest: ['Ada Lane (ae-1)'] })
  const handoff = { ...started(MQL_TO_SALES, api.clock.now), id: '501-1', leadId: '501' }
  const before = await api.leads.read('501')
  const lead = leadRecord({ id: '501', handoffs: { 'mql-to-sales': '501-1' } })
  const change = { lead, handoffs: [handoff], posts: [], history: [], toWrite: false }
  const { plan } = prepare(api.store.keys, before, change, api.config.retention, api.clock.now)
  expect(await api.store.commit(plan.guards, plan.commands)).toBe('done')
  const { body } = await ask('/v1/who?q=501')
  expect(body).toMatchObject({ people: [], leads: [{ id: '501' }], nearest: [] })
})

test('rules: those that never fired come first', async () => {
  const { body } = await ask('/v1/rules?kind=route')
  expect(body.config).toBe(api.config.version)
  expect(body.rules.map((one: { rule: string }) => one.rule)).toEqual(api.config.routing.routes.map(({ name }) => name))
  expect((await ask('/v1/rules?days=0')).status).toBe(400)
})

test('a dead letter is listed, and tried again at once; a reader may only look', async () => {
  const dead = createDead({
    clock: { now: () => api.clock.now },
    store: api.store,
    metrics: createMetrics(),
    log: createLogger('silent'),
  })
  await dead.put('send-post', null, '501-1-alert', new Error('no'))
  const { body } = await ask('/v1/dead-letters')
  expect(body.deadLetters).toMatchObject([{ id: 'send-post:501-1-alert', work: 'send-post', about: '501', tries: 1 }])
  const path = `/v1/dead-letters/${encodeURIComponent('send-post:501-1-alert')}/replay`
  expect((await ask(path, { method: 'POST', token: READER })).status).toBe(403)
  expect(await dead.retry(10)).toEqual([])
  expect((await ask(path, { method: 'POST' })).status).toBe(202)
  expect(await dead.retry(10)).toEqual([{ name: 'send-post', id: '501-1-alert' }])
  expect((await ask('/v1/dead-letters/send-post%3A9-9/replay', { method: 'POST' })).status).toBe(404)
})

test.each([
  ['/v1/pools?pol=ae', 400, 'pool'],
  ['/v1/pools?pool=sdrr', 404, 'did you mean "sdr"'],
  ['/v1/who', 400, 'q'],
  ['/v1/rules?kind=routes', 400, 'kind'],
  ['/v1/facts?tpe=routed', 400, 'type'],
  ['/v1/facts?since=yesterday', 400, 'since'],
  ['/v1/facts?cursor=bogus', 400, 'cursor'],
])('%s is refused by name', async (path, status, named) => {
  const answer = await ask(path)
  expect(answer.status).toBe(status)
  expect(answer.body.detail).toContain(named)
})

test('lists come as CSV as well', async () => {
  for (const path of ['/v1/pools', '/v1/rules', '/v1/dead-letters', '/v1/facts']) {
    const { headers, body } = await ask(`${path}?format=csv`)
    expect(headers.get('content-type')).toContain('text/csv')
    expect(body.split('\r\n')[0]).toMatch(/^\w+(,\w+)+$/)
  }
})

test('facts: the latest first, page by page, each once', async () => {
  const all = (await ask('/v1/facts?since=2026-01-01')).body.facts
  expect(all.length).toBeGreaterThan(1)
  const seen: unknown[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { body } = await ask(`/v1/facts?since=2026-01-01&limit=1${cursor ? `&cursor=${cursor}` : ''}`)
    seen.push(...body.facts)
    cursor = body.next
  }
  expect(seen).toEqual(all)
})
