import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { verifySlackSignature } from '../../src/http/webhooks/signatures.ts'
import { readAnswer } from '../../src/store/answers.ts'
import { INDEX } from '../../src/store/partitions.ts'
import { SECRETS, START, startApi, type TestApi } from '../support/api.ts'
import { createTestRedis } from '../support/redis.ts'

const PATH = '/webhooks/slack/interactions'
const redis = createTestRedis()
let api: TestApi

beforeAll(async () => {
  api = await startApi({ redisUrl: redis.url, prefix: redis.prefix })
})
beforeEach(() => {
  api.clock.now = START
  api.hurried.length = 0
})
afterAll(async () => {
  await api.close()
  await redis.deleteKeys()
})

/** Sends a form body signed as Slack signs it, written apart from the product's own code. */
function send(
  body: string,
  options: { seconds?: number | string; secret?: string; headers?: Record<string, string>; signedBody?: string } = {},
) {
  const { seconds = START / 1_000, secret = SECRETS.slack[0] ?? '' } = options
  const base = `v0:${seconds}:${options.signedBody ?? body}`
  return api.send(PATH, body, {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': String(seconds),
    'x-slack-signature': `v0=${createHmac('sha256', secret).update(base).digest('hex')}`,
    ...options.headers,
  })
}

const form = (payload: unknown) => `payload=${encodeURIComponent(JSON.stringify(payload))}`
const OTHER = form({ type: 'view_closed', user: { id: 'U0RUTH0001' }, view: {} })

const clickOn = (action: Record<string, unknown>) =>
  form({
    type: 'block_actions',
    user: { id: 'U0000AE1' },
    channel: { id: 'D0000AE1' },
    actions: [{ action_ts: '1795190655.118233', ...action }],
  })

const VECTOR = {
  secret: '8f742231b10e8888abcd99yyyzzz85a5',
  timestamp: '1531420618',
  body: 'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
  signature: 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
}

describe('the signature', () => {
  test('Slack’s own vector is valid, and with one bit of it changed it is not', () => {
    const { secret, timestamp, body, signature } = VECTOR
    const request = { secrets: [secret], timestamp, signature, body: Buffer.from(body), now: Number(timestamp) * 1_000 }
    expect(verifySlackSignature(request)).toBe('valid')
    expect(verifySlackSignature({ ...request, body: Buffer.from(decodeURIComponent(body)) })).toBe('wrong')
    expect(verifySlackSignature({ ...request, timestamp: '1531420619' })).toBe('wrong')
    expect(verifySlackSignature({ ...request, secrets: [`${secret}x`] })).toBe('wrong')
    expect(verifySlackSignature({ ...request, secrets: ['other', secret] })).toBe('valid')
    expect(verifySlackSignature({ ...request, signature: signature.toUpperCase() })).toBe('wrong')
    expect(verifySlackSignature({ ...request, signature: signature.slice(3) })).toBe('wrong')
  })

  test('is good for five minutes either way', async () => {
    for (const [seconds, status] of [
      [300, 200],
      [-300, 200],
      [301, 401],
      [-301, 401],
    ] as const) {
      expect((await send(OTHER, { seconds: START / 1_000 + seconds })).status, `${seconds} s`).toBe(status)
    }
    expect((await send(OTHER, { seconds: START })).status).toBe(401)
    expect((await send(OTHER, { seconds: '1e9' })).status).toBe(401)
  })

  test('is over the form as it was sent', async () => {
    expect((await send(OTHER)).status).toBe(200)
    expect((await send(OTHER, { signedBody: decodeURIComponent(OTHER) })).status).toBe(401)
    expect((await send(`${OTHER}&x=1`, { signedBody: OTHER })).status).toBe(401)
  })

  test('either of two secrets is good, a third is not', async () => {
    for (const secret of SECRETS.slack) expect((await send(OTHER, { secret })).status).toBe(200)
    expect((await send(OTHER, { secret: 'slack-secret-older' })).status).toBe(401)
  })

  const bad: Record<string, string>[] = [
    { 'x-slack-signature': '' },
    { 'x-slack-request-timestamp': '' },
    { 'x-slack-signature': 'v0=00' },
  ]
  test.each(bad)('%j is none', async (headers) => {
    const { status, problem } = await send(OTHER, { headers })
    expect(status).toBe(401)
    expect(problem.detail).toContain('SLACK_SIGNING_SECRET')
  })
})

describe('what cannot be read', () => {
  test('JSON is 415, here only', async () => {
    expect((await send('{}', { headers: { 'content-type': 'application/json' } })).status).toBe(415)
    expect((await api.sendSignals({ signals: [] })).status).toBe(400)
  })

  test.each([
    '',
    'x=1',
    'payload=',
    'payload=%7B',
    'payload=7',
    'payload=%5B%5D',
    form(null),
    form({}),
    form({ type: 7 }),
    `payload=${encodeURIComponent('{"type":"view_closed","__proto__":{"a":1}}')}`,
  ])('%s', async (body) => {
    expect((await send(body)).status).toBe(400)
  })

  test('a form of another kind, such as the body of Slack’s own vector', async () => {
    expect((await send(VECTOR.body)).status).toBe(400)
  })

  test('more than 512 KiB is 413', async () => {
    expect((await send(form({ type: 'view_closed', x: 'x'.repeat(512 * 1024) }))).status).toBe(413)
  })
})

describe('what asks for nothing is answered 200, empty', () => {
  const nothing: [string, string][] = [
    ['an unknown interaction', form({ type: 'shortcut', trigger_id: '1.2.3', user: { id: 'U1' } })],
    ['a closed form', OTHER],
    ['a click that is not one', form({ type: 'block_actions', actions: [] })],
    ['a link button', clickOn({ action_id: 'lead.open', value: 'https://app.hubspot.example' })],
    ['a menu entry without a lead', clickOn({ action_id: 'lead.more', selected_option: { value: 'explain' } })],
    [
      'another form',
      form({
        type: 'view_submission',
        user: { id: 'U1' },
        view: { id: 'V1', callback_id: 'other', private_metadata: '', state: { values: {} } },
      }),
    ],
  ]
  test.each(nothing)('%s', async (_, body) => {
    const before = await api.keys()
    const answer = await send(body)
    expect([answer.status, answer.text]).toEqual([200, ''])
    expect(api.hurried).toEqual([])
    expect(await api.keys()).toEqual(before)
  })
})

test('a click on a lead that nobody knows is told to the one who clicked', async () => {
  expect((await send(clickOn({ action_id: 'lead.contacted', value: '401-1' }))).status).toBe(200)
  const [answer] = api.hurried.flatMap(({ waiting }) => waiting)
  expect(answer).toEqual({ index: INDEX.answers, id: expect.any(String), at: START })
  const asked = { handoffId: '401-1', channel: 'D0000AE1', user: 'U0000AE1', what: 'unknown-handoff' }
  expect(readAnswer(answer?.id ?? '')).toMatchObject(asked)
  // It stands there before the click is acknowledged, and twice for two clicks.
  const waiting = () => api.look.zrange(api.store.keys.index('401', INDEX.answers), '0', '-1')
  expect(await waiting()).toEqual([answer?.id])
  await send(clickOn({ action_id: 'lead.contacted', value: '401-1', action_ts: '1795190656.000001' }))
  expect(await waiting()).toHaveLength(2)
})

describe('a click that is not quite as Slack sends it', () => {
  const told = () => api.hurried.flatMap(({ waiting }) => waiting.flatMap(({ id }) => readAnswer(id) ?? []))
  const loose = { channel: null, container: null, trigger_id: null, message: null, actions: undefined }
  const action = { action_id: 'lead.contacted', value: '401-1', action_ts: null, selected_option: null }

  test.each(['channel', 'container', 'trigger_id'])('is understood without %s', async (name) => {
    const click = {
      type: 'block_actions',
      user: { id: 'U0000AE1' },
      channel: { id: 'D1' },
      actions: [action],
      [name]: null,
    }
    expect((await send(form(click))).status).toBe(200)
    expect(told()).toMatchObject([{ handoffId: '401-1', channel: name === 'channel' ? 'U0000AE1' : 'D1' }])
  })

  test.each([
    ['a click', { type: 'block_actions', actions: [{ action_id: 7 }] }, 'actions.0.action_id'],
    ['a form', { type: 'view_submission', view: { id: 'V1', secret: 'what a lead wrote' } }, 'view.callback_id'],
  ])('is counted, logged without what it holds, and answered: %s', async (_, payload, where) => {
    const before = api.logLines.length
    expect((await send(form({ ...loose, user: { id: 'U0000AE1' }, ...payload }))).status).toBe(200)
    expect(told()).toMatchObject([{ user: 'U0000AE1', channel: 'U0000AE1', what: 'unreadable' }])
    const lines = api.logLines.slice(before).join()
    expect(lines).toContain(where)
    expect(lines).not.toContain('what a lead wrote')
    const metrics = await (await fetch(`${api.address}/metrics`)).text()
    expect(metrics).toMatch(/baton_events_total\{kind="click",outcome="malformed"\} [1-9]/)
  })
})
