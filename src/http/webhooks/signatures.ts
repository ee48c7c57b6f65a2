import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** Whether a request is signed with one of our secrets, and if not, why. */
export type SignatureVerdict = 'valid' | 'valid-v1' | 'missing' | 'stale' | 'wrong'

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

/** A header as it is signed with: of several of the same name the first. */
export function header(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}

interface SignedRequest {
  /** One secret, or two while they are rotated. */
  secrets: string[]
  body: Buffer
  signature: string | undefined
  timestamp: string | undefined
  /** Epoch milliseconds. */
  now: number
}

/**
 * Checks HubSpot's v3 signature: base64 HMAC-SHA256 over method, public URI, raw body and timestamp (milliseconds). The URI
 * counts with and without a slash at its end, for a proxy may have changed that. `v1` is a signature of the first version
 * (hex SHA-256 over secret and body, without a timestamp) where such are allowed; it is looked at only when there is
 * none of v3.
 */
export function verifyHubSpotSignature(
  request: SignedRequest & { method: string; uri: string; v1?: string | undefined },
): SignatureVerdict {
  const { method, body, secrets, v1 } = request
  if (request.signature === undefined && v1 !== undefined)
    return secrets.some((secret) => sameText(v1Of(secret, body), v1)) ? 'valid-v1' : 'wrong'
  const uri = request.uri.replace(/%[0-9A-F]{2}/gi, (code) => DECODED[code.toUpperCase()] ?? code)
  const verdicts = bothSlashes(uri).map((one) =>
    verify(request, 1, (secret, timestamp) =>
      createHmac('sha256', secret).update(`${method}${one}`).update(body).update(timestamp).digest('base64'),
    ),
  )
  return verdicts.find((verdict) => verdict === 'valid') ?? verdicts[0] ?? 'wrong'
}

function v1Of(secret: string, body: Buffer): string {
  return createHash('sha256').update(secret).update(body).digest('hex')
}

function bothSlashes(uri: string): string[] {
  const [path = '', ...query] = uri.split('?')
  const rest = query.length > 0 ? `?${query.join('?')}` : ''
  const bare = path.replace(/\/+$/, '')
  return path === bare ? [uri, `${bare}/${rest}`] : [uri, `${bare}${rest}`]
}

/** Checks Slack's v0 signature: hex HMAC-SHA256 over version, timestamp (seconds) and raw body. */
export function verifySlackSignature(request: SignedRequest): SignatureVerdict {
  return verify(request, 1_000, (secret, timestamp) => {
    const signing = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(request.body)
    return `v0=${signing.digest('hex')}`
  })
}

/** `unit` is what one step of the timestamp is in milliseconds; `sign` makes the signature that a secret would give. */
function verify(
  { secrets, signature, timestamp, now }: SignedRequest,
  unit: number,
  sign: (secret: string, timestamp: string) => string,
): SignatureVerdict {
  if (!signature || !timestamp) return 'missing'
  if (!isFresh(timestamp, unit, now)) return 'stale'
  return secrets.some((secret) => sameText(sign(secret, timestamp), signature)) ? 'valid' : 'wrong'
}

/** Compares two texts in a time that does not depend on where they differ. */
export function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}

function isFresh(timestamp: string, unit: number, now: number): boolean {
  return /^\d{1,16}$/.test(timestamp) && Math.abs(now - Number(timestamp) * unit) <= FIVE_MINUTES
}
