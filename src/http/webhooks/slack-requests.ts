import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Clock } from '../../platform/clock.ts'
import type { Metrics } from '../../platform/metrics.ts'
import { ProblemError } from '../problems.ts'
import { header, verifySlackSignature } from './signatures.ts'

/** The most that a request of Slack may hold. */
export const SLACK_BODY_LIMIT = 512 * 1024

/** What it takes to know Slack's requests. */
export interface SlackRequestParts {
  secrets: string[]
  clock: Clock
  metrics: Metrics
}

/** Has bodies kept as they came, which is what is signed: forms, and JSON where it is an event. */
export function keepRawBodies(app: FastifyInstance, types: string[]): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(types, { parseAs: 'buffer', bodyLimit: SLACK_BODY_LIMIT }, (_request, body, done) =>
    done(null, body),
  )
}

/** The body of a request that Slack has signed; throws what is answered when it has not. */
export function signedBody(parts: SlackRequestParts, request: FastifyRequest): Buffer {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  const verdict = verifySlackSignature({
    secrets: parts.secrets,
    body,
    signature: header(request.headers['x-slack-signature']),
    timestamp: header(request.headers['x-slack-request-timestamp']),
    now: parts.clock.now(),
  })
  if (verdict === 'valid') return body
  parts.metrics.events.inc({ kind: 'click', outcome: `signature-${verdict}` })
  throw new ProblemError({
    status: 401,
    title: 'Not signed by Slack',
    detail: `The signature is ${verdict}. Check SLACK_SIGNING_SECRET.`,
  })
}
