import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { holderOf } from '../../src/handoffs/handoff.ts'
import { prepare } from '../../src/store/commit.ts'
import { SECRETS, START, startApi, type TestApi } from '../support/api.ts'
import { leadRecord, MQL_TO_SALES, started } from '../support/records.ts'
import { createTestRedis } from '../support/redis.ts'

const redis = createTestRedis()
const READER = 'token-that-may-only-read'
const NAMED = 'token-with-a-name'
const HOUR = 60 * 60_000

let api: TestApi
beforeAll(async () => {
  api = await startApi({
    redisUrl: redis.url,
    prefix: redis.prefix,
    apiTokens: [SECRETS.apiToken, `read=${READER}`, `operate(crm-sync)=${NAMED}`],
  })
})
afterAll(async () => {
  await api.close()
  await redis.deleteKeys()
})

async function ask(route: string, body?: unknown, token = SECRETS.apiToken) {
  const [method = '', path = ''] = route.split(' ')
  const response = await fetch(api.address + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const answer: ReturnType<typeof JSON.parse> = await response.json()
  return { status: response.status, body: answer }
}

/** A lead whose clock runs. */
async function open(id: string): Promise<void> {
  const kind = Object.entries(api.config.handoffs.kinds).find(([, { withSales }]) => withSales)?.[0] ?? ''
  const handoff = { ...started(MQL_TO_SALES, START - 60_000), id: `${id}-1`, leadId: id, kind }
  const lead = leadRecord({ id, handoffs: { [kind]: handoff.id }, handoffCount: 1 })
  const change = { lead, handoffs: [handoff], posts: [], history: [], toWrite: false }
  const { plan } = prepare(api.store.keys, await api.leads.get(id), change, api.config.retention, START)
  expect(await api.store.commit(plan.guards, plan.commands)).toBe('done')
}

describe('acts on leads', () => {
  test('a lead is given to a rep, by the lead or by its handoff, and twice is as good as once', async () => {
    await open('701')
    for (const route of ['POST /v1/leads/701/assign', 'POST /v1/leads/701/assign', 'POST /v1/handoffs/701-1/assign']) {
      const { status, body } = await ask(route, { rep: 'ae-2' })
      expect([status, body.handoff]).toEqual([200, '701-1'])
      expect(['done', 'already']).toContain(body.outcome)
    }
    // A worker carries it out.
    const { handoffs } = await api.leads.get('701')
    expect(handoffs['701-1']?.passOn).toMatchObject({ to: 'ae-2', by: expect.stringMatching(/^api:[0-9a-f]{8}$/) })
    await ask('POST /v1/leads/701/assign', { rep: 'ae-1' }, NAMED)
    expect((await api.leads.get('701')).handoffs['701-1']?.passOn).toMatchObject({ to: 'ae-1', by: 'api:crm-sync' })
    expect(api.hurried.flatMap(({ waiting }) => waiting)).toContainEqual(expect.objectContaining({ id: '701-1' }))
  })

  test('a lead is released, which cannot be done to what is settled; a manager reopens it', async () => {
    await open('702')
    expect((await ask('POST /v1/leads/702/release')).body).toMatchObject({ outcome: 'done' })
    expect((await api.leads.get('702')).handoffs['702-1']?.state).toBe('ended')
    const again = await ask('POST /v1/handoffs/702-1/release')
    expect([again.status, again.body.outcome ?? again.body.detail]).toSatisfy(
      ([status, said]: [number, string]) =>
        (status === 200 && said === 'already') || (status === 409 && said.includes('cannot be released')),
    )
    expect((await ask('POST /v1/leads/702/reopen')).status).toBe(200)
    const reopened = Object.values((await api.leads.get('702')).handoffs).find(({ state }) => state === 'open')
    expect(reopened && holderOf(reopened)?.rep).toBe('ae-1')
  })

  test.each([
    ['POST /v1/leads/799/assign', { rep: 'ae-1' }, 404, 'Baton knows no lead 799'],
    ['POST /v1/handoffs/799-1/reopen', undefined, 404, 'Baton knows no handoff 799-1'],
    ['POST /v1/leads/701/assign', { rep: 'ea-1' }, 400, 'did you mean "ae-1"?'],
    ['POST /v1/leads/701/assign', {}, 400, 'rep'],
    ['POST /v1/leads/701/assign', { rep: 'ae-1', note: 'x' }, 400, 'note'],
    ['POST /v1/leads/701/assign', undefined, 400, ''],
    ['POST /v1/leads/abc/release', undefined, 400, 'contactId'],
    ['POST /v1/leads/701/release?force=1', undefined, 400, 'force: this route takes no parameters'],
  ])('%s with %o is refused', async (route, body, status, detail) => {
    const answer = await ask(route, body)
    expect([answer.status, answer.body.detail]).toEqual([status, expect.stringContaining(detail)])
  })

  test('a body of another type than JSON is refused as that', async () => {
    const headers = { authorization: `Bearer ${SECRETS.apiToken}`, 'content-type': 'text/plain' }
    for (const path of ['leads/701/assign', 'signals', 'what-if'])
      expect((await fetch(`${api.address}/v1/${path}`, { method: 'POST', headers, body: '{}' })).status).toBe(415)
  })

  test('a token that may only read changes nothing', async () => {
    for (const route of ['POST /v1/leads/701/release', 'PUT /v1/reps/ae-1/away', 'DELETE /v1/reps/ae-1/away'])
      expect((await ask(route, undefined, READER)).status).toBe(403)
  })
})

describe('absences', () => {
  test('a rep is away from now on until they are back; said twice it is said once', async () => {
    for (let times = 0; times < 2; times++) {
      const { status, body } = await ask('PUT /v1/reps/ae-1/away')
      expect(status).toBe(200)
      expect(body).toMatchObject({ rep: 'ae-1', away: { until: null, by: expect.stringMatching(/^api:/) } })
    }
    const { body } = await ask('DELETE /v1/reps/ae-1/away')
    // What team.yaml plans is still ahead.
    expect(body).toEqual({ rep: 'ae-1', away: null, ahead: [expect.not.objectContaining({ by: expect.anything() })] })
    expect((await ask('DELETE /v1/reps/ae-1/away')).status).toBe(200)
    expect((await ask('GET /v1/reps/ae-1/away', undefined, READER)).body.away).toBeNull()
  })

  test('dates are whole days in the time zone of the rep', async () => {
    const { body } = await ask('PUT /v1/reps/ae-1/away', { from: '2026-12-01', until: '2026-12-04' })
    expect(body.ahead[0]).toMatchObject({ from: '2026-12-01T05:00:00.000Z', until: '2026-12-05T05:00:00.000Z' })
    await ask('DELETE /v1/reps/ae-1/away')
  })

  test.each([
    ['PUT /v1/reps/ae-l/away', undefined, 404, 'did you mean "ae-1"?'],
    ['PUT /v1/reps/ae-1/away', { until: '2020-01-01' }, 400, 'until'],
    ['PUT /v1/reps/ae-1/away', { from: '2026-12-04', until: '2026-12-01' }, 400, 'until: must be after from.'],
    ['PUT /v1/reps/ae-1/away', { from: 'tomorrow' }, 400, 'from'],
    ['PUT /v1/reps/ae-1/away', { till: '2026-12-04' }, 400, 'till'],
  ])('%s with %o is refused', async (route, body, status, detail) => {
    const answer = await ask(route, body)
    expect([answer.status, answer.body.detail]).toEqual([status, expect.stringContaining(detail)])
  })

  test('an absence that is over is none', async () => {
    await ask('PUT /v1/reps/ae-2/away', { until: new Date(START + HOUR).toISOString() })
    api.clock.now += 2 * HOUR
    expect((await ask('GET /v1/reps/ae-2/away')).body.away).toBeNull()
  })
})
