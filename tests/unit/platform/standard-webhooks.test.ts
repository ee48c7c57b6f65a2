import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { hostNow } from '../../../src/platform/clock.ts'
import { secretsOf } from '../../../src/platform/env.ts'
import { isPrivateHost } from '../../../src/platform/private-hosts.ts'
import {
  newWebhookSecret,
  signedHeaders,
  verifySigned,
  webhookSecretProblem,
} from '../../../src/platform/standard-webhooks.ts'

const NOW = Date.parse('2026-11-18T15:00:00Z')
const [OLD, NEW] = [newWebhookSecret(), newWebhookSecret()]
const BODY = '{"type":"routed","data":{"text":"ü"}}'

describe('what Baton signs', () => {
  it.each([OLD, NEW])("the library's own verifier takes by either secret of two", (secret) => {
    const headers = signedHeaders([OLD, NEW], { id: 'msg_1', at: hostNow(), body: BODY })
    expect(new Webhook(secret).verify(BODY, headers)).toEqual(JSON.parse(BODY))
  })

  it("the library's own verifier refuses by another secret", () => {
    const headers = signedHeaders([OLD], { id: 'msg_1', at: hostNow(), body: BODY })
    expect(() => new Webhook(NEW).verify(BODY, headers)).toThrow()
  })
})

describe('what Baton is sent', () => {
  const signed = { ...signed_(OLD), body: BODY }
  function signed_(secret: string) {
    const headers = signedHeaders([secret], { id: 'msg_1', at: NOW, body: BODY })
    return { id: 'msg_1', timestamp: headers['webhook-timestamp'], signature: headers['webhook-signature'] }
  }
  it.each<[string, Partial<typeof signed>, number, string]>([
    ['as it was signed', {}, 0, 'valid'],
    ['five minutes old', {}, 300_000, 'valid'],
    ['older', {}, 301_000, 'stale'],
    ['from the future', {}, -301_000, 'stale'],
    ['with another body', { body: `${BODY} ` }, 0, 'wrong'],
    ['under another id', { id: 'msg_2' }, 0, 'wrong'],
    ['with another time', { timestamp: String(NOW / 1_000 + 1) }, 0, 'wrong'],
    ['with no number as time', { timestamp: '1e9' }, 0, 'stale'],
    ['without a signature', { signature: undefined }, 0, 'missing'],
    ['without an id', { id: undefined }, 0, 'missing'],
    ['with another signature', { signature: 'v1,AAAA' }, 0, 'wrong'],
    ['with several, one of them right', { signature: `v1,AAAA ${signed_(OLD).signature}` }, 0, 'valid'],
    ['by a secret that is none of ours', signed_(newWebhookSecret()), 0, 'wrong'],
  ])('%s', (_, changes, later, verdict) => {
    expect(verifySigned([NEW, OLD], { ...signed, ...changes }, NOW + later)).toBe(verdict)
  })
})

it.each<[string, string | null]>([
  [newWebhookSecret(), null],
  [newWebhookSecret().slice('whsec_'.length), null],
  ['correct horse battery staple', 'is no secret of Standard Webhooks: base64, with or without whsec_ before it'],
  ['whsec_c2hvcnQ=', 'is too short: it needs 24 bytes'],
])('of a secret it is said what is wrong with it, and not what it is', (secret, problem) => {
  expect(webhookSecretProblem(secret)).toBe(problem)
})

it.each<[Record<string, string>, object]>([
  [{ CRM: ' one ' }, { secrets: ['one'] }],
  [{ CRM: 'one, two' }, { secrets: ['one', 'two'] }],
  [{}, { problem: 'CRM is not set' }],
  [{ CRM: ' ' }, { problem: 'CRM is not set' }],
  [{ CRM: 'a,b,c' }, { problem: 'CRM must hold one secret, or two separated by a comma while you rotate' }],
  [{ CRM_FILE: '/nowhere/at/all' }, { problem: 'CRM_FILE names a file that cannot be read' }],
  [{ CRM: 'one', CRM_FILE: '/nowhere/at/all' }, { problem: 'CRM_FILE and CRM are both set: keep one' }],
])('a secret that the config names, of %j', (variables, read) => {
  expect(secretsOf(variables)('CRM')).toEqual(read)
})

it.each<[string, boolean]>([
  ...(
    ['localhost', 'crm', '127.0.0.1', '10.1.2.3', '172.20.0.1', '192.168.1.1', '169.254.169.254', '0.0.0.0'] as const
  ).map((host): [string, boolean] => [host, true]),
  ...(['[::1]', '[fd00::1]', '[fe80::1]', '[::ffff:10.0.0.1]', 'crm.local', 'crm.internal', 'localhost.'] as const).map(
    (host): [string, boolean] => [host, true],
  ),
  ...(['crm.example.com', '8.8.8.8', '172.32.0.1', '[2001:db8::1]', 'local.example'] as const).map(
    (host): [string, boolean] => [host, false],
  ),
])('%s is a private host: %s', (host, is) => {
  expect(isPrivateHost(new URL(`https://${host}/`).hostname)).toBe(is)
})
