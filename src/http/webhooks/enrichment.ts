import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { parse } from 'secure-json-parse'
import type { Config } from '../../config/config.ts'
import { answerOf } from '../../enrichment/callback.ts'
import type { CallbackProvider } from '../../enrichment/chain.ts'
import type { Clock } from '../../platform/clock.ts'
import type { ReadSecret } from '../../platform/env.ts'
import { withDeadline } from '../../platform/errors.ts'
import type { Metrics } from '../../platform/metrics.ts'
import { verifySigned, webhookSecretProblem } from '../../platform/standard-webhooks.ts'
import type { Hurry } from '../../store/commit.ts'
import type { EnrichmentRequests } from '../../store/enrichment-requests.ts'
import { notConfirmed, ProblemError } from '../problems.ts'
import { ENRICHMENT_ANSWER } from './docs.ts'
import { brokenBound } from './json-bounds.ts'
import { header, sameText } from './signatures.ts'

const BODY_LIMIT = 64 * 1024
const MOST = { rows: 5_000, values: 5_000, depth: 12 }
const CONFIRM_WITHIN = 3_000

/** What the callback of enrichment providers uses. */
export interface EnrichmentCallbackParts {
  clock: Clock
  config: () => Config
  metrics: Metrics
  hurry: Hurry
  secrets: ReadSecret
  enrichmentRequests: EnrichmentRequests
}

/** `POST /webhooks/enrichment/{provider}`: a provider answers that was asked before. Verify the raw bytes, parse, keep, then acknowledge. */
export function enrichmentCallbacks(parts: EnrichmentCallbackParts) {
  const count = (outcome: string) => parts.metrics.events.inc({ kind: 'enrichment', outcome })

  function refuse(outcome: string, status: number, title: string, detail: string): ProblemError {
    count(outcome)
    return new ProblemError({ status, title, detail })
  }

  /** Whether an answer is the provider's own: signed, or with the token where the config names one. */
  function verdictOf(callback: CallbackProvider, headers: Record<string, string | string[] | undefined>, body: string) {
    const secrets = namedBy(callback.secret).filter((secret) => webhookSecretProblem(secret) === null)
    const [id, timestamp, signature] = ['id', 'timestamp', 'signature'].map((name) =>
      header(headers[`webhook-${name}`]),
    )
    const bearer = /^Bearer (\S+)$/i.exec(header(headers.authorization) ?? '')?.[1]
    const tokens = namedBy(callback.token)
    // A token says who sends, and nothing of what: it counts only where there is no signature.
    if (!signature && bearer !== undefined && tokens.length > 0)
      return tokens.some((token) => sameText(digest(token), digest(bearer))) ? 'valid' : 'wrong'
    return secrets.length > 0 ? verifySigned(secrets, { id, timestamp, signature, body }, parts.clock.now()) : 'missing'
  }

  function namedBy(variable: string | undefined): string[] {
    const read = variable === undefined ? { secrets: [] } : parts.secrets(variable)
    return 'secrets' in read ? read.secrets : []
  }

  return async function plugin(app: FastifyInstance): Promise<void> {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_LIMIT }, (_request, body, done) =>
      done(null, body),
    )

    app.post(
      '/webhooks/enrichment/:provider',
      { ...ENRICHMENT_ANSWER, bodyLimit: BODY_LIMIT },
      async (request, reply) => {
        const { provider } = request.params as { provider: string }
        const { callbacks } = parts.config().enrichment
        const callback = Object.hasOwn(callbacks, provider) ? callbacks[provider] : undefined
        const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
        const verdict = callback ? verdictOf(callback, request.headers, bytes.toString('utf8')) : 'missing'
        // Who is not known is told nothing of which providers there are.
        if (!callback || verdict !== 'valid')
          throw refuse(
            `signature-${verdict}`,
            401,
            'Not signed by the provider',
            `The signature is ${verdict}. Check the secret, or the token, that enrichment.yaml names.`,
          )
        const content = contentOf(bytes)
        const requestId = (content as { requestId?: unknown } | null)?.requestId
        if (typeof requestId !== 'string')
          throw refuse(
            'malformed',
            400,
            'No request',
            'The body must be a JSON object with the requestId of the question.',
          )
        const { answer, unfit } = answerOf(provider, callback.fields, content)
        const text = JSON.stringify(answer)
        const keeping = parts.enrichmentRequests.answer(requestId, provider, text, parts.clock.now())
        const { kept, waiting } = await withDeadline(keeping, CONFIRM_WITHIN, notConfirmed).catch((error) => {
          count('not-stored')
          request.log.warn(
            { err: error },
            'an answer of an enrichment provider could not be stored: it is asked to send it again',
          )
          throw notConfirmed()
        })
        if (kept === 'not-asked')
          throw refuse(
            'unknown',
            404,
            'Not asked',
            'Nothing was asked under this requestId, or so long ago that no answer is waited for.',
          )
        if (kept === 'gone')
          throw refuse('erased', 410, 'Gone', 'The answer is not wanted any more, and nothing of it was kept.')
        count(kept === 'answered' ? 'duplicate' : 'kept')
        if (unfit.length > 0)
          request.log.warn(
            { provider, attributes: unfit },
            'an enrichment provider sent values that these attributes cannot have: left out',
          )
        parts.hurry(waiting)
        return reply.code(204).send()
      },
    )
  }

  function contentOf(bytes: Buffer): unknown {
    const broken = brokenBound(bytes, MOST)
    if (broken) throw refuse('malformed', 400, 'Not readable', 'The body has too many values, or nests too deep.')
    try {
      return parse(bytes.toString('utf8'))
    } catch {
      throw refuse('malformed', 400, 'Not readable', 'The body is not safe JSON.')
    }
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
