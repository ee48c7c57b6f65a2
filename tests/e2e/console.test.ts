import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CHROMIUM_FLAGS, findChromium } from '../support/chromium.ts'
import { createStage, type Stage } from '../support/stage.ts'

const executablePath = findChromium()
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const NASTY = '<script>window.hurt=1</script>"><img src=x onerror=window.hurt=1>'
const PATHS = [
  '/leads',
  '/clocks',
  '/handoffs',
  '/pools',
  '/reports',
  '/reports/weekly?period=this',
  '/data-quality',
  '/triggers',
  '/dead',
  '/config',
  '/what-if',
  '/shadow',
  '/health',
]
const TOKENS = { API_TOKENS: 'operate-token,read=read-token' }
const SIZES = [
  { width: 1280, height: 900 },
  { width: 390, height: 844 },
]

let stage: Stage
let browser: Browser
let lead = ''

beforeAll(async () => {
  stage = await createStage({ env: TOKENS })
  if (executablePath) browser = await chromium.launch({ executablePath, args: CHROMIUM_FLAGS })
}, 60_000)

afterAll(async () => {
  await browser?.close()
  await stage?.close()
}, 60_000)

const root = () => `${stage.addresses[0]}/console`

/** A page that notes everything which a browser complains about. */
async function open(options: { token?: string; dark?: boolean } = {}): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({
    colorScheme: options.dark ? 'dark' : 'light',
    timezoneId: 'Europe/Berlin',
    locale: 'en-GB',
  })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`${message.text()} ${message.location().url}`)
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  if (options.token) {
    await page.goto(`${root()}/sign-in`)
    await page.getByLabel('API token').fill(options.token)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'Leads', level: 1 }).waitFor()
  }
  return { page, complaints }
}

/** A file that somebody chooses. */
function fileOf(name: string, text: string) {
  return { name, mimeType: 'text/plain', buffer: Buffer.from(text) }
}

/** What axe finds; its script comes in beside the policy of the page. */
async function faults(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  return page.evaluate(async () => {
    // @ts-expect-error: axe came in by the line above.
    const { violations } = await window.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    })
    // @ts-expect-error: as axe tells it.
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`.slice(0, 600))
  })
}

async function visitAll(token: string, paths: readonly string[], dark: boolean): Promise<void> {
  const { page, complaints } = await open({ token, dark })
  for (const path of paths) {
    await page.goto(root() + path)
    for (const size of SIZES) {
      await page.setViewportSize(size)
      expect(await faults(page), `${path} at ${size.width}`).toEqual([])
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      expect(overflow, `${path} at ${size.width} is too wide`).toBeLessThanOrEqual(0)
    }
  }
  expect(complaints).toEqual([])
  await page.context().close()
}

test.skipIf(!executablePath)(
  'every page is well without anything to show',
  () => visitAll('operate-token', PATHS, false),
  120_000,
)

test.skipIf(!executablePath)(
  'every page is well with leads, in light and in dark, and what a lead wrote stays text',
  async () => {
    const { hubspot } = stage
    const company = hubspot.createCompany({
      name: `Northwind ${NASTY}`,
      numberofemployees: '240',
      industry: 'COMPUTER_SOFTWARE',
    })
    lead = hubspot.createContact(
      {
        email: 'dana@northwind.example',
        firstname: 'Dana',
        lastname: `Ruiz ${NASTY}`,
        jobtitle: 'VP Marketing',
        recent_conversion_event_name: 'Request a demo',
        recent_conversion_date: String(stage.clock.now),
        num_conversion_events: '1',
      },
      { companyId: company, by: 'form' },
    )
    await stage.quiet()
    const paths = [...PATHS, `/leads/${lead}`, '/triggers?kind=fit', '/handoffs?status=closed']
    await visitAll('operate-token', paths, false)
    await visitAll('read-token', paths, true)
    const { page } = await open({ token: 'read-token' })
    await page.goto(`${root()}/leads/${lead}`)
    expect(await page.evaluate(() => (window as unknown as { hurt?: number }).hurt)).toBeUndefined()
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('<script>')
    expect(await page.getByRole('button', { name: 'Assign' }).count()).toBe(0)
    expect(await page.locator('#zone').textContent()).toBe('Times in Europe/Berlin')
    await page.context().close()
  },
  240_000,
)

test.skipIf(!executablePath)(
  'a lead is found by the keyboard, given to another rep and reopened; somebody is set away',
  async () => {
    const { page, complaints } = await open({ token: 'operate-token' })
    await page.goto(`${root()}/leads`)
    await page.keyboard.press('/')
    await page.keyboard.type(lead)
    await page.waitForURL(/q=/)
    await page.getByRole('link', { name: /Dana Ruiz/ }).click()
    await page.getByLabel('Give to').selectOption({ label: 'Ben Ortiz' })
    await page.getByRole('button', { name: 'Assign' }).click()
    await page.getByText('Done.').waitFor()
    await stage.quiet()
    await page.goto(`${root()}/clocks`)
    await page.getByText('Ben Ortiz').waitFor()
    await page.goto(`${root()}/pools`)
    await page.getByLabel('Rep', { exact: true }).selectOption({ label: 'Ada Lane' })
    await page.getByRole('button', { name: 'Set away' }).click()
    await page.getByText('the rotation passes over them').waitFor()
    await page.getByRole('button', { name: 'Ada Lane is back' }).first().click()
    await page.getByText('Noted: they are back.').waitFor()
    await page.goto(`${root()}/what-if`)
    const scoring = readFileSync('config/scoring.yaml', 'utf8').replace(
      /(demo_requested: +){ points: 20 }/,
      '$1{ points: 0 }',
    )
    await page.getByLabel('Or a whole config folder').setInputFiles('config')
    await page.getByText(/The config is now the \d+ files of this folder/).waitFor()
    await page
      .getByLabel('Files from this computer')
      .setInputFiles([fileOf('scoring.yaml', scoring), fileOf('notes.txt', '')])
    await page.getByText('1 file put in. Not of a config, and left out: notes.txt.').waitFor()
    await page.getByRole('button', { name: 'Compute', exact: true }).click()
    await page.getByRole('heading', { name: 'From route to route' }).waitFor()
    await page.getByText('signal demo_requested').first().waitFor()
    expect(await faults(page)).toEqual([])
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.goto(`${root()}/leads/${lead}`)
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await page.getByLabel('API token').fill('operate-token')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(`${root()}/leads/${lead}`)
    expect(complaints).toEqual([])
    await page.context().close()
  },
  60_000,
)
