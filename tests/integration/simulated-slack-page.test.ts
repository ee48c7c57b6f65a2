import { createHmac } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebClient } from '@slack/web-api'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createSimulatedSlack, type SimulatedSlack } from '../../simulators/slack/simulated-slack.ts'
import { CHROMIUM_FLAGS, findChromium } from '../support/chromium.ts'

const SECRET = 'signing-secret'
const RUTH = 'U0RUTH0001'
const RUTHS_DM = 'D0RUTH0001'
const POOL = 'C0000AE'
const PHONE = { width: 390, height: 844 }
const DESKTOP = { width: 1280, height: 800 }
const NOW = Date.UTC(2026, 10, 20, 16)
const DEADLINE = NOW / 1000 + 2 * 3600

const executablePath = findChromium()
const skipped = 'skipped: no chromium, chromium-browser or google-chrome on the PATH, and CHROMIUM_PATH is not set'
if (!executablePath) console.warn(`the browser test of the simulated Slack is ${skipped}`)

const plain = (text: string) => ({ type: 'plain_text' as const, text })
const mrkdwn = (text: string) => ({ type: 'mrkdwn' as const, verbatim: true, text })
const alertBlocks = [
  { type: 'header' as const, text: plain('Dana Ruiz, Northwind Freight') },
  {
    type: 'section' as const,
    text: mrkdwn(
      `*VP Operations* · Logistics\n*Score 86* · Respond by *<!date^${DEADLINE}^{date_short_pretty} at {time}|18:00 UTC>*\n` +
        '<mailto:dana@northwind.example|dana@northwind.example> ~old~ <@U0TOMAS001>',
    ),
  },
  {
    type: 'actions' as const,
    elements: [
      {
        type: 'button' as const,
        action_id: 'lead.contacted',
        style: 'primary' as const,
        text: plain('Contacted'),
        value: 'h1',
        accessibility_label: 'Contacted Dana Ruiz',
      },
      {
        type: 'overflow' as const,
        action_id: 'lead.more',
        options: [
          { text: plain('Disqualify'), value: 'disqualify:h1' },
          { text: plain('Why this score'), value: 'explain:h1' },
        ],
      },
    ],
  },
]
const disqualify = {
  type: 'modal' as const,
  callback_id: 'lead.disqualify',
  title: plain('Disqualify lead'),
  submit: plain('Disqualify Lead'),
  blocks: [
    { type: 'context' as const, elements: [mrkdwn('Dana Ruiz. Stops the response clock.')] },
    {
      type: 'input' as const,
      block_id: 'reason',
      label: plain('Reason'),
      element: {
        type: 'radio_buttons' as const,
        action_id: 'v',
        options: ['Not a fit', 'Competitor'].map((text) => ({ text: plain(text), value: text })),
      },
    },
    {
      type: 'input' as const,
      block_id: 'note',
      optional: true,
      label: plain('Note'),
      element: { type: 'plain_text_input' as const, action_id: 'v', multiline: true },
    },
  ],
}

describe.skipIf(!executablePath)(executablePath ? 'the page' : `the page (${skipped})`, () => {
  let browser: Browser
  let slack: SimulatedSlack
  let client: WebClient
  let app: Server
  let rejected: number
  let page: Page
  let pageErrors: string[]

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: CHROMIUM_FLAGS })
  })

  afterAll(async () => {
    await browser?.close()
  })

  beforeEach(async () => {
    rejected = 0
    slack = await createSimulatedSlack({
      now: () => NOW,
      botToken: 'xoxb-simulated',
      signingSecret: SECRET,
      users: [
        { id: RUTH, name: 'Ruth (ae-1)', timeZone: 'America/New_York' },
        { id: 'U0TOMAS001', name: 'Tomas (ae-2)', timeZone: 'Europe/Amsterdam' },
      ],
      channels: [{ id: POOL, name: 'ae-leads' }],
    })
    client = new WebClient('xoxb-simulated', { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } })
    app = await startApp()
  })

  afterEach(async () => {
    await page?.context().close()
    await slack.close()
    app.closeAllConnections()
    await new Promise((resolve) => app.close(resolve))
  })

  /** An app that checks the signature and answers a click by an update, a modal, or an ephemeral. */
  async function startApp(): Promise<Server> {
    const server = createServer((request, response) => {
      let raw = ''
      request.on('data', (chunk) => {
        raw += chunk
      })
      request.on('end', async () => {
        const base = `v0:${request.headers['x-slack-request-timestamp']}:${raw}`
        const expected = `v0=${createHmac('sha256', SECRET).update(base).digest('hex')}`
        if (request.headers['x-slack-signature'] !== expected) {
          rejected += 1
          response.writeHead(401).end()
          return
        }
        const answer = await follow(JSON.parse(new URLSearchParams(raw).get('payload') ?? ''))
        response.writeHead(200, { 'content-type': 'application/json' }).end(answer)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    slack.setInteractionsUrl(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    return server
  }

  interface Payload {
    type: string
    trigger_id: string
    response_url: string
    message: { ts: string }
    actions: { action_id: string; selected_option?: { value: string } }[]
    view: {
      private_metadata: string
      state: {
        values: { reason: { v: { selected_option: { value: string } } }; note: { v: { value: string | null } } }
      }
    }
  }

  async function follow(payload: Payload): Promise<string> {
    if (payload.type === 'view_submission') {
      const { reason, note } = payload.view.state.values
      const chosen = reason.v.selected_option.value
      if (chosen === 'Competitor' && !note.v.value) {
        return JSON.stringify({ response_action: 'errors', errors: { note: 'Say which competitor' } })
      }
      const text = `Disqualified: ${chosen}, ${note.v.value}`
      await client.chat.update({ channel: RUTHS_DM, ts: payload.view.private_metadata, text })
      return ''
    }
    const [action] = payload.actions
    if (action?.action_id === 'lead.contacted') {
      await client.chat.update({ channel: RUTHS_DM, ts: payload.message.ts, text: 'Contacted by Ruth' })
    } else if (action?.selected_option?.value === 'disqualify:h1') {
      const view = { ...disqualify, private_metadata: payload.message.ts }
      await client.views.open({ trigger_id: payload.trigger_id, view })
    } else {
      const headers = { 'content-type': 'application/json' }
      await fetch(payload.response_url, {
        method: 'POST',
        headers,
        body: JSON.stringify({ text: '+30 pricing visits' }),
      })
    }
    return ''
  }

  async function openPage(viewport: { width: number; height: number }, address = `/?user=${RUTH}#${RUTHS_DM}`) {
    const context = await browser.newContext({ viewport })
    page = await context.newPage()
    page.setDefaultTimeout(10_000)
    pageErrors = []
    page.on('pageerror', (error) => pageErrors.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') pageErrors.push(message.text())
    })
    await page.goto(slack.url + address)
  }

  const postAlert = () => client.chat.postMessage({ channel: RUTH, text: 'New lead: Dana Ruiz', blocks: alertBlocks })
  const shownIn = (selector: string) => page.locator(selector).textContent()

  test('a press of the primary button on a phone changes the message', async () => {
    await openPage(PHONE, `/?user=${RUTH}`)
    await postAlert()
    const entry = page.getByRole('link', { name: /^Baton (?!Home)/ })
    await entry.getByLabel('1 unread').waitFor()
    await entry.click()
    const button = page.getByRole('button', { name: 'Contacted Dana Ruiz' })
    expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(44)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width)
    await button.click()
    await page.getByRole('log').getByText('Contacted by Ruth').waitFor()
    await expect.poll(() => button.count()).toBe(0)
    expect(slack.messages(RUTH)).toMatchObject([{ text: 'Contacted by Ruth', versions: 2 }])
    expect(rejected).toBe(0)
    await page.getByRole('button', { name: 'Back to the list' }).click()
    await entry.waitFor()
    expect(await page.getByLabel('1 unread').count()).toBe(0)
    expect(pageErrors).toEqual([])
  })

  test('a modal opens from the menu, shows complaints by field, and submits', async () => {
    await postAlert()
    await openPage(PHONE)
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Disqualify' }).click()
    const modal = page.getByRole('dialog', { name: 'Disqualify lead' })
    const submit = modal.getByRole('button', { name: 'Disqualify Lead' })
    await submit.click()
    await modal.getByText('Please complete this required field.').waitFor()
    await modal.getByRole('radio', { name: 'Competitor' }).check()
    await submit.click()
    await modal.getByText('Say which competitor').waitFor()
    expect(await modal.getByRole('radio', { name: 'Competitor' }).isChecked()).toBe(true)
    await modal.getByRole('textbox', { name: 'Note' }).fill('Rival <b>Ltd</b>')
    await submit.click()
    await page.getByRole('log').getByText('Disqualified: Competitor').waitFor()
    await expect.poll(() => modal.isVisible()).toBe(false)
    expect(slack.views()).toEqual([])
    expect(rejected).toBe(0)
  })

  test('an ephemeral answer is seen by one person only', async () => {
    await postAlert()
    await openPage(DESKTOP)
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Why this score' }).click()
    await page.getByText('Only visible to you').waitFor()
    expect(await shownIn('.message.ephemeral')).toContain('+30 pricing visits')
    await page.getByLabel('You are:').selectOption({ label: 'Tomas (ae-2)' })
    await page.getByText('No messages yet. They appear here as they arrive.').waitFor()
    expect(await page.getByText('+30 pricing visits').count()).toBe(0)
  })

  test("marks, links, names and times read as Slack's, in the reader's zone", async () => {
    await postAlert()
    await openPage(DESKTOP)
    await page.getByRole('heading', { name: 'Dana Ruiz, Northwind Freight' }).waitFor()
    expect(await shownIn('.section-text')).toContain('Score 86 · Respond by today at 1:00 PM')
    expect(await shownIn('.section-text strong >> nth=0')).toBe('VP Operations')
    expect(await shownIn('.section-text s')).toBe('old')
    expect(await shownIn('.mention')).toBe('@Tomas (ae-2)')
    expect(await page.getByRole('link', { name: 'dana@northwind.example' }).getAttribute('href')).toBe(
      'mailto:dana@northwind.example',
    )
  })

  test('escaped and hostile text shows as text', async () => {
    const hostile = 'Hi <script>document.title="owned"</script> <!channel> <https://evil.example|Acme>'
    const escaped = hostile.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
    const blocks = [
      { type: 'header' as const, text: plain(hostile) },
      { type: 'section' as const, text: mrkdwn(escaped) },
      { type: 'section' as const, text: mrkdwn('<javascript:alert(1)|press> <script>alert(1)</script>') },
    ]
    await client.chat.postMessage({ channel: POOL, text: escaped, blocks })
    await client.chat.postMessage({ channel: POOL, text: escaped })
    await openPage(DESKTOP, `/?user=${RUTH}#${POOL}`)
    await expect.poll(() => page.locator('.message').count()).toBe(2)
    expect(await shownIn('.block.header')).toBe(hostile)
    expect(await shownIn('.section-text >> nth=0')).toBe(hostile)
    expect(await shownIn('.message >> nth=1')).toContain(hostile)
    expect(await page.locator('#messages :is(script, a, .mention)').count()).toBe(0)
    expect(await page.title()).not.toContain('owned')
    expect(pageErrors).toEqual([])
  })

  test('a click that the app refuses is told to the person', async () => {
    await postAlert()
    await openPage(PHONE)
    slack.setInteractionsUrl(`${slack.url}/nothing-here`)
    await page.getByRole('button', { name: 'Contacted Dana Ruiz' }).click()
    await page.getByText('Baton answered with status code 404.').waitFor()
  })
})
