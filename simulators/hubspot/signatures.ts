// How the simulated HubSpot signs its webhooks.

import { createHash, createHmac } from 'node:crypto'

/** The escapes that HubSpot decodes in the URL before it signs; others stay. Source: HubSpot's request validation guide, v3. */
const DECODED_ESCAPES = /%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi

/** The v3 signature of a request: base64 HMAC-SHA256 over method, URL, raw body and timestamp (epoch milliseconds). */
export function signHubSpotRequest(request: {
  clientSecret: string
  method: string
  url: string
  body: string
  timestamp: number | string
}): string {
  const url = request.url.replace(DECODED_ESCAPES, decodeURIComponent)
  return createHmac('sha256', request.clientSecret)
    .update(`${request.method}${url}${request.body}${request.timestamp}`)
    .digest('base64')
}

/** The v1 signature of a request: hex SHA-256 over secret and raw body. */
export function signHubSpotRequestV1({ clientSecret, body }: { clientSecret: string; body: string }): string {
  return createHash('sha256').update(`${clientSecret}${body}`).digest('hex')
}
