import { createHmac } from 'node:crypto'

/**
 * The `x-slack-signature` of a request to an app: `v0=` and the hex HMAC-SHA256 of `v0:{timestamp}:{body}`. `timestamp`
 * is in epoch seconds; `body` is the raw form body. Source: Slack, "Verifying requests from Slack".
 */
export function signSlackRequest(request: { signingSecret: string; timestamp: number | string; body: string }): string {
  const base = `v0:${request.timestamp}:${request.body}`
  return `v0=${createHmac('sha256', request.signingSecret).update(base).digest('hex')}`
}
