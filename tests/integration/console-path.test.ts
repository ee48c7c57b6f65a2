import { OAuth2Server } from 'oauth2-mock-server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createStage, type Stage } from '../support/stage.ts'

const oidc = new OAuth2Server()
let stage: Stage

beforeAll(async () => {
  await oidc.issuer.keys.generate('RS256')
  await oidc.start(0, '127.0.0.1')
  oidc.issuer.url = `http://127.0.0.1:${oidc.address().port}`
  stage = await createStage({
    env: {
      PUBLIC_URL: 'https://tools.example.com/baton',
      API_TOKENS: 'operate-token',
      OIDC_ISSUER: oidc.issuer.url,
      OIDC_CLIENT_ID: 'baton',
      OIDC_CLIENT_SECRET: 'oidc-canary-secret',
    },
  })
}, 60_000)

afterAll(async () => {
  await stage.close()
  await oidc.stop()
})

// A proxy takes the path off, or leaves it.
test.each(['', '/baton'])(
  'below a path, all leads to what is below it, and the cookie stays there (%s)',
  async (left) => {
    const root = `${stage.addresses[0]}${left}/console`
    const first = await fetch(`${root}/pools`, { redirect: 'manual' })
    expect(first.headers.get('location')).toBe('/baton/console/sign-in?next=%2Fbaton%2Fconsole%2Fpools')
    const entered = await fetch(`${root}/sign-in`, {
      method: 'POST',
      headers: { origin: 'https://tools.example.com' },
      body: new URLSearchParams({ token: 'operate-token', next: '/baton/console/pools' }),
    })
    expect(await entered.text()).toContain('content="0;url=/baton/console/pools"')
    const [cookie = ''] = entered.headers.getSetCookie()
    expect(cookie).toContain('Path=/baton/console;')
    const text = await (await fetch(`${root}/leads`, { headers: { cookie: cookie.split(';')[0] ?? '' } })).text()
    const addresses = [...text.matchAll(/(?:href|src|action|hx-get)="([^"]*)"/g)].map(([, address]) => address)
    expect(addresses.length).toBeGreaterThan(10)
    expect(addresses.filter((one) => !one?.startsWith('/baton/') && !one?.startsWith('#'))).toEqual([])
    for (const address of addresses.filter((one) => one?.includes('/assets/')))
      expect((await fetch(stage.addresses[0] + (address ?? '').slice(left === '' ? '/baton'.length : 0))).status).toBe(
        200,
      )
  },
)

test('below a path, the identity provider leads back to it', async () => {
  const begun = await fetch(`${stage.addresses[0]}/console/oidc`, { redirect: 'manual' })
  const to = new URL(begun.headers.get('location') ?? '')
  expect(to.searchParams.get('redirect_uri')).toBe('https://tools.example.com/baton/console/oidc/callback')
  const [cookie = ''] = begun.headers.getSetCookie()
  expect(cookie).toContain('Path=/baton/console/oidc')
  const back = await fetch(to, { redirect: 'manual' })
  const { pathname, search } = new URL(back.headers.get('location') ?? '')
  expect(pathname).toBe('/baton/console/oidc/callback')
  // Its address is not verified, so nobody is let in: but this sign-in was known.
  const ended = await fetch(`${stage.addresses[0]}${pathname}${search}`, {
    headers: { cookie: cookie.split(';')[0] ?? '' },
  })
  expect([ended.status, await ended.text()]).toEqual([403, expect.stringContaining('names no verified email')])
})
