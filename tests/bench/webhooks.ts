import { Agent, request } from 'node:http'
import { signHubSpotRequest } from '../../simulators/hubspot/simulated-hubspot.ts'
import { SECRETS } from './secrets.ts'

/** A webhook request, ready to be sent. */
export interface WebhookRequest {
  body: Buffer
  headers: Record<string, string>
}

const PROPERTIES = { email: 'lead@company.example', firstname: 'Dana', lastname: 'Ruiz', jobtitle: 'VP Marketing' }
const PORTAL = 90_012_345

let events = 0

function eventOf(contactId: string, type: string, more: Record<string, unknown>) {
  // Ids as HubSpot's: below 2^32, without repeats, in no order.
  const eventId = Math.imul(++events, 2_654_435_761) >>> 0
  const common = { eventId, subscriptionId: 5_100_001, portalId: PORTAL, appId: 7_700_123, occurredAt: Date.now() }
  const source = { attemptNumber: 0, objectId: Number(contactId), changeSource: 'FORM', sourceId: 'form-1' }
  return { ...common, subscriptionType: `contact.${type}`, ...source, ...more }
}

/** One event for each contact: a property of it changed. */
export function changeEvents(contactIds: string[]): object[] {
  return contactIds.map((id, index) =>
    eventOf(id, 'propertyChange', { propertyName: 'jobtitle', propertyValue: `VP Marketing ${index}` }),
  )
}

/** The creation of each of the contacts that an import has brought. */
export function importEvents(contactIds: string[]): object[] {
  return contactIds.map((id) =>
    eventOf(id, 'creation', { changeFlag: 'CREATED', changeSource: 'IMPORT', sourceId: '1' }),
  )
}

/** The events that HubSpot sends for one new contact. */
export function creationEvents(contactId: string): object[] {
  const changes = Object.entries(PROPERTIES).map(([propertyName, propertyValue]) =>
    eventOf(contactId, 'propertyChange', { propertyName, propertyValue }),
  )
  return [...changes, eventOf(contactId, 'creation', { changeFlag: 'CREATED' })]
}

/** Signs events as HubSpot does, now. */
export function signed(list: object[]): WebhookRequest {
  const body = JSON.stringify(list)
  const timestamp = Date.now()
  const url = `${SECRETS.publicUrl}/webhooks/hubspot`
  const signature = signHubSpotRequest({ clientSecret: SECRETS.hubSpot, method: 'POST', url, body, timestamp })
  return {
    body: Buffer.from(body),
    headers: {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      'x-hubspot-signature-v3': signature,
      'x-hubspot-request-timestamp': String(timestamp),
    },
  }
}

/** Posts to one address over connections that stay open, at most `inFlight` at a time. Rejects unless acknowledged. */
export function createSender(address: string, inFlight: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: inFlight })
  const { hostname, port } = new URL(address)

  function send({ body, headers }: WebhookRequest, path = '/webhooks/hubspot'): Promise<void> {
    return new Promise((resolve, reject) => {
      const sending = request({ agent, hostname, port, path, method: 'POST', headers }, (response) => {
        const { statusCode = 0 } = response
        response.on('error', reject)
        response.on('end', () =>
          statusCode >= 200 && statusCode < 300 ? resolve() : reject(new Error(`${path} answered ${statusCode}`)),
        )
        response.resume()
      })
      sending.on('error', reject)
      sending.end(body)
    })
  }

  return {
    send,
    /** Sends all; resolves with the milliseconds until the last one was acknowledged. */
    async sendAll(requests: WebhookRequest[]): Promise<number> {
      const start = performance.now()
      let next = 0
      await Promise.all(
        Array.from({ length: inFlight }, async () => {
          for (let one = requests[next++]; one; one = requests[next++]) await send(one)
        }),
      )
      return performance.now() - start
    },
    close: () => agent.destroy(),
  }
}
