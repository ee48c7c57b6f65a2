import { randomBytes, timingSafeEqual } from 'node:crypto'
import { Webhook } from 'standardwebhooks'

/*
 * Requests that are signed as standardwebhooks.com has it, in both directions.
 */

const PREFIX = 'whsec_'
const LEAST_BYTES = 24
const FIVE_MINUTES = 5 * 60_000

/** A fresh secret, as the environment takes it. */
export function newWebhookSecret(): string {
  return PREFIX + randomBytes(32).toString('base64')
}

/** What is wrong with a secret; null when nothing is. Never shows it. */
export function webhookSecretProblem(secret: string): string | null {
  const text = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(text) && text.length % 4 === 0
  if (!isBase64) return 'is no secret of Standard Webhooks: base64, with or without whsec_ before it'
  return Buffer.from(text, 'base64').length < LEAST_BYTES ? `is too short: it needs ${LEAST_BYTES} bytes` : null
}

/** The headers that sign a body: with two secrets, while they are rotated, either verifies. `at` is epoch milliseconds. */
export function signedHeaders(
  secrets: readonly string[],
  { id, at, body }: { id: string; at: number; body: string },
): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at / 1_000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, new Date(at), body)).join(' '),
  }
}

/** Whether a request carries a signature by one of the secrets that is at most five minutes old, and if not, why. The library's own check would ask the host's clock. */
export function verifySigned(
  secrets: readonly string[],
  request: { id: string | undefined; timestamp: string | undefined; signature: string | undefined; body: string },
  now: number,
): 'valid' | 'missing' | 'stale' | 'wrong' {
  const { id, timestamp, signature, body } = request
  if (!id || !timestamp || !signature) return 'missing'
  const at = Number(timestamp) * 1_000
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(now - at) > FIVE_MINUTES) return 'stale'
  const given = signature.split(' ').slice(0, 10)
  const expected = secrets.map((secret) => new Webhook(secret).sign(id, new Date(at), body))
  return expected.some((right) => given.some((one) => isSame(one, right))) ? 'valid' : 'wrong'
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
