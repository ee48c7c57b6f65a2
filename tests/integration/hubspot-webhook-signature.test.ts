import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { verifyHubSpotSignature } from '../../src/http/webhooks/signatures.ts'
import { SECRETS, START, signAsHubSpot, startApi, type TestApi } from '../support/api.ts'
import { createTestRedis } from '../support/redis.ts'

const MINUTES = 60_000
const redis = createTestRedis()
let api: TestApi

beforeAll(async () => {
  api = await startApi({ redisUrl: redis.url, prefix: redis.prefix })
})
beforeEach(() => {
  api.clock.now = START
})
afterAll(async () => {
  await api.close()
  await redis.deleteKeys()
})

const EVENT =
  '{"subscriptionType":"contact.creation","objectId":401,"eventId":1,"portalId":9,"occurredAt":1795161600123}'

async function statusOf(signing: Parameters<typeof signAsHubSpot>[1], body: string | Buffer = '[]'): Promise<number> {
  const request = signAsHubSpot(body, signing)
  return (await api.send(request.path, request.body, request.headers)).status
}

test('HubSpot’s own vector is valid, and with one bit of it changed it is not', () => {
  const request = {
    secrets: ['yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy'],
    method: 'POST',
    uri: 'https://www.example.com/webhook_uri',
    body: Buffer.from("{'example_field':'example_value'}"),
    signature: 'K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=',
    timestamp: '1693657560000',
    now: 1693657560000,
  }
  expect(verifyHubSpotSignature(request)).toBe('valid')
  expect(verifyHubSpotSignature({ ...request, method: 'GET' })).toBe('wrong')
  expect(verifyHubSpotSignature({ ...request, uri: `${request.uri}/` })).toBe('valid')
  expect(verifyHubSpotSignature({ ...request, uri: `${request.uri}/x` })).toBe('wrong')
  expect(verifyHubSpotSignature({ ...request, uri: 'http://www.example.com/webhook_uri' })).toBe('wrong')
  expect(verifyHubSpotSignature({ ...request, body: Buffer.from("{'example_field': 'example_value'}") })).toBe('wrong')
  expect(verifyHubSpotSignature({ ...request, timestamp: '1693657560001' })).toBe('wrong')
  expect(verifyHubSpotSignature({ ...request, secrets: ['zyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy'] })).toBe('wrong')
  expect(verifyHubSpotSignature({ ...request, secrets: [] })).toBe('wrong')
})

describe('what is signed', () => {
  test('the raw bytes count, not what they mean', async () => {
    const loose = Buffer.from(`  [\n ${EVENT.replaceAll(':', ' : ')} ]\r\n`)
    const notUtf8 = Buffer.concat([
      Buffer.from(`[${EVENT.slice(0, -1)},"x":"`),
      Buffer.from([0xff, 0xc3]),
      Buffer.from('"}]'),
    ])
    expect(await statusOf({}, loose)).toBe(204)
    expect(await statusOf({}, notUtf8)).toBe(204)
    const { path, headers } = signAsHubSpot(loose)
    expect((await api.send(path, JSON.stringify(JSON.parse(String(loose))), headers)).status).toBe(401)
  })

  test('only the documented escapes of the URL are decoded', async () => {
    const path = '/webhooks/hubspot?a=%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B%3a%2f&b=%20%22%25%41%26%C3%A9'
    expect(await statusOf({ path, signedPath: "/webhooks/hubspot?a=:/?@!$'()*,;:/&b=%20%22%25%41%26%C3%A9" })).toBe(204)
    expect(await statusOf({ path, signedPath: path })).toBe(401)
    expect(await statusOf({ path, signedPath: decodeURIComponent(path) })).toBe(401)
    const once = '/webhooks/hubspot?a=%252F'
    expect(await statusOf({ path: once, signedPath: once })).toBe(204)
  })

  test('the public address from the settings counts, whatever the request says of itself', async () => {
    const headers = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http', forwarded: 'host=evil.example' }
    expect(await statusOf({ headers })).toBe(204)
    expect(await statusOf({ publicUrl: 'https://evil.example', headers })).toBe(401)
    expect(await statusOf({ publicUrl: 'http://baton.example.com' })).toBe(401)
    expect(await statusOf({ publicUrl: api.address })).toBe(401)
  })

  test('with a wrong PUBLIC_URL nothing is accepted, and the answer says where to look', async () => {
    const wrong = await startApi({ redisUrl: redis.url, prefix: redis.prefix, publicUrl: 'https://old.example.com' })
    const { status, problem } = await wrong.sendEvents([])
    await wrong.close()
    expect(status).toBe(401)
    expect(problem.detail).toContain('PUBLIC_URL')
    expect(problem.detail).toContain('HUBSPOT_CLIENT_SECRET')
  })
})

test('either of two secrets is good, a third is not', async () => {
  for (const secret of SECRETS.hubSpot) expect(await statusOf({ secret })).toBe(204)
  expect(await statusOf({ secret: 'hubspot-secret-older' })).toBe(401)
  expect(await statusOf({ secret: SECRETS.hubSpot.join(',') })).toBe(401)
})

test('a request is good for five minutes either way', async () => {
  for (const [away, status] of [
    [5 * MINUTES, 204],
    [-5 * MINUTES, 204],
    [5 * MINUTES + 1, 401],
    [-5 * MINUTES - 1, 401],
  ] as const) {
    expect(await statusOf({ timestamp: START + away }), `${away} ms`).toBe(status)
  }
  const request = signAsHubSpot('[]')
  api.clock.now = START + 5 * MINUTES
  expect((await api.send(request.path, request.body, request.headers)).status).toBe(204)
  api.clock.now += 1
  expect((await api.send(request.path, request.body, request.headers)).problem.detail).toContain('stale')
})

describe('a signature that is none', () => {
  const good = signAsHubSpot(`[${EVENT}]`).headers['x-hubspot-signature-v3'] ?? ''
  const signatures: [string, string][] = [
    ['empty', ''],
    ['of another length', good.slice(0, -1)],
    ['longer', `${good}A`],
    ['twice', `${good}, ${good}`],
    ['hex', Buffer.from(good, 'base64').toString('hex')],
    ['base64url', Buffer.from(good, 'base64').toString('base64url')],
    ['of the same length', 'A'.repeat(good.length)],
    ['no base64', '!'.repeat(good.length)],
    ['beyond ASCII', 'é'.repeat(good.length)],
  ]
  test.each(signatures)('%s', async (_, signature) => {
    const { path, body, headers } = signAsHubSpot(`[${EVENT}]`)
    const before = await api.keys()
    const answer = await api.send(path, body, { ...headers, 'x-hubspot-signature-v3': signature })
    expect(answer.status).toBe(401)
    expect(await api.keys()).toEqual(before)
  })

  test('missing, or without its timestamp', async () => {
    const { path, body, headers } = signAsHubSpot(`[${EVENT}]`)
    for (const name of ['x-hubspot-signature-v3', 'x-hubspot-request-timestamp']) {
      const without = Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name))
      const { status, problem } = await api.send(path, body, without)
      expect(status).toBe(401)
      expect(problem.detail).toContain('missing')
    }
    expect(await api.counted('request', 'signature-missing')).toBeGreaterThanOrEqual(2)
  })

  test.each(['', 'now', '-1', '1e12', `${START}.0`, ` ${START / 1_000}`, String(START / 1_000), '9'.repeat(17), 'NaN'])(
    'properly made for the timestamp “%s”',
    async (timestamp) => {
      expect(await statusOf({ timestamp })).toBe(401)
    },
  )
})
