import { afterAll, beforeAll, expect, test } from 'vitest'
import { createStage, type Stage } from '../support/stage.ts'

const SAME = { 'sec-fetch-site': 'same-origin' }
const ACTS = [
  ...['/acts/401/release', '/leads/401/rescore', '/dead/replay', '/health/examine'],
  ...['/what-if', '/shadow/start', '/shadow/stop', '/data-quality/check'],
]
let stage: Stage
let root = ''
let lead = ''
let operator: Signed
let reader: Signed

interface Signed {
  cookie: string
  form: string
}

beforeAll(async () => {
  stage = await createStage({ env: { API_TOKENS: 'operate-token,read=read-token' }, strict: false })
  root = `${stage.addresses[0]}/console`
  operator = await signedIn('operate-token')
  reader = await signedIn('read-token')
  const company = stage.hubspot.createCompany({
    name: 'Northwind',
    numberofemployees: '240',
    industry: 'COMPUTER_SOFTWARE',
  })
  lead = stage.hubspot.createContact(
    {
      email: 'dana@northwind.example',
      firstname: 'Dana',
      lastname: 'Ruiz',
      jobtitle: 'VP Marketing',
      recent_conversion_event_name: 'Request a demo',
      recent_conversion_date: String(stage.clock.now),
      num_conversion_events: '1',
    },
    { companyId: company, by: 'form' },
  )
}, 60_000)

afterAll(() => stage.close())

async function signedIn(token: string): Promise<Signed> {
  const entered = await post('/sign-in', { token }, { cookie: '', form: '' })
  const cookie = entered.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const text = await (await fetch(`${root}/leads`, { headers: { cookie } })).text()
  return { cookie, form: /name="form" value="([^"]+)"/.exec(text)?.[1] ?? '' }
}

function post(path: string, fields: Record<string, string>, { cookie, form }: Signed = operator): Promise<Response> {
  const body = new URLSearchParams({ ...fields, form })
  return fetch(root + path, { method: 'POST', body, headers: { ...SAME, cookie }, redirect: 'manual' })
}

async function said(path: string, fields: Record<string, string> = {}): Promise<string> {
  const { status, headers } = await post(path, fields)
  expect(status).toBe(303)
  return headers.get('location') ?? ''
}

async function page(path: string): Promise<string> {
  return (await fetch(root + path, { headers: { cookie: operator.cookie } })).text()
}

const theLead = async () => stage.services[0]?.leads.get(lead)

test('a lead is released, which is refused once it is settled, and reopened', async () => {
  await stage.quiet()
  const handoff = `${lead}-1`
  expect(await said(`/acts/${handoff}/release`)).toBe(`/console/leads/${lead}?said=done`)
  await stage.quiet()
  expect((await theLead())?.handoffs[handoff]?.ended?.how).toBe('released')
  expect(await said(`/acts/${handoff}/reopen`)).toBe(`/console/leads/${lead}?said=done`)
  await stage.quiet()
  expect(Object.values((await theLead())?.handoffs ?? {}).map(({ state }) => state)).toContain('open')
  expect(await page('/handoffs')).toMatch(/<a href="\/console\/leads\/\d+">Dana Ruiz<\/a><small>Northwind, /)
  const shown = await page(`/leads/${lead}?said=done`)
  expect(shown).toContain('Done.')
  // What happened, as the API tells it.
  expect(shown).toMatch(/<span>released, by [^<]+\(the console\)<\/span>/)
  expect(await said('/acts/499-1/release')).toBe('/console/leads/499?said=not-found')
})

test('a lead is scored again when it is asked for', async () => {
  // Of this no webhook told.
  stage.hubspot.changeContact(lead, { jobtitle: 'Analyst' }, { silent: true })
  expect(await said(`/leads/${lead}/rescore`)).toBe(`/console/leads/${lead}?said=rescored`)
  await stage.quiet()
  expect((await theLead())?.lead?.attributes.jobTitle?.value).toBe('Analyst')
})

test('a dead letter is shown with its reason, and tried again once', async () => {
  const dead = stage.services[0]?.work.dead
  await dead?.put('send-post', null, `${lead}-1-none`, new Error('no'))
  const text = await page('/dead')
  expect(text).toContain('see the log')
  const id = `send-post:${lead}-1-none`
  expect(text).toContain(`value="${id}"`)
  expect(await said('/dead/replay', { id })).toBe('/console/dead?said=replayed')
  expect(await said('/dead/replay', { id: 'send-post:9-9-none' })).toBe('/console/dead?said=gone')
})

test('the doctor looks, and says as of when', async () => {
  expect(await page('/health')).toContain('It has not looked yet')
  expect(await said('/health/examine')).toBe('/console/health?said=examined')
  expect(await page('/health')).toMatch(/As of <time/)
}, 60_000)

test('a what-if with other files tells who moves, and what is wrong with files that cannot be used', async () => {
  const shown = await page('/what-if')
  expect(shown).toContain('name="file:routing.yaml"')
  const moved = await post('/what-if', {
    'file:scoring.yaml': (await scoring()).replace(/(demo_requested: +){ points: 20 }/, '$1{ points: 90 }'),
  })
  const text = await moved.text()
  expect([moved.status, text]).toEqual([200, expect.stringContaining('From band to band')])
  expect(text).toMatch(/<strong class="figure">1<\/strong> of 1 lead moves/)
  expect(text).toContain('href="data:text/markdown;charset=utf-8,%23%23%23%20what-if')
  expect(text).toContain('<h2>Rules that move leads</h2>')
  expect(text).toMatch(/<a href="\/console\/leads\/\d+">Dana Ruiz<\/a>/)
  const wrong = await post('/what-if', { 'file:scoring.yaml': 'bands: [' })
  expect(await wrong.text()).toMatch(/role="alert">The config has \w+ mistakes?:<.*<li>scoring.yaml:1 /)
  // A whole folder is taken as it is: what it lacks is missing.
  const lacking = await post('/what-if', { whole: 'yes', 'file:scoring.yaml': await scoring() })
  expect(await lacking.text()).toMatch(/<li>team.yaml:1 /)
}, 60_000)

test('a what-if tells which limit is over, and which was written wrongly', async () => {
  const none = await post('/what-if', { 'limit:reproduced': '100%', 'limit:load': '0/day', sample: '1000' })
  expect(await none.text()).toMatch(/It is over a limit:<ul><li>[\w-]+ gets 1 leads in a day, allowed 0</)
  const wrong = await post('/what-if', { 'limit:load': 'many' })
  expect(wrong.status).toBe(400)
  expect(await wrong.text()).toContain('Leads of a rep: write it as 25/day or 100/week.')
}, 60_000)

test('a shadow is started with other files, tells what differs, and is stopped', async () => {
  expect(await page('/shadow')).toContain('No config runs beside the live one.')
  expect(await said('/shadow/stop')).toBe('/console/shadow?said=no-shadow')
  expect(await said('/shadow/start')).toBe('/console/shadow?said=same-config')
  const wrong = await post('/shadow/start', { 'file:scoring.yaml': 'bands: [' })
  expect(await wrong.text()).toContain('<li>scoring.yaml:1 ')
  const other = (await scoring()).replace(/(demo_requested: +){ points: 20 }/, '$1{ points: 0 }')
  expect(await said('/shadow/start', { 'file:scoring.yaml': other })).toBe('/console/shadow?said=shadow-not-fine')
  // So soon every worker knows.
  await new Promise((resolve) => setTimeout(resolve, 400))
  await said(`/leads/${lead}/rescore`)
  await stage.quiet()
  stage.clock.now += 60_000
  const shown = await page('/shadow')
  expect(shown).toMatch(/<strong class="figure">1<\/strong> of 1 decisions differ \(100 %\)/)
  expect(await said('/shadow/stop')).toBe('/console/shadow?said=done')
  expect(await page('/shadow')).toContain('stopped')
}, 60_000)

async function scoring(): Promise<string> {
  const { readFile } = await import('node:fs/promises')
  return readFile('config/scoring.yaml', 'utf8')
}

test('what the last change of the config was is told line by line', async () => {
  expect(await page('/config')).toContain('No other version has been in force here.')
  const next = structuredClone(stage.config)
  next.version = 'feedfacecafe'
  const [kind] = Object.values(next.handoffs.kinds)
  if (kind) kind.respondWithin = { ms: 77 * 60_000 }
  await stage.changeConfig(next)
  const text = await page('/config')
  expect(text).toContain('Version <code>feedfacecafe</code>')
  expect(text).toMatch(/<span class="added">\+\s+ms: 4620000/)
  expect(text).toMatch(/<span class="removed">-/)
})

test.each(ACTS)(
  'who may only read cannot post to %s, and nobody can without the secret of their session',
  async (path) => {
    const refused = await post(path, {}, reader)
    expect(refused.status).toBe(403)
    expect(await refused.text()).toContain('You may only read here')
    expect((await post(path, {}, { ...operator, form: reader.form })).status).toBe(403)
    expect((await post(path, {}, { cookie: '', form: operator.form })).status).toBe(303)
  },
)

test('a session that was handed to somebody is not the one that they get, and a sign-out ends it', async () => {
  const entered = await post('/sign-in', { token: 'read-token' }, { cookie: 'baton_session=planted', form: '' })
  const cookie = entered.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  expect(cookie).not.toContain('planted')
  const form = /name="form" value="([^"]+)"/.exec(await (await fetch(`${root}/leads`, { headers: { cookie } })).text())
  const out = await post('/sign-out', {}, { cookie, form: form?.[1] ?? '' })
  expect(out.headers.getSetCookie()[0]).toMatch(/^baton_session=; .*Path=\/console/)
  expect((await fetch(`${root}/leads`, { headers: { cookie }, redirect: 'manual' })).status).toBe(303)
})

test.each([
  ['/leads', 200],
  ['/sign-in', 200],
  ['/leads/499', 404],
  ['/nowhere', 404],
  ['/assets/nowhere.js', 404],
  ['/assets/console.css', 200],
  ['/assets/htmx.min.js', 200],
])('%s comes with the headers that keep other content out', async (path, status) => {
  const { status: got, headers } = await fetch(root + path, { headers: { cookie: operator.cookie } })
  expect(got).toBe(status)
  expect(headers.get('content-security-policy')).toContain("script-src 'self'")
  expect(headers.get('content-security-policy')).not.toContain('unsafe')
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('x-frame-options')).toBe('DENY')
  const isFile = path.startsWith('/assets/') && status === 200
  expect(headers.get('cache-control')).toBe(isFile ? 'public, max-age=31536000, immutable' : 'no-store')
})
