import { randomBytes } from 'node:crypto'
import { Events, OAuth2Server } from 'oauth2-mock-server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createStage, type Stage } from '../support/stage.ts'

const oidc = new OAuth2Server()
let stage: Stage
let root = ''

beforeAll(async () => {
  await oidc.issuer.keys.generate('RS256')
  await oidc.start(0, '127.0.0.1')
  oidc.issuer.url = `http://127.0.0.1:${oidc.address().port}`
  stage = await createStage({
    env: {
      API_TOKENS: 'operate-token,read=read-token',
      OIDC_ISSUER: oidc.issuer.url,
      OIDC_CLIENT_ID: 'baton',
      OIDC_CLIENT_SECRET: 'oidc-canary-secret',
      OIDC_OPERATORS: 'Mia@Team.example',
    },
  })
  root = `${stage.addresses[0]}/console`
}, 60_000)

afterAll(async () => {
  await stage.close()
  await oidc.stop()
})

const SAME = { 'sec-fetch-site': 'same-origin' }

function post(path: string, fields: Record<string, string>, headers: Record<string, string> = SAME): Promise<Response> {
  return fetch(root + path, { method: 'POST', body: new URLSearchParams(fields), headers, redirect: 'manual' })
}

const cookieOf = (response: Response, name = 'baton_session') =>
  response.headers.getSetCookie().find((one) => one.startsWith(`${name}=`)) ?? ''
const pairOf = (cookie: string) => cookie.split(';')[0] ?? ''

async function signedIn(token: string): Promise<{ cookie: string; form: string }> {
  const cookie = pairOf(cookieOf(await post('/sign-in', { token })))
  const text = await (await fetch(`${root}/leads`, { headers: { cookie } })).text()
  return { cookie, form: /name="form" value="([^"]+)"/.exec(text)?.[1] ?? '' }
}

async function byProvider(claims: Record<string, unknown>): Promise<Response> {
  oidc.service.removeAllListeners(Events.BeforeTokenSigning)
  oidc.service.on(Events.BeforeTokenSigning, (token) => Object.assign(token.payload, claims))
  const begun = await fetch(`${root}/oidc?next=/console/pools`, { redirect: 'manual' })
  const back = await fetch(begun.headers.get('location') ?? '', { redirect: 'manual' })
  const { search } = new URL(back.headers.get('location') ?? '')
  return fetch(`${root}/oidc/callback${search}`, {
    headers: { cookie: pairOf(cookieOf(begun, 'baton_sign_in')), 'sec-fetch-site': 'cross-site' },
    redirect: 'manual',
  })
}

it('a token becomes a cookie that no script reads and no other site sends', async () => {
  const cookie = cookieOf(await post('/sign-in', { token: 'operate-token' }))
  for (const part of ['HttpOnly', 'SameSite=Strict', 'Secure', 'Path=/console']) expect(cookie).toContain(part)
  expect(cookie).not.toContain('operate-token')
  expect((await post('/sign-in', { token: 'none' })).status).toBe(401)
  expect((await post('/sign-in', { token: 'operate-token' }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
})

it.each([
  ['https://evil.example/', '/console/leads'],
  ['//evil.example/console/', '/console/leads'],
  ['/console/../../evil', '/console/leads'],
  ['/console/\\evil.example', '/console//evil.example'],
  ['/console/pools?x=1', '/console/pools?x=1'],
])('who wanted %s goes on to %s', async (next, to) => {
  const text = await (await fetch(`${root}/sign-in?next=${encodeURIComponent(next)}`)).text()
  expect(text).toContain(`name="next" value="${to}"`)
})

it('only a signed-in operator changes something, from a page of the console', async () => {
  const path = '/pools/away'
  expect((await post(path, { rep: 'ae-1' })).headers.get('location')).toBe('/console/sign-in')
  const reader = await signedIn('read-token')
  expect((await post(path, { rep: 'ae-1', form: reader.form }, { ...SAME, cookie: reader.cookie })).status).toBe(403)
  const { cookie, form } = await signedIn('operate-token')
  expect(
    (await post(path, { rep: 'ae-1', form: randomBytes(32).toString('base64url') }, { ...SAME, cookie })).status,
  ).toBe(403)
  expect((await post(path, { rep: 'ae-1', form }, { 'sec-fetch-site': 'same-site', cookie })).status).toBe(403)
  expect((await post(path, { rep: 'ae-1', form }, { cookie })).status).toBe(403)
  expect((await post(path, { rep: 'ae-1', form }, { cookie, origin: 'https://evil.example' })).status).toBe(403)
  expect((await post(path, { rep: 'ae-1', form }, { cookie, origin: 'https://baton.example.com' })).status).toBe(303)
  expect((await post('/pools/back', { rep: 'ae-1', form }, { ...SAME, cookie })).status).toBe(303)
  await post('/sign-out', { form }, { ...SAME, cookie })
  expect((await fetch(`${root}/leads`, { headers: { cookie }, redirect: 'manual' })).status).toBe(303)
})

it.each([
  ['an operator', { email: 'mia@team.example', email_verified: true }, 200, 'may operate'],
  ['anybody else', { email: 'x@team.example', email_verified: true }, 200, 'may read'],
  ['an address that is not verified', { email: 'mia@team.example', email_verified: false }, 403, ''],
  ['an address of which nobody knows', { email: 'mia@team.example' }, 403, ''],
  ['a nonce of another sign-in', { email: 'mia@team.example', email_verified: true, nonce: 'other' }, 403, ''],
])('by the identity provider: %s', async (_, claims, status, role) => {
  const response = await byProvider(claims)
  expect(response.status).toBe(status)
  const cookie = pairOf(cookieOf(response))
  expect(cookie === '').toBe(status !== 200)
  if (status !== 200) return
  expect(await response.text()).toContain('content="0;url=/console/pools"')
  expect(await (await fetch(`${root}/pools`, { headers: { cookie } })).text()).toContain(role)
})

it('no token, address or secret is logged', () => {
  for (const secret of ['operate-token', 'mia@team.example', 'oidc-canary-secret'])
    expect(stage.logLines.filter((line) => line.includes(secret))).toEqual([])
})
