import { createHmac, timingSafeEqual } from 'node:crypto'

/** Whether a request is signed with one of our secrets, and if not, why. */
export type SignatureVerdict = 'valid' | 'missing' | 'stale' | 'wrong'

const FIVE_MINUTES = 5 * 60_000

// The only escapes that HubSpot decodes in the URI before it signs (its "request validation" page).
const DECODED: Record<string, string> = {
  '%3A': ':',
  '%2F': '/',
  '%3F': '?',
  '%40': '@',
  '%21': '!',
  '%24': '$',
  '%27': "'",
  '%28': '(',
  '%29': ')',
  '%2A': '*',
  '%2C': ',',
  '%3B': ';',
}

/** Checks HubSpot's v3 signature: base64 HMAC-SHA256 over method, public URI, raw body and timestamp (milliseconds). */
export function verifyHubSpotSignature(request: {
  secrets: string[]
  method: string
  uri: string
  body: Buffer
  signature: string | undefined
  timestamp: string | undefined
  now: number
}): SignatureVerdict {
  const { signature, timestamp } = request
  if (!signature || !timestamp) return 'missing'
  if (!isFresh(timestamp, 1, request.now)) return 'stale'
  const uri = request.uri.replace(/%[0-9A-F]{2}/gi, (code) => DECODED[code.toUpperCase()] ?? code)
  const expected = request.secrets.map((secret) =>
    createHmac('sha256', secret)
      .update(`${request.method}${uri}`)
      .update(request.body)
      .update(timestamp)
      .digest('base64'),
  )
  return expected.some((one) => sameText(one, signature)) ? 'valid' : 'wrong'
}

/** Checks Slack's v0 signature: hex HMAC-SHA256 over version, timestamp (seconds) and raw body. */
export function verifySlackSignature(request: {
  secrets: string[]
  body: Buffer
  signature: string | undefined
  timestamp: string | undefined
  now: number
}): SignatureVerdict {
  const { signature, timestamp } = request
  if (!signature || !timestamp) return 'missing'
  if (!isFresh(timestamp, 1_000, request.now)) return 'stale'
  const expected = request.secrets.map(
    (secret) => `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(request.body).digest('hex')}`,
  )
  return expected.some((one) => sameText(one, signature)) ? 'valid' : 'wrong'
}

/** Compares two texts in a time that does not depend on where they differ. */
export function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}

function isFresh(timestamp: string, unit: number, now: number): boolean {
  return /^\d{1,16}$/.test(timestamp) && Math.abs(now - Number(timestamp) * unit) <= FIVE_MINUTES
}
