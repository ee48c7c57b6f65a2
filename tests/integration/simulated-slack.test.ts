import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
  type WebClientOptions,
} from '@slack/web-api'
import { afterEach, describe, expect, test } from 'vitest'
import {
  createSimulatedSlack,
  type SimulatedSlack,
  type SimulatedSlackOptions,
  signSlackRequest,
} from '../../simulators/slack/simulated-slack.ts'

const START = Date.UTC(2026, 10, 20, 16)
const TOKEN = 'xoxb-simulated'
const SECRET = 'signing-secret'
const RUTH = 'U0RUTH0001'
const RUTHS_DM = 'D0RUTH0001'
const TOMAS = 'U0TOMAS001'
const POOL = 'C0000AE'
const closing: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function startSlack(changes: Partial<SimulatedSlackOptions> = {}) {
  const clock = { now: START }
  const slack = await createSimulatedSlack({
    now: () => clock.now,
    botToken: TOKEN,
    signingSecret: SECRET,
    users: [
      { id: RUTH, name: 'Ruth', email: 'ruth@acme.example', timeZone: 'America/New_York' },
      { id: TOMAS, name: 'Tomas', email: 'tomas@acme.example' },
    ],
    channels: [
      { id: POOL, name: 'ae-leads' },
      { id: 'C0PUBLIC', name: 'not-joined', botMember: false },
      { id: 'C0SECRET', name: 'secret', private: true, botMember: false },
    ],
    ...changes,
  })
  closing.push(slack.close)
  return { slack, clock, client: clientOf(slack) }
}

function clientOf(slack: SimulatedSlack, changes: WebClientOptions & { token?: string } = {}): WebClient {
  const { token = TOKEN, ...options } = changes
  const logger = { debug() {}, info() {}, warn() {}, error() {}, setLevel() {}, setName() {} }
  return new WebClient(token, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    logger: { ...logger, getLevel: () => 'error' as never },
    ...options,
  })
}

/** What Slack answered to a refused call. */
async function refusal(call: Promise<unknown>) {
  const failure = await call.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(failure instanceof WebAPIPlatformError)) throw new Error(`expected a refusal, got ${String(failure)}`)
  return failure.data as {
    error: string
    errors?: string[]
    response_metadata?: { messages?: string[] }
    needed?: string
  }
}

/** An app's interactivity endpoint that answers each request with the next of `answers`, or 200 and nothing. */
async function startApp(slack: SimulatedSlack) {
  const received: { payload: Record<string, never>; raw: string; signature: string; timestamp: string }[] = []
  const answers: { status: number; body: string }[] = []
  const server = createServer((request, response) => {
    let raw = ''
    request.on('data', (chunk) => {
      raw += chunk
    })
    request.on('end', () => {
      received.push({
        payload: JSON.parse(new URLSearchParams(raw).get('payload') ?? ''),
        raw,
        signature: String(request.headers['x-slack-signature']),
        timestamp: String(request.headers['x-slack-request-timestamp']),
      })
      const answer = answers.shift() ?? { status: 200, body: '' }
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  slack.setInteractionsUrl(`http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/slack/interactions`)
  return { received, answers }
}

const plain = (text: string) => ({ type: 'plain_text' as const, text })
const button = (changes: object = {}) => ({
  type: 'button' as const,
  action_id: 'lead.contacted',
  text: plain('Contacted'),
  value: 'h1',
  ...changes,
})
const actions = (...elements: object[]) => [{ type: 'actions', block_id: 'a:h1:1', elements }] as never
const option = (value: string) => ({ text: plain(value), value })
const overflow = (options = [option('pass_on:h1'), option('explain:h1')]) => ({
  type: 'overflow',
  action_id: 'lead.more',
  options,
})
const modal = (changes: object = {}) =>
  ({
    type: 'modal',
    callback_id: 'lead.disqualify',
    private_metadata: 'h1',
    title: plain('Disqualify lead'),
    submit: plain('Disqualify'),
    blocks: [
      {
        type: 'input',
        block_id: 'reason',
        label: plain('Reason'),
        element: { type: 'radio_buttons', action_id: 'v', options: [option('not_a_fit'), option('competitor')] },
      },
      {
        type: 'input',
        block_id: 'note',
        optional: true,
        label: plain('Note'),
        element: { type: 'plain_text_input', action_id: 'v', max_length: 10 },
      },
    ],
    ...changes,
  }) as never

describe('calling methods', () => {
  test('auth.test carries the scopes, and a wrong token is invalid_auth', async () => {
    const { slack, client } = await startSlack({ scopes: ['chat:write'] })
    const answer = await client.auth.test()
    expect(answer.response_metadata?.scopes).toEqual(['chat:write'])
    expect(answer.user_id).toMatch(/^U/)
    expect(await refusal(clientOf(slack, { token: 'xoxb-other' }).auth.test())).toMatchObject({ error: 'invalid_auth' })
    expect(await refusal(client.users.info({ user: RUTH }))).toMatchObject({
      error: 'missing_scope',
      needed: 'users:read',
    })
  })

  test('an unknown method is refused and recorded', async () => {
    const { slack, client } = await startSlack()
    expect(await refusal(client.apiCall('chat.scheduleMessage', {}))).toMatchObject({ error: 'unknown_method' })
    expect(slack.unexpectedCalls).toEqual(['chat.scheduleMessage'])
    expect(slack.calls).toEqual([{ method: 'chat.scheduleMessage', outcome: 'unknown_method' }])
  })

  test('a post to a person opens the DM and answers with its id; timestamps increase within one instant', async () => {
    const { slack, client } = await startSlack()
    const first = await client.chat.postMessage({ channel: RUTH, text: 'one' })
    const second = await client.chat.postMessage({ channel: RUTHS_DM, text: 'two' })
    expect(first.channel).toBe(RUTHS_DM)
    expect(first.ts).toBe(`${START / 1000}.000000`)
    expect(second.ts).toBe(`${START / 1000}.000001`)
    expect((await client.conversations.open({ users: RUTH, return_im: true })).channel).toMatchObject({ id: RUTHS_DM })
    expect(slack.messages(RUTH).map(({ text, user }) => [text, user])).toEqual([
      ['one', RUTH],
      ['two', RUTH],
    ])
  })

  test('people are found by e-mail, whatever its case', async () => {
    const { client } = await startSlack()
    const found = await client.users.lookupByEmail({ email: 'Ruth@acme.example' })
    expect(found.user).toMatchObject({ id: RUTH, tz: 'America/New_York', tz_offset: -18_000 })
    expect(await refusal(client.users.lookupByEmail({ email: 'a@b.example' }))).toMatchObject({
      error: 'users_not_found',
    })
    expect(await refusal(client.users.info({ user: 'U0NOBODY' }))).toMatchObject({ error: 'user_not_found' })
    expect(await refusal(client.conversations.open({ users: 'U0NOBODY' }))).toMatchObject({ error: 'user_not_found' })
  })

  test('a post fails where the bot cannot be', async () => {
    const { slack, client } = await startSlack({ scopes: ['chat:write'] })
    for (const channel of ['C0NOWHERE', 'U0NOBODY', 'C0SECRET', '#ae-leads']) {
      expect(await refusal(client.chat.postMessage({ channel, text: 'x' })), channel).toMatchObject({
        error: 'channel_not_found',
      })
    }
    expect(await refusal(client.chat.postMessage({ channel: 'C0PUBLIC', text: 'x' }))).toMatchObject({
      error: 'not_in_channel',
    })
    expect(slack.messages()).toEqual([])
  })

  test('metadata is kept, read back whole only on request, and limited', async () => {
    const { client } = await startSlack()
    const metadata = { event_type: 'baton_alert', event_payload: { alert_key: 'h1:routed' } }
    await client.chat.postMessage({ channel: RUTH, text: 'x', metadata })
    const brief = await client.conversations.history({ channel: RUTHS_DM })
    expect(brief.messages?.[0]?.metadata).toEqual({ event_type: 'baton_alert' })
    const whole = await client.conversations.history({ channel: RUTHS_DM, include_all_metadata: true })
    expect(whole.messages?.[0]?.metadata).toEqual(metadata)
    const large = { event_type: 'x', event_payload: { note: 'n'.repeat(2000) } }
    expect(await refusal(client.chat.postMessage({ channel: RUTH, text: 'x', metadata: large }))).toMatchObject({
      error: 'metadata_too_large',
    })
  })

  test('history is newest first, after oldest, in pages, without thread replies; replies has the thread', async () => {
    const { clock, client } = await startSlack()
    const posted: string[] = []
    for (const text of ['a', 'b', 'c', 'd']) {
      clock.now += 1000
      posted.push((await client.chat.postMessage({ channel: POOL, text })).ts ?? '')
    }
    await client.chat.postMessage({ channel: POOL, text: 'reply', thread_ts: posted[1] })
    const first = await client.conversations.history({ channel: POOL, oldest: posted[0], limit: 2 })
    expect(first.messages?.map((message) => message.text)).toEqual(['d', 'c'])
    expect(first.has_more).toBe(true)
    const cursor = first.response_metadata?.next_cursor
    const second = await client.conversations.history({ channel: POOL, oldest: posted[0], limit: 2, cursor })
    expect(second.messages?.map((message) => message.text)).toEqual(['b'])
    expect(second.has_more).toBe(false)
    const thread = await client.conversations.replies({ channel: POOL, ts: posted[1] ?? '' })
    expect(thread.messages?.map((message) => message.text)).toEqual(['b', 'reply'])
  })

  test('an update needs the D id, an own message, and text without blocks removes the blocks', async () => {
    const { slack, client } = await startSlack()
    const metadata = { event_type: 'baton_alert', event_payload: { id: 'h1' } }
    const sent = await client.chat.postMessage({ channel: RUTH, text: 'x', blocks: actions(button()), metadata })
    const ts = sent.ts ?? ''
    expect(await refusal(client.chat.update({ channel: RUTH, ts, text: 'y' }))).toMatchObject({
      error: 'channel_not_found',
    })
    expect(await refusal(client.chat.update({ channel: RUTHS_DM, ts: '1.2', text: 'y' }))).toMatchObject({
      error: 'message_not_found',
    })
    const own = slack.say({ user: RUTH, channel: RUTHS_DM, text: 'mine' })
    expect(await refusal(client.chat.update({ channel: RUTHS_DM, ts: own.ts, text: 'y' }))).toMatchObject({
      error: 'cant_update_message',
    })
    await client.chat.update({ channel: RUTHS_DM, ts, text: 'y' })
    expect(slack.messages(RUTH)[0]).toMatchObject({ text: 'y', blocks: [], versions: 2, metadata })
  })

  test('an ephemeral reaches one person who can see the channel', async () => {
    const { slack, client } = await startSlack()
    await client.chat.postEphemeral({ channel: POOL, user: RUTH, text: 'only you' })
    expect(slack.ephemerals(RUTH)).toMatchObject([{ channel: POOL, user: RUTH, text: 'only you' }])
    expect(slack.messages()).toEqual([])
    const elsewhere = client.chat.postEphemeral({ channel: RUTHS_DM, user: TOMAS, text: 'x' })
    expect(await refusal(elsewhere)).toMatchObject({ error: 'user_not_in_channel' })
  })
})

describe('limits of a message', () => {
  const section = (changes: object = {}) => ({ type: 'section', text: { type: 'mrkdwn', text: 'x' }, ...changes })
  const header = (text: object) => ({ type: 'header', text })
  const wrong: [string, object[], string][] = [
    ['51 blocks', Array.from({ length: 51 }, () => ({ type: 'divider' })), '/blocks'],
    ['a header of 151', [header(plain('x'.repeat(151)))], '/blocks/0/text/text'],
    ['a header in mrkdwn', [header({ type: 'mrkdwn', text: 'x' })], '/blocks/0/text/type'],
    ['an empty text', [section({ text: plain('') })], '/blocks/0/text/text'],
    ['a section of 3,001', [section({ text: plain('x'.repeat(3001)) })], '/blocks/0/text/text'],
    ['a section of nothing', [{ type: 'section' }], '/blocks/0'],
    ['11 fields', [section({ fields: Array.from({ length: 11 }, () => plain('x')) })], '/blocks/0/fields'],
    ['a field of 2,001', [section({ fields: [plain('x'.repeat(2001))] })], '/blocks/0/fields/0/text'],
    [
      '11 context items',
      [{ type: 'context', elements: Array.from({ length: 11 }, () => plain('x')) }],
      '/blocks/0/elements',
    ],
    ['a button text of 76', actions(button({ text: plain('x'.repeat(76)) })), '/blocks/0/elements/0/text/text'],
    ['a button value of 2,001', actions(button({ value: 'x'.repeat(2001) })), '/blocks/0/elements/0/value'],
    ['an unknown style', actions(button({ style: 'green' })), '/blocks/0/elements/0/style'],
    [
      'a label of 76',
      actions(button({ accessibility_label: 'x'.repeat(76) })),
      '/blocks/0/elements/0/accessibility_label',
    ],
    ['an action_id of 256', actions(button({ action_id: 'x'.repeat(256) })), '/blocks/0/elements/0/action_id'],
    ['one action_id twice', actions(button(), button()), '/blocks/0/elements/1/action_id'],
    ['one block_id twice', [section({ block_id: 'b' }), section({ block_id: 'b' })], '/blocks/1/block_id'],
    ['an overflow without options', actions(overflow([])), '/blocks/0/elements/0/options'],
    ['an overflow of 6', actions(overflow(['1', '2', '3', '4', '5', '6'].map(option))), '/blocks/0/elements/0/options'],
    [
      'an option value of 76',
      actions(overflow([{ text: plain('x'), value: 'x'.repeat(76) }])),
      '/blocks/0/elements/0/options/0/value',
    ],
    ['a misspelt field', [section({ colour: 'red' })], '/blocks/0'],
    ['an unknown block', [{ type: 'sectoin' }], '/blocks/0/type'],
  ]

  test.each(wrong)('%s is invalid_blocks with the pointer', async (_name, blocks, pointer) => {
    const { slack, client } = await startSlack()
    const data = await refusal(client.chat.postMessage({ channel: RUTH, text: 'x', blocks: blocks as never }))
    expect(data.error).toBe('invalid_blocks')
    expect(data.errors?.[0]).toContain(`[json-pointer:${pointer}]`)
    expect(data.response_metadata?.messages?.[0]).toMatch(/^\[ERROR\] /)
    expect(slack.messages()).toEqual([])
  })

  test('no text at all, too long a text, and blocks that are no array', async () => {
    const { client } = await startSlack()
    const post = (fields: object) => refusal(client.apiCall('chat.postMessage', { channel: RUTH, ...fields }))
    expect(await post({})).toMatchObject({ error: 'no_text' })
    expect(await post({ text: 'x'.repeat(4001) })).toMatchObject({ error: 'msg_too_long' })
    expect(await post({ text: 'x', blocks: 'not json' })).toMatchObject({ error: 'invalid_blocks_format' })
  })

  test('the largest message that Slack takes is taken', async () => {
    const { slack, client } = await startSlack()
    const largest = [
      header(plain('x'.repeat(150))),
      section({ text: plain('x'.repeat(3000)), fields: Array.from({ length: 10 }, () => plain('x'.repeat(2000))) }),
      ...actions(
        button({ text: plain('x'.repeat(75)), value: 'x'.repeat(2000) }),
        overflow(['1', '2', '3'].map(option)),
      ),
      ...Array.from({ length: 47 }, () => ({ type: 'divider' })),
    ]
    await client.chat.postMessage({ channel: RUTH, text: 'x'.repeat(4000), blocks: largest as never })
    expect(slack.messages(RUTH)[0]?.blocks).toHaveLength(50)
  })
})

describe('failures on request', () => {
  const post = (client: WebClient) => client.chat.postMessage({ channel: RUTH, text: 'x' })

  test('a refusal, used up by as many calls as asked', async () => {
    const { slack, client } = await startSlack()
    slack.failNext({ method: 'chat.postMessage', kind: 'ok-false', error: 'fatal_error', times: 2 })
    expect(await refusal(post(client))).toMatchObject({ error: 'fatal_error' })
    expect(await refusal(post(client))).toMatchObject({ error: 'fatal_error' })
    await post(client)
    expect(slack.messages()).toHaveLength(1)
    expect(slack.calls.map((call) => call.outcome)).toEqual(['fault:ok-false', 'fault:ok-false', 'ok'])
  })

  test('rate limits with and without Retry-After, a server error and a proxy page', async () => {
    const { slack, client } = await startSlack()
    slack.failNext({ method: 'chat.postMessage', kind: 'rate-limited', retryAfter: 7 })
    await expect(post(client)).rejects.toMatchObject({ retryAfter: 7 })
    slack.failNext({ method: 'chat.postMessage', kind: 'rate-limited-bare' })
    const bare = await post(client).catch((error: unknown) => error)
    expect(bare).toBeInstanceOf(Error)
    expect(bare).not.toBeInstanceOf(WebAPIRateLimitedError)
    slack.failNext({ method: 'chat.postMessage', kind: 'http-500' })
    await expect(post(client)).rejects.toBeInstanceOf(WebAPIHTTPError)
    slack.failNext({ method: 'chat.postMessage', kind: 'html' })
    expect((await refusal(post(client))).error).toContain('<!doctype html>')
    expect(slack.messages()).toEqual([])
  })

  test('a call that hangs leaves nothing, one whose answer stalls or is cut off leaves the message', async () => {
    const { slack } = await startSlack()
    const client = clientOf(slack, { timeout: 200 })
    slack.failNext({ method: 'chat.postMessage', kind: 'hang' })
    await expect(post(client)).rejects.toBeInstanceOf(WebAPIRequestError)
    expect(slack.messages()).toHaveLength(0)
    slack.failNext({ method: 'chat.postMessage', kind: 'stalled-body' })
    await expect(post(client)).rejects.toMatchObject({ name: 'TimeoutError' })
    expect(slack.messages()).toHaveLength(1)
    slack.failNext({ method: 'chat.postMessage', kind: 'accept-then-reset' })
    await expect(post(client)).rejects.toBeInstanceOf(WebAPIRequestError)
    expect(slack.messages()).toHaveLength(2)
  })

  test('the real rate limits follow the clock', async () => {
    const { clock, client } = await startSlack({ rateLimits: 'real' })
    await post(client)
    await expect(post(client)).rejects.toMatchObject({ retryAfter: 1 })
    await client.chat.postMessage({ channel: POOL, text: 'another channel' })
    clock.now += 1000
    await post(client)
    for (let call = 0; call < 50; call += 1) await client.conversations.history({ channel: POOL })
    await expect(client.conversations.history({ channel: POOL })).rejects.toBeInstanceOf(WebAPIRateLimitedError)
    clock.now += 60_000
    await client.conversations.history({ channel: POOL })
  })
})

describe('interactions', () => {
  test("the signature is that of Slack's own example", () => {
    const body =
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c'
    const signature = signSlackRequest({
      signingSecret: '8f742231b10e8888abcd99yyyzzz85a5',
      timestamp: 1531420618,
      body,
    })
    expect(signature).toBe('v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503')
  })

  test('a press of a button arrives signed, with what Slack sends', async () => {
    const { slack, client } = await startSlack()
    const app = await startApp(slack)
    const { ts = '' } = await client.chat.postMessage({ channel: RUTH, text: 'x', blocks: actions(button()) })
    expect(await slack.click({ user: RUTH, channel: RUTHS_DM, ts, actionId: 'lead.contacted' })).toEqual({
      status: 200,
    })
    const [request] = app.received
    const base = `v0:${request?.timestamp}:${request?.raw}`
    expect(request?.signature).toBe(`v0=${createHmac('sha256', SECRET).update(base).digest('hex')}`)
    expect(request?.timestamp).toBe(String(START / 1000))
    expect(request?.payload).toMatchObject({
      type: 'block_actions',
      user: { id: RUTH },
      container: { type: 'message', message_ts: ts, channel_id: RUTHS_DM, is_ephemeral: false },
      channel: { id: RUTHS_DM, name: 'directmessage' },
      message: { ts, text: 'x' },
      response_url: expect.stringMatching(/^http:/),
      actions: [
        { type: 'button', action_id: 'lead.contacted', block_id: 'a:h1:1', value: 'h1', text: plain('Contacted') },
      ],
    })
  })

  test('an overflow option arrives as selected_option, and a URL button too is heard', async () => {
    const { slack, client } = await startSlack()
    const app = await startApp(slack)
    const open = button({ action_id: 'lead.open_crm', url: 'https://crm.acme.example/1' })
    const { ts = '' } = await client.chat.postMessage({ channel: POOL, text: 'x', blocks: actions(open, overflow()) })
    await slack.click({ user: TOMAS, channel: POOL, ts, actionId: 'lead.more', value: 'explain:h1' })
    await slack.click({ user: TOMAS, channel: POOL, ts, actionId: 'lead.open_crm' })
    expect(app.received.map(({ payload }) => payload)).toMatchObject([
      { channel: { name: 'ae-leads' }, actions: [{ type: 'overflow', selected_option: { value: 'explain:h1' } }] },
      { actions: [{ type: 'button', action_id: 'lead.open_crm' }] },
    ])
  })

  test('nobody can press what is not there', async () => {
    const { slack, client } = await startSlack()
    await startApp(slack)
    const { ts = '' } = await client.chat.postMessage({
      channel: RUTH,
      text: 'x',
      blocks: actions(button(), overflow()),
    })
    const place = { user: RUTH, channel: RUTHS_DM, ts }
    await expect(slack.click({ ...place, user: TOMAS, actionId: 'lead.contacted' })).rejects.toThrow('cannot see')
    await expect(slack.click({ ...place, actionId: 'lead.more', value: 'gone' })).rejects.toThrow('no option')
    await client.chat.update({ channel: RUTHS_DM, ts, text: 'settled' })
    await expect(slack.click({ ...place, actionId: 'lead.contacted' })).rejects.toThrow('no control')
    expect(slack.messages(RUTH)[0]?.versions).toBe(2)
  })

  test("an app's failure is the answer of the click", async () => {
    const { slack, client } = await startSlack()
    const app = await startApp(slack)
    app.answers.push({ status: 401, body: '' })
    const { ts = '' } = await client.chat.postMessage({ channel: RUTH, text: 'x', blocks: actions(button()) })
    const place = { user: RUTH, channel: RUTHS_DM, ts, actionId: 'lead.contacted' }
    expect(await slack.click(place)).toEqual({ status: 401 })
    slack.setInteractionsUrl('http://127.0.0.1:9/nobody')
    expect(await slack.click(place)).toEqual({ status: 0 })
  })

  test('a response_url answers five times within half an hour', async () => {
    const { slack, clock, client } = await startSlack()
    const app = await startApp(slack)
    const { ts = '' } = await client.chat.postMessage({ channel: RUTH, text: 'x', blocks: actions(button()) })
    const press = async () => {
      await slack.click({ user: RUTH, channel: RUTHS_DM, ts, actionId: 'lead.contacted' })
      return String(app.received.at(-1)?.payload.response_url)
    }
    const answer = async (url: string, body: object) => {
      const headers = { 'content-type': 'application/json' }
      return (await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).status
    }
    const late = await press()
    const url = await press()
    for (let use = 0; use < 4; use += 1) expect(await answer(url, { text: `no ${use}` })).toBe(200)
    expect(await answer(url, { text: 'changed', replace_original: true })).toBe(200)
    expect(await answer(url, { text: 'a sixth' })).toBe(404)
    expect(slack.ephemerals(RUTH).map((shown) => shown.text)).toEqual(['no 0', 'no 1', 'no 2', 'no 3'])
    expect(slack.messages(RUTH)).toMatchObject([{ text: 'changed', blocks: [] }])
    clock.now += 30 * 60_000 + 1
    expect(await answer(late, { delete_original: true })).toBe(404)
    expect(slack.messages(RUTH)).toMatchObject([{ deleted: false }])
  })
})

describe('modals', () => {
  async function openedModal() {
    const { slack, clock, client } = await startSlack()
    const app = await startApp(slack)
    const { ts = '' } = await client.chat.postMessage({ channel: RUTH, text: 'x', blocks: actions(button()) })
    const trigger = async () => {
      await slack.click({ user: RUTH, channel: RUTHS_DM, ts, actionId: 'lead.contacted' })
      return String(app.received.at(-1)?.payload.trigger_id)
    }
    const triggerId = await trigger()
    await client.views.open({ trigger_id: triggerId, view: modal() })
    return { slack, clock, client, app, trigger, triggerId }
  }

  test('a trigger opens one modal, within three seconds', async () => {
    const { slack, clock, client, trigger, triggerId } = await openedModal()
    expect(slack.views()).toMatchObject([{ user: RUTH, callbackId: 'lead.disqualify', privateMetadata: 'h1' }])
    const open = (trigger_id: string) => refusal(client.views.open({ trigger_id, view: modal() }))
    expect(await open(triggerId)).toMatchObject({ error: 'exchanged_trigger_id' })
    expect(await open('1.2.3')).toMatchObject({ error: 'invalid_trigger_id' })
    const late = await trigger()
    clock.now += 3001
    expect(await open(late)).toMatchObject({ error: 'expired_trigger_id' })
  })

  test('a title of 25 and inputs without submit are refused, and the trigger stays usable', async () => {
    const { client, trigger } = await openedModal()
    const trigger_id = await trigger()
    const long = await refusal(client.views.open({ trigger_id, view: modal({ title: plain('x'.repeat(25)) }) }))
    expect(long.error).toBe('invalid_arguments')
    expect(long.response_metadata?.messages?.[0]).toContain('/view/title/text')
    const unsent = await refusal(client.views.open({ trigger_id, view: modal({ submit: undefined }) }))
    expect(unsent.response_metadata?.messages?.[0]).toContain('/view/submit')
    await client.views.open({ trigger_id, view: modal() })
  })

  test('a submission carries the values and an empty answer closes the modal', async () => {
    const { slack, app } = await openedModal()
    const viewId = slack.views()[0]?.id ?? ''
    const values = { reason: 'competitor', note: null }
    await expect(slack.submitView({ user: TOMAS, viewId, values })).rejects.toThrow('has no open view')
    expect(await slack.submitView({ user: RUTH, viewId, values })).toEqual({ status: 200 })
    expect(app.received.at(-1)?.payload).toMatchObject({
      type: 'view_submission',
      user: { id: RUTH },
      view: {
        id: viewId,
        callback_id: 'lead.disqualify',
        private_metadata: 'h1',
        state: {
          values: {
            reason: { v: { type: 'radio_buttons', selected_option: { value: 'competitor' } } },
            note: { v: { type: 'plain_text_input', value: null } },
          },
        },
      },
    })
    expect(slack.views()).toEqual([])
  })

  test("the form's own complaints send nothing; the app's stay on the modal", async () => {
    const { slack, app } = await openedModal()
    const viewId = slack.views()[0]?.id ?? ''
    const submit = (values: Record<string, string | null>) => slack.submitView({ user: RUTH, viewId, values })
    const sent = app.received.length
    expect(await submit({ note: 'longer than ten' })).toEqual({
      status: 0,
      errors: { reason: expect.stringContaining('required'), note: expect.stringContaining('at most 10') },
    })
    expect(app.received).toHaveLength(sent)
    await expect(submit({ reason: 'not offered' })).rejects.toThrow('offers no option')
    app.answers.push({ status: 200, body: JSON.stringify({ response_action: 'errors', errors: { note: 'Say why' } }) })
    expect(await submit({ reason: 'competitor' })).toEqual({ status: 200, errors: { note: 'Say why' } })
    expect(slack.views()).toMatchObject([{ id: viewId, errors: { note: 'Say why' } }])
  })

  test('a modal is updated by its id, unless the hash is old', async () => {
    const { slack, client } = await openedModal()
    const { id: view_id, hash } = slack.views()[0] ?? { id: '', hash: '' }
    await client.views.update({ view_id, hash, view: modal({ title: plain('Next') }) })
    expect(slack.views()).toMatchObject([{ id: view_id, title: 'Next' }])
    expect(await refusal(client.views.update({ view_id, hash, view: modal() }))).toMatchObject({
      error: 'hash_conflict',
    })
  })
})

test('a listener hears what is posted, changed, shown to one person and opened', async () => {
  const { slack, client } = await startSlack()
  const app = await startApp(slack)
  const heard: string[] = []
  slack.onMessage((event) => void heard.push(event.kind))
  const { ts = '' } = await client.chat.postMessage({ channel: RUTH, text: 'x', blocks: actions(button()) })
  await client.chat.update({ channel: RUTHS_DM, ts, text: 'x', blocks: actions(button()) })
  await client.chat.postEphemeral({ channel: RUTHS_DM, user: RUTH, text: 'x' })
  await slack.click({ user: RUTH, channel: RUTHS_DM, ts, actionId: 'lead.contacted' })
  await client.views.open({ trigger_id: String(app.received[0]?.payload.trigger_id), view: modal() })
  expect(heard).toEqual(['posted', 'updated', 'ephemeral', 'modal'])
})
