import { afterEach, describe, expect, test } from 'vitest'
import type { SimulatedSlackFault } from '../../simulators/slack/simulated-slack.ts'
import { createSimulatedSlack, type SimulatedSlackOptions } from '../../simulators/slack/simulated-slack.ts'
import type { FailureKind } from '../../src/platform/errors.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { createSlack, type SlackMessage } from '../../src/slack/client.ts'
import { failureOf, shownOf } from '../support/outside.ts'

const START = Date.UTC(2026, 10, 20, 16)
const TOKEN = 'xoxb-canary-token'
const RUTH = 'U0RUTH0001'
const POOL = 'C0000AE'
const KEY = '401-1.rep-alert'
const closing: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function start(changes: Partial<SimulatedSlackOptions> = {}, token = TOKEN) {
  const clock = { now: START }
  const simulated = await createSimulatedSlack({
    now: () => clock.now,
    botToken: TOKEN,
    signingSecret: 'secret',
    users: [{ id: RUTH, name: 'Ruth' }],
    channels: [
      { id: POOL, name: 'ae-leads' },
      { id: 'C0SECRET', name: 'secret', private: true, botMember: false },
    ],
    ...changes,
  })
  closing.push(simulated.close)
  const metrics = createMetrics()
  const slack = createSlack({ token, apiUrl: simulated.apiUrl, metrics, deadline: 400 })
  return { clock, simulated, slack, metrics }
}

const MESSAGE: SlackMessage = {
  text: 'New lead for you: Canary Ruiz, canary@northwind.example',
  blocks: [{ type: 'section', text: { type: 'plain_text', text: 'Canary Ruiz' } }],
}
// More blocks than Slack takes.
const TOO_LARGE: SlackMessage = {
  ...MESSAGE,
  blocks: Array.from({ length: 51 }, () => MESSAGE.blocks[0] as SlackMessage['blocks'][0]),
}

type Fault = Omit<SimulatedSlackFault, 'method'>
const CODES: Record<FailureKind, string> = {
  refused: `channel_not_found user_not_found users_not_found user_disabled user_not_visible is_archived not_in_channel
    restricted_action invalid_blocks invalid_blocks_format msg_blocks_too_long msg_too_long no_text metadata_too_large
    invalid_arguments message_not_found cant_update_message edit_window_closed is_inactive something_new`,
  unavailable: `invalid_auth not_authed account_inactive token_revoked token_expired missing_scope messages_tab_disabled
    access_denied ekm_access_denied org_login_required`,
  'unknown-outcome': 'internal_error fatal_error request_timeout service_unavailable',
  'rate-limited': 'ratelimited rate_limited',
}
const answers = Object.entries(CODES).flatMap(([kind, codes]) =>
  codes.split(/\s+/).map((error): [string, Fault, FailureKind, string, number | undefined] => {
    return [
      error,
      { kind: 'ok-false', error, times: 2 },
      kind as FailureKind,
      error,
      kind === 'rate-limited' ? 5_000 : undefined,
    ]
  }),
)
const faults: [string, Fault, FailureKind, string, number | undefined][] = [
  ['429 with Retry-After', { kind: 'rate-limited', retryAfter: 30 }, 'rate-limited', 'ratelimited', 30_000],
  ['429 without', { kind: 'rate-limited-bare' }, 'rate-limited', '429', 5_000],
  ['500', { kind: 'http-500' }, 'unknown-outcome', '500', undefined],
  ['a proxy’s page', { kind: 'html' }, 'unknown-outcome', 'not-an-answer', undefined],
  ['no answer', { kind: 'hang' }, 'unknown-outcome', 'no-answer', undefined],
  ['half an answer', { kind: 'stalled-body' }, 'unknown-outcome', 'no-answer', undefined],
  ['a reset after it was done', { kind: 'accept-then-reset' }, 'unknown-outcome', 'no-answer', undefined],
]

describe('a failed post', () => {
  test.each([...answers, ...faults])('%s', async (_, fault, kind, code, retryAfter) => {
    const { simulated, slack } = await start()
    simulated.failNext({ method: 'chat.postMessage', ...fault })
    const error = await failureOf(slack.post(POOL, KEY, MESSAGE))
    expect(error).toMatchObject({ system: 'slack', kind, code, retryAfter })
    // One call, and no retry of the library's own; only refused blocks are sent again, as text.
    const again = /^(invalid_blocks|msg_blocks)/.test(code) ? 2 : 1
    expect(simulated.calls.map((call) => call.method)).toEqual(Array.from({ length: again }, () => 'chat.postMessage'))
    for (const secret of [TOKEN, 'Canary', 'canary']) expect(shownOf(error)).not.toContain(secret)
  })

  test('nobody there', async () => {
    const { simulated, slack } = await start()
    await simulated.close()
    expect(await failureOf(slack.post(POOL, KEY, MESSAGE))).toMatchObject({
      kind: 'unknown-outcome',
      code: 'no-answer',
    })
  })

  test('a wrong token and a missing scope wait for the operator', async () => {
    const wrong = await start({}, 'xoxb-other')
    expect(await failureOf(wrong.slack.post(POOL, KEY, MESSAGE))).toMatchObject({
      kind: 'unavailable',
      code: 'invalid_auth',
    })
    const poor = await start({ scopes: ['im:write'] })
    expect(await failureOf(poor.slack.post(POOL, KEY, MESSAGE))).toMatchObject({
      kind: 'unavailable',
      code: 'missing_scope',
    })
  })

  test('is counted by how it failed', async () => {
    const { simulated, slack, metrics } = await start()
    simulated.failNext({ method: 'chat.postMessage', kind: 'http-500' })
    await failureOf(slack.post(POOL, KEY, MESSAGE))
    await slack.post(POOL, KEY, MESSAGE)
    const { values } = await metrics.calls.get()
    expect(values.map(({ labels, value }) => [labels.system, labels.operation, labels.outcome, value])).toEqual([
      ['slack', 'chat.postMessage', 'unknown-outcome', 1],
      ['slack', 'chat.postMessage', 'ok', 1],
    ])
  })

  test('does not hold up the calls beside it', async () => {
    const { simulated, slack } = await start()
    simulated.failNext({ method: 'chat.postMessage', kind: 'rate-limited', retryAfter: 600 })
    const [limited, open, later] = await Promise.allSettled([
      slack.post(POOL, KEY, MESSAGE),
      slack.channelFor(RUTH),
      slack.find(POOL, KEY, START),
    ])
    expect([limited.status, open.status, later.status]).toEqual(['rejected', 'fulfilled', 'fulfilled'])
  })
})

describe('a post', () => {
  test('carries text, blocks and its key, and says where it is', async () => {
    const { simulated, slack } = await start()
    const sent = await slack.post(POOL, KEY, MESSAGE)
    const [message, ...more] = simulated.messages(POOL)
    expect(more).toEqual([])
    expect(message).toMatchObject({ ...sent, text: MESSAGE.text })
    expect(message?.blocks).toHaveLength(1)
    expect(message?.metadata).toEqual({ event_type: 'baton_alert', event_payload: { alert_key: KEY } })
  })

  test('whose blocks are refused goes out as text', async () => {
    const { simulated, slack } = await start()
    const sent = await slack.post(POOL, KEY, TOO_LARGE)
    expect(simulated.messages(POOL)).toMatchObject([{ ...sent, text: MESSAGE.text, blocks: [] }])
    expect(simulated.calls.map((call) => call.outcome)).toEqual(['invalid_blocks', 'ok'])
    expect(await slack.find(POOL, KEY, START)).toEqual(sent)
  })

  test('whose text fails as well fails with that', async () => {
    const { simulated, slack } = await start()
    simulated.failNext({ method: 'chat.postMessage', kind: 'ok-false', error: 'invalid_blocks' })
    simulated.failNext({ method: 'chat.postMessage', kind: 'accept-then-reset' })
    expect(await failureOf(slack.post(POOL, KEY, MESSAGE))).toMatchObject({ kind: 'unknown-outcome' })
    expect(await slack.find(POOL, KEY, START)).not.toBeNull()
  })
})

describe('finding a message by its key', () => {
  test.each(['accept-then-reset', 'stalled-body'] as const)(
    'that was posted although the answer was lost: %s',
    async (kind) => {
      const { simulated, slack } = await start()
      simulated.failNext({ method: 'chat.postMessage', kind })
      await failureOf(slack.post(POOL, KEY, MESSAGE))
      const [message, ...more] = simulated.messages(POOL)
      expect(more).toEqual([])
      expect(await slack.find(POOL, KEY, START)).toEqual({ channel: POOL, ts: message?.ts })
    },
  )

  test.each(['http-500', 'hang', 'html'] as const)('that was not posted: %s', async (kind) => {
    const { simulated, slack } = await start()
    simulated.failNext({ method: 'chat.postMessage', kind })
    await failureOf(slack.post(POOL, KEY, MESSAGE))
    expect(await slack.find(POOL, KEY, START)).toBeNull()
  })

  test('among others, on a later page, and in a direct message', async () => {
    const { simulated, slack } = await start()
    const channel = await slack.channelFor(RUTH)
    const sent = await slack.post(channel, KEY, MESSAGE)
    simulated.say({ user: RUTH, channel, text: KEY })
    for (let count = 0; count < 150; count++) await slack.post(channel, `${KEY}-${count}`, MESSAGE)
    expect(await slack.find(channel, KEY, START)).toEqual(sent)
    expect(simulated.calls.filter((call) => call.method === 'conversations.history')).toHaveLength(2)
    expect(await slack.find(channel, `${KEY}-`, START)).toBeNull()
    expect(await slack.find(POOL, KEY, START)).toBeNull()
  })

  test('from five minutes before the first try on, not earlier', async () => {
    const { clock, slack } = await start()
    const sent = await slack.post(POOL, KEY, MESSAGE)
    clock.now += 3_600_000
    expect(await slack.find(POOL, KEY, START + 299_000)).toEqual(sent)
    expect(await slack.find(POOL, KEY, START + 302_000)).toBeNull()
  })

  test('is a failure of its own when the history cannot be read', async () => {
    const { slack } = await start({ scopes: ['chat:write', 'im:write'] })
    expect(await failureOf(slack.find(POOL, KEY, START))).toMatchObject({ kind: 'unavailable', code: 'missing_scope' })
  })
})

describe('where to post', () => {
  test('a user’s direct message is opened once, a channel is taken as it is', async () => {
    const { simulated, slack } = await start()
    const channel = await slack.channelFor(RUTH)
    expect(channel).toMatch(/^D/)
    expect(await slack.channelFor(RUTH)).toBe(channel)
    expect(await slack.channelFor(POOL)).toBe(POOL)
    expect(simulated.calls.map((call) => call.method)).toEqual(['conversations.open'])
    await slack.post(channel, KEY, MESSAGE)
    expect(simulated.messages(RUTH)).toHaveLength(1)
  })

  test('somebody unknown is refused, and tried again next time', async () => {
    const { simulated, slack } = await start()
    expect(await failureOf(slack.channelFor('U0NOBODY'))).toMatchObject({ kind: 'refused', code: 'user_not_found' })
    simulated.failNext({ method: 'conversations.open', kind: 'http-500' })
    expect(await failureOf(slack.channelFor(RUTH))).toMatchObject({ kind: 'unknown-outcome' })
    expect(await slack.channelFor(RUTH)).toMatch(/^D/)
  })

  test('a channel that the app is not in is refused', async () => {
    const { slack } = await start()
    expect(await failureOf(slack.post('C0SECRET', KEY, MESSAGE))).toMatchObject({
      kind: 'refused',
      code: 'channel_not_found',
    })
  })
})

describe('the other verbs', () => {
  test('an update replaces text and blocks and keeps the key', async () => {
    const { simulated, slack } = await start()
    const { channel, ts } = await slack.post(POOL, KEY, MESSAGE)
    const blocks: SlackMessage['blocks'] = [{ type: 'section', text: { type: 'plain_text', text: 'Done' } }]
    for (let times = 0; times < 2; times++) await slack.update(channel, ts, { text: 'Done', blocks })
    expect(simulated.messages(POOL)).toMatchObject([{ text: 'Done', blocks }])
    expect(await slack.find(POOL, KEY, START)).toEqual({ channel, ts })
    expect(await failureOf(slack.update(channel, '1.000001', MESSAGE))).toMatchObject({
      kind: 'refused',
      code: 'message_not_found',
    })
  })

  test('a word that only one person sees', async () => {
    const { simulated, slack } = await start()
    await slack.tellPrivately(POOL, RUTH, MESSAGE)
    expect(simulated.ephemerals(RUTH)).toMatchObject([{ text: MESSAGE.text }])
    expect(simulated.messages(POOL)).toEqual([])
  })

  test('a form on a trigger that has expired', async () => {
    const { slack } = await start()
    const view = { type: 'modal', callback_id: 'x', title: { type: 'plain_text', text: 'x' }, blocks: [] }
    const failure = failureOf(slack.openModal('1.2.3', view as Parameters<typeof slack.openModal>[1]))
    expect((await failure).kind).toBe('refused')
  })
})
