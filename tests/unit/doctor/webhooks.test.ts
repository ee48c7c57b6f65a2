import { expect, it } from 'vitest'
import { callbackFindings, offFindings, webhookFindings } from '../../../src/doctor/webhooks.ts'
import { secretsOf } from '../../../src/platform/env.ts'
import { newWebhookSecret } from '../../../src/platform/standard-webhooks.ts'

const secrets = secretsOf({ CRM: newWebhookSecret(), SHORT: 'whsec_c2hvcnQ=', TOKEN: 'any text will do' })
const endpoint = { name: 'crm', url: 'https://crm.example.com', events: ['routed' as const], private: false }
const callback = { url: 'https://clay.example.com', headers: {}, sends: [], fields: {}, within: 1 }

it.each<[string, string, string]>([
  ['CRM', 'ok', 'its secret is set'],
  ['SHORT', 'fault', 'SHORT is too short: it needs 24 bytes'],
  ['NOWHERE', 'fault', 'NOWHERE is not set'],
])('an endpoint with its secret in %s', (secret, status, found) => {
  expect(webhookFindings([{ ...endpoint, secret }], secrets)).toMatchObject([{ check: 'webhook crm', status, found }])
})

it('an endpoint that is off, with what mends it', () => {
  expect(offFindings([{ name: 'crm', since: 0 }])).toMatchObject([
    { status: 'warning', todo: expect.stringContaining('webhooks on crm') },
  ])
})

it.each<[object, string, string]>([
  [{ secret: 'CRM' }, 'ok', 'its secrets are set'],
  [{ token: 'TOKEN', headers: { auth: 'TOKEN' } }, 'ok', 'its secrets are set'],
  [{ secret: 'TOKEN' }, 'fault', 'TOKEN is no secret of Standard Webhooks: base64, with or without whsec_ before it'],
  [{ token: 'NOWHERE', headers: { auth: 'ELSEWHERE' } }, 'fault', 'NOWHERE is not set; ELSEWHERE is not set'],
])('a provider that answers later with %j', (named, status, found) => {
  const settings = { providers: ['apollo', 'clay'], callbacks: { clay: { ...callback, ...named } } }
  expect(callbackFindings(settings, secrets)).toMatchObject([{ check: 'enrichment clay', status, found }])
})

it('a provider that is not asked needs no secret', () => {
  expect(callbackFindings({ providers: ['apollo'], callbacks: { clay: callback } }, secrets)).toEqual([])
})
