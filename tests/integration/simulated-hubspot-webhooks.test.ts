import { Signature } from '@hubspot/api-client'
import { describe, expect, test } from 'vitest'
import { signHubSpotRequest } from '../../simulators/hubspot/simulated-hubspot.ts'
import { CLIENT_SECRET, START } from '../support/simulated-hubspot.ts'
import { type Received, useWebhookTarget } from '../support/webhook-target.ts'

const { connected, listen, start, SILENT } = useWebhookTarget()

describe('signing', () => {
  test('agrees with the test vector of the official client', () => {
    const clientSecret = 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy'
    const body = "{'example_field':'example_value'}"
    const request = { clientSecret, method: 'POST', url: 'https://www.example.com/webhook_uri', body }
    const signature = signHubSpotRequest({ ...request, timestamp: 1693657560000 })
    expect(signature).toBe('K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=')
  })

  test('decodes the listed escapes of the URL and no others', () => {
    const sign = (url: string) => signHubSpotRequest({ clientSecret: 's', method: 'POST', url, body: '', timestamp: 1 })
    expect(sign('https://a.example/x%3Ab%2fc?d=%40%21%24%27%28%29%2A%2C%3B%3F')).toBe(
      sign("https://a.example/x:b/c?d=@!$'()*,;?"),
    )
    expect(sign('https://a.example/a%20b')).not.toBe(sign('https://a.example/a b'))
  })

  test('a delivery carries a signature over the public URL that the official client accepts', async () => {
    const publicUrl = 'https://baton.example/webhooks/hubspot'
    const { hubspot, received } = await connected({ publicUrl })
    hubspot.createContact({ email: 'dana@acme.example' })
    await hubspot.settled()
    const { headers, body } = received[0] as Received
    expect(headers['content-type']).toBe('application/json')
    expect(headers['x-hubspot-request-timestamp']).toBe(String(START))
    const options = { method: 'POST', clientSecret: CLIENT_SECRET, requestBody: body, timestamp: START }
    const expected = Signature.getSignature('POST', 'v3', { ...options, url: publicUrl } as never)
    expect(headers['x-hubspot-signature-v3']).toBe(expected)
  })
})

describe('events', () => {
  test('creating sends one event per subscribed property and the creation in the middle, all at one time', async () => {
    const { hubspot, received, names, events } = await connected()
    const properties = { email: 'dana@acme.example', jobtitle: 'CMO', city: 'Lyon', num_conversion_events: '1' }
    const id = hubspot.createContact({ ...properties, company: 'Acme', recent_conversion_date: '2026-11-20' })
    await hubspot.settled()
    expect(received).toHaveLength(1)
    const change = (name: string) => `contact.propertyChange ${name}`
    expect(names()).toEqual([change('email'), 'contact.creation', change('jobtitle'), change('company')])
    expect(new Set(events().map((each) => each.occurredAt))).toEqual(new Set([START]))
    expect(new Set(events().map((each) => each.eventId)).size).toBe(4)
    const common = { portalId: 90_012_345, appId: 7_700_123, attemptNumber: 0, objectId: Number(id) }
    const source = { changeSource: 'CRM_UI', sourceId: 'userId:80011' }
    expect(events()[1]).toMatchObject({ ...common, ...source, changeFlag: 'CREATED' })
    expect(events()[2]).toMatchObject({ ...common, ...source, propertyName: 'jobtitle', propertyValue: 'CMO' })
  })

  test('only what really changes is sent; a write over the API names the app, calculated properties never fire', async () => {
    const settings = { properties: ['jobtitle', 'company', 'num_conversion_events', 'num_contacted_notes'] }
    const { hubspot, contacts, events } = await connected(settings)
    const id = hubspot.createContact({ jobtitle: 'CMO', company: 'Acme' }, { silent: true })
    await contacts.batchApi.update({ inputs: [{ id, properties: { jobtitle: 'CMO', company: '' } }] })
    await hubspot.settled()
    expect(events()).toMatchObject([
      { propertyName: 'company', propertyValue: '', changeSource: 'INTEGRATION', sourceId: '7700123' },
    ])
    hubspot.changeContact(id, { num_conversion_events: '2', num_contacted_notes: '1' }, { by: 'hubspot' })
    await hubspot.settled()
    expect(events().slice(1)).toMatchObject([{ propertyName: 'num_contacted_notes', propertyValue: '1' }])
  })

  test.each([
    ['classic', 'contact', undefined],
    ['generic', 'object', '0-1'],
  ] as const)('in the %s form, deleting, restoring, merging and forgetting are told', async (form, prefix, type) => {
    const { hubspot, names, events } = await connected({ form, properties: [] })
    const [one, two] = [hubspot.createContact({}, { silent: true }), hubspot.createContact({}, { silent: true })]
    hubspot.deleteContact(one)
    hubspot.restoreContact(one)
    const newId = hubspot.mergeContacts(one, two)
    hubspot.privacyDeleteContact(newId)
    await hubspot.settled()
    const kinds = ['deletion', 'restore', 'merge', 'deletion'].map((kind) => `${prefix}.${kind}`)
    expect(names()).toEqual([...kinds, 'contact.privacyDeletion'])
    const merge = { primaryObjectId: Number(one), mergedObjectIds: [Number(two)], newObjectId: Number(newId) }
    expect(events()[2]).toMatchObject({ ...merge, objectId: Number(one) })
    expect(events().map((each) => each.objectTypeId)).toEqual([type, type, type, type, undefined])
  })

  test('more than 100 events are sent in arrays of at most 100, and nothing is sent without a target', async () => {
    const { hubspot, received, targetUrl } = await connected({ properties: ['email'] })
    for (let index = 0; index < 120; index += 1) hubspot.createContact({ email: `${index}@acme.example` })
    await hubspot.settled()
    expect(received.map((each) => each.events.length).toSorted()).toEqual([100, 100, 40])
    hubspot.setWebhooks(undefined)
    hubspot.createContact({ email: 'quiet@acme.example' })
    await hubspot.settled()
    expect(received).toHaveLength(3)
    await expect(hubspot.fire([{ subscriptionType: 'deal.propertyChange', objectId: 1 }])).rejects.toThrow('no webhook')
    hubspot.setWebhooks({ targetUrl })
    hubspot.createContact({ email: 'loud@acme.example' })
    await hubspot.settled()
    expect(received).toHaveLength(4)
  })
})

describe('delivery', () => {
  test('is repeated after a refusal and a broken connection, signed anew, with the attempt counted', async () => {
    const { targetUrl, received } = await listen(500, 0, 401)
    let now = START
    const { hubspot } = await start({ now: () => ++now, webhooks: { targetUrl, retryDelayMs: 1 } })
    hubspot.createContact({ email: 'dana@acme.example' })
    await hubspot.settled()
    expect(hubspot.deliveries.map((each) => each.status)).toEqual([500, 'failed', 401, 204])
    expect(received.map((each) => each.events[0]?.attemptNumber)).toEqual([0, 1, 2, 3])
    expect(new Set(received.map((each) => each.events[0]?.eventId)).size).toBe(1)
    for (const { headers, body } of received) {
      const timestamp = String(headers['x-hubspot-request-timestamp'])
      const request = { clientSecret: CLIENT_SECRET, method: 'POST', url: targetUrl, body, timestamp }
      expect(headers['x-hubspot-signature-v3']).toBe(signHubSpotRequest(request))
    }
    expect(new Set(received.map((each) => each.headers['x-hubspot-request-timestamp'])).size).toBe(4)
  })

  test('ends after the configured retries; no answer in time and a redirect count as failures', async () => {
    const { hubspot } = await connected({ retries: 2, timeoutMs: 500 }, 503, SILENT, 302)
    hubspot.createContact({ email: 'dana@acme.example' })
    await hubspot.settled()
    const statuses = [503, 'failed', 302]
    expect(hubspot.deliveries).toEqual(statuses.map((status, attempt) => ({ status, events: 2, attempt })))
  })

  test('can be doubled and turned around', async () => {
    const { hubspot, received } = await connected()
    const events = [1, 2, 3].map((objectId) => {
      return {
        subscriptionType: 'deal.propertyChange',
        objectId,
        propertyName: 'dealstage',
        propertyValue: 'closedwon',
      }
    })
    await hubspot.fire(events, { duplicates: 1, reverse: true })
    expect(received.map((each) => each.events.map((event) => event.objectId))).toEqual([
      [3, 2, 1],
      [3, 2, 1],
    ])
    expect(received[0]?.body).toBe(received[1]?.body)
  })

  test('closing ends what waits for a retry', async () => {
    const { hubspot, received } = await connected({ retryDelayMs: 3_600_000 }, 503)
    hubspot.createContact({ email: 'dana@acme.example' })
    await expect.poll(() => hubspot.deliveries.length).toBe(1)
    await hubspot.close()
    await hubspot.settled()
    expect(received).toHaveLength(1)
  })
})
